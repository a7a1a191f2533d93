"""The roster: how agents are made, changed, copied, archived and brought back.

Who may is asked of the store each time, and each change is on record. An agent that is private to
somebody else does not exist here: no answer confirms it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.channel_defaults import set_channels
from bot.agents.colleagues import exists_for
from bot.agents.copying import copy_access, copy_company
from bot.agents.models.choosing import Installed
from bot.agents.naming import name_of_copy
from bot.agents.outfitting import Wish, outfit
from bot.agents.types import TYPES
from bot.people.limits import room_for_agent
from bot.people.refusals import Refused, note, require
from bot.store import crew
from bot.store.database import Store
from bot.store.rights import Right, may
from bot.store.tables import Agent, Member

GONE = "There is no such agent any more. `/ops agents` lists those that there are."


async def create(
    store: Store, installed: Installed, member: Member, team_id: str, wish: Wish
) -> Agent:
    """Makes an agent, without access to anything. Raises Refused."""
    async with store.writing(member.organisation_id) as session:
        who = await require(session, member, Right.EDIT_AGENTS)
        await room_for_agent(session, who.organisation_id, who.id)
        agent = Agent(
            id=store.ids(),
            name="",
            handle="",
            type="",
            icon="",
            model="",
            description="",
            prompt="",
            created_by=who.id,
            created_at=store.clock(),
        )
        told = await outfit(session, installed, who, team_id, agent, wish)
        session.add(agent)
        deed = f"made the agent {agent.name} ({TYPES[agent.type].title}): {'; '.join(told)}"
        note(session, who, deed, at=store.clock(), action="agent", about=agent.id)
    return agent


async def change(
    store: Store, installed: Installed, member: Member, team_id: str, agent_id: str, wish: Wish
) -> Agent:
    """Gives an agent other settings. What stays as it was is not looked at. Raises Refused."""
    async with store.writing(member.organisation_id) as session:
        who = await require(session, member, Right.EDIT_AGENTS)
        agent = await present(session, who, agent_id)
        before = agent.name
        told = await outfit(session, installed, who, team_id, agent, wish)
        if told:
            deed = f"changed the agent {before}: {'; '.join(told)}"
            note(session, who, deed, at=store.clock(), action="agent", about=agent.id)
    return agent


async def duplicate(store: Store, member: Member, agent_id: str) -> Agent:
    """Makes another agent with the same settings, colleagues and knowledge. Raises Refused.

    Its access, and who approves its writes, are copied only by somebody who may set them.
    """
    async with store.writing(member.organisation_id) as session:
        who = await require(session, member, Right.EDIT_AGENTS)
        agent = await present(session, who, agent_id)
        await room_for_agent(session, who.organisation_id, who.id)
        name = await _name_of_copy(session, agent)
        made = Agent(
            id=store.ids(),
            name=name,
            handle=crew.handle_of(name),
            created_by=who.id,
            created_at=store.clock(),
            **{one: getattr(agent, one) for one in _SETTINGS},
        )
        session.add(made)
        await session.flush()
        await copy_company(session, agent.id, made.id)
        access = may(who, Right.SET_ACCESS)
        if access:
            await copy_access(session, store.ids, agent.id, made.id)
        how = "with its access" if access else "without its access"
        deed = f"duplicated the agent {agent.name} as {made.name}, {how}"
        note(session, who, deed, at=store.clock(), action="agent", about=made.id)
    return made


async def archive(store: Store, member: Member, agent_id: str) -> Agent:
    """Sends an agent away: it answers no more, and no longer counts. Raises Refused."""
    async with store.writing(member.organisation_id) as session:
        who = await require(session, member, Right.EDIT_AGENTS)
        agent = await present(session, who, agent_id)
        agent.archived_at = store.clock()
        await set_channels(session, "", agent.id, ())
        deed = f"archived the agent {agent.name}"
        note(session, who, deed, at=store.clock(), action="agent", about=agent.id)
    return agent


async def restore(store: Store, member: Member, agent_id: str) -> Agent:
    """Brings an archived agent back as it was, where the plan has room. Raises Refused."""
    async with store.writing(member.organisation_id) as session:
        who = await require(session, member, Right.EDIT_AGENTS)
        agent = await session.get(Agent, agent_id, populate_existing=True)
        if agent is None or agent.archived_at is None or not exists_for(agent, who.id):
            raise Refused(GONE)
        await room_for_agent(session, who.organisation_id, who.id)
        agent.archived_at = None
        deed = f"brought the agent {agent.name} back"
        note(session, who, deed, at=store.clock(), action="agent", about=agent.id)
    return agent


async def archived(session: AsyncSession, member_id: str) -> Sequence[Agent]:
    """The archived agents that a member may know of, the last one first."""
    gone = select(Agent).where(Agent.archived_at.is_not(None), crew.there_for(member_id))
    return (await session.scalars(gone.order_by(Agent.archived_at.desc()))).all()


async def present(session: AsyncSession, member: Member, agent_id: str) -> Agent:
    """An agent that is there for a member. Raises Refused."""
    agent = await session.get(Agent, agent_id, populate_existing=True)
    if agent is None or agent.archived_at is not None or not exists_for(agent, member.id):
        raise Refused(GONE)
    return agent


_SETTINGS = ("type", "icon", "model", "visibility", "description", "prompt")


async def _name_of_copy(session: AsyncSession, agent: Agent) -> str:
    taken = set(await session.scalars(select(Agent.handle)))
    names = (name_of_copy(agent.name, number) for number in count(1))
    return next(name for name in names if crew.handle_of(name) not in taken)
