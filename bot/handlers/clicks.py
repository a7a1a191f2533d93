"""Approve, Deny and Withdraw. What counts is the approval in the store, never what a click
carries besides its id."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.following import put_next
from bot.gate.decisions import Press
from bot.handlers.services import Services
from bot.handlers.visitors import visitor_of
from bot.slack.cards import APPROVE, APPROVE_ALL, DENY, DENY_ALL, WITHDRAW
from bot.slack.messages import Place
from bot.slack.modals import input_field, modal, text_input
from bot.slack.submitted import text_of
from bot.store.tables import Approval

log = structlog.get_logger(__name__)

REASON = "approval_reason"
"""The modal that asks why a request is denied."""

LONGEST_REASON = 300

NOTHING_OPEN = "Nothing on this card is open any more, so nothing happened."


@dataclass(frozen=True)
class Card:
    """Where the pressed card stands."""

    place: Place
    ts: str


def register(app: AsyncApp, services: Services) -> None:
    async def approve(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        await _press(services, body, Press.APPROVE, [_value(body)])
        return await ack()

    async def withdraw(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        await _press(services, body, Press.WITHDRAW, [_value(body)])
        return await ack()

    async def approve_all(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        await _press(services, body, Press.APPROVE, await _open_on(services, body))
        return await ack()

    async def deny(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        await _ask_why(services, body, [_value(body)])
        return await ack()

    async def deny_all(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        await _ask_why(services, body, await _open_on(services, body))
        return await ack()

    async def denied(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        metadata = json.loads(view["private_metadata"])
        await _press(
            services,
            body,
            Press.DENY,
            metadata["approvals"],
            reason=text_of(view["state"]["values"], REASON),
            card=Card(Place(metadata["channel"], metadata["thread"]), metadata.get("ts", "")),
        )
        return await ack()

    app.action(APPROVE)(approve)
    app.action(DENY)(deny)
    app.action(WITHDRAW)(withdraw)
    app.action(APPROVE_ALL)(approve_all)
    app.action(DENY_ALL)(deny_all)
    app.view(REASON)(denied)


async def _press(
    services: Services,
    body: dict[str, Any],
    press: Press,
    approvals: list[str],
    *,
    reason: str = "",
    card: Card | None = None,
) -> None:
    """Takes a press, and tells the person privately where it has no effect."""
    visitor = await visitor_of(services, body)
    if visitor is None:
        return

    pressed_on = card or _card(body)

    async def go_on(session: AsyncSession, approval: Approval) -> None:
        # A process that died right after posting the card did not save where it is.
        approval.card_ts = approval.card_ts or pressed_on.ts
        await put_next(services.queue, session, approval)

    words = [] if approvals else [NOTHING_OPEN]
    for approval_id in approvals:
        pressed = await services.decisions.press(
            visitor.member, approval_id, press, go_on, reason=reason
        )
        words.append(pressed.words)
    services.wake()
    told = "\n".join(dict.fromkeys(word for word in words if word))
    if told:
        await services.sender.whisper(pressed_on.place, visitor.member.user_id, told)


async def _ask_why(services: Services, body: dict[str, Any], approvals: list[str]) -> None:
    """Opens the modal for an optional reason. Where Slack does not let us, the press itself
    denies: a no must never get lost."""
    if not approvals:
        await _press(services, body, Press.DENY, approvals)
        return
    card = _card(body)
    metadata = {
        "approvals": approvals,
        "channel": card.place.channel,
        "thread": card.place.thread_ts,
        "ts": card.ts,
    }
    try:
        await services.client.views_open(
            trigger_id=str(body.get("trigger_id") or ""), view=_reason_view(metadata)
        )
    except SlackApiError as error:
        log.info("slack.no_modal", error=error.response["error"])
        await _press(services, body, Press.DENY, approvals)


def _reason_view(metadata: dict[str, Any]) -> dict[str, Any]:
    hint = "The agent and the thread are told. Nothing is sent either way."
    why = input_field(REASON, "Why?", text_input(REASON, LONGEST_REASON), hint=hint, optional=True)
    return modal("Deny", [why], callback_id=REASON, submit="Deny", metadata=json.dumps(metadata))


async def _open_on(services: Services, body: dict[str, Any]) -> list[str]:
    visitor = await visitor_of(services, body)
    if visitor is None:
        return []
    return list(await services.decisions.on_card(visitor.organisation_id, _value(body)))


def _value(body: dict[str, Any]) -> str:
    return str(body["actions"][0].get("value") or "")


def _card(body: dict[str, Any]) -> Card:
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
    place = Place(channel=str(channel), thread_ts=str(container.get("thread_ts") or ""))
    return Card(place, str(container.get("message_ts") or ""))
