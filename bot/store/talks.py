"""Conversations, runs and steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import Conversation, Run, Step


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


async def has_run(session: AsyncSession, conversation_id: str, source_ts: str) -> bool:
    """Whether a message was taken on already: its two events and their retries are one question."""
    wanted = select(Run.id).where(
        Run.conversation_id == conversation_id, Run.source_ts == source_ts
    )
    return await session.scalar(wanted) is not None


async def asked_before(session: AsyncSession, conversation_id: str, member_id: str) -> bool:
    """Whether a person has asked something in a conversation."""
    wanted = select(Run.id).where(Run.conversation_id == conversation_id, Run.asked_by == member_id)
    return await session.scalar(wanted.limit(1)) is not None


async def runs_before(session: AsyncSession, run: Run, limit: int) -> Sequence[Run]:
    """The newest runs of a conversation before this one, oldest first."""
    found = (
        select(Run)
        .where(Run.conversation_id == run.conversation_id, Run.id != run.id)
        .where(Run.created_at <= run.created_at)
        .order_by(Run.created_at.desc())
        .limit(limit)
    )
    return list(reversed((await session.scalars(found)).all()))


async def steps_of(session: AsyncSession, run_id: str) -> Sequence[Step]:
    found = select(Step).where(Step.run_id == run_id).order_by(Step.number)
    return (await session.scalars(found)).all()


def start_run(
    session: AsyncSession,
    conversation: Conversation,
    *,
    asked_by: str,
    source_ts: str,
    question: str,
    now: datetime,
) -> Run:
    run = Run(
        conversation_id=conversation.id,
        agent_id=conversation.agent_id,
        asked_by=asked_by,
        source_ts=source_ts,
        question=question,
        created_at=now,
    )
    session.add(run)
    return run
