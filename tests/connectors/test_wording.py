import pytest

from bot.connectors.wording import duration, lasted, moment, when
from tests.connectors.helpers import NOW


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, None),
        (0, "0 s"),
        (45.4, "45 s"),
        (60, "1 min"),
        (312, "5 min 12 s"),
        (4_320, "1 h 12 min"),
        (3_605, "1 h"),
        (187_200, "2 d 4 h"),
        (-5, "0 s"),
    ],
)
def test_a_length_of_time_has_its_two_largest_units(
    seconds: float | None, words: str | None
) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-05-13T13:58:00.000Z", "13:58 UTC"),
        ("2026-05-13T15:58:00+02:00", "13:58 UTC"),
        ("2026-05-12T13:58:00Z", "12 May, 13:58 UTC"),
        ("2025-05-12T13:58:00Z", "12 May 2025, 13:58 UTC"),
        (None, ""),
        ("soon", ""),
    ],
)
def test_a_moment_is_as_long_as_it_must_be(value: str | None, words: str) -> None:
    assert when(value, NOW) == words


def test_what_goes_on_has_lasted_so_far() -> None:
    assert lasted("2026-05-13T13:58:00Z", None, NOW) == "23 min so far"
    assert lasted("2026-05-13T13:58:00Z", "2026-05-13T14:00:00Z", NOW) == "2 min"
    assert lasted(None, None, NOW) is None


def test_a_moment_without_a_zone_is_in_utc() -> None:
    assert moment("2026-05-13T14:21:00") == NOW
