"""Gathers what the list of agents shows to one person."""

from __future__ import annotations

from bot.agents.channel_defaults import channels_of
from bot.agents.pins import Pinned, pins_of
from bot.gate.calls import Caller, CallerKind
from bot.handlers.agents_list import Roll
from bot.handlers.services import Services
from bot.store import crew
from bot.store.tables import Member


async def roll_of(services: Services, member: Member) -> Roll:
    """The agents that are there for a member, with what each may look into."""
    async with services.store.reading(member.organisation_id) as session:
        agents = await crew.agents_for(session, member.id)
        channels = {one.id: await channels_of(session, one.id) for one in agents}
        pins = await pins_of(session, member.id)
    places = {}
    for agent in agents:
        caller = Caller(CallerKind.AGENT, member.organisation_id, agent.id, agent.name)
        places[agent.id] = await services.gate.places(caller)
    pinned = {subject for kind, subject in pins if kind is Pinned.AGENT}
    return Roll(agents, member, places, channels, pinned)
