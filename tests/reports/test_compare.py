"""Which incidents count as today's, and what they are compared with."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.reports.compare import compare_days, incidents_in
from tests.fixtures_store import START
from tests.reports.samples import incident

HOUR = 60
DAY = 24 * HOUR


def test_the_last_24_hours_are_told_from_the_24_before() -> None:
    facts = compare_days(
        [
            incident("now", began=0),
            incident("today", began=DAY - 1, lasted=5),
            incident("exactly a day ago", began=DAY, lasted=5),
            incident("before", began=2 * DAY - 1, lasted=5),
            incident("exactly two days ago", began=2 * DAY, lasted=5),
        ],
        START,
    )

    assert (facts.began, facts.began_before) == (2, 2)


def test_what_is_open_counts_however_long_ago_it_began() -> None:
    old = incident("old", began=30 * DAY)

    facts = compare_days([old], START)

    assert (facts.open, facts.began, facts.longest) == ((old,), 0, old)


def test_what_was_resolved_in_the_last_24_hours_counts_however_long_ago_it_began() -> None:
    ended = incident("long", began=5 * DAY, lasted=4 * DAY + HOUR)
    over = incident("over for long", began=5 * DAY, lasted=HOUR)

    facts = compare_days([ended, over], START)

    assert facts.ended == (ended,)
    assert facts.longest == ended


def test_the_longest_counts_open_ones_up_to_now() -> None:
    still_open = incident("open", began=90)
    ended = incident("ended", began=200, lasted=80)

    assert compare_days([ended, still_open], START).longest == still_open


def test_an_incident_in_two_answers_counts_once_and_the_newest_is_first() -> None:
    row = {"id": "1", "name": "Old", "started_at": "2026-11-21T01:00:00Z"}
    newer = {"id": "2", "name": "New", "started_at": "2026-11-22T01:00:00Z"}

    assert [one.name for one in incidents_in([row, newer, row])] == ["New", "Old"]


@given(st.lists(st.tuples(st.integers(0, 5 * DAY), st.none() | st.integers(0, DAY))))
def test_the_figures_always_fit_together(spans: list[tuple[int, int | None]]) -> None:
    incidents = [
        incident(str(number), began=began, lasted=None if lasted is None else min(lasted, began))
        for number, (began, lasted) in enumerate(spans)
    ]

    facts = compare_days(incidents, START)

    assert facts.began + facts.began_before <= len(incidents)
    assert not set(facts.open) & set(facts.ended)
    assert (facts.longest is None) == (not facts.open and not facts.ended)
    assert facts.began <= len(facts.open) + len(facts.ended)
