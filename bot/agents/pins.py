"""What people pin: agents and reports that come first in their Home tab."""

from __future__ import annotations

import enum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.directives.storing import readable
from bot.people.refusals import Refused, require
from bot.store.crew import there_for
from bot.store.database import Store
from bot.store.rights import Right
from bot.store.tables import Agent, Member, Pin, StoredReport, Subscription

MOST_PINS = 10

GONE = "That is not there any more."


class Pinned(enum.StrEnum):
    """What can be pinned."""

    AGENT = "agent"
    DAILY = "daily"
    REPORT = "report"


async def pin(store: Store, member: Member, kind: Pinned, subject: str) -> None:
    """Pins something for a member. Pinning it again changes nothing. Raises Refused."""
    async with store.writing(member.organisation_id) as session:
        who = await require(session, member, Right.PIN)
        if not await _there(session, who, kind, subject):
            raise Refused(GONE)
        if await _find(session, who, kind, subject) is not None:
            return
        mine = select(func.count()).select_from(Pin).where(Pin.member_id == who.id)
        if (await session.scalar(mine) or 0) >= MOST_PINS:
            raise Refused(f"You have pinned {MOST_PINS} things. Unpin one first.")
        now = store.clock()
        session.add(Pin(member_id=who.id, kind=kind, subject=subject, pinned_at=now))


async def unpin(store: Store, member: Member, kind: Pinned, subject: str) -> None:
    async with store.writing(member.organisation_id) as session:
        who = await require(session, member, Right.PIN)
        row = await _find(session, who, kind, subject)
        if row is not None:
            await session.delete(row)


async def pins_of(session: AsyncSession, member_id: str) -> list[tuple[Pinned, str]]:
    """What a member pinned, the oldest pin first. It may be gone by now."""
    rows = await session.scalars(
        select(Pin).where(Pin.member_id == member_id).order_by(Pin.pinned_at, Pin.subject)
    )
    return [(Pinned(row.kind), row.subject) for row in rows]


async def _find(session: AsyncSession, member: Member, kind: Pinned, subject: str) -> Pin | None:
    key = {"member_id": member.id, "kind": kind.value, "subject": subject}
    return await session.get(Pin, key)


async def _there(session: AsyncSession, member: Member, kind: Pinned, subject: str) -> bool:
    """Whether there is such a thing, for this member."""
    found = {
        Pinned.AGENT: select(Agent.id).where(
            Agent.id == subject, Agent.archived_at.is_(None), there_for(member.id)
        ),
        Pinned.DAILY: select(Subscription.id).where(
            Subscription.id == subject, Subscription.cancelled_at.is_(None)
        ),
        Pinned.REPORT: select(StoredReport.id).where(StoredReport.id == subject, readable(member)),
    }[kind]
    return await session.scalar(found) is not None
