"""What people may type after `/ops subscribe`, and what they are told when it is wrong."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scheduling.phrases import REPORTS, NotUnderstood, Wish, parse_wish
from bot.scheduling.zones import UnknownZone, find_zone, is_zone

NINE = Wish("incidents", 9, 0)


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("daily incidents at 09:00", NINE),
        ("incidents at 9", NINE),
        ("  Daily   INCIDENTS at 9:00 AM ", NINE),
        ("the incidents report every day at 9am", NINE),
        ("incidents every morning at 9 a.m.", NINE),
        ("daily incidents 09:00", NINE),
        ("daily incident at 9.00", NINE),
        ("`daily incidents at 09:00`", NINE),
        ("daily incidents at 12am", Wish("incidents", 0, 0)),
        ("daily incidents at 12pm", Wish("incidents", 12, 0)),
        ("daily incidents at 12:30 am", Wish("incidents", 0, 30)),
        ("daily incidents at 5:45pm", Wish("incidents", 17, 45)),
        ("daily incidents at 23:59", Wish("incidents", 23, 59)),
        ("daily incidents at midnight", Wish("incidents", 0, 0)),
        ("daily incidents at noon in Tokyo", Wish("incidents", 12, 0, "Asia/Tokyo")),
        ("daily incidents at 9am Europe/Lisbon", Wish("incidents", 9, 0, "Europe/Lisbon")),
        ("daily incidents at 9am europe/LISBON", Wish("incidents", 9, 0, "Europe/Lisbon")),
        ("daily incidents at 09:00 in Berlin", Wish("incidents", 9, 0, "Europe/Berlin")),
        ("daily incidents at 9 (new york time)", Wish("incidents", 9, 0, "America/New_York")),
        ("daily incidents at 09:00 UTC", Wish("incidents", 9, 0, "UTC")),
        ("daily incidents now", Wish("incidents", now=True)),
        ("incidents now", Wish("incidents", now=True)),
    ],
)
def test_what_is_understood(typed: str, wish: Wish) -> None:
    assert parse_wish(typed) == wish


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Say which report, and when."),
        ("daily", "Say which report, and when."),
        ("at 9am", "Say which report, and when."),
        ("now", "Say which report, and when."),
        ("daily sales at 9", "There is no report called “sales”; there is “incidents”."),
        ("daily incidents", "Say at what time, or “now”."),
        ("daily incidents at", "Say at what time, or “now”."),
        ("daily incidents tomorrow", "“tomorrow” is not a time of day."),
        ("daily incidents at 25:00", "“25:00” is not a time of day: write 09:00, 9am or 17:30."),
        ("daily incidents at 9:75", "“9:75” is not a time of day"),
        ("daily incidents at 13pm", "“13pm” is not a time of day"),
        ("daily incidents at 0900", "“0900” is not a time of day"),
        ("weekly incidents at 9", "Reports come every day; “weekly” is not possible."),
        ("incidents every monday at 9", "Reports come every day; “every monday” is not possible."),
        ("incidents at 9 in Atlantis", "There is no time zone “atlantis”."),
        ("incidents at 9 in Berlim", "Did you mean Europe/Berlin"),
        ("incidents at 9 pacific", "may be Canada/Pacific or US/Pacific: write which."),
        ("incidents at 9 in #ops", "A report comes to the channel that it is subscribed in"),
    ],
)
def test_what_people_are_told_about_mistakes(typed: str, told: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        parse_wish(typed)

    assert told in str(caught.value)
    assert "/ops subscribe" in str(caught.value) or "type the same there" in str(caught.value)


WORDS = st.sampled_from(
    "daily every day incidents incident report at now in 9 09:00 9am 12pm 99 : . # Berlin new york "
    "Europe/Lisbon UTC time noon the ( ) ` am a.m. ٩ ½".split()
)


@given(st.one_of(st.text(), st.lists(WORDS, max_size=8).map(" ".join)))
def test_whatever_is_typed_gives_a_wish_that_can_be_kept_or_a_sentence(typed: str) -> None:
    try:
        wish = parse_wish(typed)
    except NotUnderstood as error:
        told = str(error)
    else:
        told = ""
    if told:
        assert 20 < len(told) < 500
        return
    assert wish.report in REPORTS
    assert 0 <= wish.hour <= 23
    assert 0 <= wish.minute <= 59
    assert wish.timezone is None or ZoneInfo(wish.timezone).key == wish.timezone


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_time_of_the_day_is_understood_in_both_ways_of_writing(
    hour: int, minute: int
) -> None:
    half = "am" if hour < 12 else "pm"
    written = f"{(hour - 1) % 12 + 1}:{minute:02}{half}"

    assert parse_wish(f"daily incidents at {hour:02}:{minute:02}") == Wish(
        "incidents", hour, minute
    )
    assert parse_wish(f"daily incidents at {written}") == Wish("incidents", hour, minute)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Istanbul", "Europe/Istanbul"),  # and not its former name Asia/Istanbul
        ("buenos aires", "America/Argentina/Buenos_Aires"),
        ("Singapore", "Singapore"),
        ("Kiev", "Europe/Kiev"),
    ],
)
def test_a_city_is_enough_for_a_time_zone(typed: str, zone: str) -> None:
    assert find_zone(typed) == zone
    assert is_zone(zone)


def test_a_placeholder_is_no_time_zone() -> None:
    assert not is_zone("Factory")
    with pytest.raises(UnknownZone):
        find_zone("Factory")
