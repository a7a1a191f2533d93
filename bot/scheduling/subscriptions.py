"""Who gets which report where and when: made, listed and cancelled by people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate import audit
from bot.gate.audit import names
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.people.limits import check_report, check_schedule
from bot.scheduling.phrases import Wish
from bot.scheduling.queue import JobQueue
from bot.scheduling.slots import next_firing, open_slot, slot_of_request
from bot.scheduling.sources import at_first, fitting
from bot.scheduling.zones import is_zone
from bot.store.database import Store
from bot.store.tables import Member, StandingApproval, Subscription


class Alarms(Protocol):
    """What wants to know of subscriptions at once: the clock of this process."""

    def follow(self, subscription: Subscription) -> None: ...
    def drop(self, subscription_id: str) -> None: ...


async def active(session: AsyncSession, channel_id: str = "") -> Sequence[Subscription]:
    """The subscriptions that are not cancelled, oldest first, of one channel if it is given."""
    wanted = select(Subscription).where(Subscription.cancelled_at.is_(None))
    if channel_id:
        wanted = wanted.where(Subscription.channel_id == channel_id)
    return (await session.scalars(wanted.order_by(Subscription.created_at))).all()


def how_to_stop(report: str) -> str:
    """What to type in the channel to get the report no more."""
    return f"`/ops unsubscribe {report}`"


def time_in_words(subscription: Subscription) -> str:
    """`09:00 (Europe/Lisbon)`"""
    return f"{subscription.hour:02}:{subscription.minute:02} ({subscription.timezone})"


class Subscriptions:
    """What people do with subscriptions. Everything is answered with a sentence for them.

    What the organisation's plan does not have raises LimitReached, whose text is one too.
    """

    def __init__(
        self, store: Store, queue: JobQueue, alarms: Alarms, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._queue = queue
        self._alarms = alarms
        self._wake = wake

    async def listed(self, organisation_id: str, channel_id: str = "") -> Sequence[Subscription]:
        """The subscriptions of an organisation, or of one of its channels."""
        async with self._store.reading(organisation_id) as session:
            return await active(session, channel_id)

    async def subscribe(self, member: Member, channel_id: str, wish: Wish) -> str:
        """Makes a channel get a report every day. Each report has one time in a channel."""
        now = self._store.clock()
        new = _subscription(member, channel_id, wish, now)
        async with self._store.writing(member.organisation_id) as session:
            await check_schedule(session, member.organisation_id, new.minute)
            old = await _of_report(session, channel_id, wish.report)
            if [time_in_words(one) for one in old] == [time_in_words(new)]:
                return _already(old[0])
            new.sources = old[0].sources if old else await at_first(session, wish.report)
            session.add(new)
            for one in old:
                one.cancelled_at = now
                await _hand_on(session, one, new)
            deed = f"set the daily {wish.report} report of <#{channel_id}> to {time_in_words(new)}"
            _record(session, member, "subscribe", deed, now)
        for one in old:
            self._alarms.drop(one.id)
        self._alarms.follow(new)
        return _welcome(new, old, now)

    async def cancel(self, member: Member, channel_id: str, report: str) -> str:
        """Stops a report in a channel."""
        now = self._store.clock()
        async with self._store.writing(member.organisation_id) as session:
            old = await _of_report(session, channel_id, report)
            if not old:
                return f"This channel does not get the daily {report} report, so all is as before."
            for one in old:
                one.cancelled_at = now
            deed = f"stopped the daily {report} report of <#{channel_id}>"
            _record(session, member, "unsubscribe", deed, now)
        for one in old:
            self._alarms.drop(one.id)
        return f"The daily {report} report will not come to this channel any more."

    async def tick(self, member: Member, subscription_id: str, chosen: Sequence[str]) -> str:
        """Has a subscription's report read these connections, of those that fit, and no other."""
        now = self._store.clock()
        async with self._store.writing(member.organisation_id) as session:
            subscription = await session.get_one(Subscription, subscription_id)
            fits = await fitting(session, subscription.report)
            picked = [one for one in fits if one.id in chosen]
            subscription.sources = [one.id for one in picked]
            read = names([place_of(one) for one in picked]) if picked else "nothing"
            report = f"the {subscription.report} report of <#{subscription.channel_id}>"
            _record(session, member, "sources", f"had {report} read {read}", now)
        return f"From the next time on, {report} reads {read}."

    async def request(self, member: Member, channel_id: str, report: str, key: str) -> str:
        """Has a report posted now. The same `key` has it posted once, however often it comes."""
        now = self._store.clock()
        async with self._store.writing(member.organisation_id) as session:
            await check_report(session, member.organisation_id, now)
            subscription = await _to_hang_on(session, member, channel_id, report, now)
            await open_slot(
                session,
                self._queue,
                subscription,
                slot_of_request(key),
                slot_id=self._store.ids(),
                now=now,
            )
        self._wake()
        return f"The {report} report is being put together; it comes to this channel in a moment."


def _subscription(member: Member, channel_id: str, wish: Wish, now: datetime) -> Subscription:
    own = member.timezone if is_zone(member.timezone) else "UTC"
    return Subscription(
        organisation_id=member.organisation_id,
        channel_id=channel_id,
        report=wish.report,
        hour=wish.hour,
        minute=wish.minute,
        timezone=wish.timezone or own,
        created_by=member.id,
        created_at=now,
    )


async def _hand_on(session: AsyncSession, old: Subscription, new: Subscription) -> None:
    """What owners allowed a report stays allowed when its time changes."""
    await session.flush()
    held = select(StandingApproval).where(
        StandingApproval.subscription_id == old.id, StandingApproval.revoked_at.is_(None)
    )
    for standing in await session.scalars(held):
        standing.subscription_id = new.id


async def _of_report(session: AsyncSession, channel_id: str, report: str) -> Sequence[Subscription]:
    return [one for one in await active(session, channel_id) if one.report == report]


async def _to_hang_on(
    session: AsyncSession, member: Member, channel_id: str, report: str, now: datetime
) -> Subscription:
    """The subscription that keeps who wants a single report where.

    Any of that person's will do, cancelled or not. Without one, one is made that never fires.
    """
    known: Subscription | None = await session.scalar(
        select(Subscription)
        .where(
            Subscription.channel_id == channel_id,
            Subscription.report == report,
            Subscription.created_by == member.id,
        )
        .order_by(Subscription.cancelled_at.is_not(None), Subscription.created_at)
        .limit(1)
    )
    if known is not None:
        if known.cancelled_at is not None:
            known.sources = await at_first(session, report)
        return known
    made = _subscription(member, channel_id, Wish(report, now=True), now)
    made.cancelled_at, made.sources = now, await at_first(session, report)
    session.add(made)
    await session.flush()
    return made


def _already(subscription: Subscription) -> str:
    return (
        f"This channel gets the daily {subscription.report} report at "
        f"{time_in_words(subscription)} already. To stop it: {how_to_stop(subscription.report)}."
    )


def _welcome(new: Subscription, old: Sequence[Subscription], now: datetime) -> str:
    replaced = f" instead of {time_in_words(old[0])}" if old else ""
    return (
        f"The daily {new.report} report comes to this channel at {time_in_words(new)}{replaced}, "
        f"{_first_time(new, now)}. To stop it: {how_to_stop(new.report)}."
    )


def _first_time(subscription: Subscription, now: datetime) -> str:
    zone = ZoneInfo(subscription.timezone)
    day, today = next_firing(subscription, now).astimezone(zone).date(), now.astimezone(zone).date()
    return f"from {'today' if day - today < timedelta(days=1) else 'tomorrow'} on"


def _record(session: AsyncSession, member: Member, action: str, deed: str, now: datetime) -> None:
    caller = Caller(CallerKind.PERSON, member.organisation_id, member.id, member.name)
    audit.record(
        session, caller, at=now, action=action, sentence=f"{member.name} {deed}", outcome="done"
    )
