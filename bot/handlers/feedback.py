"""Thumbs up and down below an answer."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.agents.feedback import rate
from bot.handlers.services import Services
from bot.handlers.stop import spot_of
from bot.handlers.visitors import visitor_of
from bot.slack.messages import Place
from bot.slack.thumbs import BAD, FEEDBACK, GOOD


def register(app: AsyncApp, services: Services) -> None:
    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        value = body["actions"][0].get("value")
        if visitor is None or value not in ("good", "bad"):
            return await ack()
        spot = spot_of(visitor, body)
        words = await rate(services.store, visitor.member, spot, good=value == "good")
        place = Place(spot.channel, spot.thread_ts)
        await services.sender.whisper(place, visitor.member.user_id, words)
        return await ack()

    for action in (FEEDBACK, GOOD, BAD):
        app.action(action)(pressed)
