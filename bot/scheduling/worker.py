"""Takes work from the queue and does it, several jobs at a time in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

import structlog

from bot.scheduling.queue import (
    LEASE,
    MAX_ATTEMPTS,
    Claim,
    JobQueue,
    LostClaim,
    Share,
    TryLater,
)
from bot.store.traffic import IN_BACKGROUND

log = structlog.get_logger(__name__)

IDLE = 1.0
"""Seconds after which an idle worker looks by itself: for due, abandoned and foreign work."""

FINISH = 3.0
"""Seconds that jobs have to come to an end when the process stops; others take up the rest."""

Handler = Callable[[Claim], Awaitable[None]]
GiveUp = Callable[[Claim], Awaitable[None]]


class Worker:
    """Runs jobs with the handlers of their kinds, at most `limit` at a time.

    `lanes` are for kinds that may come in floods: their jobs run beside the others, each lane up to
    its own limit, so that a thousand of them keep nobody's question waiting.
    """

    def __init__(
        self,
        queue: JobQueue,
        handlers: Mapping[str, Handler],
        *,
        limit: int,
        give_up: GiveUp,
        lanes: Sequence[Share] = (),
    ) -> None:
        """`give_up` is told of a job over which the process died time and again."""
        self._queue = queue
        self._handlers = handlers
        self._limit = limit
        self._lanes = lanes
        self._give_up = give_up
        self._wake = asyncio.Event()
        self._active: dict[asyncio.Task[None], Claim] = {}

    def wake(self) -> None:
        """Says that there is new work, so that nobody waits for the next look."""
        self._wake.set()

    async def run(self) -> None:
        """Works until cancelled; what does not end soon then is cut off, and given back."""
        IN_BACKGROUND.set(True)  # for this task and the jobs that it starts
        beat = asyncio.create_task(self._keep_leases())
        try:
            while True:
                self._wake.clear()
                await self._look()
                await self._rest()
        finally:
            beat.cancel()
            # Cut off in the middle of a unit of work, a job would leave the database locked.
            if self._active:
                await asyncio.wait(self._active, timeout=FINISH)
            left = dict(self._active)
            for task in left:
                task.cancel()
            await asyncio.gather(beat, *left, return_exceptions=True)
            await self._give_back([claim for task, claim in left.items() if task.cancelled()])

    async def drain(self) -> None:
        """Does all work that may start now, and returns when there is none left."""
        while True:
            await self._start_more()
            if not self._active:
                return
            await asyncio.wait(self._active, return_when=asyncio.FIRST_COMPLETED)

    async def _give_back(self, claims: Sequence[Claim]) -> None:
        """Lets other processes go on at once with what was cut off."""
        try:
            for claim in claims:
                await self._queue.put_back(claim, timedelta())
        except Exception:  # their leases will run out
            log.exception("queue.not_given_back")

    async def _look(self) -> None:
        try:
            await self._start_more()
        except Exception:  # the store may be back at the next look; a worker that ended is not
            log.exception("queue.unreadable")

    async def _start_more(self) -> None:
        rooms = [Share(lane.kinds, lane.limit - self._running(lane)) for lane in self._lanes]
        apart = sum(self._running(lane) for lane in self._lanes)
        free = self._limit - (len(self._active) - apart)
        if free <= 0 and all(room.limit <= 0 for room in rooms):
            return
        for claim in await self._queue.take(free, rooms):
            task = asyncio.create_task(self._do(claim), name=f"{claim.kind} {claim.subject}")
            self._active[task] = claim
            task.add_done_callback(self._ended)

    def _running(self, lane: Share) -> int:
        return sum(claim.kind in lane.kinds for claim in self._active.values())

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._active.pop(task, None)
        self._wake.set()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(IDLE):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _do(self, claim: Claim) -> None:
        try:
            await self._queue.finish(claim, await self._attempt(claim))
        except TryLater as later:
            log.warning(
                "job.put_back", kind=claim.kind, subject=claim.subject, wait=str(later.wait)
            )
            await self._queue.put_back(claim, later.wait)
        except LostClaim:
            log.warning("job.lost", kind=claim.kind, subject=claim.subject)
        except Exception:  # its lease will run out, and it is taken up again
            log.exception("job.not_ended", kind=claim.kind, subject=claim.subject)

    async def _attempt(self, claim: Claim) -> str:
        """Does a job once, and returns why it failed, if it did."""
        try:
            if claim.attempt > MAX_ATTEMPTS:
                await self._give_up(claim)
                return "given up"
            await self._handlers[claim.kind](claim)
        except (LostClaim, TryLater):
            raise
        except Exception as error:
            log.exception("job.failed", kind=claim.kind, subject=claim.subject)
            return f"{type(error).__name__}: {error}"
        return ""

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            try:
                await self._queue.renew(list(self._active.values()))
            except Exception:  # there are two more beats before the leases run out
                log.exception("queue.not_renewed")
