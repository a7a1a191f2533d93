"""Posting charts: in the best form that a workspace takes."""

from __future__ import annotations

import asyncio

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.charts import block
from bot.slack.charts.chart import Chart, bounded
from bot.slack.messages import Identity, Place
from bot.slack.sender import Sender

log = structlog.get_logger(__name__)

UPLOAD_SECONDS = 30.0
FAULTS = (SlackApiError, aiohttp.ClientError, TimeoutError)
"""What Slack or the way to it may fail with."""


class ChartPoster:
    """Posts charts in threads. What a workspace refused once is not tried there again."""

    def __init__(self, client: AsyncWebClient, sender: Sender) -> None:
        self._client = client
        self._sender = sender
        self._without: set[tuple[str, str]] = set()

    async def post(
        self, place: Place, chart: Chart, look: Identity | None = None, *, team_id: str = ""
    ) -> None:
        """Posts a chart: as Slack's own block, else as a picture, else as a table.

        Raises:
            CannotPost: the bot may not write there.
        """
        chart = bounded(chart)
        if await self._as_block(place, chart, look, team_id):
            return
        if await self._as_picture(place, chart, team_id):
            return
        try:
            await self._sender.post(place, [block.table(chart)], look)
        except FAULTS as error:  # the answer above it stands, and is not given again
            log.warning("chart.not_posted", error=str(error))

    async def _as_block(
        self, place: Place, chart: Chart, look: Identity | None, team_id: str
    ) -> bool:
        message = block.message(chart)
        if message is None or (team_id, "block") in self._without:
            return False
        try:
            taken = await self._sender.post_as_it_is(place, message, look)
        except FAULTS as error:
            log.warning("chart.not_posted_as_block", error=str(error))
            return False
        if taken:
            return True
        self._without.add((team_id, "block"))
        return False

    async def _as_picture(self, place: Place, chart: Chart, team_id: str) -> bool:
        if (team_id, "picture") in self._without:
            return False
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                await self._upload(place, chart)
        except SlackApiError as error:
            log.warning("chart.not_uploaded", error=error.response["error"])
            if error.response["error"] == "missing_scope":
                self._without.add((team_id, "picture"))
            return False
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("chart.not_uploaded", error=type(error).__name__)
            return False
        except Exception:  # whatever a drawing dies of, its figures still go out
            log.exception("chart.not_drawn")
            return False
        return True

    async def _upload(self, place: Place, chart: Chart) -> None:
        await self._client.files_upload_v2(
            channel=place.channel,
            thread_ts=place.thread_ts or None,
            content=await asyncio.to_thread(_drawn, chart),
            filename="chart.png",
            title=chart.title,
            alt_txt=chart.alt,
            initial_comment=chart.note or None,
        )


def _drawn(chart: Chart) -> bytes:
    from bot.slack.charts.picture import png

    return png(chart)
