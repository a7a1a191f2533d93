"""What people think of answers: kept, and counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.stopping import Spot
from bot.store.database import Store
from bot.store.rights import Right, refusal
from bot.store.tables import Feedback, Member
from bot.store.talks import find_conversation, run_of_post

THANKS = "Thank you. That is noted."
SORRY = "Noted, thank you. Say in this thread what was wrong or missing, and I look at it again."
GONE = "I do not have that answer any more, so nothing was noted."


@dataclass(frozen=True)
class Ratings:
    """How many answers of a month were found good, and how many bad."""

    good: int
    bad: int


async def rate(store: Store, member: Member, spot: Spot, *, good: bool) -> str:
    """Keeps a person's thumb on the answer that they pressed it below. Returns what they are
    told."""
    async with store.writing(member.organisation_id) as session:
        words = await refusal(session, member, Right.ASK)
        if words:
            return words
        conversation = await find_conversation(session, spot.team_id, spot.channel, spot.thread_ts)
        run = await run_of_post(session, conversation.id, spot.ts) if conversation else None
        if run is None or run.forgotten_at is not None:
            return GONE
        held = await session.get(Feedback, (run.id, member.id))
        if held is None:
            held = Feedback(run_id=run.id, member_id=member.id)
            session.add(held)
        held.good, held.at = good, store.clock()
    return THANKS if good else SORRY


async def ratings(session: AsyncSession, now: datetime) -> Ratings:
    """This month's thumbs."""
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    counted = select(Feedback.good, func.count()).where(Feedback.at >= start)
    rows = await session.execute(counted.group_by(Feedback.good))
    found = {bool(good): int(number) for good, number in rows}
    return Ratings(found.get(True, 0), found.get(False, 0))
