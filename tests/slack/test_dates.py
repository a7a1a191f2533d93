from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.slack.dates import date_and_time, date_token, time_of_day

MOMENT = datetime(2026, 9, 14, 10, 32, 5, tzinfo=UTC)


def test_a_moment_is_shown_in_each_readers_own_time_with_utc_for_those_who_cannot() -> None:
    assert time_of_day(MOMENT) == "<!date^1789381925^{time}|2026-09-14 10:32 UTC>"
    assert "{date_short_pretty} {time}" in date_and_time(MOMENT)


def test_the_zone_in_which_a_moment_is_given_does_not_matter() -> None:
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=2)))
    assert date_token(elsewhere) == date_token(MOMENT)


def test_nothing_in_a_fallback_ends_the_token_early() -> None:
    assert date_token(MOMENT, fallback="a|b>^c") == "<!date^1789381925^{time}|a b  c>"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        date_token(datetime(2026, 9, 14))  # noqa: DTZ001 - the mistake that is tested
