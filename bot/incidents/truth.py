"""Reads what is true of an incident, keeps it, and finds its channel and its thread.

An event only says that it is worth looking. Whatever order events come in, and however often, the
row ends as the service has it, because each reading begins after the event that asked for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.wording import moment
from bot.incidents.folding import cause_key, fold, primary_of
from bot.incidents.port import put_card
from bot.incidents.routes import route_for
from bot.incidents.sources import CannotRead, Reads, Source, has_incidents, system
from bot.incidents.surroundings import Neighbourhood, Surroundings
from bot.scheduling.queue import Claim, JobQueue, TryLater
from bot.store.database import Store
from bot.store.tables import Connection, Incident, IncidentEvent, IncidentState

log = structlog.get_logger(__name__)

WAITS = (1, 3, 10, 30, 60)
"""Seconds until a reading that failed is tried again."""

STALE = timedelta(hours=1)
"""How long ago an incident may have ended that is heard of for the first time, to be shown."""

MOST_COMMENTS = 20


class Truth:
    """The handler of the jobs that read incidents. `window` is for how long a thread is fresh."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        reads: Reads,
        *,
        window: timedelta,
    ) -> None:
        self._store = store
        self._queue = queue
        self._reads = reads
        self._window = window
        self._neighbourhood = Neighbourhood(store.clock)

    async def handle(self, claim: Claim) -> None:
        """Reads the incident of a job. Raises TryLater where its service cannot say now."""
        connection_id, external_id = claim.subject.split(" ", 1)
        began = self._store.clock()
        async with self._store.reading(claim.organisation_id) as session:
            connection = await session.get(Connection, connection_id)
            known = await _find(session, connection_id, external_id)
            commented = await _was_commented(session, connection_id, external_id)
        if connection is None or not has_incidents(connection):
            return
        source = Source(self._reads, system(claim.organisation_id), connection_id)
        try:
            facts, link = await source.document("get_incident", incident_id=external_id)
            comments = await _comments(source, external_id) if commented else None
        except CannotRead as why:
            await self._not_read(claim, connection_id, external_id, why, began)
            return
        around = await self._around(source, known, facts)
        async with self._store.writing(claim.organisation_id) as session:
            incident = await self._row(session, connection_id, external_id)
            before = _shown(incident)
            _keep_facts(incident, facts, link, comments, self._store.clock())
            _keep_surroundings(incident, around)
            await self._keep(session, incident, changed=_shown(incident) != before)
            await self._mark(session, connection_id, external_id, began)

    async def _around(
        self, source: Source, known: Incident | None, facts: Mapping[str, Any]
    ) -> Surroundings | None:
        """What it belongs to; None where that is known already."""
        if known is not None and (known.channel_id or known.folded_into):
            return None
        return await self._neighbourhood.of(source, facts)

    async def _not_read(
        self, claim: Claim, connection_id: str, external_id: str, why: CannotRead, began: datetime
    ) -> None:
        """Keeps that it could not be read. What is gone for good is not asked for again."""
        gone = why.kind == "NotFound"
        async with self._store.writing(claim.organisation_id) as session:
            incident = await _find(session, connection_id, external_id)
            if incident is not None:
                before = _shown(incident)
                incident.problem = "" if gone else str(why)
                if gone:
                    incident.state = IncidentState.DELETED
                    incident.updated_at = self._store.clock()
                await self._keep(session, incident, changed=_shown(incident) != before)
            if gone:
                await self._mark(session, connection_id, external_id, began, note=str(why))
        if not gone:
            log.warning("incident.unread", incident=external_id, why=str(why))
            raise TryLater(timedelta(seconds=WAITS[min(claim.attempt, len(WAITS)) - 1]))

    async def _row(self, session: AsyncSession, connection_id: str, external_id: str) -> Incident:
        """The incident's row. Nobody else changes rows of its connection until the unit ends, so
        that two incidents of one cause do not both find no thread."""
        await session.get_one(Connection, connection_id, with_for_update={"key_share": True})
        found = await _find(session, connection_id, external_id)
        if found is not None:
            return found
        now = self._store.clock()
        made = Incident(
            id=self._store.ids(),
            connection_id=connection_id,
            external_id=external_id,
            state="",
            facts={},
            labels={},
            times=1,
            channel_id="",
            problem="",
            last_active_at=now,
            created_at=now,
            updated_at=now,
        )
        session.add(made)
        return made

    async def _keep(self, session: AsyncSession, incident: Incident, *, changed: bool) -> None:
        """Places an incident that has no place yet, and has its card drawn if that has changed."""
        placed = await self._place(session, incident)
        if not (changed or placed):
            return
        primary_id = incident.folded_into or incident.id
        primary = await session.get_one(Incident, primary_id)
        if incident is not primary:
            primary.last_active_at = max(primary.last_active_at, incident.last_active_at)
        if primary.channel_id:
            await put_card(self._queue, session, primary.organisation_id, primary.id)

    async def _place(self, session: AsyncSession, incident: Incident) -> bool:
        """Gives an incident its channel, or puts it under another. False where nothing changes."""
        if incident.channel_id or incident.folded_into or not self._worth_showing(incident):
            return False
        route = await route_for(session, incident)
        if route is None:
            return False
        await session.flush()
        primary = await primary_of(session, incident, route.channel_id, self._window)
        if primary is not None:
            await fold(session, incident, primary)
            return True
        incident.route_id, incident.channel_id = route.id, route.channel_id
        return True

    def _worth_showing(self, incident: Incident) -> bool:
        if not IncidentState(incident.state).over:
            return True
        ended = incident.resolved_at
        return ended is not None and self._store.clock() - ended < STALE

    async def _mark(
        self,
        session: AsyncSession,
        connection_id: str,
        external_id: str,
        began: datetime,
        note: str = "",
    ) -> None:
        """Notes that the events which came before the reading are dealt with."""
        await session.execute(
            update(IncidentEvent)
            .where(
                IncidentEvent.connection_id == connection_id,
                IncidentEvent.external_id == external_id,
                IncidentEvent.about == "incident",
                IncidentEvent.handled_at.is_(None),
                IncidentEvent.received_at <= began,
            )
            .values(handled_at=self._store.clock(), **({"note": note} if note else {}))
            .execution_options(synchronize_session=False)
        )


async def _find(session: AsyncSession, connection_id: str, external_id: str) -> Incident | None:
    found: Incident | None = await session.scalar(
        select(Incident).where(
            Incident.connection_id == connection_id, Incident.external_id == external_id
        )
    )
    return found


async def _was_commented(session: AsyncSession, connection_id: str, external_id: str) -> bool:
    """Whether anybody is known to have commented: then the comments are worth reading."""
    commented = select(IncidentEvent.id).where(
        IncidentEvent.connection_id == connection_id,
        IncidentEvent.external_id == external_id,
        IncidentEvent.verb == "commented",
    )
    return await session.scalar(commented.limit(1)) is not None


async def _comments(source: Source, external_id: str) -> list[dict[str, Any]]:
    rows, _ = await source.rows("incident_comments", incident_id=external_id)
    return rows[-MOST_COMMENTS:]


def _keep_facts(
    incident: Incident,
    facts: Mapping[str, Any],
    link: str,
    comments: list[dict[str, Any]] | None,
    now: datetime,
) -> None:
    kept = incident.facts.get("comments") if comments is None else comments
    incident.facts = {**facts, **({"comments": kept} if kept else {})}
    incident.name = str(facts.get("name") or f"Incident {incident.external_id}")
    incident.cause = str(facts.get("cause") or "")
    incident.cause_key = cause_key(incident.cause)
    incident.state = _state(facts)
    incident.started_at = moment(facts.get("started_at"))
    incident.acknowledged_at = moment(facts.get("acknowledged_at"))
    incident.acknowledged_by = str(facts.get("acknowledged_by") or "")
    incident.resolved_at = moment(facts.get("resolved_at"))
    incident.resolved_by = str(facts.get("resolved_by") or "")
    incident.team = str(facts.get("team") or "")
    incident.labels = dict(facts.get("metadata") or {})
    incident.link = link
    incident.problem = ""
    incident.last_active_at = _last_active(incident, now)
    incident.updated_at = now


def _keep_surroundings(incident: Incident, around: Surroundings | None) -> None:
    if around is not None:
        incident.monitor_id, incident.monitor = around.monitor_id, around.monitor
        incident.monitor_group, incident.severity = around.group, around.severity


def _state(facts: Mapping[str, Any]) -> IncidentState:
    """By its status, as the connector does: a reopened incident keeps its former moments."""
    if facts.get("status") == "Resolved":
        return IncidentState.RESOLVED
    return IncidentState.ACKNOWLEDGED if facts.get("acknowledged_at") else IncidentState.STARTED


def _last_active(incident: Incident, now: datetime) -> datetime:
    comments = incident.facts.get("comments") or []
    told = [
        incident.started_at,
        incident.acknowledged_at,
        incident.resolved_at,
        moment(incident.facts.get("reopened_at")),
        *(moment(one.get("created_at")) for one in comments),
    ]
    known = [at for at in told if at is not None]
    return min(max(known), now) if known else now


def _shown(incident: Incident) -> dict[str, Any]:
    """What a change of shows on the card. How long it has lasted goes on by itself."""
    told = {name: value for name, value in incident.facts.items() if name != "duration"}
    return {**told, "state": str(incident.state), "problem": incident.problem}
