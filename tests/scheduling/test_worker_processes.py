"""Workers in processes of their own on one PostgreSQL: one is killed, one freezes and wakes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.scheduling.queue import TableQueue
from bot.store.database import Store
from bot.store.tables import JobState, SeenEvent
from playground.bot_process import ROOT
from tests.fixtures_store import MovableClock, on_postgresql
from tests.scheduling.jobs import jobs, put
from tests.scheduling.worker_child import OVERLAP

pytestmark = on_postgresql

LEASE = 1.0
TALKS, EACH = 8, 10
PATIENCE = 45.0


class Child:
    """A worker's process, and what it says."""

    def __init__(self, process: asyncio.subprocess.Process, said: asyncio.Queue[str]) -> None:
        self._process = process
        self._said = said
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self._said.put_nowait(line.decode().strip())

    def signal(self, number: signal.Signals) -> None:
        os.kill(self._process.pid, number)

    async def end(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reader


@asynccontextmanager
async def working(
    database: str, name: str, said: asyncio.Queue[str], *more: str
) -> AsyncIterator[Child]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.scheduling.worker_child"),
        *(database, name, str(LEASE), *more),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    child = Child(process, said)
    try:
        yield child
    finally:
        await child.end()


@pytest.fixture
def clock() -> MovableClock:
    """Where the processes' own clocks are, so that what is put in is due there."""
    return MovableClock(datetime.now(UTC))


async def effects(store: Store) -> list[str]:
    """What was written, in the order in which it was."""
    async with store.installation() as session:
        found = await session.scalars(select(SeenEvent.key).order_by(SeenEvent.seen_at))
        return list(found)


async def test_when_one_of_two_is_killed_all_work_is_done_in_order_and_never_two_of_one_talk(
    database: str, store: Store, queue: TableQueue
) -> None:
    wanted = [f"{talk}.{number}" for number in range(EACH) for talk in range(TALKS)]
    for subject in wanted:
        await put(store, queue, subject, lock=subject.partition(".")[0])
    said: asyncio.Queue[str] = asyncio.Queue()
    lines: list[str] = []
    done: set[str] = set()
    async with (
        asyncio.timeout(PATIENCE),
        working(database, "anchor", said),
        working(database, "buoy", said) as buoy,
    ):
        while done != set(wanted):
            lines.append(await said.get())
            name, what, subject = lines[-1].split()
            done |= {subject} if what == "did" else set()
            if sum(one.startswith("buoy did") for one in lines) == 15 and name == "buoy":
                buoy.signal(signal.SIGKILL)
        by_buoy = sum(one.startswith("buoy did") for one in lines)

    assert 15 <= by_buoy < len(wanted), "both had work, and one of them was killed in the middle"
    assert not [one for one in lines if OVERLAP in one]
    written = [one.split()[0] for one in await effects(store)]
    first = list(dict.fromkeys(written))
    assert sorted(first) == sorted(wanted)
    for talk in range(TALKS):
        mine = [one for one in first if one.startswith(f"{talk}.")]
        assert mine == [f"{talk}.{number}" for number in range(EACH)]


async def test_a_worker_that_froze_and_wakes_writes_nothing(
    database: str, store: Store, queue: TableQueue
) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    await put(store, queue, "1.0")
    async with asyncio.timeout(PATIENCE), working(database, "frozen", said, "freeze") as frozen:
        assert await said.get() == "frozen freezes 1.0"
        async with working(database, "other", said):
            assert await said.get() == "other did 1.0"
            frozen.signal(signal.SIGCONT)
            assert await said.get() == "frozen lost 1.0"

    assert await effects(store) == ["1.0 other"]
    [job] = await jobs(store)
    assert (job.state, job.attempts) == (JobState.DONE, 2)
