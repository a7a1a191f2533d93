"""The names of user groups, which Slack leaves out of some mentions of them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger(__name__)

KEPT = 600.0
"""Seconds that names are kept; Slack lets a workspace ask about 20 times a minute."""

PATIENCE = 1.5
"""Seconds: a message is acknowledged within three."""

_UNNAMED = re.compile(r"<!subteam\^([A-Z0-9]+)>")


class GroupNames:
    """Writes a group's name into mentions that have only its id."""

    def __init__(self, client: AsyncWebClient, timer: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._timer = timer
        self._names: Mapping[str, str] = {}
        self._read_at: float | None = None

    async def named(self, text: str) -> str:
        """The text with the names that Slack tells; without them, as it is."""
        if not _UNNAMED.search(text):
            return text
        if self._read_at is None or self._timer() - self._read_at > KEPT:
            self._read_at = self._timer()
            self._names = await self._read()

        def with_name(found: re.Match[str]) -> str:
            name = self._names.get(found[1])
            return f"<!subteam^{found[1]}|@{name}>" if name else found[0]

        return _UNNAMED.sub(with_name, text)

    async def _read(self) -> Mapping[str, str]:
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._client.usergroups_list()
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.info("slack.no_user_groups", error=str(error))  # free plans have none
            return {}
        return {str(one["id"]): str(one["handle"]) for one in answer["usergroups"]}
