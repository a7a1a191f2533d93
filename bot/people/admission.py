"""Who is served where: what Slack says of an account, and whom the organisation let in.

`Member.outsider` holds the outcome, so that whoever reads the row knows. It is set anew whenever a
person does something, and at once when an owner decides about people.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.people.accounts import ADMISSIBLE, OF_SLACK, Account, Outside
from bot.people.refusals import note
from bot.store.tables import Invitation, Member, Organisation, Role, Workspace


async def refresh(
    session: AsyncSession, organisation_id: str, member: Member, account: Account, *, now: datetime
) -> None:
    """Brings a member to what Slack says of the account."""
    first = member.refreshed_at is None
    member.name = account.name or member.name
    member.email = account.email
    member.timezone = account.timezone
    member.refreshed_at = now
    if first and account.administers and not account.outside:
        await _own_if_nobody_does(session, organisation_id, member, now)
    member.outsider = await _standing(session, organisation_id, member, account.outside)


async def assess(session: AsyncSession, organisation_id: str, member: Member) -> None:
    """Sets anew whether a person is served, by what is known of the account."""
    known = member.outsider if member.outsider in OF_SLACK else ""
    if member.refreshed_at is None:
        known = Outside.UNKNOWN
    member.outsider = await _standing(session, organisation_id, member, known)


def served(member: Member, *, outsiders_allowed: bool) -> str:
    """Why a person is not answered in a channel, after "you are"; empty for those who are."""
    if outsiders_allowed and member.outsider in ADMISSIBLE:
        return ""
    return member.outsider


async def default_of(session: AsyncSession, organisation_id: str) -> Workspace | None:
    """The workspace whose default organisation this is."""
    found: Workspace | None = await session.scalar(
        select(Workspace).where(Workspace.organisation_id == organisation_id)
    )
    return found


async def _standing(
    session: AsyncSession, organisation_id: str, member: Member, account: str
) -> str:
    if member.removed_at is not None:
        return Outside.REMOVED
    if account:
        return account
    if member.role == Role.VIEWER and not await _let_in(session, organisation_id, member.user_id):
        return Outside.NOT_INVITED
    return ""


async def _let_in(session: AsyncSession, organisation_id: str, user_id: str) -> bool:
    """Whether the organisation is open to its whole workspace, or this person was invited."""
    organisation = await session.get_one(Organisation, organisation_id)
    if not organisation.invited_only and await default_of(session, organisation_id) is not None:
        return True
    accepted = select(Invitation.id).where(
        Invitation.user_id == user_id, Invitation.accepted_at.is_not(None)
    )
    return await session.scalar(accepted.limit(1)) is not None


async def _own_if_nobody_does(
    session: AsyncSession, organisation_id: str, member: Member, now: datetime
) -> None:
    """Without an installer on record, the first who administers the workspace is the owner.

    Owners who left count: after them the workspace's admins take over by a recorded command.
    """
    if await default_of(session, organisation_id) is None:
        return
    owned = await session.scalar(select(Member.id).where(Member.role == Role.OWNER).limit(1))
    if owned is None:
        member.role = Role.OWNER
        deed = "administers the Slack workspace and became the first owner"
        note(session, member, deed, at=now, action="own")
