"""Asks services what has changed, for where their webhooks cannot reach us or got lost.

What it finds goes the way that webhooks go. While webhooks arrive it only looks now and then; when
it finds something that none of them told, it is back to looking often until one comes again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.results import Row
from bot.connectors.wording import moment
from bot.incidents import routes
from bot.incidents.events import About, Heard
from bot.incidents.intake import POLL, WEBHOOK, event_of
from bot.incidents.port import INCIDENT_POLL, put_truths
from bot.incidents.sources import CannotRead, Reads, Source, has_incidents, system
from bot.incidents.truth import STALE
from bot.scheduling.queue import Claim, JobQueue, TryLater
from bot.store import crew
from bot.store.database import Store
from bot.store.people import organisations
from bot.store.tables import Connection, ConnectionStatus, Incident, IncidentEvent, IncidentState

log = structlog.get_logger(__name__)

SWEEP = timedelta(minutes=15)
"""How often it looks while webhooks arrive."""

TRUSTED = timedelta(days=7)
"""How long webhooks are taken to arrive after one did."""

LOOKED_BACK = timedelta(days=1)
WAITS = (15, 60, 120, 300, 600)
"""Seconds until a service that did not answer is asked again."""

JITTER = 0.2
"""By how much of itself the time between two looks varies, so that many installations do not ask
at the same second."""


class Poller:
    """Puts the asking into the queue when it is due, and does it."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        reads: Reads,
        wake: Callable[[], None],
        *,
        interval: timedelta,
        chance: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`chance` gives numbers from 0 to 1."""
        self._store = store
        self._queue = queue
        self._reads = reads
        self._wake = wake
        self._interval = interval
        self._chance = chance
        self._sleep = sleep
        self._asked: dict[str, datetime] = {}

    async def run(self) -> None:
        """Looks again and again until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:  # the next look makes up for it
                log.exception("incidents.poll_failed")
            varied = 1 + JITTER * (2 * self._chance() - 1)
            await self._sleep(self._interval.total_seconds() * varied)

    async def look(self) -> None:
        """Has every connection asked that is due, if any channel wants its incidents."""
        for organisation in await organisations(self._store):
            async with self._store.reading(organisation.id) as session:
                wanted = await routes.active(session)
                held = await crew.connections(session) if wanted else ()
                due = [one for one in held if await self._is_due(session, one)]
            for connection in due:
                await self.ask(organisation.id, connection.id)

    async def ask(self, organisation_id: str, connection_id: str) -> None:
        """Has a connection asked now."""
        self._asked[connection_id] = self._store.clock()
        async with self._store.writing(organisation_id) as session:
            await put_poll(self._queue, session, organisation_id, connection_id)
        self._wake()

    async def handle(self, claim: Claim) -> None:
        """Asks a connection, and puts in what is new. Raises TryLater where it does not answer."""
        async with self._store.reading(claim.organisation_id) as session:
            connection = await session.get(Connection, claim.subject)
        if connection is None or not has_incidents(connection):
            return
        source = Source(self._reads, system(claim.organisation_id), connection.id)
        now = self._store.clock()
        since = (now - LOOKED_BACK).astimezone(UTC).date().isoformat()
        try:
            still_open, cut = await source.rows("list_incidents", resolved=False)
            recent, _ = await source.rows("list_incidents", from_date=since)
        except CannotRead as why:
            log.warning("incidents.poll_unanswered", connection=connection.id, why=str(why))
            if why.kind == "NotSignedIn":  # nothing changes until somebody signs in again
                return
            wait = WAITS[min(claim.attempt, len(WAITS)) - 1]
            raise TryLater(timedelta(seconds=wait)) from None
        rows = {str(row["id"]): row for row in (*recent, *still_open)}
        async with self._store.writing(claim.organisation_id) as session:
            known = {one.external_id: one for one in await _known(session, connection.id, rows)}
            changes = _changes(rows.values(), known, now)
            keys = {change.key for change in changes}
            told = select(IncidentEvent.key).where(
                IncidentEvent.connection_id == connection.id, IncidentEvent.key.in_(keys)
            )
            before = set(await session.scalars(told))
            session.add_all(
                event_of(connection.id, change, source=POLL, now=now)
                for change in changes
                if change.key not in before
            )
            reading = _worth_reading(rows, known, now, whole=not cut)
            named = [(connection.id, external_id) for external_id in reading]
            await put_truths(self._queue, session, claim.organisation_id, named)
        self._wake()

    async def _is_due(self, session: AsyncSession, connection: Connection) -> bool:
        if connection.status == ConnectionStatus.RECONNECT or not has_incidents(connection):
            return False
        asked = self._asked.get(connection.id)
        if asked is None:
            return True
        newest = await self._queue.newest(session, INCIDENT_POLL, connection.id)
        every = timedelta()
        if newest is not None and newest > asked:  # several processes ask no more often than one
            asked, every = newest, self._interval * (1 - JITTER)
        if await self._webhooks_arrive(session, connection.id):
            every = SWEEP
        return self._store.clock() - asked >= every

    async def _webhooks_arrive(self, session: AsyncSession, connection_id: str) -> bool:
        """Whether one came lately, and nothing was found since that none of them told."""
        told = await session.execute(
            select(IncidentEvent.source, func.max(IncidentEvent.last_received_at))
            .where(IncidentEvent.connection_id == connection_id)
            .group_by(IncidentEvent.source)
        )
        newest: dict[str, datetime] = dict(told.all())
        heard, found = newest.get(WEBHOOK), newest.get(POLL)
        if heard is None or self._store.clock() - heard > TRUSTED:
            return False
        return found is None or heard >= found


async def put_poll(
    queue: JobQueue, session: AsyncSession, organisation_id: str, connection_id: str
) -> None:
    """Has a service asked for what has changed."""
    await queue.put(
        session,
        organisation_id=organisation_id,
        kind=INCIDENT_POLL,
        subject=connection_id,
        lock=f"poll:{connection_id}",
        unless_waiting=True,
    )


@dataclass(frozen=True)
class _Look:
    """An incident's state and moments, as far as they tell one state from another."""

    state: str
    acknowledged_at: datetime | None
    resolved_at: datetime | None

    @property
    def verb(self) -> str:
        return "created" if self.state == IncidentState.STARTED else self.state


def _look(row: Row) -> _Look:
    acknowledged, resolved = moment(row.get("acknowledged_at")), moment(row.get("resolved_at"))
    state = IncidentState.ACKNOWLEDGED if acknowledged else IncidentState.STARTED
    if row.get("status") == "Resolved":
        state = IncidentState.RESOLVED
    return _Look(state, acknowledged, resolved)


def _changes(rows: Iterable[Row], known: Mapping[str, Incident], now: datetime) -> list[Heard]:
    """What is new in the rows, as if their service had told it."""
    return [_heard(row) for row in rows if _is_new(row, known.get(str(row["id"])), now)]


def _is_new(row: Row, incident: Incident | None, now: datetime) -> bool:
    seen = _look(row)
    if incident is None:
        over = seen.state == IncidentState.RESOLVED
        return not over or (seen.resolved_at is not None and now - seen.resolved_at < STALE)
    return seen != _Look(incident.state, incident.acknowledged_at, incident.resolved_at)


def _heard(row: Row) -> Heard:
    seen, external_id = _look(row), str(row["id"])
    told = f"{POLL} {external_id} {seen}"
    key = hashlib.sha256(told.encode()).hexdigest()
    return Heard(key, About.INCIDENT, seen.verb, external_id, dict(row))


def _worth_reading(
    rows: Mapping[str, Row], known: Mapping[str, Incident], now: datetime, *, whole: bool
) -> list[str]:
    """What is new, what has no place yet, and what should be open but is not listed any more."""
    new = [change.external_id for change in _changes(rows.values(), known, now)]
    open_here = [one for one in known.values() if not IncidentState(one.state).over]
    unplaced = [one.external_id for one in open_here if not (one.channel_id or one.folded_into)]
    gone = [one.external_id for one in open_here if whole and one.external_id not in rows]
    return list(dict.fromkeys([*new, *unplaced, *gone]))


async def _known(
    session: AsyncSession, connection_id: str, rows: Mapping[str, Row]
) -> Sequence[Incident]:
    """The incidents that we have of these, and all that we take to be open."""
    over = (IncidentState.RESOLVED, IncidentState.DELETED)
    found = select(Incident).where(
        Incident.connection_id == connection_id,
        Incident.external_id.in_(rows) | Incident.state.not_in(over),
    )
    return (await session.scalars(found)).all()
