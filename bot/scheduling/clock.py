"""The clock that fires reports: APScheduler tells when, the slots see to it that it is once.

Each process may run one. The subscriptions are in the store; this holds no more than an alarm for
each, and looks every minute for what other processes changed or what was missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import select

from bot.scheduling.queue import JobQueue
from bot.scheduling.slots import due, next_firing, open_slot
from bot.scheduling.subscriptions import active
from bot.store.database import Store
from bot.store.people import organisations
from bot.store.tables import Slot, Subscription

log = structlog.get_logger(__name__)

LOOK_EVERY = 60
"""Seconds between two looks into the store."""

_LOOK = "look"


class Daily(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Rings at each firing of a subscription, by the same rule that its slots are made by.

    APScheduler's own cron trigger steps over midnight after the day that the clocks go forward
    (seen with 3.11.3), rings twice when they go back, and counts weekdays from Monday.
    """

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """The contract of APScheduler: the first time after `previous`, or after now."""
        return next_firing(self._subscription, previous or now)


class ReportClock:
    """Fires the reports that are due. `start` and `stop` belong to the same loop."""

    def __init__(self, store: Store, queue: JobQueue, wake: Callable[[], None]) -> None:
        """`wake` is told when there is new work in the queue."""
        self._store = store
        self._queue = queue
        self._wake = wake
        self._alarms: dict[str, tuple[int, int, str]] = {}
        self._firing: set[asyncio.Task[None]] = set()
        # Late is better than never here: whether it is too late, `due` decides.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    async def start(self) -> None:
        """Sets all alarms, and makes up for what was due while no clock ran."""
        await self.look()
        self._scheduler.add_job(
            self._ring, IntervalTrigger(seconds=LOOK_EVERY, timezone=UTC), id=_LOOK
        )
        self._scheduler.start()

    async def stop(self) -> None:
        """Returns when nothing fires any more; without a start it does nothing."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # APScheduler shuts down in the loop's next turn
        await asyncio.gather(*self._firing, return_exceptions=True)

    @property
    def alarms(self) -> frozenset[str]:
        """The ids of the subscriptions that it will fire."""
        return frozenset(self._alarms)

    def follow(self, subscription: Subscription) -> None:
        """Sets the alarm of a subscription that is new or has changed."""
        wanted = (subscription.hour, subscription.minute, subscription.timezone)
        if self._alarms.get(subscription.id) == wanted:
            return
        self._scheduler.add_job(
            self._ring,
            Daily(subscription),
            id=subscription.id,
            args=(subscription.organisation_id, subscription.id),
            replace_existing=True,
        )
        self._alarms[subscription.id] = wanted

    def drop(self, subscription_id: str) -> None:
        """Takes the alarm of a subscription away, if it has one."""
        if self._alarms.pop(subscription_id, None) is not None:
            self._scheduler.remove_job(subscription_id)

    async def look(self) -> None:
        """Makes the alarms the same as the store's subscriptions, and fires what is overdue."""
        known: set[str] = set()
        for organisation in await organisations(self._store):
            known |= await self._look_into(organisation.id)
        for gone in self._alarms.keys() - known:
            self.drop(gone)

    async def fire(self, organisation_id: str, subscription_id: str) -> bool:
        """Opens the slot that is due now. False if none is, or somebody else has opened it."""
        now = self._store.clock()
        async with self._store.writing(organisation_id) as session:
            subscription = await session.get_one(Subscription, subscription_id)
            slot = due(subscription, now)
            fired = slot is not None and await open_slot(
                session, self._queue, subscription, slot, slot_id=self._store.ids(), now=now
            )
        if fired:
            log.info("report.due", subscription=subscription_id, slot=slot)
            self._wake()
        return fired

    async def _look_into(self, organisation_id: str) -> set[str]:
        now = self._store.clock()
        async with self._store.reading(organisation_id) as session:
            subscriptions = await active(session)
            overdue = {one.id: slot for one in subscriptions if (slot := due(one, now))}
            opened = await session.execute(
                select(Slot.subscription_id, Slot.slot).where(
                    Slot.subscription_id.in_(overdue), Slot.slot.in_(overdue.values())
                )
            )
            missed = overdue.items() - {(subscription, slot) for subscription, slot in opened}
        for subscription in subscriptions:
            self.follow(subscription)
        for subscription_id, _ in missed:
            await self.fire(organisation_id, subscription_id)
        return {subscription.id for subscription in subscriptions}

    async def _ring(self, *whose: str) -> None:
        """What APScheduler calls: for one subscription's alarm, or for the look."""
        task = asyncio.current_task()
        assert task is not None
        self._firing.add(task)
        try:
            await (self.fire(*whose) if whose else self.look())
        except Exception:  # the next look makes up for it
            log.exception("clock.failed", subscription=whose[-1] if whose else "")
        finally:
            self._firing.discard(task)
