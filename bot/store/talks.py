"""Conversations, runs and steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import Conversation, Organisation, Run, RunState, Step


async def find_conversation(
    session: AsyncSession, team_id: str, channel_id: str, thread_ts: str
) -> Conversation | None:
    found: Conversation | None = await session.scalar(
        select(Conversation).where(
            Conversation.team_id == team_id,
            Conversation.channel_id == channel_id,
            Conversation.thread_ts == thread_ts,
        )
    )
    return found


@dataclass(frozen=True)
class Talk:
    """What stands where a message was written: whose place it is, what is talked there, and
    whether the message was taken on already (its two events and their retries are one question).
    """

    organisation: Organisation
    conversation: Conversation | None
    taken_on: bool


async def talk_at(
    session: AsyncSession,
    organisation_id: str,
    thread: tuple[str, str, str],
    source_ts: str,
) -> Talk:
    """In one statement: a message is acknowledged after this.

    Args:
        thread: its workspace, channel and first message's ts.
    """
    team_id, channel_id, thread_ts = thread
    here = and_(
        Conversation.team_id == team_id,
        Conversation.channel_id == channel_id,
        Conversation.thread_ts == thread_ts,
    )
    asked = and_(Run.conversation_id == Conversation.id, Run.source_ts == source_ts)
    found: Any = (
        select(Organisation, Conversation, Run.id)
        .select_from(Organisation)
        .outerjoin(Conversation, here)
        .outerjoin(Run, asked)
        .where(Organisation.id == organisation_id)
    )
    organisation, conversation, run_id = (await session.execute(found)).one()
    return Talk(organisation, conversation, run_id is not None)


async def has_run(session: AsyncSession, conversation_id: str, source_ts: str) -> bool:
    """Whether a message, or what stands for one, was taken on already."""
    wanted = select(Run.id).where(
        Run.conversation_id == conversation_id, Run.source_ts == source_ts
    )
    return await session.scalar(wanted) is not None


async def asked_before(session: AsyncSession, conversation_id: str, member_id: str) -> bool:
    """Whether a person has asked something in a conversation."""
    wanted = select(Run.id).where(Run.conversation_id == conversation_id, Run.asked_by == member_id)
    return await session.scalar(wanted.limit(1)) is not None


async def open_runs(session: AsyncSession, conversation_id: str) -> Sequence[Run]:
    """What is being answered in a conversation, oldest first: its runs come one after another."""
    ended = [state for state in RunState if state.ended]
    found = select(Run).where(Run.conversation_id == conversation_id, Run.state.not_in(ended))
    found = found.where(Run.parent_run_id.is_(None)).order_by(Run.created_at, Run.id)
    return (await session.scalars(found)).all()


async def run_of_post(session: AsyncSession, conversation_id: str, ts: str) -> Run | None:
    """The run that one of an agent's posts belongs to.

    Runs of a conversation come one after another, and each is known by its first post before
    anything else is said.
    """
    found: Run | None = await session.scalar(
        select(Run)
        .where(Run.conversation_id == conversation_id, Run.parent_run_id.is_(None))
        .where(Run.progress_ts != "", Run.progress_ts <= ts)
        .order_by(Run.progress_ts.desc())
        .limit(1)
    )
    return found


async def runs_before(session: AsyncSession, run: Run, limit: int) -> Sequence[Run]:
    """The newest runs of a conversation before this one, oldest first."""
    found = (
        select(Run)
        .where(Run.conversation_id == run.conversation_id, Run.id != run.id)
        .where(Run.parent_run_id.is_(None))
        .where(Run.created_at <= run.created_at, Run.forgotten_at.is_(None))
        .order_by(Run.created_at.desc())
        .limit(limit)
    )
    return list(reversed((await session.scalars(found)).all()))


async def steps_of(session: AsyncSession, run_id: str) -> Sequence[Step]:
    found = select(Step).where(Step.run_id == run_id).order_by(Step.number)
    return (await session.scalars(found)).all()


async def runs_within(session: AsyncSession, run_id: str) -> Sequence[Run]:
    """What agents asked colleagues for the sake of a run."""
    found = select(Run).where(Run.parent_run_id == run_id).order_by(Run.created_at, Run.id)
    return (await session.scalars(found)).all()


async def all_steps_of(session: AsyncSession, run_ids: Sequence[str]) -> Sequence[Step]:
    """The steps of runs and of the runs within them, in order for each."""
    within = select(Run.id).where(Run.parent_run_id.in_(run_ids))
    of_these = or_(Step.run_id.in_(run_ids), Step.run_id.in_(within))
    found = select(Step).where(of_these).order_by(Step.run_id, Step.number)
    return (await session.scalars(found)).all()


def start_run(
    session: AsyncSession,
    conversation: Conversation,
    *,
    run_id: str,
    asked_by: str,
    source_ts: str,
    question: str,
    now: datetime,
) -> Run:
    """A new run of a conversation that is saved already."""
    run = Run(
        id=run_id,
        organisation_id=conversation.organisation_id,
        conversation_id=conversation.id,
        agent_id=conversation.agent_id,
        asked_by=asked_by,
        source_ts=source_ts,
        question=question,
        created_at=now,
    )
    session.add(run)
    return run
