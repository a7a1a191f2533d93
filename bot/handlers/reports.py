"""Reports in Slack: the list of subscriptions, the modal of their sources, standing approvals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.response import BoltResponse
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate.audit import names
from bot.gate.desk import place_of
from bot.handlers.locks import locked_button, pressed
from bot.handlers.replies import answer
from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.people.refusals import Refused
from bot.reports import standing
from bot.scheduling.phrases import EXAMPLE
from bot.scheduling.sources import fitting, ticked
from bot.scheduling.subscriptions import active, how_to_stop, time_in_words
from bot.slack.blocks import escape, section
from bot.slack.messages import Message, Place
from bot.slack.modals import (
    MAX_CHECKBOXES,
    MAX_OPTIONS,
    checkboxes,
    input_field,
    modal,
    multi_select,
    option,
)
from bot.slack.submitted import ticked as ticked_in
from bot.store.rights import Right, may, refusal
from bot.store.tables import Connection, Member, Subscription

SOURCES = "report_sources"
"""The button of a subscription, the modal that it opens, and the boxes in that."""

REVOKE = "tickets_revoke"

PAGE = 40
"""Subscriptions or standing approvals of one answer: 50 blocks are Slack's limit."""

ELSEWHERE = "That list is of another organisation. Type the command again."


def register(app: AsyncApp, services: Services) -> None:
    async def edit(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        await _edit(services, body, respond)
        return await ack()

    async def saved(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is None:
            return await ack()
        if not may(visitor.member, Right.SCHEDULE):
            words = "Only owners and editors may change this."
            return await ack(response_action="errors", errors={SOURCES: words})
        await _save(services, visitor, view)
        return await ack()

    async def revoke(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        await _revoke(services, body, respond)
        return await ack()

    app.action(SOURCES)(edit)
    app.view(SOURCES)(saved)
    app.action(REVOKE)(revoke)


async def subscriptions_message(services: Services, member: Member) -> Message:
    """Which channels get which report, when, and from what."""
    async with services.store.reading(member.organisation_id) as session:
        found = await active(session)
        lines = [await _line(session, one) for one in found[:PAGE]]
    if not found:
        text = f"No channel gets a daily report yet. Try {EXAMPLE}."
        return Message(text, [section(text)])
    blocks = [
        section(
            line,
            accessory=locked_button("Sources", SOURCES, member, Right.SCHEDULE, key=one.id),
        )
        for line, one in zip(lines, found, strict=False)
    ]
    return Message("\n".join(lines), blocks)


async def tickets_message(services: Services, member: Member, news: str = "") -> Message:
    """The standing approvals that hold, with a button to revoke each."""
    found = await standing.given(services.store, member.organisation_id)
    nothing = "" if found else "No report may open tickets by itself."
    lines = [one for one in (news, nothing) if one]
    blocks = [section(line) for line in lines]
    for one in found[:PAGE]:
        words = f"<@{one.giver.user_id}> allowed {escape_terms(one.terms)}."
        revoke = locked_button("Revoke", REVOKE, member, Right.ALLOW_TICKETS, key=one.id)
        blocks.append(section(words, accessory=revoke))
        lines.append(words)
    return Message("\n".join(lines), blocks)


def escape_terms(terms: str) -> str:
    """Terms for Slack: what people named is escaped, the channel stays a link."""
    head, mark, rest = terms.partition("> ")
    return f"{head}{mark}{escape(rest)}" if mark else escape(terms)


async def _line(session: AsyncSession, one: Subscription) -> str:
    there, gone = await ticked(session, one)
    reads = names([escape(place_of(source)) for source in there]) if there else "nothing"
    lost = f" ({names([escape(place_of(source)) for source in gone])} was removed)" if gone else ""
    return (
        f"• <#{one.channel_id}>: {one.report}, daily at {time_in_words(one)}, "
        f"reads {reads}{lost}. {how_to_stop(one.report)}"
    )


async def _edit(services: Services, body: dict[str, Any], respond: AsyncRespond) -> None:
    visitor = await visitor_of(services, body)
    if visitor is None:
        return
    organisation_id, key = pressed(body)
    async with services.store.reading(visitor.organisation_id) as session:
        subscription = await session.get(Subscription, key)
        words = await refusal(session, visitor.member, Right.SCHEDULE)
        if organisation_id != visitor.organisation_id or subscription is None:
            words = ELSEWHERE
        elif not words:
            fits = await fitting(session, subscription.report)
            there, _ = await ticked(session, subscription)
            words = "" if fits else "There is no connection that this report could read yet."
    if words or subscription is None:
        await answer(respond, Message(words))
        return
    view = _view(subscription, fits, there, visitor.channel)
    await services.client.views_open(trigger_id=str(body.get("trigger_id") or ""), view=view)


def _view(
    subscription: Subscription,
    fits: Sequence[Connection],
    there: Sequence[Connection],
    channel: str,
) -> dict[str, Any]:
    offered = fits[:MAX_OPTIONS]
    options = [option(one.id, place_of(one)) for one in offered]
    chosen = [one.id for one in there if one in offered]
    few = len(options) <= MAX_CHECKBOXES
    boxes = (checkboxes if few else multi_select)(SOURCES, options, chosen=chosen)
    label = f"What the {subscription.report} report reads"
    return modal(
        "Sources",
        [input_field(SOURCES, label, boxes, hint="It reads these and nothing else.")],
        callback_id=SOURCES,
        submit="Save",
        metadata=json.dumps({"subscription": subscription.id, "channel": channel}),
    )


async def _save(services: Services, visitor: Visitor, view: dict[str, Any]) -> None:
    known = json.loads(view["private_metadata"])
    chosen = ticked_in(view["state"]["values"], SOURCES)
    told = await services.subscriptions.tick(visitor.member, known["subscription"], chosen)
    if known["channel"]:
        await services.sender.whisper(Place(known["channel"]), visitor.member.user_id, told)


async def _revoke(services: Services, body: dict[str, Any], respond: AsyncRespond) -> None:
    visitor = await visitor_of(services, body)
    if visitor is None:
        return
    organisation_id, key = pressed(body)
    if organisation_id != visitor.organisation_id:
        await answer(respond, Message(ELSEWHERE))
        return
    try:
        news = await standing.revoke(services.store, visitor.member, key)
    except Refused as refused:
        await answer(respond, Message(str(refused)))
        return
    message = await tickets_message(services, visitor.member, escape_terms(news))
    await answer(respond, message, instead=True)
