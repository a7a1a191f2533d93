"""`/ops team`: who belongs to the organisation, and who is invited."""

from __future__ import annotations

import re

from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers.commands.command import Command, Typed, choose, said
from bot.handlers.commands.wording import read_invitee
from bot.handlers.invitations import INVITATION, accept, offers_message
from bot.handlers.services import Services
from bot.handlers.team import remove_member, team_message
from bot.people import invitations, members
from bot.people.invitations import Invitee
from bot.slack.blocks import escape
from bot.slack.messages import Message
from bot.store.tables import Invitation, Role

_ROLE = re.compile(rf"\b(?:as\s+(?:an?\s+)?)?({'|'.join(Role)})\s*$", re.IGNORECASE)

WHOM = "Name one person: `@person`, or an email address."


async def run(services: Services, typed: Typed) -> Message | None:
    return await choose(_WORDS, TEAM, services, typed)


async def _list(services: Services, typed: Typed) -> Message:
    page = int(typed.rest) if typed.rest.isdecimal() else 1
    return await team_message(services, typed.visitor.member, page)


async def _invite(services: Services, typed: Typed) -> Message:
    invitee = read_invitee(typed.rest)
    if invitee is None:
        return said(f"{WHOM} For example `/ops team invite @bo as editor`.")
    role = _role(typed.rest) or Role.VIEWER
    visitor = typed.visitor
    if invitee.user_id:
        account = await services.acquaintance.account(visitor.team_id, invitee.user_id)
        if account is not None and account.outside:
            return said(
                f"<@{invitee.user_id}> is {account.outside}. Only full members of this workspace "
                "can be invited; `/ops guests allow` lets others ask in one channel."
            )

    async def send(session: AsyncSession, made: Invitation) -> None:
        await services.queue.put(
            session,
            organisation_id=visitor.organisation_id,
            kind=INVITATION,
            subject=made.id,
            lock=f"invitation:{made.id}",
        )

    await invitations.invite(
        services.store, visitor.member, visitor.team_id, invitee, role, then=send
    )
    services.wake()
    return said(_invited(invitee, role))


def _invited(invitee: Invitee, role: Role) -> str:
    lasts = "The invitation lasts 7 days; `/ops team` shows it and takes it back."
    if invitee.user_id:
        return f"<@{invitee.user_id}> is invited as {role} by a direct message of mine. {lasts}"
    return (
        f"{escape(invitee.email)} is invited as {role}. Whoever has that confirmed address in this "
        f"Slack gets a direct message, or accepts later with `/ops team accept`. {lasts}"
    )


async def _remove(services: Services, typed: Typed) -> Message:
    invitee = read_invitee(typed.rest)
    if invitee is None or not invitee.user_id:
        return said("Name one person: `/ops team remove @person`.")
    removed = await remove_member(services, typed.visitor, invitee.user_id)
    return said(
        f"{escape(removed.name)} is no longer a member. What they have running stops at its next "
        "step; other organisations of theirs are untouched."
    )


async def _revoke(services: Services, typed: Typed) -> Message:
    invitee = read_invitee(typed.rest)
    if invitee is None:
        return said(f"{WHOM} `/ops team` lists the open invitations.")
    await invitations.revoke(services.store, typed.visitor.member, invitee=invitee)
    return said("The invitation is taken back and can no longer be accepted.")


async def _set_role(services: Services, typed: Typed) -> Message:
    invitee, role = read_invitee(typed.rest), _role(typed.rest)
    if invitee is None or not invitee.user_id or role is None:
        return said(f"Write `/ops team role @person` and one of: {', '.join(Role)}.")
    member = await members.set_role(services.store, typed.visitor.member, invitee.user_id, role)
    return said(f"{escape(member.name)} is {role} now.")


async def _accept(services: Services, typed: Typed) -> Message:
    visitor = typed.visitor
    account = await services.acquaintance.account(visitor.team_id, visitor.member.user_id)
    if account is None:
        return said("Slack does not say who you are at the moment. Try again in a minute.")
    offers = await invitations.offers_to(services.store, account, visitor.team_id)
    if not offers:
        return said(
            "There is no open invitation for you. One by email is for the account whose confirmed "
            "address equals it; ask an owner to invite you again."
        )
    if len(offers) > 1:
        return offers_message(offers)
    only = offers[0]
    return await accept(
        services, account, visitor.team_id, only.organisation.id, only.invitation.id
    )


def _role(text: str) -> Role | None:
    found = _ROLE.search(text)
    return Role(found.group(1).lower()) if found else None


_WORDS = {
    "": _list,
    "list": _list,
    "invite": _invite,
    "remove": _remove,
    "revoke": _revoke,
    "role": _set_role,
    "accept": _accept,
}
TEAM = Command(
    "team",
    "team [list | invite @person|email [as editor] | remove @person | revoke @person|email | "
    "role @person editor | accept]",
    "Who belongs to this organisation, with which role, and who is invited.",
    run,
    for_strangers={"accept"},
)
