"""Posts a report: once for each slot, and never without anybody knowing that it failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.people.limits import LimitReached, check_report, check_schedule, count_report
from bot.reports.facts import Order
from bot.scheduling.queue import Claim, JobQueue
from bot.scheduling.slots import was_requested
from bot.scheduling.subscriptions import active, time_in_words
from bot.slack.messages import Identity, Message, Place
from bot.slack.sender import CannotPost
from bot.store.database import Store
from bot.store.tables import Member, Slot, Subscription

log = structlog.get_logger(__name__)

IDENTITY = Identity("Morning report", ":sunrise:")
POST_TIMEOUT = 120.0
"""Seconds for all messages of a report."""

UNSURE = "unsure"
"""Stands in a slot's `message_ts` from before its report is sent until Slack has answered."""

PAUSED = "paused"
"""Stands there instead where the organisation's plan does not have the report."""

Write = Callable[[Order], Awaitable[str]]
"""Writes a report, as Markdown."""

Render = Callable[[str], Sequence[Message]]

REASONS: Mapping[str, str] = {
    "not_in_channel": "I am not in that channel. Invite me there with `/invite`.",
    "channel_not_found": "I cannot see that channel. It may be private: invite me with `/invite`.",
    "is_archived": "the channel is archived. Subscribe in another one.",
}


class Poster(Protocol):
    """Slack, as far as reports see it."""

    async def post(self, place: Place, messages: Sequence[Message], identity: Identity) -> str:
        """Posts and returns the first message's ts. Raises CannotPost where that is refused."""

    async def tell(self, user_id: str, text: str) -> bool:
        """A direct message; False where that is not possible."""


@dataclass(frozen=True)
class _Task:
    """A slot with what belongs to it."""

    slot: Slot
    subscription: Subscription
    member: Member
    daily_at: str

    @property
    def requested(self) -> bool:
        return was_requested(self.slot.slot)

    @property
    def report(self) -> str:
        kind = "" if self.requested else "daily "
        return f"{kind}{self.subscription.report} report"

    @property
    def channel(self) -> str:
        return f"<#{self.subscription.channel_id}>"


class Delivery:
    """The handler of report jobs."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        reports: Mapping[str, Write],
        render: Render,
        poster: Poster,
    ) -> None:
        """`reports` are those that there are, by their name."""
        self._store = store
        self._queue = queue
        self._reports = reports
        self._render = render
        self._poster = poster

    async def deliver(self, claim: Claim) -> None:
        """Writes and posts the report of a slot. A slot that was dealt with is left alone."""
        task = await self._load(claim)
        if task.slot.delivered_at is not None:
            return
        if task.slot.message_ts == UNSURE:
            await self._say_unsure(task)
            return
        if task.subscription.cancelled_at is not None and not task.requested:
            await self._record(task, "not_done", "was not posted: it had been stopped")
            return
        obstacle = await self._obstacle(task)
        if obstacle:
            await self._pause(claim, task, obstacle)
            return
        try:
            messages = await self._written(task)
        except Exception as error:
            await self._say_failed(task, type(error).__name__)
            raise
        await self._post(claim, task, messages)

    async def give_up(self, claim: Claim) -> None:
        """Ends a job over which the process died time and again."""
        task = await self._load(claim)
        if task.slot.delivered_at is None:
            await self._say_failed(task, "the process stopped over it time and again")

    async def _load(self, claim: Claim) -> _Task:
        async with self._store.reading(claim.organisation_id) as session:
            slot = await session.get_one(Slot, claim.subject)
            subscription = await session.get_one(Subscription, slot.subscription_id)
            member = await session.get_one(Member, subscription.created_by)
            daily = [
                time_in_words(one)
                for one in await active(session, subscription.channel_id)
                if one.report == subscription.report
            ]
        return _Task(slot, subscription, member, daily[-1] if daily else "")

    async def _obstacle(self, task: _Task) -> str:
        """Why the organisation's plan does not have this report, or nothing."""
        organisation_id = task.slot.organisation_id
        async with self._store.reading(organisation_id) as session:
            try:
                if not task.requested:
                    await check_schedule(session, organisation_id, task.subscription.minute)
                await check_report(session, organisation_id, self._store.clock())
            except LimitReached as reached:
                return str(reached)
        return ""

    async def _pause(self, claim: Claim, task: _Task, obstacle: str) -> None:
        """Leaves the report out. Of a daily one its person hears once, when the pause begins."""
        async with self._store.writing(claim.organisation_id) as session:
            await self._queue.hold(session, claim)
            (await session.get_one(Slot, task.slot.id)).message_ts = PAUSED
            before = await _slot_before(session, task.slot)
            self._add_record(session, task, "not_done", f"was not posted: {obstacle}")
        if task.requested or before is None or before.message_ts != PAUSED:
            text = f"The {task.report} for {task.channel} was not posted. {obstacle}"
            await self._tell(task, text)

    async def _written(self, task: _Task) -> Sequence[Message]:
        subscription = task.subscription
        order = Order(
            organisation_id=subscription.organisation_id,
            subscription_id=subscription.id,
            report=subscription.report,
            timezone=subscription.timezone,
            at=self._store.clock(),
            asked_by=task.member.name,
            daily_at=task.daily_at,
            requested=task.requested,
        )
        return self._render(await self._reports[subscription.report](order))

    async def _post(self, claim: Claim, task: _Task, messages: Sequence[Message]) -> None:
        await self._mark_unsure(claim)
        place = Place(task.subscription.channel_id)
        try:
            async with asyncio.timeout(POST_TIMEOUT):
                ts = await self._poster.post(place, messages, IDENTITY)
        except CannotPost as refused:
            await self._say_refused(task, refused.reason)
        except Exception:
            await self._say_unsure(task)
            raise
        else:
            await self._keep_delivered(task, ts)

    async def _mark_unsure(self, claim: Claim) -> None:
        """From here on nobody posts it again, whatever happens to this process."""
        async with self._store.writing(claim.organisation_id) as session:
            await self._queue.hold(session, claim)
            slot = await session.get_one(Slot, claim.subject)
            slot.message_ts = UNSURE

    async def _keep_delivered(self, task: _Task, ts: str) -> None:
        async with self._store.writing(task.slot.organisation_id) as session:
            slot = await session.get_one(Slot, task.slot.id)
            slot.message_ts, slot.delivered_at = ts, self._store.clock()
            await count_report(session, slot.organisation_id, slot.delivered_at)
            what = f"was posted in {task.channel} for {task.member.name}"
            self._add_record(session, task, "done", what)

    async def _say_refused(self, task: _Task, reason: str) -> None:
        await self._record(task, "failed", f"could not be posted in {task.channel}: {reason}")
        why = REASONS.get(reason, f"Slack refused it ({reason}). Check that I may post there.")
        await self._tell(
            task, f"I could not post the {task.report} in {task.channel}: {why} {_again(task)}"
        )

    async def _say_unsure(self, task: _Task) -> None:
        await self._record(task, "unknown", f"may or may not have been posted in {task.channel}")
        await self._tell(
            task,
            f"I was interrupted while I posted the {task.report} in {task.channel}, so it may be "
            f"missing there, or not be whole. {_again(task)}",
        )

    async def _say_failed(self, task: _Task, reason: str) -> None:
        await self._record(task, "failed", f"could not be posted in {task.channel}: {reason}")
        await self._tell(
            task,
            f"Something went wrong with the {task.report} for {task.channel} ({reason}); the log "
            f"has the details. {_again(task)}",
        )

    async def _tell(self, task: _Task, text: str) -> None:
        try:
            await self._poster.tell(task.member.user_id, text)
        except Exception:  # it is on record already
            log.exception("report.untold", slot=task.slot.id)

    async def _record(self, task: _Task, outcome: str, what: str) -> None:
        async with self._store.writing(task.slot.organisation_id) as session:
            self._add_record(session, task, outcome, what)

    def _add_record(self, session: AsyncSession, task: _Task, outcome: str, what: str) -> None:
        name = f"The {task.report}"
        caller = Caller(CallerKind.REPORT, task.slot.organisation_id, task.subscription.id, name)
        audit.record(
            session,
            caller,
            at=self._store.clock(),
            action="report",
            outcome=outcome,
            sentence=f"{name} {what}",
            resource=task.subscription.channel_id,
        )


async def _slot_before(session: AsyncSession, slot: Slot) -> Slot | None:
    found: Slot | None = await session.scalar(
        select(Slot)
        .where(Slot.subscription_id == slot.subscription_id, Slot.id != slot.id)
        .where(Slot.created_at <= slot.created_at)
        .order_by(Slot.created_at.desc())
        .limit(1)
    )
    return found


def _again(task: _Task) -> str:
    return f"To get it now, type `/ops subscribe {task.subscription.report} now` in the channel."
