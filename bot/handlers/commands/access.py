"""`/ops access @agent`: shows and edits what an agent may do, area by area, in a modal."""

from __future__ import annotations

import json

from bot.handlers.access_modal import access_view
from bot.handlers.commands.command import Command, Typed, needs_owner
from bot.handlers.services import Services
from bot.slack.messages import Message
from bot.store import crew


async def run(services: Services, typed: Typed) -> Message | None:
    handle = typed.rest.strip().lstrip("@").lower()
    async with services.store.reading(typed.visitor.organisation_id) as session:
        agents = await crew.agents(session)
        agent = await crew.find_agent(session, handle)
    names = ", ".join(f"`@{one.handle}`" for one in agents)
    if agent is None:
        what = f"There is no agent called “{handle}”." if handle else "Name an agent."
        return Message(f"{what} You can write: {names}.")
    refusal = needs_owner(typed, f"change what {agent.name} may do")
    if refusal is not None:
        return refusal
    view = await access_view(services, typed.visitor.organisation_id, agent)
    if view is None:
        return Message("No service is connected yet, so there is nothing to give access to.")
    view["private_metadata"] = json.dumps({"agent": agent.id, "channel": typed.visitor.channel})
    await services.client.views_open(trigger_id=typed.trigger_id, view=view)
    return None


ACCESS = Command("access", "access @agent", "What an agent may read and write, area by area.", run)
