"""Invitations: an offer to one person, by Slack account or by email address, for seven days."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.people.accounts import Account, same_address
from bot.people.admission import refresh
from bot.people.refusals import Refused, note, require
from bot.store.database import Store
from bot.store.people import ensure_member, find_member, organisations
from bot.store.rights import Right, is_active
from bot.store.tables import Invitation, Member, Organisation, Role

LASTS = timedelta(days=7)

Then = Callable[[AsyncSession, Invitation], Awaitable[None]]

_STRENGTH = {Role.VIEWER: 0, Role.EDITOR: 1, Role.OWNER: 2}


@dataclass(frozen=True)
class Invitee:
    """Whom an invitation is for: exactly one of the two is set."""

    user_id: str = ""
    email: str = ""

    @property
    def shown(self) -> str:
        """How the record names them. An address is personal: most of it is left out."""
        if self.user_id:
            return f"<@{self.user_id}>"
        name, _, domain = self.email.partition("@")
        return f"{name[:1]}…@{domain}"


@dataclass(frozen=True)
class Offer:
    """An open invitation, with the organisation that it is to."""

    organisation: Organisation
    invitation: Invitation


async def invite(
    store: Store, actor: Member, team_id: str, invitee: Invitee, role: Role, *, then: Then
) -> Invitation:
    """Invites somebody. A former open invitation of theirs is replaced.

    Args:
        then: what follows, saved in the same unit of work.
    """
    now = store.clock()
    async with store.writing(actor.organisation_id) as session:
        owner = await require(session, actor, Right.MANAGE_PEOPLE)
        known = await find_member(session, invitee.user_id) if invitee.user_id else None
        if known is not None and is_active(known):
            raise Refused(
                f"{known.name} is a member already, as {known.role}. To change that: "
                f"`/ops team role @person {role}`."
            )
        for old in await open_ones(session, now):
            if _is_for(old, invitee):
                old.revoked_at = now
        made = Invitation(
            team_id=team_id,
            user_id=invitee.user_id,
            email=invitee.email.strip(),
            role=role,
            invited_by=owner.id,
            created_at=now,
            expires_at=now + LASTS,
        )
        session.add(made)
        await session.flush()
        deed = f"invited {invitee.shown} as {role}"
        note(session, owner, deed, at=now, action="invite", about=made.id)
        await then(session, made)
    return made


async def revoke(store: Store, actor: Member, *, key: str = "", invitee: Invitee) -> Invitee:
    """Takes an open invitation back, by its id or by whom it is for. Returns whom."""
    now = store.clock()
    async with store.writing(actor.organisation_id) as session:
        owner = await require(session, actor, Right.MANAGE_PEOPLE)
        found = [
            one
            for one in await open_ones(session, now)
            if (one.id == key if key else _is_for(one, invitee))
        ]
        if not found:
            raise Refused("There is no such open invitation (any more). `/ops team` lists them.")
        for one in found:
            one.revoked_at = now
        whom = Invitee(found[0].user_id, found[0].email)
        deed = f"took the invitation of {whom.shown} back"
        note(session, owner, deed, at=now, action="revoke", about=found[0].id)
    return whom


async def open_ones(session: AsyncSession, now: datetime) -> Sequence[Invitation]:
    """The invitations that can be accepted, oldest first."""
    found = (
        select(Invitation)
        .where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .where(Invitation.expires_at > now)
        .order_by(Invitation.created_at)
    )
    return (await session.scalars(found)).all()


async def offers_to(store: Store, account: Account, team_id: str) -> list[Offer]:
    """What a person may accept, over all organisations."""
    found = []
    for organisation in await organisations(store):
        async with store.reading(organisation.id) as session:
            invitations = await open_ones(session, store.clock())
        found += [Offer(organisation, one) for one in invitations if _may(one, account, team_id)]
    return found


async def accept(
    store: Store, account: Account, team_id: str, organisation_id: str, key: str
) -> Offer:
    """Makes the invited person a member. Nobody else can accept, whatever they press."""
    now = store.clock()
    async with store.writing(organisation_id) as session:
        invitation = await session.get(Invitation, key, with_for_update=True)
        if invitation is None or not _may(invitation, account, team_id):
            raise Refused("This invitation is not for you.")
        _check_open(invitation, now)
        if account.outside:
            raise Refused(
                f"Only full members of the Slack workspace can join, and you are {account.outside}."
                " An owner can allow guests in single channels: `/ops guests allow`."
            )
        member = await ensure_member(session, account.user_id, now=now)
        _join(member, Role(invitation.role), now)
        invitation.accepted_at, invitation.user_id = now, account.user_id
        await session.flush()
        await refresh(session, organisation_id, member, account, now=now)
        deed = f"accepted an invitation and is {member.role} now"
        note(session, member, deed, at=now, action="join", about=invitation.id)
        organisation = await session.get_one(Organisation, organisation_id)
    return Offer(organisation, invitation)


def _join(member: Member, role: Role, now: datetime) -> None:
    returning = member.removed_at is not None
    if returning or not is_active(member):
        member.joined_at = now
    if returning or _STRENGTH[role] > _STRENGTH[Role(member.role)]:
        member.role = role
    member.removed_at = None


def _check_open(invitation: Invitation, now: datetime) -> None:
    if invitation.accepted_at is not None:
        raise Refused("You have accepted this invitation already.")
    if invitation.revoked_at is not None:
        raise Refused("This invitation was taken back. Ask for a new one.")
    if invitation.expires_at <= now:
        raise Refused("This invitation has expired: it lasted seven days. Ask for a new one.")


def _may(invitation: Invitation, account: Account, team_id: str) -> bool:
    if invitation.team_id != team_id:
        return False
    if invitation.user_id:
        return invitation.user_id == account.user_id
    return same_address(invitation.email, account.email)


def _is_for(invitation: Invitation, invitee: Invitee) -> bool:
    if invitee.user_id:
        return invitation.user_id == invitee.user_id
    return same_address(invitation.email, invitee.email)
