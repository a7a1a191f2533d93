"""What people can do with subscriptions, and what they are told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from bot.scheduling.phrases import Wish, parse_wish
from bot.scheduling.queue import TableQueue
from bot.scheduling.slots import due
from bot.scheduling.subscriptions import Subscriptions
from bot.store.database import Store
from bot.store.tables import AuditEntry, Member, Slot, Subscription
from tests.fixtures_store import (
    ORGANISATION,
    OTHER_ORGANISATION,
    MovableClock,
    add_member,
)
from tests.scheduling.jobs import jobs

CHANNEL = "C0OPS"
AT_TEN = parse_wish("daily incidents at 10:00")


class Alarms:
    """Remembers which alarms are set, as the clock would."""

    def __init__(self) -> None:
        self.set: dict[str, str] = {}
        self.woken = 0

    def follow(self, subscription: Subscription) -> None:
        self.set[subscription.id] = f"{subscription.hour:02}:{subscription.minute:02}"

    def drop(self, subscription_id: str) -> None:
        self.set.pop(subscription_id, None)

    def wake(self) -> None:
        self.woken += 1


@pytest.fixture
def alarms() -> Alarms:
    return Alarms()


@pytest.fixture
def subscriptions(store: Store, queue: TableQueue, alarms: Alarms) -> Subscriptions:
    return Subscriptions(store, queue, alarms, alarms.wake)


async def rows(store: Store) -> Sequence[Subscription]:
    async with store.reading(ORGANISATION) as session:
        return (await session.scalars(select(Subscription).order_by(Subscription.id))).all()


async def sentences(store: Store) -> list[str]:
    async with store.reading(ORGANISATION) as session:
        return list(await session.scalars(select(AuditEntry.sentence).order_by(AuditEntry.id)))


async def test_subscribing_says_when_it_comes_where_and_how_to_stop_it(
    subscriptions: Subscriptions, ana: Member, alarms: Alarms
) -> None:
    told = await subscriptions.subscribe(ana, CHANNEL, AT_TEN)

    assert told == (
        "The daily incidents report comes to this channel at 10:00 (Europe/Lisbon), from today on. "
        "To stop it: `/ops unsubscribe incidents`."
    )
    assert list(alarms.set.values()) == ["10:00"]


async def test_a_time_that_has_passed_today_starts_tomorrow(
    subscriptions: Subscriptions, ana: Member, store: Store
) -> None:
    told = await subscriptions.subscribe(ana, CHANNEL, parse_wish("daily incidents at 08:00"))

    assert "from tomorrow on" in told
    (row,) = await rows(store)
    assert due(row, store.clock()) is None


async def test_a_time_zone_that_was_typed_counts_more_than_ones_own(
    subscriptions: Subscriptions, ana: Member
) -> None:
    told = await subscriptions.subscribe(ana, CHANNEL, parse_wish("daily incidents at 9 in Tokyo"))

    assert "at 09:00 (Asia/Tokyo), from tomorrow on" in told


async def test_without_a_known_time_zone_it_is_utc_and_said_so(
    subscriptions: Subscriptions, store: Store
) -> None:
    stranger = await add_member(store, "stranger", "Stranger", "Mars/Olympus_Mons")

    assert "10:00 (UTC)" in await subscriptions.subscribe(stranger, CHANNEL, AT_TEN)


async def test_the_same_report_in_the_same_channel_gets_a_new_time_and_that_is_said(
    subscriptions: Subscriptions, ana: Member, store: Store, alarms: Alarms
) -> None:
    bo = await add_member(store, "bo", "Bo", "Europe/Berlin")
    await subscriptions.subscribe(ana, CHANNEL, AT_TEN)

    told = await subscriptions.subscribe(bo, CHANNEL, parse_wish("daily incidents at 9pm"))

    assert "at 21:00 (Europe/Berlin) instead of 10:00 (Europe/Lisbon), from today on" in told
    old, new = await rows(store)
    assert old.cancelled_at is not None
    assert (new.created_by, new.cancelled_at) == ("bo", None)
    assert alarms.set == {new.id: "21:00"}


async def test_subscribing_twice_to_the_same_changes_nothing(
    subscriptions: Subscriptions, ana: Member, store: Store
) -> None:
    await subscriptions.subscribe(ana, CHANNEL, AT_TEN)

    told = await subscriptions.subscribe(ana, CHANNEL, AT_TEN)

    assert "already" in told
    assert len(await rows(store)) == len(await sentences(store)) == 1


async def test_each_channel_has_its_own_subscription(
    subscriptions: Subscriptions, ana: Member
) -> None:
    await subscriptions.subscribe(ana, CHANNEL, AT_TEN)
    await subscriptions.subscribe(ana, "C0OTHER", AT_TEN)

    assert len(await subscriptions.listed(ORGANISATION)) == 2
    (one,) = await subscriptions.listed(ORGANISATION, CHANNEL)
    assert one.channel_id == CHANNEL


async def test_another_organisation_sees_and_stops_nothing_of_it(
    subscriptions: Subscriptions, ana: Member, store: Store
) -> None:
    stranger = await add_member(store, "bo", "Bo", "UTC", OTHER_ORGANISATION)
    await subscriptions.subscribe(ana, CHANNEL, AT_TEN)

    assert not await subscriptions.listed(OTHER_ORGANISATION)
    assert "does not get" in await subscriptions.cancel(stranger, CHANNEL, "incidents")
    assert len(await subscriptions.listed(ORGANISATION)) == 1


async def test_a_cancelled_report_comes_no_more(
    subscriptions: Subscriptions, ana: Member, alarms: Alarms
) -> None:
    await subscriptions.subscribe(ana, CHANNEL, AT_TEN)

    told = await subscriptions.cancel(ana, CHANNEL, "incidents")

    assert told == "The daily incidents report will not come to this channel any more."
    assert not alarms.set
    assert not await subscriptions.listed(ORGANISATION)


async def test_cancelling_what_is_not_there_says_so(
    subscriptions: Subscriptions, ana: Member
) -> None:
    assert "does not get" in await subscriptions.cancel(ana, CHANNEL, "incidents")


async def test_who_did_what_is_on_record(
    subscriptions: Subscriptions, ana: Member, store: Store
) -> None:
    await subscriptions.subscribe(ana, CHANNEL, AT_TEN)
    await subscriptions.cancel(ana, CHANNEL, "incidents")

    assert await sentences(store) == [
        "Ana set the daily incidents report of <#C0OPS> to 10:00 (Europe/Lisbon), 09:00 UTC.",
        "Ana stopped the daily incidents report of <#C0OPS>, 09:00 UTC.",
    ]


async def test_a_report_asked_for_now_is_put_to_work_once_however_often_slack_sends_it(
    subscriptions: Subscriptions, ana: Member, store: Store, alarms: Alarms
) -> None:
    for _ in range(2):
        told = await subscriptions.request(ana, CHANNEL, "incidents", "trigger 1")
    await subscriptions.request(ana, CHANNEL, "incidents", "trigger 2")

    assert "comes to this channel in a moment" in told
    async with store.reading(ORGANISATION) as session:
        slots = (await session.scalars(select(Slot.slot).order_by(Slot.slot))).all()
    assert slots == ["now:trigger 1", "now:trigger 2"]
    assert len(await jobs(store)) == 2
    assert alarms.woken


async def test_a_report_asked_for_now_subscribes_nobody(
    subscriptions: Subscriptions, ana: Member, store: Store, clock: MovableClock, alarms: Alarms
) -> None:
    await subscriptions.request(ana, CHANNEL, "incidents", "trigger")

    assert not await subscriptions.listed(ORGANISATION)
    assert not alarms.set
    (row,) = await rows(store)
    clock.forward(days=1)
    assert due(row, clock()) is None


async def test_asking_now_does_not_use_up_the_report_of_the_day(
    subscriptions: Subscriptions, ana: Member, store: Store, clock: MovableClock
) -> None:
    await subscriptions.subscribe(ana, CHANNEL, AT_TEN)
    await subscriptions.request(ana, CHANNEL, "incidents", "trigger")

    (row,) = await rows(store)
    clock.forward(hours=1)
    assert due(row, clock()) == "2026-11-22"


def test_a_wish_for_now_needs_no_time() -> None:
    assert parse_wish("incidents now") == Wish("incidents", now=True)
