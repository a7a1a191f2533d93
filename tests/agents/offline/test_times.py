"""Ranges of time in plain words, read in the asker's time zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.agents.offline import moments, times
from bot.agents.offline.schema import Param
from tests.agents.offline.world import NOW

BERLIN = "Europe/Berlin"  # 15:30 there


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("in the last 24h", "2026-03-03T15:30", None),
        ("the past two hours", "2026-03-04T13:30", None),
        ("last hour", "2026-03-04T14:30", None),
        ("over the last 3 days", "2026-03-01T15:30", None),
        ("today", "2026-03-04T00:00", None),
        ("yesterday", "2026-03-03T00:00", "2026-03-04T00:00"),
        ("since yesterday", "2026-03-03T00:00", None),
        ("this week", "2026-03-02T00:00", None),
        ("last week", "2026-02-23T00:00", "2026-03-02T00:00"),
        ("this month", "2026-03-01T00:00", None),
        ("last month", "2026-02-01T00:00", "2026-03-01T00:00"),
        ("last year", "2025-01-01T00:00", "2026-01-01T00:00"),
        ("on Monday", "2026-03-02T00:00", "2026-03-03T00:00"),
        ("last Wednesday", "2026-02-25T00:00", "2026-02-26T00:00"),
        ("since Friday", "2026-02-27T00:00", None),
        ("between 9 and 11", "2026-03-04T09:00", "2026-03-04T11:00"),
        ("yesterday between 9 and 11am", "2026-03-03T09:00", "2026-03-03T11:00"),
        ("between 22:30 and 1:00 on Monday", "2026-03-02T22:30", "2026-03-03T01:00"),
        ("from 9am to 5pm", "2026-03-04T09:00", "2026-03-04T17:00"),
        ("since 9", "2026-03-04T09:00", None),
        ("since 18:00", "2026-03-03T18:00", None),
        ("since 2026-03-01", "2026-03-01T00:00", None),
        ("between 2026-03-01 and 2026-03-02", "2026-03-01T00:00", "2026-03-03T00:00"),
        ("on 3 March", "2026-03-03T00:00", "2026-03-04T00:00"),
        ("on December 24th", "2025-12-24T00:00", "2025-12-25T00:00"),
        ("March 1, 2024", "2024-03-01T00:00", "2024-03-02T00:00"),
        ("2 days ago", "2026-03-02T00:00", "2026-03-03T00:00"),
        ("two hours ago", "2026-03-04T13:30", None),
        ("last night", "2026-03-03T20:00", "2026-03-04T06:00"),
    ],
)
def test_a_range(words: str, start: str, end: str | None) -> None:
    span = times.find(f"show errors {words} please", NOW, BERLIN)
    assert span is not None
    assert span.start.isoformat()[:16] == start
    assert (span.end.isoformat()[:16] if span.end else None) == end
    assert span.words in words


@pytest.mark.parametrize(
    "words",
    [
        "the last 5 incidents",
        "from 1 to 2 stars",
        "may 99",
        "2026-13-45",
        "error 502",
    ],
)
def test_no_range(words: str) -> None:
    assert times.find(words, NOW, BERLIN) is None


def test_an_instant_keeps_its_own_zone() -> None:
    span = times.find("since 2026-03-04T10:00:00Z", NOW, BERLIN)
    assert span is not None
    assert span.start == datetime(2026, 3, 4, 10, tzinfo=UTC)


def test_hours_are_hours_when_the_clocks_change() -> None:
    after = datetime(2026, 3, 29, 10, tzinfo=UTC)  # at 1:00 UTC it became 3:00 in Berlin
    span = times.find("last 24h", after, BERLIN)
    assert span is not None
    assert (after - span.start).total_seconds() == 24 * 3600


def test_an_unknown_time_zone_is_utc() -> None:
    span = times.find("today", NOW, "Mars/Olympus")
    assert span is not None
    assert span.start == datetime(2026, 3, 4, tzinfo=UTC)


def argument(words: str, name: str, kind: str = "string", **more: object) -> object:
    param = Param(name, kind, **more)  # type: ignore[arg-type]
    found = moments.fill((param,), times.find(words, NOW, BERLIN), NOW)
    return found.get(name)


def test_a_date_goes_in_as_a_date_and_its_last_day_is_included() -> None:
    assert argument("last week", "from", format="date") == "2026-02-23"
    assert argument("last week", "to", description="Last day, YYYY-MM-DD") == "2026-03-01"
    assert argument("since monday", "to", format="date") is None
    assert argument("since monday", "to", format="date", required=True) == "2026-03-04"


def test_a_moment_goes_in_with_its_offset() -> None:
    assert argument("yesterday", "start_time", format="date-time") == "2026-03-03T00:00:00+01:00"
    assert argument("yesterday", "until", format="date-time") == "2026-03-04T00:00:00+01:00"


def test_a_unix_time_goes_in_as_a_number() -> None:
    seconds = int(datetime(2026, 3, 2, 23, tzinfo=UTC).timestamp())
    said = "Unix timestamp in seconds"
    assert argument("yesterday", "created_after", "integer", description=said) == seconds
    said = "Unix time in milliseconds"
    assert argument("yesterday", "since", "integer", description=said) == seconds * 1000


def test_an_amount_or_a_period_goes_in_as_such() -> None:
    assert argument("last 7 days", "days", "integer") == 7
    assert argument("last 90 minutes", "hours", "integer") == 2
    assert argument("last 24h", "period") == "1d"
    choices = ("last_hour", "last_7_days", "today")
    assert argument("last 7 days", "date_range", choices=choices) == "last_7_days"
    assert argument("today", "date_range", choices=choices) == "today"
    assert argument("last 3 days", "date_range", choices=choices) is None


def test_what_only_sounds_like_time_is_not_filled() -> None:
    assert argument("yesterday", "from", description="The sender's address") is None
    assert argument("yesterday", "to", format="email") is None
