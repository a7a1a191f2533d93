"""Tests connections in the background, and warns once when one stops working.

Each is tested about once an hour, never all at the same moment and few at a time. Processes that
share a database share the work: whoever moves a connection's next test first makes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connecting.tickets import Tickets
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.gate.door import Gate
from bot.scheduling.queue import JobQueue
from bot.scheduling.says import put_tell
from bot.slack.blocks import escape
from bot.slack.dates import date_and_time
from bot.store import crew
from bot.store.database import Store
from bot.store.people import organisations
from bot.store.rights import is_active
from bot.store.tables import Connection, ConnectionStatus, Member, Role

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=1)
AFTER_FAILURE = timedelta(minutes=5)
"""A service that is down is asked again soon, so that a short outage warns nobody."""

AFTER_REFUSAL = timedelta(hours=6)
"""Credentials that were refused stay refused; asking often could lock the account."""

PATIENCE = timedelta(minutes=10)
"""How long a service may fail before somebody is warned. Refused credentials warn at once."""

ENDING = timedelta(days=7)
"""How long before its end a sign-in that will not renew itself warns."""

LOOK_EVERY = 30.0
ABREAST = 4
"""Tests at a time."""

JITTER = 0.2


class HealthWatch:
    """Keeps the status of connections true."""

    def __init__(
        self,
        store: Store,
        gate: Gate,
        tickets: Tickets,
        queue: JobQueue,
        wake: Callable[[], None],
        *,
        chance: Callable[[], float],
    ) -> None:
        """`chance` gives numbers from 0 to 1, for the jitter."""
        self._store = store
        self._gate = gate
        self._tickets = tickets
        self._queue = queue
        self._wake = wake
        self._chance = chance

    async def run(self) -> None:
        """Works until it is cancelled. At the start every connection is looked at."""
        everything = True
        while True:
            try:
                await self.round(everything=everything)
            except Exception:
                log.exception("health.round_failed")
            everything = False
            await asyncio.sleep(LOOK_EVERY)

    async def round(self, *, everything: bool = False) -> None:
        """Tests what is due in all organisations, and warns where it is time to."""
        room = asyncio.Semaphore(ABREAST)
        for organisation in await organisations(self._store):
            due = await self._due(organisation.id, everything=everything)
            await asyncio.gather(*(self._check(room, one) for one in due))
            await self._warn(organisation.id)
            await self._tickets.sweep(organisation.id)

    async def _due(self, organisation_id: str, *, everything: bool) -> list[Connection]:
        """The connections whose test is ours to make now."""
        now = self._store.clock()
        time_has_come = or_(
            Connection.next_check_at <= now,
            Connection.next_check_at.is_(None)
            & or_(Connection.checked_at.is_(None), Connection.checked_at <= now - EVERY),
        )
        ours: list[Connection] = []
        async with self._store.writing(organisation_id) as session:
            for one in await crew.connections(session):
                claim = (
                    update(Connection)
                    .where(Connection.id == one.id)
                    .values(next_check_at=now + self._wait(one))
                    .returning(Connection.id)
                    .execution_options(synchronize_session=False)
                )
                taken = await session.execute(claim if everything else claim.where(time_has_come))
                if taken.scalar() is not None:
                    ours.append(one)
        return ours

    async def _check(self, room: asyncio.Semaphore, connection: Connection) -> None:
        """Tests one; a fault of its connector's is logged and harms nobody else."""
        caller = Caller(CallerKind.SYSTEM, connection.organisation_id, "health", "The health check")
        async with room:
            try:
                seen = await self._gate.check(caller, connection.id)
            except Exception:
                log.exception("connection.check_failed", connection=connection.id)
                return
        if seen.status != connection.status:  # another status has another rhythm
            async with self._store.writing(connection.organisation_id) as session:
                row = await session.get_one(Connection, connection.id)
                row.next_check_at = self._store.clock() + self._wait(row)

    def _wait(self, connection: Connection) -> timedelta:
        rhythm = {
            ConnectionStatus.FAILING: AFTER_FAILURE,
            ConnectionStatus.RECONNECT: AFTER_REFUSAL,
        }
        plain = rhythm.get(ConnectionStatus(connection.status), EVERY)
        return plain * (1 + JITTER * (2 * self._chance() - 1))

    # Warnings

    async def _warn(self, organisation_id: str) -> None:
        """Tells whoever added a connection that it failed, or works again; once an episode."""
        now = self._store.clock()
        told = False
        async with self._store.writing(organisation_id) as session:
            for row in await crew.connections(session):
                if not _news(row, now):
                    continue
                await session.refresh(row, with_for_update=True)  # another process may tell it now
                words = _news(row, now)
                if not words:
                    continue
                healthy = row.status == ConnectionStatus.CONNECTED and not _ends_soon(row, now)
                row.warned_at = None if healthy else now
                for person in await _responsible(session, row):
                    await put_tell(self._queue, session, organisation_id, person.user_id, words)
                    told = True
        if told:
            self._wake()


def _news(row: Connection, now: datetime) -> str:
    """What there is to tell of a connection that was not told yet."""
    place, label = escape(place_of(row)), escape(row.label)
    if row.status == ConnectionStatus.CONNECTED:
        if _ends_soon(row, now):
            assert row.expires_at is not None
            ends = f":hourglass: The sign-in of *{place}* ends {date_and_time(row.expires_at)}."
            return (
                "" if row.warned_at else f"{ends} `/ops connections reconnect {label}` renews it."
            )
        return f":large_green_circle: *{place}* answers again." if row.warned_at else ""
    if row.warned_at is not None:
        return ""
    note = f"\n_{escape(row.status_note)}_" if row.status_note else ""
    if row.status == ConnectionStatus.RECONNECT:
        return (
            f":red_circle: *{place}* does not accept its credentials any more.{note}\n"
            f"`/ops connections reconnect {label}` takes new ones; agents and reports stay."
        )
    since = row.failing_since
    if row.status == ConnectionStatus.FAILING and since and now - since >= PATIENCE:
        return (
            f":large_yellow_circle: *{place}* has not worked since {date_and_time(since)}.{note}\n"
            "I will say when it works again, and not repeat this."
        )
    return ""


def _ends_soon(row: Connection, now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at - now <= ENDING


async def _responsible(session: AsyncSession, row: Connection) -> Sequence[Member]:
    """Whoever added a connection; the owners, where that person is gone or was no person."""
    creator = await session.get(Member, row.created_by)
    if creator is not None and is_active(creator):
        return [creator]
    owners = select(Member).where(Member.role == Role.OWNER).order_by(Member.name)
    return [one for one in await session.scalars(owners) if is_active(one)]
