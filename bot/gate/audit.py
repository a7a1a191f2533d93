"""The record of everything, in plain English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate.calls import Caller
from bot.store.tables import AuditEntry

_PAST = {
    "list": "listed",
    "get": "looked up",
    "find": "searched",
    "search": "searched",
    "query": "queried",
    "describe": "described",
    "run": "ran",
    "count": "counted",
    "aggregate": "aggregated",
    "check": "tested",
}


def read_in_past(verb: str) -> str:
    """`list_incidents` as the record says it: "listed incidents"."""
    first, _, rest = verb.partition("_")
    return f"{_PAST.get(first, f'used {first}')} {rest.replace('_', ' ')}".strip()


def who(caller: Caller) -> str:
    """ "Debugger, asked by Ana," or "Ana" at the head of a sentence."""
    return f"{caller.name}, asked by {caller.asked_by}," if caller.asked_by else caller.name


def record(
    session: AsyncSession,
    caller: Caller,
    *,
    at: datetime,
    action: str,
    sentence: str,
    outcome: str,
    connection_id: str = "",
    tool: str = "",
    resource: str = "",
    duration_ms: int | None = None,
) -> None:
    """Adds an entry to the unit of work that the thing itself is saved in.

    Args:
        action: a short name such as `read`, `write`, `refuse`, `ask`, `approve`, `deny`.
        sentence: what happened without the time, which is added.
        outcome: `done`, `failed`, `refused`, `waiting`, `not_done` or `unknown`.
    """
    session.add(
        AuditEntry(
            at=at,
            caller_kind=caller.kind,
            caller=caller.name,
            asked_by=caller.asked_by,
            action=action,
            connection_id=connection_id,
            tool=tool,
            resource=resource,
            outcome=outcome,
            sentence=f"{sentence.rstrip('.')}, {at:%H:%M} UTC.",
            run_id=caller.run_id,
            duration_ms=duration_ms,
        )
    )


async def latest(session: AsyncSession, limit: int = 20) -> Sequence[AuditEntry]:
    """The newest entries of the organisation, newest first."""
    rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit))
    return rows.all()
