"""Whom a message is for: every way of naming an agent, and every way that is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agents.addressing import Address, To, address, is_empty

CREW = {"debugger": "Debugger", "analyst": "Analyst", "tony": "Tony", "product-manager": "PM"}
BOT = "UBOT"


def read(text: str) -> Address:
    return address(text, BOT, CREW)


@pytest.mark.parametrize(
    ("text", "handle", "question"),
    [
        ("@debugger what is open?", "debugger", "what is open?"),
        ("@Debugger what is open?", "debugger", "what is open?"),
        ("@debugger: what is open?", "debugger", "what is open?"),
        ("hey @debugger, what is open?", "debugger", "hey what is open?"),
        ("what is open, @debugger?", "debugger", "what is open, ?"),
        ("@product-manager what next?", "product-manager", "what next?"),
        ("<@UBOT> debugger what is open?", "debugger", "what is open?"),
        ("<@UBOT> Debugger: what is open?", "debugger", "what is open?"),
        ("<@UBOT> @debugger what is open?", "debugger", "what is open?"),
        ("<@UBOT|ops> debugger what is open?", "debugger", "what is open?"),
        ("<@UBOT> debugger\nwhat is open?", "debugger", "what is open?"),
        ("<@UBOT>, debugger, what is open?", "debugger", "what is open?"),
        ("debugger <@UBOT> what is open?", "debugger", "what is open?"),
        ("@debugger\nwhat is open?\nand who is on call?", "debugger", None),
        ("@debugger @debugger what is open?", "debugger", "what is open?"),
    ],
)
def test_an_agent_may_be_named_in_many_ways(text: str, handle: str, question: str | None) -> None:
    found = read(text)
    assert (found.to, found.handle) == (To.AGENT, handle)
    if question is not None:
        assert found.question == question
    else:
        assert found.question == "what is open?\nand who is on call?"


@pytest.mark.parametrize(
    "text",
    [
        "<@UBOT> what is open?",
        "<@UBOT> what has happened today?",
        "what is open, <@UBOT>",
        "<@UBOT> debug the checkout",
        "<@UBOT> analysis of last night, please",
        "<@UBOT> product numbers?",
    ],
)
def test_the_app_alone_may_be_asked(text: str) -> None:
    found = read(text)
    assert (found.to, found.handle) == (To.BOT, "")
    assert "UBOT" not in found.question


@pytest.mark.parametrize(
    ("text", "wrong", "nearest"),
    [
        ("@debuger what is open?", "debuger", "debugger"),
        ("<@UBOT> debuger what is open?", "debuger", "debugger"),
        ("<@UBOT> @debuger what is open?", "debuger", "debugger"),
        ("<@UBOT> @detective what is open?", "detective", ""),
        ("<@UBOT> analist what is open?", "analist", "analyst"),
        ("@toni: what is open?", "toni", "tony"),
    ],
)
def test_a_misspelt_name_is_told_with_the_nearest(text: str, wrong: str, nearest: str) -> None:
    found = read(text)
    assert (found.to, found.wrong_name, found.nearest) == (To.UNKNOWN, wrong, nearest)


@pytest.mark.parametrize(
    "text",
    [
        "what is open?",
        "@bob can you look?",
        "@here lunch",
        "<!here> lunch",
        "<!subteam^S123|@oncall> lunch",
        "<@U123> can you look?",
        "mail me at ana@debugger",
        "<mailto:ana@tony.com|ana@tony.com>",
        "<https://medium.com/@tony/a-post>",
        "see <https://example.com/?by=@tony|this> please",
        "https://medium.com/@tony/a-post",
        "",
        "   ",
        "@",
        "@ debugger",
        "tony is on holiday",
    ],
)
def test_what_names_no_agent_is_for_nobody(text: str) -> None:
    assert read(text).to is To.NOBODY


def test_two_agents_are_both_named() -> None:
    found = read("@debugger and @Tony, look at this, @debugger!")
    assert (found.to, list(found.handles)) == (To.SEVERAL, ["debugger", "tony"])


@pytest.mark.parametrize("text", ["<@U123> look", "look <@U123|bo> please", "@tony ask <@U123>"])
def test_another_person_in_a_message_is_noticed(text: str) -> None:
    assert read(text).other_people
    assert not read("@tony look <@UBOT>").other_people


def test_what_slack_escapes_is_read_as_it_was_typed() -> None:
    assert read("@tony is 1 &lt; 2 &amp;&amp; 3 &gt; 2?").question == "is 1 < 2 && 3 > 2?"
    assert read("@tony what is &amp;lt;?").question == "what is &lt;?"
    assert read("<@UBOT> tony what is &amp;lt;?").question == "what is &lt;?"


@pytest.mark.parametrize(
    "text", ["", " ", "?", "…", ":wave:", ":fire::fire:", ":+1: :smile:", "🔥", "!!!", "<@UBOT>"]
)
@pytest.mark.parametrize("head", ["@tony ", "<@UBOT> ", "<@UBOT> tony ", "<@UBOT> tony: "])
def test_a_message_without_a_word_asks_nothing(head: str, text: str) -> None:
    found = read(head + text)
    assert found.to in (To.AGENT, To.BOT)
    assert is_empty(found.question)


@pytest.mark.parametrize(
    "text", ["hi", "42", "почему?", ":fire: why", "10:30:45", "何が開いている"]
)
def test_a_word_in_any_script_is_a_question(text: str) -> None:
    assert not is_empty(read(f"@tony {text}").question)


_pieces = st.sampled_from(
    ["@debugger", "@debuger", "<@UBOT>", "<@U1>", "<@", ">", "@", ":", ",", "\n", "&lt;", "🔥", " "]
)


@given(st.one_of(st.text(), st.lists(st.one_of(_pieces, st.text(max_size=5))).map("".join)))
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    found = read(text)
    assert found.to in To
    assert (found.to is To.AGENT) == bool(found.handle)
    assert found.handle == "" or found.handle in CREW
    assert found.nearest == "" or found.nearest in CREW
    is_empty(found.question)


@given(st.text(), st.text(max_size=10), st.dictionaries(st.text(max_size=8), st.text(max_size=8)))
def test_nor_does_any_crew(text: str, bot: str, crew: dict[str, str]) -> None:
    assert address(f"<@{bot}> {text}", bot, crew).to in To


def test_a_very_long_message_is_read_at_once() -> None:
    for text in ("@" * 40_000, "@debuger " * 4_000, "<@U1" * 10_000, ":" * 40_000, " " * 40_000):
        read(text)
        is_empty(text)
