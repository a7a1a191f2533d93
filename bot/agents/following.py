"""What follows from a decision on a request."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.reception import put_run
from bot.scheduling.queue import JobQueue
from bot.store.tables import Approval, Run

PRESS = "press"
"""The kind of job that carries a decided press out, and redraws a request's card."""


async def put_next(queue: JobQueue, session: AsyncSession, approval: Approval) -> None:
    """Has somebody go on with a decided request: its run, or the worker for people's presses."""
    if approval.run_id is not None:
        await put_run(queue, session, await session.get_one(Run, approval.run_id))
    else:
        await put_redraw(queue, session, approval)


async def put_end(queue: JobQueue, session: AsyncSession, approval: Approval) -> None:
    """Has a request that was withdrawn for somebody shown as that, and its run come to its end."""
    if approval.run_id is not None:
        await put_run(queue, session, await session.get_one(Run, approval.run_id))
    await put_redraw(queue, session, approval)


async def put_redraw(queue: JobQueue, session: AsyncSession, approval: Approval) -> None:
    """Has a request's card redrawn; a press that was approved is carried out first."""
    await queue.put(
        session,
        organisation_id=approval.organisation_id,
        kind=PRESS,
        subject=approval.id,
        lock=f"{PRESS}:{approval.id}",
    )
