"""Sends messages: paced for each channel, and in plainer forms where Slack refuses blocks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.messages import MAX_TEXT, Identity, Message, Place

log = structlog.get_logger(__name__)

PACE = 1.0
"""Seconds between posts in one channel: Slack allows about one a second, with short bursts."""

BURST = 3
"""Posts that may come at once before the pace holds."""

REFUSED_BLOCKS = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_arguments",
        "msg_blocks_too_long",
        "only_one_table_allowed",
        "block_mismatch",
    }
)
UNREACHABLE = frozenset(
    {"not_in_channel", "channel_not_found", "is_archived", "restricted_action", "no_permission"}
)


class CannotPost(Exception):
    """Slack does not let us write there; `reason` is Slack's own error name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Pace:
    """Keeps a channel's posts about a second apart, after a short burst."""

    def __init__(
        self,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._timer = timer
        self._sleep = sleep
        self._free_at: dict[str, float] = {}

    async def wait(self, channel: str) -> None:
        now = self._timer()
        earliest = max(self._free_at.get(channel, 0.0), now - (BURST - 1) * PACE)
        self._free_at[channel] = earliest + PACE
        if earliest > now:
            await self._sleep(earliest - now)


class Sender:
    """Posts, edits and whispers."""

    def __init__(self, client: AsyncWebClient, pace: Pace | None = None) -> None:
        self._client = client
        self._pace = pace or Pace()

    async def post(
        self, place: Place, messages: Sequence[Message], identity: Identity | None = None
    ) -> str:
        """Posts messages one after another and returns the first one's ts.

        Raises:
            CannotPost: the bot may not write there (any more).
        """
        first = ""
        for message in messages:
            await self._pace.wait(place.channel)
            answer = await self._send(
                self._client.chat_postMessage,
                message,
                channel=place.channel,
                thread_ts=place.thread_ts or None,
                unfurl_links=False,
                unfurl_media=False,
                **_look(identity),
            )
            first = first or str(answer["ts"])
        return first

    async def post_as_it_is(
        self, place: Place, message: Message, identity: Identity | None = None
    ) -> str:
        """Posts a message in its first form alone; returns its ts, or nothing where Slack refuses
        its blocks.

        Raises:
            CannotPost: the bot may not write there (any more).
        """
        await self._pace.wait(place.channel)
        try:
            answer = await self._client.chat_postMessage(
                text=message.text[:MAX_TEXT],
                blocks=list(message.blocks),
                channel=place.channel,
                thread_ts=place.thread_ts or None,
                username=identity.name if identity else None,
                icon_emoji=identity.icon if identity else None,
            )
        except SlackApiError as error:
            reason = str(error.response["error"])
            if reason in REFUSED_BLOCKS:
                return ""
            if reason in UNREACHABLE or reason.startswith("restricted_action"):
                raise CannotPost(reason) from None
            raise
        return str(answer["ts"])

    async def update(self, channel: str, ts: str, message: Message) -> bool:
        """Edits a message. False where it is gone or cannot be edited any more."""
        try:
            await self._send(self._client.chat_update, message, channel=channel, ts=ts)
        except (SlackApiError, CannotPost) as error:
            log.warning("slack.update_failed", channel=channel, ts=ts, error=str(error))
            return False
        return True

    async def whisper(self, place: Place, user_id: str, text: str) -> bool:
        """A line that only one person sees, in the channel or thread."""
        try:
            await self._client.chat_postEphemeral(
                channel=place.channel,
                user=user_id,
                text=text[:MAX_TEXT],
                thread_ts=place.thread_ts or None,
            )
        except SlackApiError as error:
            log.info("slack.whisper_failed", channel=place.channel, error=error.response["error"])
            return False
        return True

    async def tell(self, user_id: str, text: str) -> bool:
        """A direct message. False where the person cannot be written to."""
        try:
            opened = await self._client.conversations_open(users=[user_id])
            await self._client.chat_postMessage(
                channel=opened["channel"]["id"], text=text[:MAX_TEXT], unfurl_links=False
            )
        except SlackApiError as error:
            log.warning("slack.tell_failed", user=user_id, error=error.response["error"])
            return False
        return True

    async def _send(
        self, method: Callable[..., Awaitable[Any]], message: Message, **arguments: Any
    ) -> Any:
        for blocks in message.forms:
            try:
                return await method(text=message.text[:MAX_TEXT], blocks=list(blocks), **arguments)
            except SlackApiError as error:
                reason = str(error.response["error"])
                if reason in UNREACHABLE or reason.startswith("restricted_action"):
                    raise CannotPost(reason) from None
                if reason not in REFUSED_BLOCKS or not blocks:
                    raise
                log.warning(
                    "slack.blocks_refused",
                    error=reason,
                    details=error.response.get("response_metadata"),
                )
        raise AssertionError("the last form has no blocks")


def _look(identity: Identity | None) -> dict[str, str]:
    return {} if identity is None else {"username": identity.name, "icon_emoji": identity.icon}
