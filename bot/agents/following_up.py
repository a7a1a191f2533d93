"""Presses of the buttons that an answer offers: which question one stands for, and who may ask it.

The question is the person's own who presses: their rights, their name. It goes to the agent that
gave the answer, in the same thread, and is asked once however often it is pressed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.colleagues import exists_for
from bot.agents.stopping import Spot
from bot.agents.suggesting import FollowUp, suggested
from bot.slack.blocks import escape
from bot.slack.follow_ups import Choice
from bot.store.database import Store
from bot.store.rights import Right, refusal
from bot.store.tables import Agent, Conversation, Member, Run, Step
from bot.store.talks import find_conversation, has_run, steps_of

FRESH = timedelta(days=1)
"""How long an answer is one that people go on from in another conversation."""

GONE = "I do not have that answer any more, so I do not know what its button asks. Please type it."
PRIVATE = (
    "The agent that gave this answer is there for one person alone. Name another one, with @, and "
    "ask it."
)
AGAIN = "That was asked already, here in this thread, so it is not asked again."


class NotAsked(Exception):
    """A press asks nothing; the text tells the person why."""


@dataclass(frozen=True)
class Chosen:
    """What a press asks of whom. `source` stands in for the ts of a message: there is none."""

    question: str
    handle: str
    source: str


def choices_of(run: Run, steps: Sequence[Step]) -> list[Choice]:
    """The buttons below a run's answer."""
    return [
        Choice(one.label, source_of(run, number)) for number, one in enumerate(suggested(steps))
    ]


async def choose(store: Store, member: Member, spot: Spot, value: str) -> Chosen:
    """What a pressed button asks.

    Raises:
        NotAsked: with words for the person.
    """
    async with store.reading(member.organisation_id) as session:
        words = await refusal(session, member, Right.ASK)
        if words:
            raise NotAsked(words)
        run_id, _, number = value.partition(":")
        run = await session.get(Run, run_id)
        where = (spot.team_id, spot.channel, spot.thread_ts)
        conversation = await find_conversation(session, *where)
        if run is None or conversation is None or run.conversation_id != conversation.id:
            raise NotAsked(GONE)
        follow_up = await _follow_up(session, run, number)
        agent = await session.get_one(Agent, run.agent_id)
        if not exists_for(agent, member.id):
            raise NotAsked(PRIVATE)
        if agent.archived_at is not None:
            raise NotAsked(
                f"{escape(agent.name)} is archived and answers no more. Name another agent, with "
                "@, and ask it."
            )
        source = source_of(run, number)
        if await has_run(session, conversation.id, source):
            raise NotAsked(AGAIN)
    return Chosen(follow_up.question, agent.handle, source)


async def left_open(
    session: AsyncSession, member: Member, team_id: str, channel_id: str, now: datetime
) -> tuple[Run | None, list[FollowUp]]:
    """A person's last answer in a direct channel, if it is fresh, and what nobody asked of what it
    offered."""
    run = await session.scalar(
        select(Run)
        .join(Conversation, Conversation.id == Run.conversation_id)
        .where(Conversation.team_id == team_id, Conversation.channel_id == channel_id)
        .where(Run.asked_by == member.id, Run.parent_run_id.is_(None))
        .order_by(Run.created_at.desc(), Run.id.desc())
        .limit(1)
    )
    if run is None or run.created_at < now - FRESH:
        return None, []
    offered = suggested(await steps_of(session, run.id))
    return run, [
        one
        for number, one in enumerate(offered)
        if not await has_run(session, run.conversation_id, source_of(run, number))
    ]


def source_of(run: Run, number: int | str) -> str:
    """What a button carries, and what its question is known by, so that it is asked once."""
    return f"{run.id}:{number}"


async def _follow_up(session: AsyncSession, run: Run, number: str) -> FollowUp:
    """The one of a number. An answer that was forgotten has none any more."""
    offered = suggested(await steps_of(session, run.id))
    if run.forgotten_at is not None or number not in map(str, range(len(offered))):
        raise NotAsked(GONE)
    return offered[int(number)]
