"""`/ops approvals`: who may approve the writes of an agent or a connection."""

from __future__ import annotations

from bot.handlers.commands.command import Command, Typed, lacks
from bot.handlers.policy import open_view
from bot.handlers.services import Services
from bot.slack.messages import Message
from bot.store import crew
from bot.store.rights import Right
from bot.store.tables import Agent, Connection


async def run(services: Services, typed: Typed) -> Message | None:
    name = typed.rest.strip()
    async with services.store.reading(typed.visitor.organisation_id) as session:
        agents = await crew.agents_for(session, typed.visitor.member.id)
        connections = await crew.connections(session)
    subjects: dict[str, Agent | Connection] = {f"@{one.handle}": one for one in agents}
    subjects |= {one.label.lower(): one for one in connections}
    subject = subjects.get(name.lower()) or subjects.get(f"@{name.lower()}")
    if subject is None:
        known = ", ".join(f"`{one}`" for one in [*subjects][: len(agents)])
        labels = ", ".join(f"`{one.label}`" for one in connections)
        what = f"There is neither an agent nor a connection called “{name}”. " if name else ""
        return Message(f"{what}Name an agent ({known}) or a connection ({labels or 'none yet'}).")
    refusal = await lacks(services, typed, Right.SET_ACCESS)
    if refusal is not None:
        return refusal
    view = await open_view(services, typed.visitor, subject)
    await services.client.views_open(trigger_id=typed.trigger_id, view=view)
    return None


APPROVALS = Command(
    "approvals",
    "approvals @agent",
    "Who may approve the writes of an agent, or through a connection.",
    run,
)
