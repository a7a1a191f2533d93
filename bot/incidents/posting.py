"""Posts what belongs to an incident once, however often it is asked and whatever dies meanwhile."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

from bot.slack.messages import Message, Place
from bot.slack.sender import Sender
from bot.store.database import Store
from bot.store.tables import Incident, IncidentPost

log = structlog.get_logger(__name__)

SLACKS_CLOCK = timedelta(minutes=2)
"""How far Slack's clock and ours may be apart."""

SEARCHED = 200
"""Messages that are looked through for one that may have been posted before the process died."""


@dataclass(frozen=True)
class Wanted:
    """A message that should stand in Slack. `key` tells it from the incident's others; `shown` is
    what a change of has it redrawn; `mark` is the id of one of its blocks."""

    key: str
    message: Message
    shown: str
    mark: str


class Board:
    """Where an incident's messages are posted and kept up to date."""

    def __init__(self, store: Store, sender: Sender, client: AsyncWebClient) -> None:
        self._store = store
        self._sender = sender
        self._client = client

    async def show(self, incident: Incident, place: Place, wanted: Wanted) -> str:
        """Has a message stand there as it is wanted, and returns its ts. An equal one is left.

        One that was begun before is looked for in Slack first: the process may have died right
        after it was posted.

        Raises:
            CannotPost: Slack does not let us write there.
        """
        post, is_new = await self._row(incident, wanted)
        if post.ts and post.shown == wanted.shown:
            return post.ts
        ts = post.ts
        if not ts and not is_new:
            ts = await self._found(place, wanted.mark, post.created_at)
        if not ts:
            ts = await self._sender.post(place, [wanted.message])
        elif not await self._sender.update(place.channel, ts, wanted.message):
            return ts  # the next drawing tries again
        await self._keep(post, ts, wanted.shown)
        return ts

    async def _row(self, incident: Incident, wanted: Wanted) -> tuple[IncidentPost, bool]:
        """The row of a message, there before it is sent; and whether it is a new one."""
        wish = select(IncidentPost).where(
            IncidentPost.incident_id == incident.id, IncidentPost.key == wanted.key
        )
        async with self._store.reading(incident.organisation_id) as session:
            known = await session.scalar(wish)
        if known is not None:
            return known, False
        async with self._store.writing(incident.organisation_id) as session:
            made = IncidentPost(
                incident_id=incident.id,
                key=wanted.key,
                shown=wanted.shown,
                created_at=self._store.clock(),
            )
            session.add(made)
        return made, True

    async def _keep(self, post: IncidentPost, ts: str, shown: str) -> None:
        async with self._store.writing(post.organisation_id) as session:
            row = await session.get_one(IncidentPost, post.id)
            row.ts, row.shown = ts, shown

    async def _found(self, place: Place, mark: str, since: datetime) -> str:
        """The ts of a message with a mark; empty where it was never posted."""
        oldest = f"{(since - SLACKS_CLOCK).timestamp():.6f}"
        given: dict[str, Any] = {"channel": place.channel, "oldest": oldest, "limit": SEARCHED}
        try:
            if place.thread_ts:
                answer = await self._client.conversations_replies(ts=place.thread_ts, **given)
            else:
                answer = await self._client.conversations_history(**given)
        except SlackApiError as error:
            log.warning("slack.unreadable", channel=place.channel, error=error.response["error"])
            return ""
        for message in answer["messages"]:
            if any(block.get("block_id") == mark for block in message.get("blocks") or ()):
                return str(message["ts"])
        return ""


def digest(message: Message) -> str:
    """What is the same for two messages that look the same."""
    shown = json.dumps([message.text, list(message.blocks)], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()
