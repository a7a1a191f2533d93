"""Whose turn it is to write, where a database lets only one write at a time.

SQLite makes a second writer sleep and ask again, for longer each time, and whoever asks at the
right moment goes first. Under load that leaves somebody waiting for seconds. Here writers of this
process stand in line instead, and what people wait for goes before what works in the background.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from bot.store.traffic import IN_BACKGROUND

FAIR = 4
"""Of so many turns at least one is the background's, so that it goes on whatever comes in."""

_WRITING: ContextVar[bool] = ContextVar("writing", default=False)


class Turns:
    """A lock with two lines."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: dict[bool, deque[asyncio.Future[None]]] = {False: deque(), True: deque()}
        self._in_a_row = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Holds the turn to write. Raises RuntimeError inside another one, which could not end."""
        if _WRITING.get():
            raise RuntimeError("a unit of work that writes was opened inside of another one")
        await self._take()
        writing = _WRITING.set(True)
        hurrying = IN_BACKGROUND.set(False)  # others wait for the turn, urgent ones too
        try:
            yield
        finally:
            IN_BACKGROUND.reset(hurrying)
            _WRITING.reset(writing)
            self._pass_on()

    async def _take(self) -> None:
        if not self._taken:
            self._taken = True
            return
        mine = asyncio.get_running_loop().create_future()
        self._waiting[IN_BACKGROUND.get()].append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():
                self._pass_on()  # it was given the turn just before it was given up
            raise

    def _pass_on(self) -> None:
        behind = self._in_a_row >= FAIR - 1
        for background in (True, False) if behind else (False, True):
            while self._waiting[background]:
                next_one = self._waiting[background].popleft()
                if not next_one.done():
                    self._in_a_row = 0 if background else self._in_a_row + 1
                    next_one.set_result(None)
                    return
        self._taken = False
