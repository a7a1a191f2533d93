"""Setting the scene of a run: whose it is, who answers with what, and how that is heard."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from bot.agents.acquaintance import Acquaintance
from bot.agents.house_tools import At, HouseTools
from bot.agents.knowledge.recall import Recall
from bot.agents.memory import earlier_turns
from bot.agents.messages import ToolSpec, Turn
from bot.agents.models.fitting import Fit
from bot.agents.permit import Permit
from bot.agents.prompts import instructions
from bot.agents.voice import Voice
from bot.gate.calls import Caller, CallerKind
from bot.gate.door import Gate
from bot.scheduling.queue import Claim
from bot.store.database import Store
from bot.store.tables import Agent, Conversation, Member, Run, RunState, Step


@dataclass
class Scene:
    """Everything about a run that does not change while it goes on.

    What has a default is for thinking: an apology must not depend on it.
    """

    claim: Claim
    run: Run
    conversation: Conversation
    agent: Agent
    asker: Member
    caller: Caller
    voice: Voice
    tools: Sequence[ToolSpec] = ()
    instructions: str = ""
    before: Sequence[Turn] = ()
    known_hosts: Collection[str] = ()
    """Hosts of the links in what its team gave the agent to know."""
    fit: Fit = field(default_factory=lambda: Fit(""))

    def at(self, steps: Sequence[Step] = ()) -> At:
        """The same for the tools of the house."""
        return At(self.caller, self.run, self.conversation, self.agent, self.asker, steps)


class Scenes:
    """Sets them."""

    def __init__(
        self,
        store: Store,
        gate: Gate,
        *,
        voice_for: Callable[[Conversation, Agent, Member], Voice],
        acquaintance: Acquaintance,
        permit: Permit,
        house: HouseTools,
    ) -> None:
        self._store = store
        self._gate = gate
        self._voice_for = voice_for
        self._acquaintance = acquaintance
        self._permit = permit
        self._house = house
        self._recall = Recall(store)

    async def of(self, claim: Claim, inner_run: str = "") -> Scene | None:
        """A run that is to be worked on under a claim: its own, or one inside of it."""
        async with self._store.reading(claim.organisation_id) as session:
            run = await session.get(Run, inner_run or claim.subject)
            if run is None or RunState(run.state).ended:
                return None
            outer = await session.get(Run, run.parent_run_id or "")
            through = await session.get(Agent, outer.agent_id) if outer else None
            conversation = await session.get_one(Conversation, run.conversation_id)
            agent = await session.get_one(Agent, run.agent_id)
            known = await session.get_one(Member, run.asked_by)
        asker = await self._acquaintance.member(
            claim.organisation_id, conversation.team_id, known.user_id
        )
        caller = Caller(
            CallerKind.AGENT,
            claim.organisation_id,
            agent.id,
            agent.name,
            asked_by=asker.name,
            run_id=run.id,
            read_only=run.read_only,
            through=through.name if through else "",
        )
        return Scene(
            claim=claim,
            run=run,
            conversation=conversation,
            agent=agent,
            asker=asker,
            caller=caller,
            voice=self._voice_for(conversation, agent, asker),
        )

    async def prepare(self, scene: Scene) -> None:
        """Adds what a model is told: the conversation before, the tools, the instructions."""
        if scene.run.parent_run_id is None:  # a colleague knows the question and nothing else
            async with self._store.reading(scene.claim.organisation_id) as session:
                scene.before = await earlier_turns(session, scene.run)
        house = await self._house.offered(scene.at())
        scene.tools = [*await self._gate.offered(scene.caller), *house]
        places = await self._gate.places(scene.caller)
        preferences = await self._gate.preferences(scene.caller)
        known = await self._recall.known(scene.agent)
        scene.known_hosts = known.hosts
        scene.instructions = instructions(
            scene.agent, places=places, preferences=preferences, known=known
        )
        scene.fit = await self._permit.model(scene.agent)
