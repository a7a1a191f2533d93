"""The buttons below an answer that ask what people may want to know next."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.agents.following_up import AGAIN, NotAsked, choose
from bot.agents.reception import Post
from bot.handlers.services import Services, Visitor
from bot.handlers.stop import spot_of
from bot.handlers.visitors import visitor_of
from bot.people.organisations import is_direct
from bot.slack.blocks import escape
from bot.slack.follow_ups import FOLLOW_UP
from bot.slack.messages import Place


def register(app: AsyncApp, services: Services) -> None:
    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is None:
            return await ack()
        words = await _ask(services, visitor, body)
        services.wake()
        if words:
            spot = spot_of(visitor, body)
            place = Place(spot.channel, spot.thread_ts)
            await services.sender.whisper(place, visitor.member.user_id, words)
        return await ack()

    app.action(FOLLOW_UP)(pressed)


async def _ask(services: Services, visitor: Visitor, body: dict[str, Any]) -> str:
    """Asks the button's question in the name of whoever pressed it, as if they had typed it. Why
    it was not asked, or nothing."""
    spot = spot_of(visitor, body)
    value = str(body["actions"][0].get("value") or "")
    try:
        chosen = await choose(services.store, visitor.member, spot, value)
    except NotAsked as why:
        return str(why)
    user, question = visitor.member.user_id, escape(chosen.question)
    post = Post(
        channel=spot.channel,
        ts=chosen.source,
        thread_ts=spot.thread_ts,
        user=user,
        text=f"<@{visitor.site.workspace.bot_user_id}> @{chosen.handle} {question}",
        direct=is_direct(spot.channel),
        # The thread must be understood by whoever reads it, and only people post as themselves.
        announced=f"<@{user}> asks: {question}",
    )
    return "" if await services.reception.receive(visitor.site, post) else AGAIN
