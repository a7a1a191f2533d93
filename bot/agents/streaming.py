"""The voice in a direct message: Slack's own stream, with a task a step and a growing answer.

A stream may end at any time (Slack closes it after some minutes, a person stops it, a waiting
approval outlives it). Whatever happens to it, the rest is said with ordinary posts.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.models.messages.chunk import Chunk, MarkdownTextChunk, TaskUpdateChunk
from slack_sdk.web.async_client import AsyncWebClient

from bot.agents.voice import NOTHING_SAID, Render, ThreadVoice
from bot.slack.blocks import clip
from bot.slack.messages import Block, Identity, Message, Place
from bot.slack.progress import Mark, StepLine
from bot.slack.render.wording import spoken
from bot.slack.sender import REFUSED_BLOCKS, Sender
from bot.slack.thumbs import thumbs, with_thumbs

log = structlog.get_logger(__name__)

PACE = 1.0
"""Seconds between two pieces of a growing answer: `chat.appendStream` takes 100 a minute in all."""

TASK_WORDS = 250
"""Characters of a task's title or output; Slack is said to take 256."""

TITLE_SECONDS = 3.0
"""How long the answer may wait for the title of its thread."""

_LINKISH = re.compile(r"://|\]\s*[(\[]|<|&[#\w]+;|\bwww\.", re.IGNORECASE)

STATUSES = {
    Mark.RUNNING: "in_progress",
    Mark.WAITING: "in_progress",
    Mark.DONE: "complete",
    Mark.FAILED: "error",
    Mark.REFUSED: "error",
}


class StreamVoice(ThreadVoice):
    """Streams as long as Slack lets it, and goes on as a voice in a thread from there."""

    def __init__(
        self,
        client: AsyncWebClient,
        sender: Sender,
        render: Render,
        place: Place,
        identity: Identity,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(sender, render, place, identity)
        self._client = client
        self._timer = timer
        self._stream_ts = ""
        self._lines: list[StepLine] = []
        self._streamed = ""
        self._appended_at = 0.0

    async def begin(self, progress_ts: str) -> str:
        if progress_ts:  # from before a restart or a decision: that stream is over
            return await super().begin(progress_ts)
        try:
            answer = await self._client.chat_startStream(
                channel=self._place.channel,
                thread_ts=self._place.thread_ts,
                task_display_mode="timeline",
                username=self._identity.name,
                icon_emoji=self._identity.icon,
            )
        except SlackApiError as error:
            log.info("slack.no_stream", error=error.response["error"])
            return await super().begin(progress_ts)
        self._stream_ts = str(answer["ts"])
        return self._stream_ts

    async def steps(self, lines: Sequence[StepLine]) -> None:
        if not self._stream_ts:
            await super().steps(lines)
            return
        await self._append(self._news(lines))

    async def text(self, so_far: str) -> None:
        """Appends what is new. Where the answer begins anew, what was shown stays as it is, and
        the whole answer follows at the end."""
        grown = so_far.startswith(self._streamed) and len(so_far) > len(self._streamed)
        due = self._timer() - self._appended_at >= PACE
        piece = _prose(so_far)[len(self._streamed) :]
        if self._stream_ts and grown and due and piece:
            await self._append([MarkdownTextChunk(text=spoken(piece))])
            self._streamed += piece

    async def wait(self, lines: Sequence[StepLine]) -> None:
        if not self._stream_ts:
            await super().wait(lines)
            return
        self._progress_ts = self._stream_ts
        await self._stop(self._news(lines), [])
        await super().wait(lines)

    async def entitle(self, title: str) -> None:
        """Names the thread in the list of a person's conversations; without it, nothing is
        missing."""
        try:
            async with asyncio.timeout(TITLE_SECONDS):
                await self._client.assistant_threads_setTitle(
                    channel_id=self._place.channel, thread_ts=self._place.thread_ts, title=title
                )
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.info("slack.no_title", error=str(error))

    async def answer(
        self,
        markdown: str,
        lines: Sequence[StepLine],
        footer: str,
        below: Sequence[Block] = (),
    ) -> str:
        if not self._stream_ts:
            return await super().answer(markdown, lines, footer, below)
        ts = self._stream_ts
        rest = markdown.removeprefix(self._streamed) if self._streamed else markdown
        messages = self._render(rest, allowed_links=self._allowed)
        if not messages and not self._streamed:
            messages = [Message(NOTHING_SAID)]
        messages = with_thumbs(messages, below) if messages else [Message("", [*below, thumbs()])]
        first = messages[:1] if messages[0].blocks else []
        if not await self._stop(self._news(lines), first):
            return await super().answer(markdown, lines, footer, below)
        left = messages[len(first) :]
        if left:
            await self._sender.post(self._place, left, self._identity)
        return ts

    async def apologise(self, words: str, lines: Sequence[StepLine]) -> None:
        if self._stream_ts:
            await self._stop(self._news(lines), [])
        await super().apologise(words, lines)

    def _news(self, lines: Sequence[StepLine]) -> list[Chunk]:
        """The steps that are new or have changed, as tasks."""
        chunks: list[Chunk] = [
            TaskUpdateChunk(
                id=f"step-{number}",
                title=clip(line.words, TASK_WORDS),
                status=STATUSES[line.mark],
                output=clip(line.found, TASK_WORDS) or None,
            )
            for number, line in enumerate(lines)
            if line not in self._lines[number : number + 1]
        ]
        self._lines = list(lines)
        return chunks

    async def _append(self, chunks: Sequence[Chunk]) -> None:
        if not chunks:
            return
        self._appended_at = self._timer()
        try:
            await self._client.chat_appendStream(
                channel=self._place.channel, ts=self._stream_ts, chunks=list(chunks)
            )
        except SlackApiError as error:
            log.info("slack.stream_ended", error=error.response["error"])
            self._progress_ts, self._stream_ts = self._stream_ts, ""

    async def _stop(self, chunks: Sequence[Chunk], messages: Sequence[Message]) -> bool:
        """Ends the stream with a last piece. False where that has to be said otherwise."""
        ts, self._stream_ts = self._stream_ts, ""
        for blocks in messages[0].forms[:-1] if messages else [()]:
            try:
                await self._client.chat_stopStream(
                    channel=self._place.channel,
                    ts=ts,
                    chunks=list(chunks) or None,
                    blocks=list(blocks) or None,
                )
            except SlackApiError as error:
                log.info("slack.stream_not_stopped", error=error.response["error"])
                if error.response["error"] not in REFUSED_BLOCKS:
                    return False
            else:
                return True
        return False


def _prose(text: str) -> str:
    """The part of a growing answer that can be shown as it comes: whole lines before a table, or
    before anything that may be a link, since which ones may stand is known only at the end."""
    lines = text.splitlines(keepends=True)
    kept: list[str] = []
    for line in lines:
        if line.lstrip().startswith("|") or not line.endswith("\n") or _LINKISH.search(line):
            break
        kept.append(line)
    return "".join(kept)
