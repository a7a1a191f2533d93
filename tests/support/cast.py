"""Several agents, each with lines of its own, and who may ask whom."""

from __future__ import annotations

from bot.agents.messages import OnText, Replied, Request
from bot.store.tables import Agent, AgentLink
from tests.fixtures_store import ORGANISATION
from tests.support.harbor import Harbor
from tests.support.models import Scripted


class Cast(Scripted):
    """Each agent says its own lines, known by its name in the instructions."""

    def __init__(self, **parts: Scripted) -> None:
        super().__init__()
        self.parts = parts

    async def respond(self, request: Request, on_text: OnText) -> Replied:
        name = request.instructions.removeprefix("You are ").partition(",")[0].lower()
        part = self.parts[name]
        part.danger = self.danger
        return await part.respond(request, on_text)


async def connect(harbor: Harbor, agent: Agent, *others: Agent) -> None:
    """Lets an agent ask others."""
    async with harbor.store.writing(ORGANISATION) as session:
        for other in others:
            session.add(AgentLink(agent_id=agent.id, connected_id=other.id))
