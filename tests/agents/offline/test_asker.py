"""Whose things a question is about: "my tickets" are the asker's, "show me the tickets" are not."""

from __future__ import annotations

import pytest

from bot.agents.offline import asker
from bot.agents.offline.asker import Me


def me(text: str, *, answer: str = "", order: bool = False) -> Me | None:
    return asker.find(text, "Ada Lovelace", "ada@example.com", answer=answer, order=order)


@pytest.mark.parametrize(
    "text",
    [
        "my open tickets",
        "show me my incidents",
        "incidents assigned to me",
        "which tickets are assigned directly to me?",
        "tickets that I opened",
        "what did I deploy yesterday?",
        "which incidents have I acknowledged?",
        "the pull requests I merged",
        "what was resolved by me?",
        "am I on call?",
        "when am I on call next?",
        "I'm on call tonight, right?",
        "do I have open tickets?",
        "which of these are mine?",
        "reviews waiting for me",
    ],
)
def test_these_are_about_the_askers_own_things(text: str) -> None:
    assert me(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "show me the open incidents",
        "tell me who is on call",
        "give me a summary",
        "let me know which monitors are down",
        "help me find the error",
        "can you get me the logs of checkout?",
        "explain to me what happened",
        "it seems to me that checkout is slow",
        "who should I call?",
        "how do I restart the queue?",
        "do I need to worry?",
        "what do I have to do?",
        "what did I miss?",
        "can I see the incidents?",
        "I need the uptime of checkout",
        "I think checkout is down, which errors are there?",
        "my team's tickets",
        "in my opinion it is the database, show the tables",
        "my last question was about incidents",
        "in my time zone, when did it start?",
        "remind me about the incident",
        "notify me of incidents",
        "minecraft servers",
        "what about the errors I noticed",
    ],
)
def test_these_only_speak_to_us(text: str) -> None:
    assert me(text) is None


@pytest.mark.parametrize(
    ("text", "name", "stands"),
    [
        ("my tickets", "assignee", True),
        ("my tickets", "owner_email", True),
        ("my tickets", "assigned_to", True),
        ("my tickets", "created_by", False),
        ("my tickets", "owner_type", False),
        ("my tickets", "owner_id", False),
        ("my tickets", "title", False),
        ("tickets that I opened", "reporter", True),
        ("tickets that I opened", "created_by", True),
        ("tickets that I opened", "assignee", False),
        ("incidents acknowledged by me", "acknowledged_by", True),
        ("incidents acknowledged by me", "resolved_by", False),
        ("what did I deploy?", "author", True),
    ],
)
def test_what_a_field_holds_must_fit_what_they_did(text: str, name: str, stands: bool) -> None:
    found = me(text)
    assert found is not None
    assert asker.stands_for(name, found) is stands


def test_an_order_fills_in_the_asker_only_in_so_many_words() -> None:
    assert (found := me("close my tickets", order=True)) is not None
    assert not found.fills
    assert (found := me("assign OPS-12 to me", order=True)) is not None
    assert found.fills


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("a.lovelace@example.org", "a.lovelace@example.org"),
        ("it's <mailto:a.lovelace@example.org|a.lovelace@example.org>.", "a.lovelace@example.org"),
        ("I'm Countess Ada", "Countess Ada"),
        ("“adal”", "adal"),
    ],
)
def test_the_reply_says_who_they_are_there(answer: str, told: str) -> None:
    assert (found := me("my tickets", answer=answer)) is not None
    assert found.told == told
    assert told in found.address


def test_an_agent_that_asks_for_somebody_asks_for_that_persons_things() -> None:
    found = asker.find("my tickets", "Debugger, for Ada Lovelace", "ada@example.com")
    assert found is not None
    assert found.names == {"ada lovelace", "ada@example.com"}
