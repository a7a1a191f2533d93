"""Organisations: which one an event belongs to, and what people do with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.people.accounts import Account, Outside
from bot.people.admission import assess, default_of
from bot.people.refusals import Refused, note, require
from bot.store.database import Store
from bot.store.people import find_member, organisations
from bot.store.rights import Right, is_active
from bot.store.tables import (
    Channel,
    DirectChoice,
    Incident,
    IncidentRoute,
    Member,
    Organisation,
    Role,
    Subscription,
    Workspace,
)

LONGEST_NAME = 80


@dataclass(frozen=True)
class Site:
    """Where in Slack something happened, and whose it is."""

    workspace: Workspace
    organisation_id: str
    outsiders_allowed: bool = False


@dataclass(frozen=True)
class Membership:
    """A person's place in one organisation."""

    organisation: Organisation
    member: Member


async def resolve(
    store: Store, team_id: str, channel_id: str, user_id: str, *, direct: bool
) -> Site | None:
    """Finds the organisation of an event; the only place that does.

    A channel belongs to the organisation that it was given to, else to the workspace's default
    one. A direct message, and whatever happens in no channel at all, belongs to the one that the
    person switched to.

    Returns:
        None for a workspace that the app is not installed in.
    """
    # One statement: every message in every channel that the bot is in comes through here.
    given: Any = DirectChoice if direct else Channel
    here = DirectChoice.user_id == user_id if direct else Channel.channel_id == channel_id
    found = (
        select(Workspace, given)
        .outerjoin(given, and_(given.team_id == Workspace.team_id, here))
        .where(Workspace.team_id == team_id)
    )
    async with store.looking() as session:
        row = (await session.execute(found)).one_or_none()
    if row is None:
        return None
    workspace: Workspace = row[0]
    choice: DirectChoice | Channel | None = row[1]
    if choice is None:
        return Site(workspace, workspace.organisation_id)
    allowed = isinstance(choice, Channel) and choice.outsiders_allowed
    return Site(workspace, choice.organisation_id, allowed)


def is_direct(channel_id: str) -> bool:
    """Whether an id is that of a direct message, or of no channel (the Home tab, say)."""
    return not channel_id or channel_id.startswith("D")


async def memberships(store: Store, user_id: str) -> list[Membership]:
    """The organisations that a person belongs to, by name.

    Looks into each organisation by itself, as the store wants it: a millisecond each.
    """
    found = []
    for organisation in await organisations(store):
        async with store.reading(organisation.id) as session:
            member = await find_member(session, user_id)
        if member is not None and is_active(member):
            found.append(Membership(organisation, member))
    return sorted(found, key=lambda one: one.organisation.name.casefold())


async def create(store: Store, account: Account, team_id: str, name: str, plan: str) -> Member:
    """Makes an empty organisation, owned by a person whose direct messages then belong to it."""
    name = await _usable(store, account.user_id, name)
    now = store.clock()
    async with store.installation() as session:
        made = Organisation(name=name, plan=plan, created_at=now)
        session.add(made)
    async with store.writing(made.id) as session:
        owner = Member(
            user_id=account.user_id,
            name=account.name,
            email=account.email,
            timezone=account.timezone,
            role=Role.OWNER,
            joined_at=now,
            refreshed_at=now,
        )
        session.add(owner)
        await session.flush()
        await _choose(session, team_id, account.user_id, made.id)
        note(session, owner, f"created the organisation {name}", at=now, action="organisation")
    return owner


async def switch(store: Store, team_id: str, user_id: str, wanted: str) -> Membership:
    """Gives a person's direct messages to another of their organisations, by name or id."""
    mine = await memberships(store, user_id)
    membership = _pick(mine, wanted)
    async with store.writing(membership.organisation.id) as session:
        await _choose(session, team_id, user_id, membership.organisation.id)
        now = store.clock()
        deed = "switched their direct messages to this organisation"
        note(session, membership.member, deed, at=now, action="organisation")
    return membership


async def rename(store: Store, member: Member, name: str) -> str:
    """Renames a member's organisation. Returns the name that it had."""
    name = await _usable(store, member.user_id, name, besides=member.organisation_id)
    async with store.writing(member.organisation_id) as session:
        owner = await require(session, member, Right.MANAGE_ORGANISATION)
        organisation = await session.get_one(Organisation, member.organisation_id)
        before, organisation.name = organisation.name, name
        deed = f"renamed the organisation from {before} to {name}"
        note(session, owner, deed, at=store.clock(), action="organisation")
    return before


async def give_channel(
    store: Store, member: Member, team_id: str, channel_id: str, wanted: str
) -> Organisation:
    """Moves a channel to another organisation of a person who owns both.

    Threads and reports of the former organisation stay with it: its reports in the channel stop.
    """
    target = _pick(await memberships(store, member.user_id), wanted)
    if target.organisation.id == member.organisation_id:
        raise Refused(f"This channel belongs to {target.organisation.name} already.")
    async with store.reading(target.organisation.id) as session:
        await require(session, target.member, Right.MANAGE_ORGANISATION)
    now = store.clock()
    async with store.writing(member.organisation_id) as session:
        owner = await require(session, member, Right.MANAGE_ORGANISATION)
        channel = await _channel(session, team_id, channel_id, target.organisation.id)
        channel.organisation_id, channel.outsiders_allowed = target.organisation.id, False
        await session.execute(
            update(Subscription)
            .where(Subscription.channel_id == channel_id, Subscription.cancelled_at.is_(None))
            .values(cancelled_at=now)
        )
        await _end_incidents(session, channel_id, now)
        deed = f"gave <#{channel_id}> to another organisation; its reports there stopped"
        note(session, owner, deed, at=now, action="channel", about=channel_id)
    async with store.writing(target.organisation.id) as session:
        deed = f"took <#{channel_id}> in from another organisation"
        note(session, target.member, deed, at=now, action="channel", about=channel_id)
    return target.organisation


async def _end_incidents(session: AsyncSession, channel_id: str, now: datetime) -> None:
    """Ends the routes into a channel that is given away, and what is drawn there."""
    await session.execute(
        update(IncidentRoute)
        .where(IncidentRoute.channel_id == channel_id, IncidentRoute.removed_at.is_(None))
        .values(removed_at=now)
    )
    await session.execute(
        update(Incident)
        .where(Incident.channel_id == channel_id)
        .values(channel_id="", card_ts="", drawn="")
    )


async def allow_outsiders(
    store: Store, member: Member, team_id: str, channel_id: str, *, allowed: bool
) -> None:
    """Says whether guests, people of other companies and apps are answered in a channel."""
    async with store.writing(member.organisation_id) as session:
        owner = await require(session, member, Right.MANAGE_ORGANISATION)
        channel = await _channel(session, team_id, channel_id, member.organisation_id)
        channel.outsiders_allowed = allowed
        verb = "allowed" if allowed else "refused"
        deed = f"{verb} guests, other companies and apps to ask in <#{channel_id}>"
        note(session, owner, deed, at=store.clock(), action="guests", about=channel_id)


async def invite_only(store: Store, member: Member, *, closed: bool) -> int:
    """Closes the default organisation to who was not invited, or opens it again.

    Returns:
        How many people that were in are out now.
    """
    async with store.writing(member.organisation_id) as session:
        owner = await require(session, member, Right.MANAGE_ORGANISATION)
        if await default_of(session, member.organisation_id) is None:
            raise Refused("Only a workspace's first organisation is open; others need invitations.")
        organisation = await session.get_one(Organisation, member.organisation_id)
        organisation.invited_only = closed
        await session.flush()
        for one in await session.scalars(select(Member)):
            await assess(session, member.organisation_id, one)
        await session.flush()
        out = await session.scalar(
            select(func.count()).where(Member.outsider == Outside.NOT_INVITED)
        )
        deed = f"made the organisation {'invited only' if closed else 'open to the workspace'}"
        note(session, owner, deed, at=store.clock(), action="organisation")
    return int(out or 0)


async def _usable(store: Store, user_id: str, name: str, *, besides: str = "") -> str:
    """A new name, tidied. Raises Refused where it is none, or one of the person's others."""
    name = " ".join(name.split())
    if not name:
        raise Refused("Give the organisation a name, for example `/ops org create Night shift`.")
    if len(name) > LONGEST_NAME:
        raise Refused(f"A name has at most {LONGEST_NAME} characters; this one has {len(name)}.")
    mine = [one.organisation for one in await memberships(store, user_id)]
    if any(one.name.casefold() == name.casefold() and one.id != besides for one in mine):
        raise Refused(f"You are in an organisation called {name} already. Choose another name.")
    return name


def _pick(mine: Sequence[Membership], wanted: str) -> Membership:
    wanted = " ".join(wanted.split())
    found = [
        one
        for one in mine
        if one.organisation.id == wanted or one.organisation.name.casefold() == wanted.casefold()
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(f"You are in {len(found)} organisations of that name. Use `/ops org list`.")
    names = ", ".join(one.organisation.name for one in mine) or "none"
    what = f"You are in no organisation called “{wanted}”." if wanted else "Name an organisation."
    raise Refused(f"{what} Yours: {names}.")


async def _choose(session: AsyncSession, team_id: str, user_id: str, organisation_id: str) -> None:
    await session.execute(
        delete(DirectChoice).where(DirectChoice.team_id == team_id, DirectChoice.user_id == user_id)
    )
    session.add(DirectChoice(team_id=team_id, user_id=user_id, organisation_id=organisation_id))


async def _channel(
    session: AsyncSession, team_id: str, channel_id: str, organisation_id: str
) -> Channel:
    """The channel's row. Raises Refused where it is no channel."""
    if is_direct(channel_id):
        raise Refused("Type this in the channel that it is about; a direct message is none.")
    channel = await session.get(Channel, (team_id, channel_id))
    if channel is None:
        channel = Channel(team_id=team_id, channel_id=channel_id, organisation_id=organisation_id)
        session.add(channel)
    return channel
