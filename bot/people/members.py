"""The members of an organisation: who they are, their roles, and how they leave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate import approvals
from bot.gate.decisions import Then
from bot.people.accounts import Account, Outside
from bot.people.admission import default_of, refresh
from bot.people.refusals import Refused, note, require
from bot.store.database import Store
from bot.store.people import ensure_member, find_member, organisations
from bot.store.rights import Right, is_active
from bot.store.tables import DirectChoice, Invitation, Member, Organisation, Role

Ask = Callable[[str], Awaitable[Account | None]]
"""Asks Slack about an account now; None where Slack does not know it, or does not answer."""

_ORDER = [Role.OWNER, Role.EDITOR, Role.VIEWER]


async def roster(session: AsyncSession) -> Sequence[Member]:
    """The members, owners first, then by name."""
    everyone = await session.scalars(select(Member).order_by(Member.name))
    active = [one for one in everyone if is_active(one)]
    return sorted(active, key=lambda one: _ORDER.index(Role(one.role)))


async def set_role(store: Store, actor: Member, user_id: str, role: Role) -> Member:
    """Gives a member another role. The last owner stays one."""
    async with store.writing(actor.organisation_id) as session:
        owner = await require(session, actor, Right.MANAGE_PEOPLE)
        member = await _member(session, user_id)
        if member.role == role:
            raise Refused(f"{member.name} is {_article(role)} already.")
        if member.role == Role.OWNER:
            await _keep_an_owner(session, member)
        before, member.role = member.role, role
        deed = f"made {member.name} {_article(role)}, before {_article(before)}"
        note(session, owner, deed, at=store.clock(), action="role", about=member.id)
    return member


async def remove(store: Store, actor: Member, user_id: str, then: Then) -> Member:
    """Takes a member out: from their next event on, and their runs stop at the next step.

    What they asked for and was not sent yet is withdrawn, and `then` gets each. Their other
    organisations are untouched.
    """
    async with store.writing(actor.organisation_id) as session:
        owner = await require(session, actor, Right.MANAGE_PEOPLE)
        member = await _member(session, user_id)
        if member.role == Role.OWNER:
            await _keep_an_owner(session, member)
        now = store.clock()
        member.removed_at, member.role, member.outsider = now, Role.VIEWER, Outside.REMOVED
        await session.execute(
            delete(DirectChoice).where(
                DirectChoice.user_id == user_id,
                DirectChoice.organisation_id == actor.organisation_id,
            )
        )
        await session.execute(
            update(Invitation)
            .where(Invitation.user_id == user_id, Invitation.accepted_at.is_(None))
            .where(Invitation.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        deed = f"removed {member.name} from the organisation"
        note(session, owner, deed, at=now, action="remove", about=member.id)
        for approval in await approvals.withdraw_all(session, member, by=owner, now=now):
            request = await approvals.request_of(session, approval)
            deed = f"withdrew {request} by removing {member.name}"
            note(session, owner, deed, at=now, action="withdraw", about=approval.resource)
            await then(session, approval)
    return member


async def take_over(
    store: Store, ask: Ask, account: Account, team_id: str, wanted: str
) -> Organisation:
    """Makes an admin of the Slack workspace an owner, where all owners have left the workspace.

    Whether they left is asked of Slack now; an owner of whom it cannot be known has not.

    Args:
        wanted: the organisation's name; empty for the workspace's default one.
    """
    if not account.administers or account.outside:
        raise Refused("Only admins of the Slack workspace may take an organisation over.")
    wanted = " ".join(wanted.split())
    for organisation in await organisations(store):
        if await _is_left_alone(store, ask, organisation, team_id, wanted):
            await _become_owner(store, organisation, account)
            return organisation
    which = f" called “{wanted}”" if wanted else ""
    raise Refused(
        f"There is no organisation{which} here whose owners have all left the workspace. "
        "While it has an owner, they can make you one: `/ops team role @you owner`."
    )


async def _is_left_alone(
    store: Store, ask: Ask, organisation: Organisation, team_id: str, wanted: str
) -> bool:
    async with store.reading(organisation.id) as session:
        home = await default_of(session, organisation.id)
        found = select(Member).where(Member.role == Role.OWNER, Member.removed_at.is_(None))
        owners = (await session.scalars(found)).all()
    ours = home is not None and home.team_id == team_id
    if organisation.name.casefold() != wanted.casefold() if wanted else not ours:
        return False
    accounts = [await ask(one.user_id) for one in owners]
    left = all(one is not None and one.outside == Outside.DEACTIVATED for one in accounts)
    # Without any owner there is nobody whose account tells which workspace it belongs to.
    return left and (bool(owners) or ours)


async def _become_owner(store: Store, organisation: Organisation, account: Account) -> None:
    now = store.clock()
    async with store.writing(organisation.id) as session:
        member = await ensure_member(session, account.user_id, now=now)
        member.role, member.removed_at = Role.OWNER, None
        await refresh(session, organisation.id, member, account, now=now)
        deed = "administers the Slack workspace and took over: every owner had left it"
        note(session, member, deed, at=now, action="take_over", about=member.id)


async def _member(session: AsyncSession, user_id: str) -> Member:
    member = await find_member(session, user_id)
    if member is None or not is_active(member):
        raise Refused(f"<@{user_id}> is not a member here. `/ops team` lists who is.")
    return member


async def _keep_an_owner(session: AsyncSession, leaving: Member) -> None:
    # Locked, so that two owners who demote each other at once cannot both succeed.
    owners = await session.scalars(
        select(Member).where(Member.role == Role.OWNER).with_for_update()
    )
    if not any(is_active(one) and one.id != leaving.id for one in owners.all()):
        raise Refused(
            f"{leaving.name} is the only owner, and an organisation is never without one. "
            "Make somebody else an owner first: `/ops team role @person owner`."
        )


def _article(role: str) -> str:
    return f"an {role}" if role[0] in "aeio" else f"a {role}"
