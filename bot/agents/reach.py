"""What changes about an agent's access when its settings change: it can only become less.

More is granted in one place alone, the grid of `/ops access`, by somebody who may.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.types import TYPES
from bot.gate.desk import place_of
from bot.gate.grants import reach_of
from bot.gate.kinds import kind_of
from bot.store.tables import Agent, Connection, Grant, ToolSwitch


def fits(agent_type: str, connection: Connection) -> bool:
    """Whether agents of a type may use a connection at all."""
    kind = kind_of(connection)
    return kind is not None and kind.category in TYPES[agent_type].categories


async def reached(session: AsyncSession, agent_id: str) -> list[Connection]:
    """The connections that an agent has access to, by label."""
    held = [one for one, reach in (await reach_of(session, agent_id)).items() if not reach.is_empty]
    there = Connection.removed_at.is_(None)
    found = select(Connection).where(Connection.id.in_(held), there).order_by(Connection.label)
    return list(await session.scalars(found))


async def drop_unfitting(session: AsyncSession, agent: Agent) -> list[str]:
    """Takes away what an agent's type may not use. Which connections those were."""
    lost = [one for one in await reached(session, agent.id) if not fits(agent.type, one)]
    await _drop(session, agent, lost)
    return [place_of(one) for one in lost]


async def keep_only(session: AsyncSession, agent: Agent, kept: Collection[str]) -> list[str]:
    """Takes away every connection that is not among `kept`. Which those were."""
    lost = [one for one in await reached(session, agent.id) if one.id not in kept]
    await _drop(session, agent, lost)
    return [place_of(one) for one in lost]


async def _drop(session: AsyncSession, agent: Agent, lost: Sequence[Connection]) -> None:
    gone = [one.id for one in lost]
    for table in (Grant, ToolSwitch):
        of_agent = table.agent_id == agent.id
        await session.execute(delete(table).where(of_agent, table.connection_id.in_(gone)))
