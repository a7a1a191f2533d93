"""How a run is heard that an agent began by asking a colleague: within the run of the one asking.

Its steps are lines below the step that asked, its cards stand in the same thread; its answer goes
to the agent that asked, and to nobody else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from bot.agents.voice import Allowed, Voice
from bot.slack.messages import Block, Message
from bot.slack.progress import StepLine

TIME = timedelta(minutes=5)
"""How long a colleague may look into a question; after that it answers with what it has."""


class AsideVoice:
    """Says through the asking agent's voice what people have to see."""

    def __init__(self, outer: Voice, refresh: Callable[[], Awaitable[None]]) -> None:
        """`refresh` shows the steps of the outer run anew, with the inner ones among them."""
        self._outer = outer
        self._refresh = refresh

    async def begin(self, progress_ts: str) -> str:
        return progress_ts

    async def steps(self, lines: Sequence[StepLine]) -> None:
        await self._refresh()

    async def text(self, so_far: str) -> None:
        """The asking agent says what it makes of it."""

    async def wait(self, lines: Sequence[StepLine]) -> None:
        await self._refresh()

    async def card(self, message: Message) -> str:
        return await self._outer.card(message)

    async def redraw(self, ts: str, message: Message) -> None:
        await self._outer.redraw(ts, message)

    def trust(self, allowed: Allowed) -> None:
        """Nothing is posted, so nothing is linked."""

    async def entitle(self, title: str) -> None:
        """It is a part of the question that the thread is called after."""

    async def answer(
        self,
        markdown: str,
        lines: Sequence[StepLine],
        footer: str,
        below: Sequence[Block] = (),
    ) -> str:
        return ""

    async def apologise(self, words: str, lines: Sequence[StepLine]) -> None:
        """The run keeps the words, and the asking agent is told."""
