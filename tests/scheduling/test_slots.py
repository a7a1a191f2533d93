"""When a report is due, over the changes of the clocks, and that a slot fires once."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scheduling.queue import TableQueue
from bot.scheduling.slots import (
    LATEST,
    due,
    firing,
    next_firing,
    open_slot,
    slot_of_request,
    was_requested,
)
from bot.store.database import Ids, Store
from bot.store.tables import Member, Slot, Subscription
from tests.fixtures_store import ORGANISATION, MovableClock, counted_ids
from tests.scheduling.jobs import jobs

ZONES = ["UTC", "Europe/Lisbon", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]


def subscription(hour: int, minute: int = 0, zone: str = "Europe/Lisbon") -> Subscription:
    return Subscription(
        id="subscription",
        organisation_id=ORGANISATION,
        channel_id="C1",
        report="incidents",
        hour=hour,
        minute=minute,
        timezone=zone,
        created_by="ana",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        cancelled_at=None,
    )


def utc(day: str, time: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{time}:00+00:00")


def test_a_report_is_due_from_its_time_on_and_not_before() -> None:
    nine_in_berlin = subscription(9, zone="Europe/Berlin")

    assert due(nine_in_berlin, utc("2026-11-22", "07:59")) is None
    assert due(nine_in_berlin, utc("2026-11-22", "08:00")) == "2026-11-22"


def test_the_slot_is_the_local_date_and_not_that_of_utc() -> None:
    assert due(subscription(9, zone="Pacific/Auckland"), utc("2026-11-21", "20:00")) == "2026-11-22"
    assert due(subscription(23, zone="America/New_York"), utc("2026-11-22", "04:30")) == (
        "2026-11-21"
    )


def test_what_is_more_than_six_hours_late_is_left_out() -> None:
    nine = subscription(9)
    at = firing(nine, date(2026, 11, 22))

    assert due(nine, at + LATEST - timedelta(seconds=1)) == "2026-11-22"
    assert due(nine, at + LATEST) is None


def test_a_late_evening_report_can_be_made_up_for_after_midnight() -> None:
    assert due(subscription(23), utc("2026-11-23", "02:00")) == "2026-11-22"


def test_a_report_is_not_due_for_the_time_before_anybody_subscribed() -> None:
    nine = subscription(9)
    nine.created_at = utc("2026-11-22", "09:30")

    assert due(nine, utc("2026-11-22", "09:31")) is None
    assert due(nine, utc("2026-11-23", "09:00")) == "2026-11-23"


def test_a_cancelled_report_is_never_due() -> None:
    nine = subscription(9)
    nine.cancelled_at = utc("2026-11-20", "09:00")

    assert due(nine, utc("2026-11-22", "09:00")) is None


def test_in_spring_the_time_that_does_not_exist_fires_once_an_hour_later() -> None:
    skipped = subscription(2, 30, "America/New_York")  # 2026-03-08: 02:00 becomes 03:00

    assert firing(skipped, date(2026, 3, 8)) == utc("2026-03-08", "07:30")  # 03:30 there
    assert due(skipped, utc("2026-03-08", "07:29")) is None
    assert due(skipped, utc("2026-03-08", "07:30")) == "2026-03-08"
    assert next_firing(skipped, utc("2026-03-08", "07:30")) == utc("2026-03-09", "06:30")


def test_in_autumn_the_time_that_comes_twice_is_one_slot_and_fires_at_the_first() -> None:
    twice = subscription(1, 30, "America/New_York")  # 2026-11-01: 02:00 becomes 01:00

    assert firing(twice, date(2026, 11, 1)) == utc("2026-11-01", "05:30")
    assert due(twice, utc("2026-11-01", "05:30")) == "2026-11-01"
    assert due(twice, utc("2026-11-01", "06:30")) == "2026-11-01"
    assert next_firing(twice, utc("2026-11-01", "05:30")) == utc("2026-11-02", "06:30")


@given(
    st.sampled_from(ZONES),
    st.integers(0, 23),
    st.sampled_from([0, 30, 59]),
    st.integers(0, 365 * 24 * 60),
)
def test_the_next_firing_is_due_when_it_comes_and_at_most_25_hours_away(
    zone: str, hour: int, minute: int, passed: int
) -> None:
    one = subscription(hour, minute, zone)
    now = utc("2026-02-01", "00:00") + timedelta(minutes=passed)

    at = next_firing(one, now)

    assert timedelta(0) < at - now <= timedelta(hours=25)
    assert due(one, at) is not None
    assert due(one, at) != due(one, at - timedelta(seconds=1))


def test_a_request_has_a_slot_of_its_own() -> None:
    slot = slot_of_request("1337.42.abcdef")

    assert was_requested(slot)
    assert slot != slot_of_request("1337.43.abcdef")
    assert not was_requested("2026-11-22")
    assert len(slot_of_request("x" * 500)) <= 64


async def saved(store: Store, ana: Member) -> Subscription:
    one = subscription(9)
    async with store.writing(ORGANISATION) as session:
        session.add(one)
    return one


async def fire(store: Store, one: Subscription, slot: str) -> bool:
    async with store.writing(ORGANISATION) as session:
        return await open_slot(
            session, TableQueue(store), one, slot, slot_id=store.ids(), now=store.clock()
        )


async def test_a_slot_comes_with_its_job(store: Store, ana: Member) -> None:
    one = await saved(store, ana)

    assert await fire(store, one, "2026-11-22")

    (job,) = await jobs(store)
    async with store.reading(ORGANISATION) as session:
        slot = await session.get_one(Slot, job.subject)
    assert (job.kind, job.lock) == ("report", "report:subscription")
    assert (slot.slot, slot.delivered_at, slot.message_ts) == ("2026-11-22", None, "")


async def test_a_slot_fires_once_however_many_processes_fire_it(
    store: Store, database: str, clock: MovableClock, ana: Member
) -> None:
    one = await saved(store, ana)
    processes = [Store(database, clock=clock, ids=prefixed(str(number))) for number in range(4)]
    days = [f"2026-11-{day}" for day in range(10, 19)]

    fired = await asyncio.gather(*(fire(each, one, day) for day in days for each in processes))
    for process in processes:
        await process.close()

    assert sum(fired) == len(await jobs(store)) == len(days)


async def test_what_is_not_saved_has_not_fired(store: Store, ana: Member) -> None:
    one = await saved(store, ana)

    async def fail_in_the_middle() -> None:
        async with store.writing(ORGANISATION) as session:
            await open_slot(
                session, TableQueue(store), one, "2026-11-22", slot_id="s", now=store.clock()
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_in_the_middle()

    assert not await jobs(store)
    assert await fire(store, one, "2026-11-22")


def prefixed(prefix: str) -> Ids:
    ids = counted_ids()
    return lambda: prefix + ids()[1:]
