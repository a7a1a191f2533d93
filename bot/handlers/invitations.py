"""An invitation in Slack: the direct message that brings it, and the button that accepts it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.agents.acquaintance import Acquaintance
from bot.handlers.replies import answer
from bot.handlers.services import Services
from bot.handlers.visitors import visitor_of
from bot.people import invitations
from bot.people.accounts import Account, same_address
from bot.people.invitations import Offer, open_ones
from bot.people.refusals import Refused
from bot.scheduling.queue import Claim
from bot.slack.blocks import actions, button, escape, section
from bot.slack.dates import date_token
from bot.slack.messages import Message, Place
from bot.slack.sender import CannotPost, Sender
from bot.store.database import Store
from bot.store.tables import Invitation, Member, Organisation

log = structlog.get_logger(__name__)

INVITATION = "invitation"
"""The kind of job that brings an invitation to its person; its subject is the invitation's id."""

ACCEPT = "invitation_accept"


def register(app: AsyncApp, services: Services) -> None:
    async def accepted(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is None:
            return await ack()
        account = await services.acquaintance.account(visitor.team_id, visitor.member.user_id)
        if account is None:
            words = "Slack does not say who you are at the moment. Press again in a minute."
            await answer(respond, Message(words))
            return await ack()
        value = str(body["actions"][0].get("value") or "")
        organisation_id, _, key = value.partition(":")
        try:
            told = await accept(services, account, visitor.team_id, organisation_id, key)
        except Refused as refused:
            await answer(respond, Message(str(refused)))
        else:
            await answer(respond, told, instead=True)
        return await ack()

    app.action(ACCEPT)(accepted)


async def accept(
    services: Services, account: Account, team_id: str, organisation_id: str, key: str
) -> Message:
    """Accepts for a person, and says how to go on. Raises Refused."""
    offer = await invitations.accept(services.store, account, team_id, organisation_id, key)
    name = escape(offer.organisation.name)
    text = (
        f"You are in *{name}* now, as {offer.invitation.role}. Ask in a channel that belongs to "
        f"it, or take your direct messages there: `/ops org switch {name}`."
    )
    return Message(text, [section(text)])


def offers_message(offers: Sequence[Offer]) -> Message:
    """Several invitations to choose from."""
    blocks = [
        section(
            f"*{escape(one.organisation.name)}* · as {one.invitation.role}",
            accessory=_accept(one.invitation),
        )
        for one in offers[:45]
    ]
    return Message(f"You have {len(offers)} open invitations", blocks)


def invitation_handler(
    store: Store, acquaintance: Acquaintance, client: AsyncWebClient, sender: Sender
) -> Callable[[Claim], Awaitable[None]]:
    """The handler of `invitation` jobs. One by email to nobody here waits for `/ops team`."""

    async def handle(claim: Claim) -> None:
        async with store.reading(claim.organisation_id) as session:
            found = await open_ones(session, store.clock())
            invitation = next((one for one in found if one.id == claim.subject), None)
            if invitation is None:
                return
            organisation = await session.get_one(Organisation, claim.organisation_id)
            host = await session.get_one(Member, invitation.invited_by)
        user_id = invitation.user_id or await _owner_of_address(acquaintance, invitation)
        if not user_id:
            return
        try:
            opened = await client.conversations_open(users=[user_id])
            place = Place(str(opened["channel"]["id"]))
            await sender.post(place, [_letter(invitation, organisation, host)])
        except (SlackApiError, CannotPost) as error:
            log.warning("invitation.not_brought", invitation=invitation.id, error=str(error))

    return handle


async def _owner_of_address(acquaintance: Acquaintance, invitation: Invitation) -> str:
    account = await acquaintance.account_of_email(invitation.team_id, invitation.email)
    if account is None or account.outside or not same_address(account.email, invitation.email):
        return ""
    return account.user_id


def _letter(invitation: Invitation, organisation: Organisation, host: Member) -> Message:
    until = date_token(invitation.expires_at, "{date_long} {time}")
    text = (
        f"<@{host.user_id}> invites you to *{escape(organisation.name)}* as {invitation.role}. "
        f"The invitation is for you alone and lasts until {until}."
    )
    return Message(text, [section(text), actions(_accept(invitation))])


def _accept(invitation: Invitation) -> dict[str, Any]:
    value = f"{invitation.organisation_id}:{invitation.id}"
    return button("Accept", ACCEPT, value=value, style="primary")
