"""Stop: the button below an agent's steps, and Slack's own in direct messages."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.agents.stopping import Spot
from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.slack.messages import Place
from bot.slack.progress import STOP


def register(app: AsyncApp, services: Services) -> None:
    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is not None:
            await _stop(services, visitor, spot_of(visitor, body))
        return await ack()

    async def session_stopped(event: dict[str, Any], context: dict[str, Any]) -> None:
        channel, thread_ts = str(event["channel"]), str(event["thread_ts"])
        body = {"team_id": context["team_id"], "user_id": event["user"], "channel_id": channel}
        visitor = await visitor_of(services, body)
        if visitor is not None:
            await _stop(services, visitor, Spot(visitor.team_id, channel, thread_ts))

    app.action(STOP)(pressed)
    app.event("agent_session_stopped")(session_stopped)


async def _stop(services: Services, visitor: Visitor, spot: Spot) -> None:
    words = await services.stops.stop(visitor.member, spot)
    services.wake()
    if words:
        place = Place(spot.channel, spot.thread_ts)
        await services.sender.whisper(place, visitor.member.user_id, words)


def spot_of(visitor: Visitor, body: dict[str, Any]) -> Spot:
    """The post whose button was pressed."""
    container, message = body.get("container") or {}, body.get("message") or {}
    ts = str(container.get("message_ts") or message.get("ts") or "")
    thread_ts = container.get("thread_ts") or message.get("thread_ts") or ts
    return Spot(visitor.team_id, visitor.channel, str(thread_ts), ts)
