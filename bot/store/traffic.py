"""Lets what people wait for go first, where all share one event loop.

Slack wants its acknowledgement within three seconds, and a person wants to see that they were
heard. Twenty runs at work would otherwise take a turn of the loop each between any two steps of
taking one message on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

IN_BACKGROUND: ContextVar[bool] = ContextVar("in_background", default=False)
"""Set in tasks that nobody's acknowledgement waits for: the worker's."""

LONGEST = 0.1
"""Seconds that background work gives way at a time, so that it goes on whatever comes in."""


class Traffic:
    """Counts what is urgent, and holds the background up meanwhile."""

    def __init__(self) -> None:
        self._urgent = 0
        self._calm = asyncio.Event()
        self._calm.set()

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Around what somebody waits for: from a request's arrival to its acknowledgement."""
        self._urgent += 1
        self._calm.clear()
        try:
            yield
        finally:
            self._urgent -= 1
            if not self._urgent:
                self._calm.set()

    async def give_way(self) -> None:
        """In the background, waits until nothing is urgent; elsewhere returns at once."""
        if IN_BACKGROUND.get() and self._urgent:
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST):
                    await self._calm.wait()
