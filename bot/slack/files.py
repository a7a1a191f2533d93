"""Files that people are sent."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient


async def send_file(
    client: AsyncWebClient, user_id: str, *, name: str, data: bytes, words: str
) -> None:
    """Sends a person a file in a direct message; the app needs `files:write`.

    Raises:
        SlackApiError: Slack refuses it.
        aiohttp.ClientError, TimeoutError: Slack cannot be reached.
    """
    opened = await client.conversations_open(users=[user_id])
    await client.files_upload_v2(
        channel=opened["channel"]["id"],
        filename=name,
        title=name,
        content=data,
        initial_comment=words,
    )
