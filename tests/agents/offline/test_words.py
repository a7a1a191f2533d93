"""Words, names of tools, and clauses."""

from __future__ import annotations

import pytest

from bot.agents.offline import clauses
from bot.agents.offline.naming import parse_all
from bot.agents.offline.words import likeness, stem, tokens


def test_names_are_taken_apart_whatever_their_style() -> None:
    assert tokens("listOpenIncidents") == ["list", "open", "incidents"]
    assert tokens("who-is_on call") == ["who", "is", "oncall"]


@pytest.mark.parametrize(
    "forms",
    [
        "acknowledge acknowledged acknowledges acknowledging",
        "policy policies",
        "resolve resolved resolving",
        "pause paused pauses",
        "outage outages",
        "stop stopped stopping",
        "status statuses",
    ],
)
def test_forms_of_a_word_share_their_stem(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("outage", "incident"),
        ("ack", "acknowledge"),
        ("responder", "oncall"),
        ("uptime", "availability"),
        ("errors", "exceptions"),
        ("tickets", "issues"),
        ("revenue", "payments"),
    ],
)
def test_words_with_one_meaning_are_alike(one: str, other: str) -> None:
    assert likeness(stem(one), stem(other)) >= 0.7


def test_words_with_nothing_in_common_are_not() -> None:
    assert likeness(stem("weather"), stem("incident")) == 0


@pytest.mark.parametrize(
    ("name", "service", "verb", "things"),
    [
        ("better_box_list_incidents", "Better Box", "list", "incidents"),
        ("better_box_monitor_availability", "Better Box", "", "monitor availability"),
        ("listTables", "", "list", "tables"),
        ("incidents.list", "", "list", "incidents"),
        ("desk-create-ticket", "Desk", "create", "ticket"),
        ("who_is_on_call", "", "who", "on-call"),
        ("weather", "", "", "weather"),
    ],
)
def test_a_tools_name_is_service_verb_and_thing(
    name: str, service: str, verb: str, things: str
) -> None:
    parsed = parse_all(["better_box_list_incidents", name])[name]
    assert (parsed.title, parsed.verb, parsed.things) == (service, verb, things)


def parts(text: str, *nouns: str) -> list[tuple[str, str]]:
    found = clauses.split(text, ["bump"], frozenset(stem(noun) for noun in nouns))
    return [(one.text, one.verb) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "which incidents are open, and who is on call?",
            [("which incidents are open?", ""), ("who is on call?", "")],
        ),
        ("errors between 9 and 11", [("errors between 9 and 11", "")]),
        (
            "how many customers and invoices do we have?",
            [("how many customers?", ""), ("invoices do we have?", "")],
        ),
        ("errors in payments and checkout", [("errors in payments and checkout", "")]),
        ("list incidents. Who is on call?", [("list incidents.", ""), ("Who is on call?", "")]),
        ("show it and acknowledge it", [("show it", ""), ("acknowledge it", "acknowledge")]),
        ("bump the version", [("bump the version", "bump")]),
    ],
)
def test_a_question_is_taken_apart(text: str, expected: list[tuple[str, str]]) -> None:
    assert parts(text, "customers", "invoices", "errors", "incidents") == expected


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("comment on it: we roll back, then wait", "we roll back, then wait"),
        ('create a ticket titled "Fix and ship"', "Fix and ship"),
        ("create a ticket saying the door is open", "the door is open"),
        ("comment on it that we roll back", "we roll back"),
        ("add a note to it: done", "done"),
    ],
)
def test_the_text_of_a_write_is_kept_whole(text: str, payload: str) -> None:
    found = clauses.split(text, [], frozenset())
    assert [one.payload for one in found] == [payload]
    assert found[0].wants_write


def test_markup_and_quoted_lines_are_not_the_persons_words() -> None:
    said = "<@U123> see <https://x.example|this> :fire:\n> delete all\n```\nrm\n```"
    assert clauses.clean(said) == "see https://x.example"
