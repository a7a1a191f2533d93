"""One cause, one thread: finds the incident in whose thread another one is told of."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import Incident


def cause_key(cause: str) -> str:
    """A cause such that the same one is the same however it is spaced and spelled."""
    return " ".join(cause.casefold().split())


async def primary_of(
    session: AsyncSession, incident: Incident, channel_id: str, window: timedelta
) -> Incident | None:
    """The incident of the same monitor, group or cause whose thread in the channel is fresh.

    Fresh is a thread in which something happened within the window before this one began. Events
    come in any order, so the other may have begun a little later.
    """
    same = [
        column == value
        for column, value in (
            (Incident.monitor_id, incident.monitor_id),
            (Incident.monitor_group, incident.monitor_group),
            (Incident.cause_key, incident.cause_key),
        )
        if value
    ]
    if not same:
        return None
    began = incident.started_at or incident.created_at
    found: Incident | None = await session.scalar(
        select(Incident)
        .where(
            Incident.connection_id == incident.connection_id,
            Incident.id != incident.id,
            Incident.folded_into.is_(None),
            Incident.channel_id == channel_id,
            Incident.last_active_at >= began - window,
            Incident.started_at <= incident.last_active_at + window,
            or_(*same),
        )
        .order_by(Incident.last_active_at.desc(), Incident.id)
        .limit(1)
    )
    return found


async def fold(session: AsyncSession, incident: Incident, primary: Incident) -> None:
    """Puts an incident under another, and counts it there."""
    incident.folded_into = primary.id
    primary.last_active_at = _later(primary.last_active_at, incident.last_active_at)
    await session.flush()
    folded = select(func.count()).where(Incident.folded_into == primary.id)
    primary.times = 1 + int(await session.scalar(folded) or 0)


def _later(one: datetime, other: datetime) -> datetime:
    return max(one, other)
