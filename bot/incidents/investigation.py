"""Has an agent look into an incident: by itself where its route says so, or when somebody asks.

Nothing can be changed in such a run, whatever the agent's grants are, and it is bounded in steps
and money. An incident is looked into by itself once, and what is folded into it never is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.prompts import investigation
from bot.agents.reception import put_run
from bot.agents.spending import count_question, out_of_budget
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.incidents.sources import system
from bot.scheduling.queue import JobQueue
from bot.slack.blocks import clip, escape
from bot.slack.incident_cards import one_line
from bot.store import crew
from bot.store.database import Store
from bot.store.rights import Right, is_active, refusal
from bot.store.tables import (
    Agent,
    Connection,
    Conversation,
    Incident,
    IncidentRoute,
    Member,
    Run,
    RunState,
)
from bot.store.talks import find_conversation

HOUR = timedelta(hours=1)
LONGEST_FACT = 600
NO_AGENT = "There is no agent here yet that could look into it. An owner makes one: `/ops agents`."
NOT_SHOWN = "The incident has no thread yet; try again in a moment."


@dataclass(frozen=True)
class Bounds:
    """What one investigation may take, and how many begin by themselves in an hour."""

    steps: int
    dollars: float
    an_hour: int


class Investigations:
    """Begins them."""

    def __init__(self, store: Store, queue: JobQueue, bounds: Bounds) -> None:
        self._store = store
        self._queue = queue
        self._bounds = bounds

    async def by_itself(self, incident: Incident, route: IncidentRoute) -> str:
        """Begins the investigation that a route wants, once.

        It is done in the name of the member who made the route, and does not count as a message of
        theirs.

        Returns:
            Why there is none, where there should be one.
        """
        async with self._store.writing(incident.organisation_id) as session:
            row = await session.get_one(Incident, incident.id)
            if row.run_id is not None or route.agent_id is None:
                return ""
            agent = await session.get(Agent, route.agent_id)
            author = await session.get_one(Member, route.created_by)
            obstacle = await self._obstacle(session, agent, author)
            if obstacle or agent is None:
                return f"Nobody looks into this by itself: {obstacle}"
            run = await self._start(session, row, route.team_id, agent, author, source=row.id)
            run.counted = False
            row.run_id = run.id
            self._record(
                session,
                system(row.organisation_id),
                row,
                f"{agent.name} began to look into incident {row.name} for the route of "
                f"{author.name}",
            )
        return ""

    async def for_person(self, member: Member, incident: Incident) -> str:
        """Begins an investigation in somebody's name. Returns what they are told."""
        async with self._store.writing(incident.organisation_id) as session:
            row = await session.get_one(Incident, incident.id)
            who = await session.get_one(Member, member.id)
            route = await session.get(IncidentRoute, row.route_id or "")
            if not row.card_ts or route is None:
                return NOT_SHOWN
            last = await session.get(Run, row.run_id or "")
            agent = await self._agent(session, route)
            obstacle = await refusal(session, who, Right.INVESTIGATE)
            if obstacle or agent is None:
                return obstacle or NO_AGENT
            if last is not None and not RunState(last.state).ended:
                return f"{escape(agent.name)} is looking into it already, in the thread."
            obstacle = await count_question(session, row.organisation_id, self._store.clock())
            if obstacle:
                return obstacle
            source = self._store.ids()
            run = await self._start(session, row, route.team_id, agent, who, source=source)
            row.run_id = run.id
            caller = Caller(CallerKind.PERSON, who.organisation_id, who.id, who.name)
            sentence = f"{who.name} had {agent.name} look into incident {row.name}"
            self._record(session, caller, row, sentence)
        return f"{escape(agent.name)} looks into it now, in the thread."

    async def _obstacle(self, session: AsyncSession, agent: Agent | None, author: Member) -> str:
        """What keeps an investigation from beginning by itself."""
        now = self._store.clock()
        if agent is None or agent.archived_at is not None:
            return "its agent was removed. `/ops incidents routes` shows the route."
        if not is_active(author):
            return f"<@{author.user_id}>, who made the route, does not belong here any more."
        broke = await out_of_budget(session, agent.organisation_id, now)
        if broke:
            return broke
        begun = select(func.count()).select_from(Run)
        begun = begun.where(Run.counted.is_(False), Run.created_at > now - HOUR)
        if int(await session.scalar(begun) or 0) < self._bounds.an_hour:
            return ""
        return (
            f"{self._bounds.an_hour} others were looked into within the hour, which is the limit. "
            "Press *Investigate* on the card to have it done."
        )

    async def _agent(self, session: AsyncSession, route: IncidentRoute) -> Agent | None:
        """The route's agent; without one, a debugger, or whoever there is."""
        agents = await crew.agents_for(session)
        for agent in agents:
            if agent.id == route.agent_id:
                return agent
        preferred = [one for one in agents if one.type == "debugger"]
        return next(iter([*preferred, *agents]), None)

    async def _start(
        self,
        session: AsyncSession,
        incident: Incident,
        team_id: str,
        agent: Agent,
        asker: Member,
        *,
        source: str,
    ) -> Run:
        now = self._store.clock()
        thread = (team_id, incident.channel_id, incident.card_ts)
        conversation = await find_conversation(session, *thread)
        if conversation is None:
            conversation = Conversation(
                team_id=team_id,
                channel_id=incident.channel_id,
                thread_ts=incident.card_ts,
                agent_id=agent.id,
                created_at=now,
            )
            session.add(conversation)
        conversation.agent_id = agent.id
        await session.flush()
        connection = await session.get_one(Connection, incident.connection_id)
        run = Run(
            conversation_id=conversation.id,
            agent_id=agent.id,
            asked_by=asker.id,
            source_ts=source,
            question=question(incident, place_of(connection)),
            created_at=now,
            read_only=True,
            max_steps=self._bounds.steps,
            max_cost=self._bounds.dollars,
        )
        session.add(run)
        incident.conversation_id = conversation.id
        await session.flush()
        await put_run(self._queue, session, run)
        return run

    def _record(
        self, session: AsyncSession, caller: Caller, incident: Incident, sentence: str
    ) -> None:
        audit.record(
            session,
            caller,
            at=self._store.clock(),
            action="investigate",
            outcome="done",
            connection_id=incident.connection_id,
            resource=incident.name,
            sentence=sentence,
        )


def question(incident: Incident, place: str) -> str:
    """What the agent is asked. What the service told stands in it as data."""
    facts: Mapping[str, object] = {
        "name": incident.name,
        "cause": incident.cause,
        "status": incident.state,
        "started at": incident.started_at.isoformat() if incident.started_at else "",
        "monitor": incident.monitor,
        "monitor id": incident.facts.get("monitor_id"),
        "address that was checked": incident.facts.get("url"),
        "last response": incident.facts.get("response_content"),
        "team": incident.team,
        "severity": incident.severity,
        "metadata": ", ".join(f"{key}: {value}" for key, value in incident.labels.items()),
        "page": incident.link,
    }
    told = {name: _data(value) for name, value in facts.items() if value}
    return investigation(incident.external_id, place, told)


def _data(value: object) -> str:
    """A value that cannot end the tag it stands in."""
    return clip(one_line(str(value)), LONGEST_FACT).replace("<", "‹").replace(">", "›")
