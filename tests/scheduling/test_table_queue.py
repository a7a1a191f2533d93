"""What the queue of one machine does beyond the promises of every queue."""

from __future__ import annotations

from datetime import timedelta

from bot.scheduling.queue import KEPT, TableQueue
from bot.store.database import Store
from tests.fixtures_store import MovableClock, on_both_databases
from tests.scheduling.jobs import jobs, put, taken

pytestmark = on_both_databases


async def test_a_job_that_is_put_back_waits_as_long_as_it_was_told(
    store: Store, clock: MovableClock
) -> None:
    queue = TableQueue(store)
    await put(store, queue, "slack is down")
    [claim] = await queue.take(1)
    await queue.put_back(claim, timedelta(seconds=15))
    assert await taken(queue) == []
    clock.now += timedelta(seconds=15)
    assert await taken(queue) == ["slack is down"]


async def test_the_only_process_takes_up_at_once_what_a_killed_one_had(store: Store) -> None:
    queue = TableQueue(store)
    await put(store, queue, "in hand")
    await queue.take(1)
    await queue.recover()
    assert await taken(queue) == ["in hand"]


async def test_ended_jobs_are_forgotten_after_a_week_and_open_ones_never(
    store: Store, clock: MovableClock
) -> None:
    queue = TableQueue(store)
    for subject in ("ended", "open"):
        await put(store, queue, subject)
    [claim] = await queue.take(1)
    await queue.finish(claim)
    await queue.forget_old()
    assert len(await jobs(store)) == 2
    clock.now += KEPT + timedelta(days=1)
    await queue.forget_old()
    assert [job.subject for job in await jobs(store)] == ["open"]
