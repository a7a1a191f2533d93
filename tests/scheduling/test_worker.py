"""The worker: it does all work, a few jobs at a time, and no failure stops it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from bot.scheduling import worker as module
from bot.scheduling.queue import LEASE, MAX_ATTEMPTS, Claim, LostClaim, Share, TableQueue
from bot.scheduling.worker import Handler, Worker
from bot.store.database import Store
from bot.store.tables import JobState
from tests.fixtures_store import MovableClock
from tests.scheduling.jobs import jobs, put


class Gates:
    """A handler whose jobs say when they start, and end when they are told to."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.cancelled: list[str] = []
        self.running = 0
        self.most = 0
        self._news = asyncio.Condition()
        self._open = asyncio.Event()

    async def handle(self, claim: Claim) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        async with self._news:
            self.started.append(claim.subject)
            self._news.notify_all()
        try:
            await self._open.wait()
        except asyncio.CancelledError:
            self.cancelled.append(claim.subject)
            raise
        finally:
            self.running -= 1

    async def until_started(self, count: int) -> None:
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(lambda: len(self.started) >= count)

    def open(self) -> None:
        self._open.set()


async def nobody(claim: Claim) -> None:
    raise AssertionError(f"{claim.subject} was given up")


def make_worker(queue: TableQueue, handler: Handler, *, limit: int = 5) -> Worker:
    return Worker(queue, {"run": handler}, limit=limit, give_up=nobody)


@asynccontextmanager
async def running(worker: Worker) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def states(store: Store) -> list[str]:
    return [job.state for job in await jobs(store)]


async def test_drain_does_all_work_and_that_which_it_leads_to(
    store: Store, queue: TableQueue
) -> None:
    done: list[str] = []

    async def handle(claim: Claim) -> None:
        done.append(claim.subject)
        if claim.subject == "a":
            await put(store, queue, "made by a")

    for subject in "abc":
        await put(store, queue, subject)
    await make_worker(queue, handle, limit=2).drain()

    assert sorted(done) == ["a", "b", "c", "made by a"]
    assert set(await states(store)) == {JobState.DONE}


async def test_no_more_jobs_run_at_once_than_the_limit(store: Store, queue: TableQueue) -> None:
    gates = Gates()
    for subject in "abcdef":
        await put(store, queue, subject)

    draining = asyncio.create_task(make_worker(queue, gates.handle, limit=2).drain())
    await gates.until_started(2)
    gates.open()
    await draining

    assert len(gates.started) == 6
    assert gates.most == 2


async def test_a_flood_in_a_lane_keeps_no_question_waiting(store: Store, queue: TableQueue) -> None:
    flood, questions = Gates(), Gates()
    for number in range(50):
        await put(store, queue, f"flood {number}", kind="flood")
    worker = Worker(
        queue,
        {"flood": flood.handle, "run": questions.handle},
        limit=2,
        give_up=nobody,
        lanes=[Share(frozenset({"flood"}), 3)],
    )
    async with running(worker):
        await flood.until_started(3)
        await put(store, queue, "what is up?")
        worker.wake()
        await questions.until_started(1)
        assert flood.most == 3
        questions.open()
        flood.open()
        await flood.until_started(50)
    assert flood.most == 3


async def test_questions_do_not_take_the_places_of_a_lane(store: Store, queue: TableQueue) -> None:
    flood, questions = Gates(), Gates()
    for number in range(5):
        await put(store, queue, f"question {number}")
    await put(store, queue, "one", kind="flood")
    worker = Worker(
        queue,
        {"flood": flood.handle, "run": questions.handle},
        limit=2,
        give_up=nobody,
        lanes=[Share(frozenset({"flood"}), 3)],
    )
    async with running(worker):
        await flood.until_started(1)
        assert questions.most == 2
        questions.open()
        flood.open()


async def test_a_job_that_raises_has_failed_and_the_others_go_on(
    store: Store, queue: TableQueue
) -> None:
    async def handle(claim: Claim) -> None:
        if claim.subject == "bad":
            raise ValueError("no such thing")

    await put(store, queue, "bad")
    await put(store, queue, "good")
    await make_worker(queue, handle).drain()

    bad, good = await jobs(store)
    assert (bad.state, bad.error) == (JobState.FAILED, "ValueError: no such thing")
    assert good.state == JobState.DONE


async def test_a_job_of_a_kind_that_nobody_handles_fails_by_name(
    store: Store, queue: TableQueue
) -> None:
    await put(store, queue, "one", kind="riddle")
    await make_worker(queue, nobody).drain()

    (job,) = await jobs(store)
    assert (job.state, job.error) == (JobState.FAILED, "KeyError: 'riddle'")


async def test_a_job_over_which_the_process_dies_again_and_again_is_given_up(
    store: Store, queue: TableQueue, clock: MovableClock
) -> None:
    given_up: list[str] = []

    async def give_up(claim: Claim) -> None:
        given_up.append(claim.subject)

    await put(store, queue, "deadly")
    for _ in range(MAX_ATTEMPTS):
        assert await queue.take(1)  # and the process dies
        clock.now += LEASE
    await Worker(queue, {"run": nobody}, limit=1, give_up=give_up).drain()

    assert given_up == ["deadly"]
    (job,) = await jobs(store)
    assert (job.state, job.error) == (JobState.FAILED, "given up")


async def test_a_job_that_was_lost_to_another_worker_is_left_to_it(
    store: Store, queue: TableQueue
) -> None:
    async def handle(claim: Claim) -> None:
        raise LostClaim("somebody else has it")

    await put(store, queue, "one")
    await make_worker(queue, handle).drain()

    assert await states(store) == [JobState.RUNNING]


async def test_when_the_worker_is_cancelled_its_jobs_are_and_can_be_taken_up_at_once(
    store: Store, queue: TableQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FINISH", 0.05)  # they would not end in three seconds either
    gates = Gates()
    await put(store, queue, "one")
    async with running(make_worker(queue, gates.handle)):
        await gates.until_started(1)

    assert gates.cancelled == ["one"]
    assert [claim.subject for claim in await queue.take(1)] == ["one"]


async def test_a_running_worker_starts_new_work_as_soon_as_it_is_woken(
    store: Store, queue: TableQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE", 3600.0)  # it would not look by itself
    gates = Gates()
    worker = make_worker(queue, gates.handle)
    await put(store, queue, "one")
    async with running(worker):
        await gates.until_started(1)
        await put(store, queue, "two")
        worker.wake()
        await gates.until_started(2)
        gates.open()

    assert gates.started == ["one", "two"]


async def test_a_store_that_fails_for_a_moment_does_not_end_the_worker(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE", 0.0)
    queue = FailsOnce(store)
    gates = Gates()
    await put(store, queue, "one")
    async with running(make_worker(queue, gates.handle)):
        await gates.until_started(1)
        gates.open()

    assert queue.failures == 1


async def test_a_job_that_could_not_be_ended_is_taken_up_again_later(
    store: Store, queue: TableQueue, clock: MovableClock
) -> None:
    done: list[int] = []

    async def handle(claim: Claim) -> None:
        done.append(claim.attempt)

    await put(store, queue, "one")
    await make_worker(NeverEnds(store), handle).drain()
    clock.now += LEASE
    await make_worker(queue, handle).drain()

    assert done == [1, 2]
    assert await states(store) == [JobState.DONE]


async def test_leases_are_renewed_while_jobs_run_even_after_a_renewal_that_failed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEASE", LEASE * 0)
    queue = RenewsAtSecondTry(store)
    gates = Gates()
    await put(store, queue, "one")
    async with running(make_worker(queue, gates.handle)), asyncio.timeout(5):
        await queue.renewed.wait()
        gates.open()

    assert queue.tries >= 2


class FailsOnce(TableQueue):
    failures = 0

    async def take(self, limit: int, shares: Sequence[Share] = ()) -> Sequence[Claim]:
        if not self.failures:
            self.failures += 1
            raise OSError("the disk is away")
        return await super().take(limit, shares)


class NeverEnds(TableQueue):
    async def finish(self, claim: Claim, error: str = "") -> None:
        raise OSError("the disk is away")


class RenewsAtSecondTry(TableQueue):
    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.tries = 0
        self.renewed = asyncio.Event()

    async def renew(self, claims: Sequence[Claim]) -> None:
        if not claims:
            return
        self.tries += 1
        if self.tries == 1:
            raise OSError("the disk is away")
        self.renewed.set()
