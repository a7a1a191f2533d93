"""Files that people shared in Slack, fetched with the bot's token."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

SECONDS = 60
MOST_REDIRECTS = 3
CHUNK = 64 * 1024
REDIRECTS = (301, 302, 303, 307, 308)

NO_SCOPE = (
    "Slack does not let me read files. An admin has to install the app again with the scope "
    "`files:read`."
)


class CannotFetch(Exception):
    """Slack has no such file for us; the text is a sentence for people."""


async def fetch_file(client: AsyncWebClient, file_id: str, most: int) -> bytes:
    """The bytes of a file in Slack.

    Raises:
        CannotFetch: it is gone, is none of ours, or has more than `most` bytes.
        aiohttp.ClientError, TimeoutError: Slack cannot be reached.
    """
    try:
        answer = await client.files_info(file=file_id)
    except SlackApiError as error:
        reason = error.response["error"]
        if reason == "missing_scope":
            raise CannotFetch(NO_SCOPE) from None
        raise CannotFetch(f"Slack does not give me the file any more ({reason}).") from None
    file: Mapping[str, object] = answer["file"]
    url = str(file.get("url_private_download") or file.get("url_private") or "")
    if not url:
        raise CannotFetch("Slack only has a link to this file, not the file. Upload it itself.")
    return await _fetch(url, client, most)


async def _fetch(url: str, client: AsyncWebClient, most: int) -> bytes:
    """Follows redirects itself: the token goes to Slack's own hosts alone."""
    headers = {"Authorization": f"Bearer {client.token}"}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as http:
        for _ in range(MOST_REDIRECTS):
            if not _is_slacks(url, client.base_url):
                raise CannotFetch("The file is kept outside of Slack. Upload it itself.")
            async with http.get(url, headers=headers, allow_redirects=False) as answer:
                if answer.status in REDIRECTS:
                    url = urljoin(url, answer.headers.get("Location", ""))
                    continue
                return await _content(answer, most)
    raise CannotFetch("Slack sent me from one address to the next and gave no file.")


async def _content(answer: aiohttp.ClientResponse, most: int) -> bytes:
    if answer.status >= 500:
        raise aiohttp.ClientError(f"Slack answered {answer.status}")
    if answer.status != 200:
        raise CannotFetch(f"Slack does not give me the file ({answer.status}).")
    if answer.content_type == "text/html":
        raise CannotFetch(NO_SCOPE)  # Slack's way to say so: its sign-in page
    held = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        held += chunk
        if len(held) > most:
            raise CannotFetch(f"It has more than {most // 1_000_000} MB.")
    return bytes(held)


def _is_slacks(url: str, api: str) -> bool:
    """Whether an address is Slack's, or of the same place as the API that we were given."""
    asked, ours = urlsplit(url), urlsplit(api)
    if (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc):
        return True
    host = asked.hostname or ""
    return asked.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))
