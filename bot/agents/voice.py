"""How a run is heard in Slack: its steps, its cards, its answer, or why there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.slack import progress
from bot.slack.messages import Block, Identity, Message, Place
from bot.slack.progress import StepLine
from bot.slack.sender import Sender
from bot.slack.thumbs import with_thumbs

NOTHING_SAID = "I have nothing to say to that. Please ask in other words."
"""Stands for an answer without any content."""

Allowed = Callable[[str], bool]
"""Whether an answer may link to an address."""


class Render(Protocol):
    """Markdown as messages."""

    def __call__(self, markdown: str, *, allowed_links: Allowed | None = None) -> list[Message]: ...


class Voice(Protocol):
    """What the loop tells people. Each method may be called again after a restart."""

    async def begin(self, progress_ts: str) -> str:
        """Shows a sign that somebody is at work; returns its ts. Given one, keeps to that."""

    async def steps(self, lines: Sequence[StepLine]) -> None:
        """Shows what is being looked at."""

    async def text(self, so_far: str) -> None:
        """Shows an answer that is still growing."""

    async def wait(self, lines: Sequence[StepLine]) -> None:
        """Shows that a person has to decide."""

    async def card(self, message: Message) -> str:
        """Posts a card; returns its ts."""

    async def redraw(self, ts: str, message: Message) -> None:
        """Shows a card's new state."""

    def trust(self, allowed: Allowed) -> None:
        """Says which addresses the answer may link to; before that, any."""

    async def entitle(self, title: str) -> None:
        """Says what the conversation is about, where Slack has room for that."""

    async def answer(
        self,
        markdown: str,
        lines: Sequence[StepLine],
        footer: str,
        below: Sequence[Block] = (),
    ) -> str:
        """Posts the answer, with what stands `below` it; returns its ts."""

    async def apologise(self, words: str, lines: Sequence[StepLine]) -> None:
        """Says why there is no answer."""


class ThreadVoice:
    """The voice in a thread: one message edited in place for the steps, then the answer.

    The answer is a post of its own, because an edit notifies nobody.
    """

    def __init__(self, sender: Sender, render: Render, place: Place, identity: Identity) -> None:
        self._sender = sender
        self._render = render
        self._place = place
        self._identity = identity
        self._progress_ts = ""
        self._shown: Message | None = None
        self._allowed: Allowed | None = None

    async def begin(self, progress_ts: str) -> str:
        message = progress.working(self._identity.name, [])
        self._progress_ts = progress_ts
        if not progress_ts:
            self._progress_ts = await self._sender.post(self._place, [message], self._identity)
            self._shown = message
        return self._progress_ts

    async def steps(self, lines: Sequence[StepLine]) -> None:
        await self._show(progress.working(self._identity.name, lines))

    async def text(self, so_far: str) -> None:
        """In a channel an answer is posted whole: edits of a growing text would be rate limited."""

    async def wait(self, lines: Sequence[StepLine]) -> None:
        await self._show(progress.waiting(self._identity.name, lines))

    async def card(self, message: Message) -> str:
        return await self._sender.post(self._place, [message], self._identity)

    async def redraw(self, ts: str, message: Message) -> None:
        if ts:
            await self._sender.update(self._place.channel, ts, message)

    def trust(self, allowed: Allowed) -> None:
        self._allowed = allowed

    async def entitle(self, title: str) -> None:
        """A thread in a channel is called after its first message."""

    async def answer(
        self,
        markdown: str,
        lines: Sequence[StepLine],
        footer: str,
        below: Sequence[Block] = (),
    ) -> str:
        messages = self._render(markdown, allowed_links=self._allowed) or [Message(NOTHING_SAID)]
        ts = await self._sender.post(self._place, with_thumbs(messages, below), self._identity)
        await self._show(progress.finished(self._identity.name, lines, footer))
        return ts

    async def apologise(self, words: str, lines: Sequence[StepLine]) -> None:
        await self._sender.post(self._place, self._render(words), self._identity)
        await self._show(progress.broken_off(self._identity.name, lines))

    async def _show(self, message: Message) -> None:
        if self._progress_ts and message != self._shown:
            await self._sender.update(self._place.channel, self._progress_ts, message)
            self._shown = message
