"""How long Slack waits for things, and the owner of everything that happens later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Delays:
    """Seconds. The defaults are Slack's; tests hand in short ones."""

    acknowledge: float = 3.0
    retries: tuple[float, ...] = (0.5, 60.0, 300.0)
    trigger: float = 3.0
    response_url: float = 30 * 60.0
    oauth_code: float = 10 * 60.0
    stream: float = 5 * 60.0
    status: float = 2 * 60.0
    socket_ticket: float = 30.0


class Tasks:
    """Background tasks and timers with one owner, so that stopping stops all of them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: set[asyncio.TimerHandle] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        def run() -> None:
            self._timers.discard(handle)
            action()

        handle = asyncio.get_running_loop().call_later(seconds, run)
        self._timers.add(handle)

    async def stop(self) -> None:
        for handle in self._timers:
            handle.cancel()
        self._timers.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
