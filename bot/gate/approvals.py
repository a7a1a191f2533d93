"""The life of an approval, as changes of its row that only one of several callers can win.

pending → approved | denied | expired; approved → executing → done | not_done | unknown.
`executing` is entered before the request leaves and never twice: that is what makes a write happen
at most once, however often a click or a worker comes by.
"""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import Approval, ApprovalState, Member, Role

MAY_APPROVE = (Role.OWNER, Role.EDITOR)


class Decision(enum.StrEnum):
    """What became of a click."""

    TAKEN = "taken"
    TOO_LATE = "too_late"  # somebody decided before, or the wait is over
    NOT_ALLOWED = "not_allowed"
    GONE = "gone"  # there is no such approval in this organisation


def may_approve(member: Member) -> bool:
    return member.role in MAY_APPROVE


async def approvers(session: AsyncSession) -> list[str]:
    """The user ids of those who may approve."""
    found = select(Member.user_id).where(Member.role.in_(MAY_APPROVE)).order_by(Member.name)
    return list(await session.scalars(found))


async def decide(
    session: AsyncSession, approval_id: str, member: Member, *, approve: bool, now: datetime
) -> tuple[Decision, Approval | None]:
    """Takes a person's decision, if it is theirs to take and still open."""
    approval = await session.get(Approval, approval_id)
    if approval is None:
        return Decision.GONE, None
    if not may_approve(member):
        return Decision.NOT_ALLOWED, approval
    if approval.state == ApprovalState.PENDING and approval.expires_at <= now:
        return Decision.TOO_LATE, approval
    new = ApprovalState.APPROVED if approve else ApprovalState.DENIED
    won = await _move(
        session, approval_id, ApprovalState.PENDING, new, decided_by=member.id, decided_at=now
    )
    await session.refresh(approval)
    return (Decision.TAKEN if won else Decision.TOO_LATE), approval


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


async def _move(
    session: AsyncSession,
    approval_id: str,
    before: ApprovalState,
    after: ApprovalState,
    **values: object,
) -> bool:
    result = await session.execute(
        update(Approval)
        .where(Approval.id == approval_id, Approval.state == before)
        .values(state=after, **values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
