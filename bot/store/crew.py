"""Agents and connections."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import Agent, Connection


def handle_of(name: str) -> str:
    """How an agent's name is mentioned: "Product Manager" becomes "product-manager"."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


async def agents(session: AsyncSession) -> Sequence[Agent]:
    """The agents that are not archived, by name."""
    found = select(Agent).where(Agent.archived_at.is_(None)).order_by(Agent.name)
    return (await session.scalars(found)).all()


async def find_agent(session: AsyncSession, handle: str) -> Agent | None:
    wanted = select(Agent).where(Agent.handle == handle, Agent.archived_at.is_(None))
    found: Agent | None = await session.scalar(wanted)
    return found


async def connections(session: AsyncSession) -> Sequence[Connection]:
    """All connections, by label."""
    return (await session.scalars(select(Connection).order_by(Connection.label))).all()


async def find_connection(session: AsyncSession, label: str) -> Connection | None:
    found: Connection | None = await session.scalar(
        select(Connection).where(Connection.label == label)
    )
    return found
