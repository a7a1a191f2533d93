"""Documents become tables of bounded size, and questions about logs have a period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.connectors.errors import Invalid
from bot.connectors.periods import period
from bot.connectors.tables import LONGEST_TEXT, bounded, same_keys
from tests.connectors.helpers import NOW


def test_rows_share_their_keys_in_the_order_in_which_they_turn_up() -> None:
    found = same_keys([{"b": 1}, {"a": 2, "b": 3}])
    assert [list(row) for row in found] == [["b", "a"], ["b", "a"]]
    assert found[0]["a"] is None


def test_a_long_text_is_cut_and_the_cut_is_named() -> None:
    [row] = same_keys([{"a": ["x" * (LONGEST_TEXT + 5)]}])
    assert row["a"][0].endswith("… [cut: 5 characters]")


def test_nesting_has_an_end() -> None:
    deep: Any = "bottom"
    for _ in range(50):
        deep = {"a": deep}
    assert "[cut: nested too deeply]" in str(bounded(deep))
    assert "bottom" not in str(bounded(deep))


@pytest.mark.parametrize(
    ("start", "end", "hours", "words"),
    [
        (None, None, 24, "12 May, 14:21 UTC to today, 14:21 UTC"),
        ("2026-05-13T13:00:00Z", "2026-05-13T14:00:00Z", 1, "13:00 UTC to 14:00 UTC"),
        (None, "2026-05-01T00:00:00Z", 24, "30 Apr, 00:00 UTC to 1 May, 00:00 UTC"),
        ("2026-05-12", "2026-05-13", 24, "12 May, 00:00 UTC to today, 00:00 UTC"),
        ("2026-05-13T15:00:00+02:00", "2026-05-13T14:00:00Z", 1, "13:00 UTC to 14:00 UTC"),
    ],
)
def test_a_period_is_24_hours_where_it_is_left_open(
    start: str | None, end: str | None, hours: int, words: str
) -> None:
    found = period(start, end, NOW)
    assert found.end - found.start == timedelta(hours=hours)
    assert found.words == words


def test_a_period_ends_after_it_starts() -> None:
    with pytest.raises(Invalid, match="start: must be before the end"):
        period("2026-05-13", "2026-05-13", NOW)
    assert period("2026-05-13", None, NOW).end == datetime(2026, 5, 13, 14, 21, tzinfo=UTC)
