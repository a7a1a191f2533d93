"""Forgets what a person asked, and what was answered.

What was said goes: questions, answers, what tools returned. What stays is the record that an
organisation needs: the audit log, approvals with what they changed, and what answers cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.people.refusals import note
from bot.store.database import Store
from bot.store.tables import Conversation, Feedback, Member, Run, RunState, Step

_NOTHING_SAID = {"text": "", "calls": []}


@dataclass(frozen=True)
class Found:
    """A person's questions somewhere: those that can be forgotten, and how many are being
    answered still."""

    run_ids: Sequence[str]
    open: int


async def find(session: AsyncSession, member: Member, channel: str = "") -> Found:
    """What a person asked in a channel, or in direct messages where none is named."""
    here = Conversation.channel_id == channel if channel else Conversation.direct.is_(True)
    wanted = (
        select(Run.id, Run.state)
        .join(Conversation, Conversation.id == Run.conversation_id)
        .where(here, Run.asked_by == member.id, Run.parent_run_id.is_(None))
        .where(Run.forgotten_at.is_(None))
    )
    rows = (await session.execute(wanted)).all()
    ended = [run_id for run_id, state in rows if RunState(state).ended]
    return Found(ended, len(rows) - len(ended))


async def forget(store: Store, member: Member, channel: str = "") -> Found:
    """Forgets it. Returns what was forgotten."""
    now = store.clock()
    async with store.writing(member.organisation_id) as session:
        found = await find(session, member, channel)
        inner = select(Run.id).where(Run.parent_run_id.in_(found.run_ids))
        every = [*found.run_ids, *await session.scalars(inner)]
        await session.execute(delete(Feedback).where(Feedback.run_id.in_(every)))
        await session.execute(
            update(Step)
            .where(Step.run_id.in_(every))
            .values(replied=_NOTHING_SAID, returned={}, complete=True)
        )
        await session.execute(
            update(Run).where(Run.id.in_(every)).values(question="", answer="", forgotten_at=now)
        )
        if found.run_ids:
            where = f"in <#{channel}>" if channel else "in direct messages"
            deed = f"had what they asked {where} forgotten: {len(found.run_ids)} questions"
            note(session, member, deed, at=now, action="forget")
    return found
