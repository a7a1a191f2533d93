"""The life of an approval, as changes of its row that only one of several callers can win.

pending → approved | denied | expired | withdrawn; approved → executing → done | not_done | unknown.
When whoever asked is removed from the organisation, approved → withdrawn as well; a stopped run
loses its pending ones. `executing` is
entered before the request leaves and never twice: that is what makes a write happen at most once,
however often a click or a worker comes by.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate.desk import place_of
from bot.store.tables import Agent, Approval, ApprovalState, Connection, Consent, Member


class Decision(enum.StrEnum):
    """What became of a click."""

    TAKEN = "taken"
    HALF = "half"  # one of two people who have to approve
    TOO_LATE = "too_late"  # somebody decided before, or the wait is over
    NOT_ALLOWED = "not_allowed"
    GONE = "gone"  # there is no such approval in this organisation


async def decide(
    session: AsyncSession,
    approval: Approval,
    member: Member,
    *,
    approve: bool,
    now: datetime,
    reason: str = "",
) -> Decision:
    """Takes the decision of a person who may decide, if it is still open."""
    await session.refresh(approval, with_for_update=True)
    if approval.state != ApprovalState.PENDING or approval.expires_at <= now:
        return Decision.TOO_LATE
    if approve and not await _enough(session, approval, member, now):
        return Decision.HALF
    new = ApprovalState.APPROVED if approve else ApprovalState.DENIED
    won = await _move(
        session,
        approval.id,
        ApprovalState.PENDING,
        new,
        decided_by=member.id,
        decided_at=now,
        reason=reason,
    )
    await session.refresh(approval)
    return Decision.TAKEN if won else Decision.TOO_LATE


async def consents(session: AsyncSession, approval_id: str) -> list[Member]:
    """Who has said yes so far, in that order."""
    found = await session.scalars(
        select(Member)
        .join(Consent, Consent.member_id == Member.id)
        .where(Consent.approval_id == approval_id)
        .order_by(Consent.at)
    )
    return list(found)


async def withdraw(
    session: AsyncSession, approval: Approval, member: Member, *, now: datetime
) -> Decision:
    """Takes a request back. Only the person who asked can."""
    if approval.requested_by != member.id:
        return Decision.NOT_ALLOWED
    won = await _move(
        session,
        approval.id,
        ApprovalState.PENDING,
        ApprovalState.WITHDRAWN,
        decided_by=member.id,
        decided_at=now,
    )
    await session.refresh(approval)
    return Decision.TAKEN if won else Decision.TOO_LATE


async def withdraw_all(
    session: AsyncSession, member: Member, *, by: Member, now: datetime
) -> list[Approval]:
    """Takes back everything of a person's that was not sent yet; returns what was."""
    waiting = (ApprovalState.PENDING, ApprovalState.APPROVED)
    found = select(Approval).where(
        Approval.requested_by == member.id,
        Approval.state.in_(waiting),
        Approval.standing_id.is_(None),
    )
    taken = []
    for approval in await session.scalars(found.order_by(Approval.created_at)):
        before, after = ApprovalState(approval.state), ApprovalState.WITHDRAWN
        if await _move(session, approval.id, before, after, decided_by=by.id, decided_at=now):
            await session.refresh(approval)
            taken.append(approval)
    return taken


async def withdraw_open(
    session: AsyncSession, run_ids: Sequence[str], *, by: Member, now: datetime
) -> list[Approval]:
    """Takes back what runs ask for and nobody decided on yet; returns what was."""
    before, after = ApprovalState.PENDING, ApprovalState.WITHDRAWN
    found = select(Approval).where(Approval.run_id.in_(run_ids), Approval.state == before)
    taken = []
    for approval in await session.scalars(found.order_by(Approval.created_at)):
        if await _move(session, approval.id, before, after, decided_by=by.id, decided_at=now):
            await session.refresh(approval)
            taken.append(approval)
    return taken


async def request_of(session: AsyncSession, approval: Approval) -> str:
    """A request as sentences name it: "Debugger's request, asked by Ana, to …", or "Ana's …"."""
    connection = await session.get_one(Connection, approval.connection_id)
    member = await session.get_one(Member, approval.requested_by)
    agent = await session.get(Agent, approval.agent_id or "")
    whose = (
        f"{agent.name}'s request, asked by {member.name}," if agent else f"{member.name}'s request"
    )
    return f"{whose} to {approval.action} in {place_of(connection)}"


async def expire(session: AsyncSession, approval_id: str, *, now: datetime) -> bool:
    """Ends the wait for an approval whose time is over."""
    approval = await session.get(Approval, approval_id)
    if approval is None or approval.expires_at > now:
        return False
    return await _move(
        session, approval_id, ApprovalState.PENDING, ApprovalState.EXPIRED, decided_at=now
    )


async def claim(session: AsyncSession, approval_id: str) -> bool:
    """Takes the right to send the write. True for exactly one caller, ever."""
    return await _move(session, approval_id, ApprovalState.APPROVED, ApprovalState.EXECUTING)


async def settle(
    session: AsyncSession, approval_id: str, state: ApprovalState, outcome: str
) -> bool:
    """Records what became of a write that was claimed."""
    return await _move(session, approval_id, ApprovalState.EXECUTING, state, outcome=outcome)


async def _enough(session: AsyncSession, approval: Approval, member: Member, now: datetime) -> bool:
    """Adds a person's yes, and says whether no further one is needed."""
    if approval.needed <= 1:
        return True
    if await session.get(Consent, (approval.id, member.id)) is None:
        session.add(Consent(approval_id=approval.id, member_id=member.id, at=now))
        await session.flush()
    said = await session.scalar(
        select(func.count()).select_from(Consent).where(Consent.approval_id == approval.id)
    )
    return (said or 0) >= approval.needed


async def _move(
    session: AsyncSession,
    approval_id: str,
    before: ApprovalState,
    after: ApprovalState,
    **values: Any,
) -> bool:
    result = await session.execute(
        update(Approval)
        .where(Approval.id == approval_id, Approval.state == before)
        .values(state=after, **values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
