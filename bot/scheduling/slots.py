"""The due moments of subscriptions, and how each of them fires once.

The slot of a daily report is its local date, so an hour that the clocks skip or repeat makes no
difference: 02:30 on the day without it fires at 03:30, and 01:30 on the day with two fires at the
first. A report that somebody asks for at once has a slot of its own, named by the request.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.scheduling.queue import JobQueue
from bot.store.tables import Slot, Subscription

JOB = "report"
"""The kind of the jobs; their subject is the slot's id."""

LATEST = timedelta(hours=6)
"""How late a report is still worth having. What is due longer than that is left out."""

_DAY = timedelta(days=1)
_NOW = "now:"


def slot_of_request(key: str) -> str:
    """The slot of a report that was asked for at once. `key` tells the request from any other."""
    return f"{_NOW}{key}"[:64]


def was_requested(slot: str) -> bool:
    """Whether somebody asked for this one at once, instead of its day having come."""
    return slot.startswith(_NOW)


def firing(subscription: Subscription, day: date) -> datetime:
    """The moment (UTC) at which a subscription is due on a local day."""
    # Without a fold, an hour that is skipped counts on from before the gap, and of an hour that
    # comes twice it is the first (PEP 495).
    at = time(subscription.hour, subscription.minute, tzinfo=ZoneInfo(subscription.timezone))
    return datetime.combine(day, at).astimezone(UTC)


def due(subscription: Subscription, now: datetime) -> str | None:
    """The slot that is due: the newest, unless it is too late for it or it was never promised."""
    if subscription.cancelled_at is not None:
        return None
    today = _local_day(subscription, now)
    for day in (today, today - _DAY):
        at = firing(subscription, day)
        if at <= now:
            promised = at >= subscription.created_at
            return day.isoformat() if promised and now - at < LATEST else None
    return None


def next_firing(subscription: Subscription, now: datetime) -> datetime:
    """When it fires next (UTC), strictly after `now`."""
    today = _local_day(subscription, now)
    days = (today + count * _DAY for count in range(3))
    return next(at for at in (firing(subscription, day) for day in days) if at > now)


async def open_slot(
    session: AsyncSession,
    queue: JobQueue,
    subscription: Subscription,
    slot: str,
    *,
    slot_id: str,
    now: datetime,
) -> bool:
    """Makes a slot and its job in one unit of work, if nobody did before; True if it did."""
    postgresql = session.get_bind().dialect.name == "postgresql"
    made = await session.scalar(
        (insert_postgresql if postgresql else insert_sqlite)(Slot)
        .values(
            id=slot_id,
            organisation_id=subscription.organisation_id,
            subscription_id=subscription.id,
            slot=slot,
            message_ts="",
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Slot.id)
    )
    if made is None:
        return False
    await queue.put(
        session,
        organisation_id=subscription.organisation_id,
        kind=JOB,
        subject=slot_id,
        lock=f"report:{subscription.id}",
    )
    return True


def _local_day(subscription: Subscription, now: datetime) -> date:
    return now.astimezone(ZoneInfo(subscription.timezone)).date()
