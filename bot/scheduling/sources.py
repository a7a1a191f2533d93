"""Which connections a report reads: those that its people ticked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.crew import connections
from bot.store.tables import Connection, Subscription

CONNECTORS: Mapping[str, Sequence[str]] = {"incidents": ("better_stack",)}
"""By report, the connectors that it can read."""


async def fitting(session: AsyncSession, report: str) -> list[Connection]:
    """The connections that a report can read, by label."""
    kinds = CONNECTORS.get(report, ())
    return [one for one in await connections(session) if one.connector in kinds]


async def at_first(session: AsyncSession, report: str) -> list[str] | None:
    """What a new subscription reads until somebody ticks: all that fit now. Where there is none
    yet, None: all that fit when the report is written."""
    return [one.id for one in await fitting(session, report)] or None


async def ticked(
    session: AsyncSession, subscription: Subscription
) -> tuple[list[Connection], list[Connection]]:
    """The connections that a subscription reads, and those of its that were removed."""
    if subscription.sources is None:
        return await fitting(session, subscription.report), []
    wanted = select(Connection).where(Connection.id.in_(subscription.sources))
    found = (await session.scalars(wanted.order_by(Connection.label))).all()
    there = [one for one in found if one.removed_at is None]
    return there, [one for one in found if one.removed_at is not None]
