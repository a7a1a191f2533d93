"""Messages and other events. Slack's two events for one mention end in the same place."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp

from bot.agents.reception import Post
from bot.handlers.assistant import suggest
from bot.handlers.home import show_home
from bot.handlers.knowledge import receive_files
from bot.handlers.services import Services
from bot.people.organisations import resolve
from bot.slack.groups import GroupNames

log = structlog.get_logger(__name__)

HUMAN_SUBTYPES = frozenset({None, "file_share", "thread_broadcast", "me_message"})
"""Kinds of `message` that a person wrote; all others are edits, deletions, joins, apps."""


def register(app: AsyncApp, services: Services) -> None:
    groups = GroupNames(services.client)

    async def message(event: dict[str, Any], context: dict[str, Any]) -> None:
        post = read_post(event)
        if post is None:
            return
        post = replace(post, text=await groups.named(post.text))
        team_id = str(context["team_id"])
        site = await resolve(services.store, team_id, post.channel, post.user, direct=post.direct)
        if site is None or await receive_files(services, site, event):
            return
        if await services.reception.receive(site, post):
            services.wake()

    async def home_opened(event: dict[str, Any], context: dict[str, Any]) -> None:
        user_id = str(event["user"])
        site = await resolve(services.store, str(context["team_id"]), "", user_id, direct=True)
        if site is not None and event.get("tab") == "home":
            await show_home(services, site, user_id)
        elif site is not None and event.get("tab") == "messages":
            await suggest(services, site, user_id, str(event.get("channel") or ""))

    async def ignored(event: dict[str, Any]) -> None:
        """Acknowledged, so that Slack does not send it again; nothing follows from it."""
        log.debug("slack.event_ignored", type=event.get("type"))

    app.event("app_mention")(message)
    app.event("message")(message)
    app.event("app_home_opened")(home_opened)
    app.event(re.compile(".*"))(ignored)


def read_post(event: dict[str, Any]) -> Post | None:
    """A message of a person or an app in an event, or None where it is something else."""
    if event.get("subtype") not in HUMAN_SUBTYPES or not event.get("user"):
        return None
    return Post(
        channel=str(event["channel"]),
        ts=str(event["ts"]),
        thread_ts=str(event.get("thread_ts") or ""),
        user=str(event["user"]),
        text=str(event.get("text") or ""),
        direct=event.get("channel_type") == "im",
        by_app=bool(event.get("bot_id") or event.get("bot_profile")),
    )
