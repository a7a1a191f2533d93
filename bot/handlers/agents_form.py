"""The form of an agent's settings: what it is drawn from, and what was submitted in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from json import loads
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents import roster
from bot.agents.channel_defaults import channels_of
from bot.agents.models.choosing import shelf_of
from bot.agents.outfitting import Wish
from bot.agents.reach import fits, reached
from bot.agents.types import TYPES
from bot.handlers import agents_views as views
from bot.handlers.services import Services, Visitor
from bot.slack.submitted import Values, entered, selected, text_of, ticked
from bot.store import crew
from bot.store.rights import Right, may
from bot.store.tables import Agent, AgentLink, Visibility


@dataclass(frozen=True)
class Submitted:
    """A form as it came from Slack. `held` is what the modal kept about whose it is."""

    held: Mapping[str, str]
    values: Mapping[str, Any]
    wish: Wish

    @classmethod
    def read(cls, view: Mapping[str, Any]) -> Submitted:
        values = view["state"]["values"]
        return cls(loads(view["private_metadata"]), values, _wish(values))


async def sheet_of(
    services: Services, visitor: Visitor, agent_id: str, agent_type: str
) -> views.Sheet:
    """The settings of an agent as if it were of a type; of a new one without an id."""
    async with services.store.reading(visitor.organisation_id) as session:
        if agent_id:
            stored = await roster.present(session, visitor.member, agent_id)
            columns = {one.key for one in Agent.__table__.columns} - {"type"}
            held = {one: getattr(stored, one) for one in columns}
            agent = Agent(type=agent_type, **held)
        else:
            kind = TYPES[agent_type]
            empty = {"id": "", "name": "", "description": "", "prompt": "", "model": ""}
            by = visitor.member.id
            agent = Agent(type=agent_type, icon=kind.icon, created_by=by, **empty)
        return await _sheet(session, services, visitor, agent)


async def stored_sheet(services: Services, visitor: Visitor, agent: Agent) -> views.Sheet:
    """The settings of an agent as they are. Raises Refused where it is gone."""
    return await sheet_of(services, visitor, agent.id, agent.type)


async def newly_ticked(
    services: Services, visitor: Visitor, agent: Agent, ticked: Collection[str]
) -> list[str]:
    """The connections that were ticked, fit, and that the agent has no access to yet."""
    if not may(visitor.member, Right.SET_ACCESS):
        return []
    async with services.store.reading(visitor.organisation_id) as session:
        held = {one.id for one in await reached(session, agent.id)}
        found = await crew.connections(session)
    new = set(ticked) - held
    return [one.id for one in found if one.id in new and fits(agent.type, one)]


async def _sheet(
    session: AsyncSession, services: Services, visitor: Visitor, agent: Agent
) -> views.Sheet:
    links = select(AgentLink.connected_id).where(AgentLink.agent_id == agent.id)
    everybody = await crew.agents_for(session, visitor.member.id)
    return views.Sheet(
        agent=agent,
        member=visitor.member,
        shelf=await shelf_of(session, visitor.organisation_id, services.models),
        connections=[one for one in await crew.connections(session) if fits(agent.type, one)],
        held={one.id for one in await reached(session, agent.id)},
        others=[one for one in everybody if one.id != agent.id],
        colleagues=set(await session.scalars(links)),
        channels=await channels_of(session, agent.id),
        metadata={
            "organisation": visitor.organisation_id,
            "channel": visitor.channel,
            "agent": agent.id,
        },
    )


def _wish(values: Values) -> Wish:
    """What was not shown stays as it is."""
    visibility = selected(values, views.VISIBILITY)
    model = selected(values, views.MODEL)
    boxes = [
        ticked(values, block, views.CONNECTIONS)
        for block in values
        if block.startswith(f"{views.CONNECTIONS}:")
    ]
    return Wish(
        name=text_of(values, views.NAME),
        type=selected(values, views.TYPE),
        description=text_of(values, views.DESCRIPTION),
        icon=text_of(values, views.ICON),
        prompt=text_of(values, views.PROMPT) if views.PROMPT in values else None,
        model="" if model == views.NONE else model,
        visibility=Visibility(visibility) if visibility else None,
        colleagues=ticked(values, views.COLLEAGUES) if views.COLLEAGUES in values else None,
        channels=_channels(values) if views.CHANNELS in values else None,
        connections=[one for some in boxes for one in some] if boxes else None,
    )


def _channels(values: Values) -> list[str]:
    chosen = entered(values, views.CHANNELS).get("selected_conversations") or ()
    return [str(one) for one in chosen]
