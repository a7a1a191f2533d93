"""`/ops access @agent`: shows and edits what an agent may do, area by area, in a modal."""

from __future__ import annotations

from bot.handlers.access import first_view
from bot.handlers.commands.command import Command, Typed, lacks
from bot.handlers.services import Services
from bot.slack.messages import Message
from bot.store import crew
from bot.store.rights import Right


async def run(services: Services, typed: Typed) -> Message | None:
    handle = typed.rest.strip().lstrip("@").lower()
    async with services.store.reading(typed.visitor.organisation_id) as session:
        agents = await crew.agents_for(session, typed.visitor.member.id)
    agent = next((one for one in agents if one.handle == handle), None)
    names = ", ".join(f"`@{one.handle}`" for one in agents)
    if agent is None:
        what = f"There is no agent called “{handle}”." if handle else "Name an agent."
        return Message(f"{what} You can write: {names}.")
    refusal = await lacks(services, typed, Right.SET_ACCESS)
    if refusal is not None:
        return refusal
    view = await first_view(services, typed.visitor, agent)
    if view is None:
        return Message(f"No service is connected yet that {agent.name} could use.")
    await services.client.views_open(trigger_id=typed.trigger_id, view=view)
    return None


ACCESS = Command("access", "access @agent", "What an agent may read and write, area by area.", run)
