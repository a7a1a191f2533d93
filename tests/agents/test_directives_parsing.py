"""What counts as a directive in a question, and what the question is without it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agents.directives import Directive, Kind, Unknown, parse

FOUR = [
    (
        "list open Better Stack incidents and #alert on anything hitting production",
        "list open Better Stack incidents",
        Directive(Kind.ALERT, "on anything hitting production"),
    ),
    (
        "summarize incidents from the last 24h and #recommend follow-ups",
        "summarize incidents from the last 24h",
        Directive(Kind.RECOMMEND, "follow-ups"),
    ),
    (
        "search api-gateway logs for 5xx in the last hour and #visualize by status code",
        "search api-gateway logs for 5xx in the last hour",
        Directive(Kind.VISUALIZE, "by status code"),
    ),
    (
        "report 24h availability for production monitors and #flag anything below 99%",
        "report 24h availability for production monitors",
        Directive(Kind.FLAG, "anything below 99%"),
    ),
]


@pytest.mark.parametrize(("text", "question", "directive"), FOUR)
def test_the_examples(text: str, question: str, directive: Directive) -> None:
    found = parse(text)
    assert found.found == [directive]
    assert found.question == question
    assert not found.unknown


def test_they_combine() -> None:
    found = parse("which checks are slow? #flag over 1.5s, #visualize by region and #report")
    assert found.found == [
        Directive(Kind.FLAG, "over 1.5s"),
        Directive(Kind.VISUALIZE, "by region"),
        Directive(Kind.REPORT),
    ]
    assert found.question == "which checks are slow?"


def test_what_follows_in_its_own_sentence_is_still_the_question() -> None:
    found = parse("#flag below 99.5%. Also who is on call?")
    assert found.found == [Directive(Kind.FLAG, "below 99.5%")]
    assert found.question == "who is on call?"
    assert parse("list monitors #report, then say who is on call").question == (
        "list monitors, then say who is on call"
    )


def test_a_directive_may_hold_the_whole_question() -> None:
    found = parse("Please #visualise open incidents by cause")
    assert found.found == [Directive(Kind.VISUALIZE, "open incidents by cause")]
    assert found.question == "open incidents by cause"


@pytest.mark.parametrize(
    ("text", "words", "question"),
    [
        ("report availability (#flag below 99%)", "below 99%", "report availability"),
        ("report availability — *#flag below 99%*", "below 99%", "report availability"),
        ("(which are slow, #flag over 5) today?", "over 5", "(which are slow today?"),
        ("which are slow? _#flag_", "", "which are slow?"),
        ("any errors? #flag > 5 and < 9", "> 5 and < 9", "any errors?"),
        ("any errors? #flag e.g. over 5", "e.g. over 5", "any errors?"),
        ("any errors? #flag in <#C1|logs> over 5", "in <#C1|logs> over 5", "any errors?"),
    ],
)
def test_marks_around_it_are_none_of_its_words(text: str, words: str, question: str) -> None:
    found = parse(text)
    assert found.found == [Directive(Kind.FLAG, words)]
    assert found.question == question


def test_between_angles_that_mean_less_and_more_there_may_be_one() -> None:
    found = parse("list checks #flag < 5 #visualize those > 3")
    assert [one.kind for one in found.found] == [Kind.FLAG, Kind.VISUALIZE]


@pytest.mark.parametrize(
    "text",
    [
        "what happened in <#C123|recommend>?",
        "what is in #report's table?",
        "what happened in <#C123>?",
        "look at issue #12 and #34",
        "is it C# or F#?",
        "the colour #fff, #bada55 or #facade",
        "# Heading\n## Alert",
        "run `#flag` or\n```\n#report\n```",
        "see https://example.com/#alert and <https://example.com/#flag|this>",
        "> #alert on it\nwhat did they mean?",
        "a&#recommend; b",
        "post in #incidents",
    ],
)
def test_what_is_none(text: str) -> None:
    found = parse(text, channels={"incidents"})
    assert not found
    assert found.question == text


def test_an_unknown_one_is_named_with_the_nearest() -> None:
    found = parse("how many? #vizualize #wibble")
    assert found.unknown == [Unknown("vizualize", "visualize"), Unknown("wibble")]
    assert parse("how many? #chart").unknown == [Unknown("chart", "visualize")]
    assert parse("how many? #plots").unknown == [Unknown("plots", "visualize")]
    assert parse("in #incidents?").unknown == [Unknown("incidents")]
    assert not parse("in #incidents?", {"incidents"}).unknown


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    found = parse(text)
    if not found.found:
        assert found.question == text
    assert len({one.kind for one in found.found}) == len(found.found)
    assert not parse(found.question).found or found.found == []


@given(
    st.text("abc xyz,", max_size=40).map(lambda text: f"{text} abc"),
    st.lists(st.sampled_from(list(Kind)), unique=True, max_size=5),
)
def test_each_that_is_asked_for_is_found_and_no_other(text: str, kinds: list[Kind]) -> None:
    found = parse(" and ".join([text, *(f"#{kind}" for kind in kinds)]))
    assert [one.kind for one in found.found] == kinds


@given(st.text(max_size=60), st.sampled_from(list(Kind)))
def test_code_holds_none(text: str, kind: Kind) -> None:
    inside = text.replace("`", "")
    assert not parse(f"see ```{inside} #{kind} below 5```").found
