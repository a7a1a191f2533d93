"""The clock: which alarms it sets, when they ring, and what it makes up for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.scheduling.clock import Daily, ReportClock
from bot.scheduling.queue import TableQueue
from bot.scheduling.slots import due
from bot.store.database import Store
from bot.store.tables import Member, Slot, Subscription
from tests.fixtures_store import (
    ORGANISATION,
    OTHER_ORGANISATION,
    MovableClock,
    add_member,
    on_both_databases,
)
from tests.scheduling.jobs import jobs
from tests.scheduling.test_slots import subscription, utc

DAY = timedelta(days=1)


class Bell:
    def __init__(self) -> None:
        self.rung = 0

    def __call__(self) -> None:
        self.rung += 1


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def alarm_clock(store: Store, queue: TableQueue, bell: Bell) -> ReportClock:
    return ReportClock(store, queue, bell)


async def save(store: Store, one: Subscription, organisation: str = ORGANISATION) -> Subscription:
    one.organisation_id = organisation
    async with store.writing(organisation) as session:
        session.add(one)
    return one


async def opened(store: Store, organisation: str = ORGANISATION) -> Sequence[str]:
    async with store.reading(organisation) as session:
        return (await session.scalars(select(Slot.slot).order_by(Slot.slot))).all()


def ringing(one: Subscription, start: datetime, days: int) -> list[datetime]:
    """When APScheduler would ring from `start` on, as it steps from one time to the next."""
    trigger = Daily(one)
    times: list[datetime] = []
    previous, now = None, start
    while True:
        at = trigger.get_next_fire_time(previous, now)
        if at >= start + days * DAY:
            return times
        times.append(at.astimezone(UTC))
        previous = now = at


def test_on_the_day_without_half_past_two_the_alarm_rings_once_at_half_past_three() -> None:
    rung = ringing(subscription(2, 30, "America/New_York"), utc("2026-03-07", "12:00"), 2)

    assert rung == [utc("2026-03-08", "07:30"), utc("2026-03-09", "06:30")]


def test_on_the_day_with_two_half_past_ones_the_alarm_rings_once_at_the_first() -> None:
    rung = ringing(subscription(1, 30, "America/New_York"), utc("2026-11-01", "04:00"), 2)

    assert rung == [utc("2026-11-01", "05:30"), utc("2026-11-02", "06:30")]


def test_after_a_long_sleep_the_alarm_counts_on_from_when_it_rang_last() -> None:
    trigger = Daily(subscription(9))
    last, now = utc("2026-11-20", "09:00"), utc("2026-11-22", "12:00")

    assert trigger.get_next_fire_time(last, now) == utc("2026-11-21", "09:00")
    assert trigger.get_next_fire_time(None, now) == utc("2026-11-23", "09:00")


@pytest.mark.parametrize("zone", ["Europe/Lisbon", "America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize(("hour", "minute"), [(0, 0), (1, 30), (2, 30), (9, 0), (23, 59)])
def test_over_a_year_the_alarm_rings_once_on_every_local_day(
    zone: str, hour: int, minute: int
) -> None:
    one, start = subscription(hour, minute, zone), datetime(2026, 1, 1, tzinfo=UTC)
    rung = ringing(one, start, 365)
    days = [at.astimezone(ZoneInfo(zone)).date() for at in rung]

    assert days == [days[0] + count * DAY for count in range(len(days))]
    assert len(days) >= 364
    assert [due(one, at) for at in rung] == [day.isoformat() for day in days]
    assert {day.weekday() for day in days} == set(range(7))


async def test_at_the_start_alarms_are_set_for_the_subscriptions_of_all_organisations(
    store: Store, alarm_clock: ReportClock, ana: Member
) -> None:
    await add_member(store, "bo", "Bo", "UTC", OTHER_ORGANISATION)
    await save(store, subscription(11))
    theirs = subscription(12)
    theirs.id, theirs.created_by = "theirs", "bo"
    await save(store, theirs, OTHER_ORGANISATION)

    await alarm_clock.start()
    try:
        assert alarm_clock.alarms == {"subscription", "theirs"}
    finally:
        await alarm_clock.stop()


async def test_when_an_alarm_rings_the_slot_of_the_day_is_opened_and_the_worker_woken(
    store: Store, alarm_clock: ReportClock, ana: Member, bell: Bell
) -> None:
    await save(store, subscription(9))  # and it is 09:00 in Lisbon

    assert await alarm_clock.fire(ORGANISATION, "subscription")

    assert await opened(store) == ["2026-11-22"]
    assert [job.kind for job in await jobs(store)] == ["report"]
    assert bell.rung == 1


async def test_in_the_hour_that_comes_twice_a_report_fires_once(
    store: Store, alarm_clock: ReportClock, ana: Member, clock: MovableClock, bell: Bell
) -> None:
    one = await save(store, subscription(1, 30, "America/New_York"))
    fired = []
    for half_past_one in (utc("2026-11-01", "05:30"), utc("2026-11-01", "06:30")):
        clock.set(half_past_one)
        fired.append(await alarm_clock.fire(ORGANISATION, one.id))

    assert fired == [True, False]
    assert len(await jobs(store)) == bell.rung == 1


async def test_an_alarm_of_a_subscription_cancelled_elsewhere_rings_in_vain(
    store: Store, alarm_clock: ReportClock, ana: Member
) -> None:
    one = subscription(9)
    one.cancelled_at = store.clock()
    await save(store, one)

    assert not await alarm_clock.fire(ORGANISATION, "subscription")
    assert not await jobs(store)


async def test_what_was_due_while_no_clock_ran_is_made_up_for_the_newest_only_and_once(
    store: Store, alarm_clock: ReportClock, ana: Member, clock: MovableClock
) -> None:
    one = await save(store, subscription(9))
    clock.set(utc("2026-11-25", "14:59"))  # after days without a clock

    for _ in range(2):
        again = ReportClock(store, TableQueue(store), Bell())
        await again.start()
        await again.stop()

    assert await opened(store) == ["2026-11-25"]
    assert len(await jobs(store)) == 1
    assert not await alarm_clock.fire(ORGANISATION, one.id)


async def test_what_is_six_hours_late_is_not_made_up_for(
    store: Store, alarm_clock: ReportClock, ana: Member, clock: MovableClock
) -> None:
    await save(store, subscription(9))
    clock.set(utc("2026-11-25", "15:00"))

    await alarm_clock.look()

    assert not await opened(store)


@on_both_databases
async def test_two_clocks_fire_once(
    store: Store, alarm_clock: ReportClock, queue: TableQueue, ana: Member, bell: Bell
) -> None:
    await save(store, subscription(9))
    other = ReportClock(store, queue, bell)

    fired = await asyncio.gather(
        *(each.fire(ORGANISATION, "subscription") for each in (alarm_clock, other) * 3)
    )

    assert sum(fired) == bell.rung == len(await jobs(store)) == 1


async def test_a_look_finds_what_other_processes_made_changed_and_cancelled(
    store: Store, alarm_clock: ReportClock, ana: Member
) -> None:
    one = await save(store, subscription(11))
    await alarm_clock.look()
    assert alarm_clock.alarms == {one.id}

    async with store.writing(ORGANISATION) as session:
        (await session.get_one(Subscription, one.id)).cancelled_at = store.clock()
        new = subscription(12)
        new.id = "new"
        session.add(new)
    await alarm_clock.look()

    assert alarm_clock.alarms == {"new"}


async def test_alarms_are_set_and_taken_away_while_the_clock_runs(
    alarm_clock: ReportClock, clock: MovableClock
) -> None:
    await alarm_clock.start()
    try:
        alarm_clock.follow(subscription(9))
        assert _next(alarm_clock, "subscription").strftime("%H:%M") == "09:00"
        alarm_clock.follow(subscription(10, 30))
        assert _next(alarm_clock, "subscription").strftime("%H:%M") == "10:30"
        alarm_clock.drop("subscription")
        alarm_clock.drop("subscription")
        assert not alarm_clock.alarms
    finally:
        await alarm_clock.stop()


async def test_a_running_clock_really_rings(
    store: Store, queue: TableQueue, ana: Member, clock: MovableClock
) -> None:
    rung = asyncio.Event()
    alarm_clock = ReportClock(store, queue, rung.set)
    await alarm_clock.start()
    try:
        await save(store, subscription(9))
        alarm_clock.follow(subscription(9))
        _ring_at_once(alarm_clock, "subscription")
        async with asyncio.timeout(5):
            await rung.wait()
    finally:
        await alarm_clock.stop()

    assert await opened(store) == ["2026-11-22"]


async def test_a_clock_that_was_stopped_leaves_nothing_running(alarm_clock: ReportClock) -> None:
    before = asyncio.all_tasks()
    await alarm_clock.start()
    await alarm_clock.stop()

    assert asyncio.all_tasks() == before
    await ReportClock.stop(alarm_clock)  # a second time does no harm


async def test_a_firing_that_fails_is_made_up_for_by_the_next_look(
    store: Store, alarm_clock: ReportClock, ana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save(store, subscription(9))

    async def fail(*_: object) -> bool:
        raise OSError("the disk is away")

    with monkeypatch.context() as patched:
        patched.setattr(alarm_clock, "fire", fail)
        await alarm_clock._ring(ORGANISATION, "subscription")
    await alarm_clock._ring()

    assert await opened(store) == ["2026-11-22"]


def _next(alarm_clock: ReportClock, subscription_id: str) -> datetime:
    at: datetime = alarm_clock._scheduler.get_job(subscription_id).next_run_time
    return at


def _ring_at_once(alarm_clock: ReportClock, subscription_id: str) -> None:
    alarm_clock._scheduler.modify_job(subscription_id, next_run_time=datetime.now(UTC))
