"""Ends runs that a person stops.

What a person approved is still carried out: a yes is never lost half-way. What nobody decided on
is withdrawn at once. A model's response is broken off, at once where this process waits for it; a
process elsewhere looks for the wish every second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.following import put_redraw
from bot.agents.permit import Halt
from bot.agents.reception import put_run
from bot.gate import approvals
from bot.people.refusals import note
from bot.scheduling.queue import JobQueue
from bot.store.database import Store
from bot.store.rights import Right, refusal
from bot.store.tables import Agent, Approval, ApprovalState, Member, Run, RunState
from bot.store.talks import find_conversation, open_runs, run_of_post, runs_within

log = structlog.get_logger(__name__)

LOOK_EVERY = 1.0
"""Seconds after which a run whose model thinks looks for a wish that another process took."""

OVER = "That is over already, so there was nothing to stop."

SENDING = (ApprovalState.APPROVED, ApprovalState.EXECUTING)

T = TypeVar("T")


@dataclass(frozen=True)
class Spot:
    """What a person points at: a thread, and perhaps one of its posts."""

    team_id: str
    channel: str
    thread_ts: str
    ts: str = ""


class Stops:
    """Takes people's wish that a run ends, and tells the run."""

    def __init__(self, store: Store, queue: JobQueue) -> None:
        self._store = store
        self._queue = queue
        self._thinking: dict[str, set[asyncio.Future[Any]]] = {}

    async def stop(self, member: Member, spot: Spot) -> str:
        """Has what is being answered there end. Returns why not, for the person alone."""
        async with self._store.writing(member.organisation_id) as session:
            run = await _pointed_at(session, spot)
            if run is None or RunState(run.state).ended:
                return OVER
            if run.stopped_by is not None:
                return ""
            if run.asked_by != member.id:
                words = await refusal(session, member, Right.STOP_OTHERS)
                if words:
                    return words
            await self._end(session, run, member)
            run_id = run.id
        for thinking in list(self._thinking.get(run_id, ())):
            thinking.cancel()
        return ""

    async def halt(self, run: Run) -> Halt | None:
        """What ends a run before its next step: somebody stopped it, or the one it is a part of."""
        outer = run.parent_run_id or run.id
        async with self._store.reading(run.organisation_id) as session:
            stopped_by = await session.scalar(select(Run.stopped_by).where(Run.id == outer))
            if stopped_by is None or await _sending(session, outer):
                return None
            member = await session.get_one(Member, stopped_by)
        return Halt(f"{member.name} stopped this, so there is no answer.", wanted=True)

    async def unless_stopped(self, run: Run, thinking: Awaitable[T]) -> T | None:
        """What a model says, or None where a person stopped the run meanwhile."""
        key = run.parent_run_id or run.id
        task = asyncio.ensure_future(thinking)
        waiting = self._thinking.setdefault(key, set())
        waiting.add(task)
        looking = asyncio.create_task(self._look(run, task))
        try:
            return await task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise  # the process ends, or the claim was lost
            return None
        finally:
            waiting.discard(task)
            if not waiting:
                self._thinking.pop(key, None)
            await looking  # never cut off within a unit of work, and over now that the task is

    async def _look(self, run: Run, task: asyncio.Future[Any]) -> None:
        """Breaks a model's response off if the run is stopped in another process."""
        while not (await asyncio.wait({task}, timeout=LOOK_EVERY))[0]:
            try:
                if await self.halt(run):
                    task.cancel()
            except Exception:  # the next look makes up for it
                log.exception("stop.unknown", run=run.id)

    async def _end(self, session: AsyncSession, run: Run, member: Member) -> None:
        now = self._store.clock()
        run.stopped_by = member.id
        agent = await session.get_one(Agent, run.agent_id)
        asker = await session.get_one(Member, run.asked_by)
        deed = f"stopped {agent.name}, asked by {asker.name}"
        note(session, member, deed, at=now, action="stop")
        inner = [one.id for one in await runs_within(session, run.id)]
        for approval in await approvals.withdraw_open(
            session, [run.id, *inner], by=member, now=now
        ):
            await put_redraw(self._queue, session, approval)
        # Also one that runs: it may be about to wait for a decision that nobody can take any more.
        await put_run(self._queue, session, run)


async def _pointed_at(session: AsyncSession, spot: Spot) -> Run | None:
    conversation = await find_conversation(session, spot.team_id, spot.channel, spot.thread_ts)
    if conversation is None:
        return None
    if spot.ts:
        return await run_of_post(session, conversation.id, spot.ts)
    return next(iter(await open_runs(session, conversation.id)), None)


async def _sending(session: AsyncSession, run_id: str) -> bool:
    """Whether something that a person approved is still on its way."""
    of_run = [run_id, *[one.id for one in await runs_within(session, run_id)]]
    wanted = select(Approval.id).where(Approval.run_id.in_(of_run), Approval.state.in_(SENDING))
    return await session.scalar(wanted.limit(1)) is not None
