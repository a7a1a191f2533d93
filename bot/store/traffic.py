"""Lets what people wait for go first, where all share one event loop.

Slack wants its acknowledgement within three seconds, and a person wants to see that they were
heard. Twenty runs at work would otherwise take a turn of the loop each between any two steps of
taking one message on.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from contextvars import Context, ContextVar
from typing import Any, NamedTuple

IN_BACKGROUND: ContextVar[bool] = ContextVar("in_background", default=False)
"""Set in tasks that nobody's acknowledgement waits for: the worker's."""

LONGEST = 0.1
"""Seconds that background work gives way at a time, so that it goes on whatever comes in."""


REST = 3.0
"""How long the background rests after a step, in lengths of that step, while something is urgent: a
quarter of the time is its own whatever comes in."""


class _Step(NamedTuple):
    """What a task in the background does next."""

    handle: asyncio.Handle
    callback: Callable[..., object]
    arguments: tuple[Any, ...]
    context: Context


class Traffic:
    """Counts what is urgent, and holds the background up meanwhile."""

    def __init__(self) -> None:
        self._urgent = 0
        self._calm = asyncio.Event()
        self._calm.set()

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Around what somebody waits for: from a request's arrival to its acknowledgement."""
        loop = asyncio.get_running_loop()
        self._urgent += 1
        self._calm.clear()
        try:
            with loop.urgent() if isinstance(loop, PatientLoop) else nullcontext():
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


class PatientLoop(asyncio.SelectorEventLoop):
    """An event loop that takes the background's steps one by one while something is urgent, with a
    rest after each.

    Asyncio's own takes all that is ready before it looks again: with twenty runs at work, twenty
    steps between any two of taking a message on.
    """

    def __init__(self) -> None:
        super().__init__()
        self._urgent = 0
        self._held: deque[_Step] = deque()
        self._next: asyncio.Handle | None = None

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Around what goes first."""
        self._urgent += 1
        try:
            yield
        finally:
            self._urgent -= 1
            if not self._urgent:
                self._go_on(0.0)

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Tasks take their steps through here, and bring their context."""
        if context is None or not (self._urgent or self._held) or not context.get(IN_BACKGROUND):
            return super().call_soon(callback, *args, context=context)
        handle = asyncio.Handle(callback, args, self, context)
        self._held.append(_Step(handle, callback, args, context))
        if self._next is None:
            self._go_on(0.0)
        return handle

    def _go_on(self, wait: float) -> None:
        if self._next is not None:
            self._next.cancel()
        self._next = self.call_later(wait, self._let_go) if self._held else None

    def _let_go(self) -> None:
        """Lets all go, or one while something is urgent."""
        begun = self.time()
        try:
            for _ in range(1 if self._urgent else len(self._held)):
                step = self._held.popleft()
                if not step.handle.cancelled():
                    step.context.run(step.callback, *step.arguments)
        finally:
            self._go_on(REST * (self.time() - begun) if self._urgent else 0.0)
