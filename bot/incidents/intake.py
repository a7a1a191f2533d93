"""Keeps what services tell, and has it looked into. A sender waits for no more than the keeping.

Events that come while others are being saved are saved together next, so a storm of them costs
few commits, and each is answered as soon as its own is done.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.incidents.events import About, Heard
from bot.incidents.port import put_truths
from bot.scheduling.queue import JobQueue
from bot.store.database import Store
from bot.store.racing import again_if_raced
from bot.store.tables import IncidentEvent

WEBHOOK = "webhook"
POLL = "poll"

STORM = 20
"""Events of the last second that are a storm."""

CALM = timedelta(seconds=5)
"""How long reading waits in a storm, for more events of the same incidents to come: then there is
less to read, and answering the senders comes first."""

MOST_TOGETHER = 100
"""Events that are saved in one unit of work."""


@dataclass(frozen=True)
class _Waiting:
    connection_id: str
    heard: Heard
    saved: asyncio.Future[None] = field(default_factory=asyncio.Future)


class Intake:
    """Where events come in. `wake` tells the worker of new work."""

    def __init__(self, store: Store, queue: JobQueue, wake: Callable[[], None]) -> None:
        self._store = store
        self._queue = queue
        self._wake = wake
        self._waiting: dict[str, list[_Waiting]] = {}
        self._writers: dict[str, asyncio.Task[None]] = {}
        self._lately: deque[datetime] = deque(maxlen=STORM)

    async def receive(self, organisation_id: str, connection_id: str, heard: Heard) -> None:
        """Returns when the event is saved, with the work that it makes necessary."""
        one = _Waiting(connection_id, heard)
        self._lately.append(self._store.clock())
        self._waiting.setdefault(organisation_id, []).append(one)
        if organisation_id not in self._writers:
            writer = asyncio.create_task(self._write(organisation_id))
            self._writers[organisation_id] = writer
        await one.saved

    async def _write(self, organisation_id: str) -> None:
        """Saves what waits, until nothing does."""
        while waiting := self._waiting.pop(organisation_id, []):
            batch, rest = waiting[:MOST_TOGETHER], waiting[MOST_TOGETHER:]
            if rest:
                self._waiting[organisation_id] = rest
            try:
                await again_if_raced(partial(self._save, organisation_id, batch))
            except Exception as error:  # whoever sent it learns of it, and sends it again
                _settle(batch, error)
            else:
                _settle(batch)
        del self._writers[organisation_id]

    async def _save(self, organisation_id: str, batch: Sequence[_Waiting]) -> None:
        now = self._store.clock()
        named = [
            (one.connection_id, one.heard.external_id)
            for one in batch
            if one.heard.about is About.INCIDENT
        ]
        async with self._store.writing(organisation_id) as session:
            await self._keep(session, batch, now)
            at = now + CALM if self._storms(now) else now
            await put_truths(self._queue, session, organisation_id, named, at=at)
        self._wake()

    async def _keep(self, session: AsyncSession, batch: Sequence[_Waiting], now: datetime) -> None:
        """Counts up what is there, and adds the rest, in a few statements for all."""
        keys = {one.heard.key for one in batch}
        wanted = select(IncidentEvent).where(IncidentEvent.key.in_(keys)).with_for_update()
        rows = {(one.connection_id, one.key): one for one in await session.scalars(wanted)}
        for one in batch:
            row = rows.get((one.connection_id, one.heard.key))
            if row is None:
                row = event_of(one.connection_id, one.heard, source=WEBHOOK, now=now)
                session.add(row)
                rows[one.connection_id, one.heard.key] = row
            else:
                row.times += 1
                row.last_received_at = now

    def _storms(self, now: datetime) -> bool:
        return len(self._lately) == STORM and now - self._lately[0] < timedelta(seconds=1)


def event_of(connection_id: str, heard: Heard, *, source: str, now: datetime) -> IncidentEvent:
    """An event's row."""
    return IncidentEvent(
        connection_id=connection_id,
        key=heard.key,
        source=source,
        about=heard.about,
        verb=heard.verb,
        external_id=heard.external_id,
        payload=heard.payload,
        note=heard.note,
        times=1,
        received_at=now,
        last_received_at=now,
        # What is about no incident needs no further work.
        handled_at=None if heard.about is About.INCIDENT else now,
    )


def _settle(batch: Sequence[_Waiting], error: Exception | None = None) -> None:
    for one in batch:
        if one.saved.done():  # whoever sent it has hung up
            continue
        if error is None:
            one.saved.set_result(None)
        else:
            one.saved.set_exception(error)
