"""Messages and other events. Slack's two events for one mention end in the same place."""

from __future__ import annotations

import re
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp

from bot.agents.reception import Post
from bot.handlers.home import show_home
from bot.handlers.services import Services
from bot.store.people import find_workspace

log = structlog.get_logger(__name__)

HUMAN_SUBTYPES = frozenset({None, "file_share", "thread_broadcast", "me_message"})
"""Kinds of `message` that a person wrote; all others are edits, deletions, joins, apps."""


def register(app: AsyncApp, services: Services) -> None:
    async def message(event: dict[str, Any], context: dict[str, Any]) -> None:
        post = read_post(event)
        workspace = await find_workspace(services.store, str(context["team_id"]))
        if post is None or workspace is None:
            return
        if await services.reception.receive(workspace, post):
            services.wake()

    async def home_opened(event: dict[str, Any], context: dict[str, Any]) -> None:
        workspace = await find_workspace(services.store, str(context["team_id"]))
        if workspace is not None and event.get("tab") == "home":
            await show_home(services, workspace, str(event["user"]))

    async def ignored(event: dict[str, Any]) -> None:
        """Acknowledged, so that Slack does not send it again; nothing follows from it."""
        log.debug("slack.event_ignored", type=event.get("type"))

    app.event("app_mention")(message)
    app.event("message")(message)
    app.event("app_home_opened")(home_opened)
    app.event(re.compile(".*"))(ignored)


def read_post(event: dict[str, Any]) -> Post | None:
    """A person's message in an event, or None where it is something else."""
    written_by_app = event.get("bot_id") or event.get("bot_profile")
    if event.get("subtype") not in HUMAN_SUBTYPES or written_by_app or not event.get("user"):
        return None
    return Post(
        channel=str(event["channel"]),
        ts=str(event["ts"]),
        thread_ts=str(event.get("thread_ts") or ""),
        user=str(event["user"]),
        text=str(event.get("text") or ""),
        direct=event.get("channel_type") == "im",
    )
