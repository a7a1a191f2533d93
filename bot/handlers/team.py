"""The list of members and open invitations, and its buttons."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.response import BoltResponse
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.following import put_end
from bot.handlers.locks import locked_button, pressed
from bot.handlers.replies import answer
from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.people import invitations, members
from bot.people.invitations import Invitee, open_ones
from bot.people.refusals import Refused
from bot.slack.blocks import context, escape, section
from bot.slack.dates import date_token
from bot.slack.messages import Block, Message
from bot.store.rights import Right, may
from bot.store.tables import Approval, Invitation, Member, Organisation

REMOVE, REVOKE = "team_remove", "team_revoke"

PAGE = 20
"""Members on a page, and at most so many invitations below them: 50 blocks are Slack's limit."""

ELSEWHERE = "That list is of another organisation. Type `/ops team` again."


def register(app: AsyncApp, services: Services) -> None:
    async def remove(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        await _press(services, body, respond, _removed)
        return await ack()

    async def revoke(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        await _press(services, body, respond, _revoked)
        return await ack()

    app.action(REMOVE)(remove)
    app.action(REVOKE)(revoke)


async def team_message(
    services: Services, member: Member, page: int = 1, news: str = ""
) -> Message:
    """The list as a member may see it, with what has just happened on top."""
    async with services.store.reading(member.organisation_id) as session:
        organisation = await session.get_one(Organisation, member.organisation_id)
        everyone = await members.roster(session)
        offers = await open_ones(session, services.store.clock())
    pages = max(1, -(-len(everyone) // PAGE))
    page = min(max(page, 1), pages)
    blocks = [section(news)] if news else []
    count = "1 member" if len(everyone) == 1 else f"{len(everyone)} members"
    blocks.append(section(f"*{escape(organisation.name)}* · {count}"))
    blocks += [_member(one, member) for one in everyone[(page - 1) * PAGE : page * PAGE]]
    if pages > 1:
        blocks.append(context(f"Page {page} of {pages}: `/ops team list {page % pages + 1}`"))
    blocks += [_invitation(one, member) for one in offers[:PAGE]]
    if len(offers) > PAGE:
        more = f"And {len(offers) - PAGE} more open invitations: `/ops team revoke email`."
        blocks.append(context(more))
    return Message(news or f"{organisation.name}: {count}", blocks)


def _member(one: Member, viewer: Member) -> Block:
    since = date_token(one.joined_at, "{date_short}")
    text = f"*{escape(one.name)}* · {one.role} · since {since}"
    question = f"{one.name} will no longer be a member, and what they have running stops."
    remove = locked_button(
        "Remove", REMOVE, viewer, Right.MANAGE_PEOPLE, key=one.user_id, question=question
    )
    return section(text, accessory=remove)


def _invitation(one: Invitation, viewer: Member) -> Block:
    invitee = Invitee(one.user_id, one.email)
    owner = may(viewer, Right.MANAGE_PEOPLE)
    whom = escape(one.email) if one.email and owner and not one.user_id else invitee.shown
    until = date_token(one.expires_at, "{date_short_pretty} {time}")
    text = f"{whom} · invited as {one.role} · until {until}"
    revoke = locked_button("Revoke", REVOKE, viewer, Right.MANAGE_PEOPLE, key=one.id)
    return section(text, accessory=revoke)


async def _press(services: Services, body: dict[str, Any], respond: AsyncRespond, do: Any) -> None:
    visitor = await visitor_of(services, body)
    if visitor is None:
        return
    organisation_id, key = pressed(body)
    if organisation_id != visitor.organisation_id:
        await answer(respond, Message(ELSEWHERE))
        return
    try:
        news = await do(services, visitor, key)
    except Refused as refused:
        await answer(respond, Message(str(refused)))
        return
    message = await team_message(services, visitor.member, news=news)
    await answer(respond, message, instead=True)


async def remove_member(services: Services, visitor: Visitor, user_id: str) -> Member:
    """Takes a member out, with what follows for their requests. Raises Refused."""

    async def end(session: AsyncSession, approval: Approval) -> None:
        await put_end(services.queue, session, approval)

    removed = await members.remove(services.store, visitor.member, user_id, end)
    services.wake()
    return removed


async def _removed(services: Services, visitor: Visitor, user_id: str) -> str:
    removed = await remove_member(services, visitor, user_id)
    return f"{escape(removed.name)} is no longer a member."


async def _revoked(services: Services, visitor: Visitor, key: str) -> str:
    whom = await invitations.revoke(services.store, visitor.member, key=key, invitee=Invitee())
    return f"The invitation of {whom.shown} is taken back."
