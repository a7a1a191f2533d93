"""The words of the report: everything in it comes from the facts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.reports.compare import compare_days
from bot.reports.facts import ServiceFacts
from bot.reports.render import MOST_SHOWN, headline, incidents_report, percent
from tests.fixtures_store import START
from tests.reports.samples import (
    BUSY,
    CALM,
    ORDER,
    QUIET,
    facts,
    incident,
    monitor,
)

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("busy", incidents_report(facts(BUSY), ORDER)),
        ("quiet", incidents_report(facts(QUIET), replace(ORDER, requested=True))),
    ],
)
def test_the_report_is_word_for_word_as_agreed(name: str, report: str) -> None:
    assert report == (GOLDEN / f"{name}.md").read_text()


@pytest.mark.parametrize(
    ("services", "words"),
    [
        ((BUSY,), "2 incidents open; 99.99 % availability yesterday"),
        ((QUIET,), "No incidents open; 100 % availability yesterday"),
        (
            (replace(QUIET, incidents=None),),
            "Open incidents are not known; 100 % availability yesterday",
        ),
        ((replace(QUIET, monitors=None),), "No incidents open; availability not known"),
        (
            (BUSY, replace(QUIET, incidents=None, monitors=None)),
            "At least 2 incidents open; 99.99 % availability yesterday",
        ),
        (
            (QUIET, replace(QUIET, incidents=None, monitors=None)),
            "No incidents open as far as known; 100 % availability yesterday",
        ),
        (
            (replace(QUIET, incidents=None, monitors=None),),
            "The state is not known: nothing could be read",
        ),
        ((), "Better Stack is not connected, so there is nothing to report"),
    ],
)
def test_the_headline_says_the_state_in_one_line(
    services: tuple[ServiceFacts, ...], words: str
) -> None:
    assert headline(facts(*services)) == words


def test_availability_is_the_mean_of_the_monitors_that_are_known() -> None:
    monitors = (monitor("a", 100.0), monitor("b", 99.0), monitor("c", None, None))

    assert headline(facts(replace(QUIET, monitors=monitors))).endswith(
        "99.50 % availability yesterday"
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (100, "100 %"),
        (99.999, "99.99 %"),
        (99.57, "99.57 %"),
        (99.5, "99.50 %"),
        (0, "0 %"),
        (None, "not known"),
    ],
)
def test_percentages_are_never_rounded_up(value: float | None, words: str) -> None:
    assert percent(value) == words


@given(st.decimals(0, 100, places=6))
def test_only_what_is_whole_is_called_100_percent(value: Decimal) -> None:
    assert (percent(value) == "100 %") == (value == 100)


def test_an_unreachable_service_makes_a_report_that_says_so() -> None:
    why = "Incidents, Monitors, Who is on call: Better Stack could not be reached."
    silent = replace(QUIET, incidents=None, monitors=None, on_call=None, gaps=(why,))

    report = incidents_report(facts(silent), ORDER)

    assert "The state is not known" in report
    assert why in report
    assert "No incident" not in report
    assert "On call now" not in report


def test_without_a_connection_it_says_what_to_connect() -> None:
    report = incidents_report(facts(), ORDER)

    assert "Better Stack is not connected" in report
    assert "`better_stack`" in report
    assert "Ana subscribed" in report


def test_a_report_asked_for_once_says_how_to_get_it_daily() -> None:
    report = incidents_report(facts(QUIET), replace(ORDER, requested=True, daily_at=""))

    assert "Ana asked for this report." in report
    assert "`/ops subscribe daily incidents at 09:00`" in report


def test_a_long_list_is_cut_and_says_by_how_much() -> None:
    many = [incident(f"Outage {number}", began=number) for number in range(MOST_SHOWN + 7)]
    report = incidents_report(facts(replace(QUIET, incidents=compare_days(many, START))), ORDER)

    assert report.count("Outage") == MOST_SHOWN + 1  # and the longest
    assert "7 more are not shown." in report


HOSTILE = "<!channel> **bold** [click](https://evil.example) | `x` |\n\n# Head &lt; ~~no~~ _it_"


def test_what_a_service_returned_stays_text() -> None:
    nasty = incident(HOSTILE[:70], began=5, cause=HOSTILE[40:], link="javascript:alert(1)")
    report = incidents_report(
        facts(
            replace(
                QUIET,
                incidents=replace(CALM, open=(nasty,), longest=nasty),
                monitors=(replace(monitor(HOSTILE[:60], 99.0), link="https://x.example/a b"),),
                gaps=(HOSTILE,),
            )
        ),
        replace(ORDER, asked_by=HOSTILE[:50]),
    )
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(report)

    flat = list(_flat(tokens))
    assert not [token for token in flat if token.type in ("link_open", "s_open", "em_open")]
    assert [token.content for token in flat if token.type == "code_inline"] == [
        "/ops unsubscribe incidents"
    ]
    assert len([token for token in flat if token.type == "heading_open"]) == 2
    assert {len(row) for row in _rows(tokens)} == {4, 5}


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_name_can_break_the_table(name: str, cause: str) -> None:
    one = incident(name or "x", began=5, cause=cause, link="https://uptime.example/i/1")
    report = incidents_report(facts(replace(QUIET, incidents=replace(CALM, open=(one,)))), ORDER)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(report)

    assert [len(row) for row in _rows(tokens)] == [5, 5]


def _flat(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *_flat(token.children or []))]


def _rows(tokens: list[Token]) -> list[list[Token]]:
    rows: list[list[Token]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append(token)
    return rows
