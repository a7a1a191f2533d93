"""`/ops agents`: who can be asked."""

from __future__ import annotations

from bot.agents.types import TYPES
from bot.gate.calls import Caller, CallerKind
from bot.handlers.commands.command import Command, Typed
from bot.handlers.services import Services
from bot.slack.blocks import escape, section
from bot.slack.messages import Message
from bot.store import crew


async def run(services: Services, typed: Typed) -> Message:
    organisation_id = typed.visitor.organisation_id
    async with services.store.reading(organisation_id) as session:
        agents = await crew.agents(session)
    blocks = []
    for agent in agents:
        caller = Caller(CallerKind.AGENT, organisation_id, agent.id, agent.name)
        places = ", ".join(await services.gate.places(caller)) or "no access yet"
        description = TYPES[agent.type].description
        blocks.append(
            section(
                f"{agent.icon} *{escape(agent.name)}*  `@{agent.handle}`\n"
                f"{escape(description)}\n_{escape(places)}_"
            )
        )
    names = ", ".join(agent.name for agent in agents) or "There are no agents yet."
    return Message(names, blocks or [section(names)])


AGENTS = Command("agents", "agents", "Who can be asked, and what each may look into.", run)
