"""Asking a colleague: another agent looks into a question, with its own connections, as one step.

The question is a run of its own inside the asking one. It is begun here, once for each call; the
loop works on it, and may take it up again after a crash or a person's decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.closing import looking_calls
from bot.agents.colleagues import called, colleagues_of, why_not_ask
from bot.agents.hostile import links_given
from bot.agents.house_tools import Arguments, Aside, At, HouseTool, Refused
from bot.agents.steps import title_of
from bot.agents.types import TYPES
from bot.connectors.results import Document
from bot.gate import audit
from bot.store.database import Store
from bot.store.tables import Agent, Run, RunState, Step

ASK = "ask_colleague"

MOST_SOURCES = 20
"""Links that come back with an answer."""

NOT_ONE_FURTHER = (
    "You were asked by a colleague yourself, so you cannot ask another. Answer with what you can "
    "see, and say what you could not."
)


class Question(Arguments):
    """Ask another agent of the team, who has connections that you do not have. It sees nothing of
    this conversation, so the question must say everything that it needs: what, where, which period
    with dates and time zone. It looks with its own tools and returns its findings with sources.
    Independent questions to several colleagues can be asked at the same time.
    """

    colleague: str = Field(description="The colleague's name.", min_length=1, max_length=80)
    question: str = Field(
        description="The whole question, understandable by itself.", min_length=1, max_length=2000
    )


class Delegation:
    """Lets agents ask the colleagues that they are connected to."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def tool(self) -> HouseTool:
        return HouseTool(ASK, Question, self._ask, fits=self._fits, more=self._more)

    async def _fits(self, at: At) -> bool:
        """Offered where there is somebody to ask; a call that was made anyway is told why not."""
        if at.call_id:
            return True
        return at.run.parent_run_id is None and bool(await self._colleagues(at))

    async def _more(self, at: At) -> str:
        lines = [f"- {one.name}: {_about(one)}" for one in await self._colleagues(at)]
        return "\n".join(["Your colleagues:", *lines])

    async def _colleagues(self, at: At) -> Sequence[Agent]:
        async with self._store.reading(at.run.organisation_id) as session:
            return await colleagues_of(session, at.agent, at.asker.id)

    async def _ask(self, at: At, given: Question) -> Aside:
        if at.run.parent_run_id is not None:
            await self._refuse(at, given, "the asked one cannot ask further")
            raise Refused(NOT_ONE_FURTHER)
        async with self._store.writing(at.run.organisation_id) as session:
            run = await _known(session, at)
            if run is not None:
                agent = await session.get_one(Agent, run.agent_id)
                return Aside(run.id, partial(_findings, agent.name))
            asked = await called(session, given.colleague)
            why = await why_not_ask(session, at.agent, asked, at.asker.id)
            if asked is not None and not why:
                run = _begun(at, asked, given, self._store.ids())
                run.created_at = self._store.clock()
                session.add(run)
                self._record(session, at, "done", f"asked {asked.name}: {given.question}")
                return Aside(run.id, partial(_findings, asked.name))
        await self._refuse(at, given, why)
        names = ", ".join(one.name for one in await self._colleagues(at)) or "nobody"
        raise Refused(f"{why} You may ask: {names}.")

    async def _refuse(self, at: At, given: Question, why: str) -> None:
        async with self._store.writing(at.run.organisation_id) as session:
            words = f"was refused to ask {given.colleague}: {why}"
            self._record(session, at, "refused", words)

    def _record(self, session: AsyncSession, at: At, outcome: str, deed: str) -> None:
        audit.record(
            session,
            at.caller,
            at=self._store.clock(),
            action="delegate",
            outcome=outcome,
            tool=ASK,
            sentence=f"{audit.who(at.caller)} {deed}",
        )


async def _known(session: AsyncSession, at: At) -> Run | None:
    """The run that this very call began before a crash or a decision."""
    found: Run | None = await session.scalar(
        select(Run).where(Run.parent_run_id == at.run.id, Run.parent_call_id == at.call_id)
    )
    return found


def _begun(at: At, asked: Agent, given: Question, run_id: str) -> Run:
    """It is no person's message, and its money is that of the run that it belongs to."""
    return Run(
        id=run_id,
        conversation_id=at.run.conversation_id,
        agent_id=asked.id,
        asked_by=at.run.asked_by,
        source_ts=run_id,  # no message of Slack's, but one of a kind
        question=given.question,
        read_only=at.run.read_only,
        counted=False,
        max_cost=at.run.max_cost,
        parent_run_id=at.run.id,
        parent_call_id=at.call_id,
    )


def _findings(name: str, run: Run, steps: Sequence[Step]) -> Document:
    """What the asking agent gets: the answer, what was looked at for it, and the links."""
    if run.state != RunState.DONE:
        raise Refused(f"{name} could not answer. {run.answer}".strip())
    looked = [
        title_of(call["name"], call["arguments"]) for step in steps for call in looking_calls(step)
    ]
    pages = [one["url"] for step in steps for one in step.replied.get("sources", ())]
    links = dict.fromkeys([*(one for step in steps for one in links_given(step)), *pages])
    count = "1 step" if len(looked) == 1 else f"{len(looked)} steps"
    return Document(
        {"colleague": name, "looked_at": looked, "sources": list(links)[:MOST_SOURCES]},
        title=f"{name} answered after {count}",
        text=run.answer,
    )


def _about(agent: Agent) -> str:
    kind = TYPES.get(agent.type)
    return f"{kind.title}. {kind.description}" if kind else agent.type
