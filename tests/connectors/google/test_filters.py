"""No filter of an agent escapes from the connection's own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.gcloud_logging.filters import Refused, checked, joined
from tests.connectors.helpers import NOW

FOLDER = Path(__file__).parent
FENCE = 'resource.labels.namespace_name="shop"'
SINCE = NOW - timedelta(hours=24)


def corpus(name: str) -> list[str]:
    lines = (FOLDER / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith("# ")]


@pytest.mark.parametrize("text", corpus("filters_hostile.txt"))
def test_a_filter_that_could_escape_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="was not used"):
        joined([FENCE, text], SINCE, NOW)


@pytest.mark.parametrize("text", corpus("filters_honest.txt"))
def test_an_honest_filter_passes_unchanged(text: str) -> None:
    assert checked(f" {text}\n") == text


def test_filters_stand_between_parentheses_within_the_period() -> None:
    assert joined([FENCE, "severity=ERROR OR a"], SINCE, NOW) == (
        f"({FENCE}) AND (severity=ERROR OR a)"
        ' AND timestamp>="2026-05-12T14:21:00.000Z" AND timestamp<="2026-05-13T14:21:00.000Z"'
    )


def test_empty_filters_leave_nothing_behind() -> None:
    assert joined(["", " "], SINCE, NOW).startswith("timestamp>=")


def test_several_lines_are_one_filter() -> None:
    assert checked("severity=ERROR\nAND a:b") == "severity=ERROR\nAND a:b"


@pytest.mark.parametrize("text", ["a\x00b", "a\x1fb", "a\u2028b", '"a\nb"', '"a\rb"'])
def test_control_signs_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        checked(text)


def test_all_of_it_has_a_bound() -> None:
    with pytest.raises(Refused, match="more than 20000 characters"):
        joined([FENCE, f'"{"x" * 19_950}"'], SINCE, NOW)


@given(st.text(alphabet='()"\\- aO\n', max_size=30))
def test_whatever_passes_closes_only_what_it_opens(text: str) -> None:
    """Read by another rule than the guard's: texts out first, then parentheses are counted."""
    try:
        found = checked(text)
    except Refused:
        return
    depth, inside, escaped = 0, False, False
    for sign in found:
        if inside:
            inside = escaped or sign != '"'
            escaped = not escaped and sign == "\\"
            continue
        inside = sign == '"'
        depth += (sign == "(") - (sign == ")")
        assert depth >= 0
    assert (depth, inside) == (0, False)
