"""The Web API client that everything is sent with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

TIMEOUT = 15
"""Seconds for one call to Slack."""

RATE_LIMIT_RETRIES = 3


def web_client(token: str, api_url: str) -> AsyncWebClient:
    """A client that waits as `Retry-After` says when Slack asks it to slow down."""
    client = AsyncWebClient(token=token, base_url=api_url, timeout=TIMEOUT)
    client.retry_handlers.append(
        AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_RETRIES)
    )
    return client


def user_groups(client: AsyncWebClient) -> Callable[[str], Awaitable[Sequence[str]]]:
    """Reads who is in a Slack user group; raises LookupError with words where Slack refuses."""

    async def members(group: str) -> Sequence[str]:
        try:
            answer = await client.usergroups_users_list(usergroup=group)
        except SlackApiError as error:
            reason = error.response["error"]
            raise LookupError(f"the user group could not be read ({reason})") from None
        except (aiohttp.ClientError, TimeoutError):
            raise LookupError("the user group could not be read (no answer)") from None
        users: Sequence[str] = answer["users"]
        return users

    return members


def public_channels(client: AsyncWebClient) -> Callable[[str], Awaitable[bool]]:
    """Tells whether everyone in the workspace may read a channel; where Slack does not say, no."""

    async def is_public(channel_id: str) -> bool:
        try:
            answer = await client.conversations_info(channel=channel_id)
        except (SlackApiError, aiohttp.ClientError, TimeoutError):
            return False
        channel = answer["channel"]
        return bool(channel.get("is_channel")) and not channel.get("is_private")

    return is_public


def channel_names(client: AsyncWebClient) -> Callable[[str], Awaitable[Collection[str]]]:
    """Reads the names of a workspace's public channels; none where Slack does not give them."""

    async def names(team_id: str) -> Collection[str]:
        try:
            answer = await client.conversations_list(
                types="public_channel", exclude_archived=True, limit=1000, team_id=team_id
            )
        except (SlackApiError, aiohttp.ClientError, TimeoutError):
            return ()
        return {str(one.get("name", "")).lower() for one in answer["channels"]}

    return names
