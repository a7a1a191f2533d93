"""Which agents may ask which: the rules, and who is left by them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import Agent, AgentLink, Visibility

MOST = 10
"""Colleagues that one agent is connected to."""


def exists_for(agent: Agent, member_id: str) -> bool:
    """Whether an agent is there at all for a person: private ones are for their creator alone."""
    return agent.visibility != Visibility.ONLY_ME or agent.created_by == member_id


async def why_not_connect(
    session: AsyncSession, agent: Agent, other: Agent | None, member_id: str
) -> str:
    """Why a person may not let an agent ask another; empty if nothing is against it."""
    if other is None or not exists_for(other, member_id):
        return "There is no such agent."
    if other.id == agent.id:
        return f"{agent.name} cannot ask itself."
    if other.archived_at is not None:
        return f"{other.name} is archived."
    if await _is_connected(session, other.id, agent.id):
        return (
            f"{other.name} may ask {agent.name} already, and two agents cannot ask each other: "
            "they would go round in circles."
        )
    links = await session.scalars(select(AgentLink).where(AgentLink.agent_id == agent.id))
    if len({one.connected_id for one in links} - {other.id}) >= MOST:
        return f"{agent.name} is connected to {MOST} agents, which is the limit."
    return ""


async def why_not_ask(
    session: AsyncSession, agent: Agent, other: Agent | None, member_id: str
) -> str:
    """Why an agent, working for a person, may not ask another; empty if nothing is against it.

    A private agent of somebody else is as good as none: not even its name is confirmed.
    """
    if other is None or not exists_for(other, member_id):
        return "There is no agent of that name."
    if other.id == agent.id:
        return f"{agent.name} cannot ask itself."
    if not await _is_connected(session, agent.id, other.id):
        return (
            f"{agent.name} is not connected to {other.name}. "
            "The settings of an agent name its connected agents."
        )
    if other.archived_at is not None:
        return f"{other.name} is archived."
    if await _is_connected(session, other.id, agent.id):
        return f"{other.name} asks {agent.name} itself, and two agents cannot ask each other."
    return ""


async def colleagues_of(session: AsyncSession, agent: Agent, member_id: str) -> Sequence[Agent]:
    """The agents that one may ask while it works for a person."""
    connected = select(AgentLink.connected_id).where(AgentLink.agent_id == agent.id)
    found = (
        await session.scalars(select(Agent).where(Agent.id.in_(connected)).order_by(Agent.name))
    ).all()
    free = [one for one in found if not await why_not_ask(session, agent, one, member_id)]
    return free[:MOST]


async def called(session: AsyncSession, name: str) -> Agent | None:
    """The agent of a name, "Analyst" or "@analyst"."""
    wanted = name.strip().removeprefix("@")
    by_handle = select(Agent).where(Agent.handle == wanted.lower())
    found: Agent | None = await session.scalar(by_handle)
    return found or await session.scalar(select(Agent).where(Agent.name == wanted))


async def _is_connected(session: AsyncSession, agent_id: str, other_id: str) -> bool:
    return await session.get(AgentLink, _key(agent_id, other_id)) is not None


def _key(agent_id: str, other_id: str) -> dict[str, str]:
    return {"agent_id": agent_id, "connected_id": other_id}
