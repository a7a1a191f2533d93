"""Short ways to put work into a queue and to see what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from bot.scheduling.queue import JobQueue
from bot.store.database import Store
from bot.store.tables import Job
from tests.fixtures_store import ORGANISATION


async def put(
    store: Store,
    queue: JobQueue,
    subject: str,
    *,
    lock: str = "",
    kind: str = "run",
    at: datetime | None = None,
    unless_waiting: bool = False,
) -> None:
    """A job with a lock of its own, unless one is given."""
    async with store.writing(ORGANISATION) as session:
        await queue.put(
            session,
            organisation_id=ORGANISATION,
            kind=kind,
            subject=subject,
            lock=lock or subject,
            at=at,
            unless_waiting=unless_waiting,
        )


async def taken(queue: JobQueue, limit: int = 10) -> list[str]:
    return [claim.subject for claim in await queue.take(limit)]


async def jobs(store: Store) -> Sequence[Job]:
    async with store.installation() as session:
        return (await session.scalars(select(Job).order_by(Job.id))).all()
