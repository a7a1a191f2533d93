"""What every queue promises. Another implementation is added to the `queue` fixture's place."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from bot.scheduling.queue import LEASE, Claim, JobQueue, LostClaim, Share, TableQueue
from bot.store.database import Store
from bot.store.tables import Job, JobState, SeenEvent
from tests.fixtures_store import ORGANISATION, MovableClock, counted_ids, on_both_databases
from tests.scheduling.jobs import jobs, put, taken

pytestmark = on_both_databases


async def test_work_is_taken_oldest_first_with_all_that_its_handler_needs(
    store: Store, queue: JobQueue
) -> None:
    await put(store, queue, "first")
    await put(store, queue, "second")

    first, second = await queue.take(10)

    assert (first.subject, second.subject) == ("first", "second")
    assert (first.kind, first.organisation_id, first.attempt) == ("run", ORGANISATION, 1)


async def test_no_more_is_taken_than_asked_for(store: Store, queue: JobQueue) -> None:
    for subject in "abc":
        await put(store, queue, subject)

    assert await taken(queue, 2) == ["a", "b"]
    assert await taken(queue, 0) == []
    assert await taken(queue, 2) == ["c"]


async def test_what_is_taken_is_not_given_to_another_worker(store: Store, queue: JobQueue) -> None:
    await put(store, queue, "one")

    assert await taken(queue) == ["one"]
    assert await taken(queue) == []


async def test_two_workers_at_once_never_get_the_same_job(
    database: str, clock: MovableClock, store: Store, queue: JobQueue
) -> None:
    other = Store(database, clock=clock, ids=counted_ids())
    for number in range(20):
        await put(store, queue, str(number))

    shares = await asyncio.gather(
        *(one.take(3) for _ in range(5) for one in (queue, TableQueue(other)))
    )
    await other.close()

    got = [claim.subject for share in shares for claim in share]
    assert sorted(got, key=int) == [str(number) for number in range(20)]


async def test_workers_at_once_never_have_two_of_one_conversation_and_keep_its_order(
    database: str, clock: MovableClock, store: Store, queue: JobQueue
) -> None:
    other = Store(database, clock=clock, ids=counted_ids())
    for number in range(24):
        await put(store, queue, f"{number % 3}.{number:02}", lock=f"talk {number % 3}")
    running: set[str] = set()
    done: list[str] = []

    async def work(one: JobQueue) -> None:
        while len(done) < 24:
            for claim in await one.take(2):
                talk = claim.subject[0]
                assert talk not in running, "two jobs of one conversation at once"
                running.add(talk)
                await asyncio.sleep(0)
                running.remove(talk)
                done.append(claim.subject)
                await one.finish(claim)

    async with asyncio.timeout(20):
        await asyncio.gather(*(work(one) for one in (queue, TableQueue(other)) * 2))
    await other.close()

    assert sorted(done) == sorted(done, key=lambda one: (one[0], done.index(one)))
    assert len(set(done)) == 24


async def test_the_database_itself_refuses_two_running_jobs_of_one_conversation(
    store: Store, queue: JobQueue
) -> None:
    for subject in ("a1", "a2"):
        await put(store, queue, subject, lock="a")
    await queue.take(1)

    with pytest.raises(IntegrityError):
        async with store.installation() as session:
            await session.execute(update(Job).values(state=JobState.RUNNING))


async def test_of_work_that_came_back_the_one_in_hand_goes_first(
    store: Store, queue: JobQueue, clock: MovableClock
) -> None:
    """The first was put back and the second begun; then its worker died."""
    for subject in ("a1", "a2"):
        await put(store, queue, subject, lock="a")
    [first] = await queue.take(1)
    await queue.put_back(first, timedelta(seconds=15))
    assert await taken(queue) == ["a2"]

    clock.now += LEASE
    [second] = await queue.take(5)
    assert second.subject == "a2"
    await queue.finish(second)
    assert await taken(queue) == ["a1"]


async def test_it_is_known_when_work_was_last_put_in(
    store: Store, queue: JobQueue, clock: MovableClock
) -> None:
    await put(store, queue, "look")
    clock.forward(minutes=3)
    await put(store, queue, "look")
    await put(store, queue, "other")

    async with store.installation() as session:
        assert await queue.newest(session, "run", "look") == clock()
        assert await queue.newest(session, "poll", "look") is None


async def test_work_is_only_there_when_its_unit_of_work_is_saved(
    store: Store, queue: JobQueue
) -> None:
    async def fail_in_the_middle() -> None:
        async with store.writing(ORGANISATION) as session:
            await queue.put(
                session, organisation_id=ORGANISATION, kind="run", subject="lost", lock="lost"
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_in_the_middle()

    assert await taken(queue) == []


async def test_of_one_conversation_only_one_job_runs_at_a_time_and_in_order(
    store: Store, queue: JobQueue
) -> None:
    await put(store, queue, "a1", lock="a")
    await put(store, queue, "a2", lock="a")
    await put(store, queue, "b1", lock="b")

    first, other = await queue.take(10)
    assert (first.subject, other.subject) == ("a1", "b1")
    assert await taken(queue) == []

    await queue.finish(first)
    assert await taken(queue) == ["a2"]


async def test_a_busy_conversation_does_not_keep_others_waiting(
    store: Store, queue: JobQueue
) -> None:
    for number in range(30):
        await put(store, queue, f"busy {number}", lock="busy")
    await put(store, queue, "quiet")

    assert await taken(queue, 2) == ["busy 0", "quiet"]


async def test_work_that_waits_already_is_not_put_twice_but_what_runs_is_put_again(
    store: Store, queue: JobQueue
) -> None:
    for _ in range(3):
        await put(store, queue, "look", unless_waiting=True)
    await put(store, queue, "look", kind="other", unless_waiting=True, lock="another")
    first, other = await queue.take(10)
    assert (first.kind, other.kind) == ("run", "other")

    for _ in range(2):
        await put(store, queue, "look", unless_waiting=True)
    await queue.finish(first)
    assert await taken(queue) == ["look"]
    assert len(await jobs(store)) == 3


async def test_kinds_with_a_share_are_taken_up_to_it_and_beside_the_others(
    store: Store, queue: JobQueue
) -> None:
    for number in range(5):
        await put(store, queue, f"flood {number}", kind="flood")
    await put(store, queue, "question")
    shares = [Share(frozenset({"flood"}), 2)]

    assert [one.subject for one in await queue.take(1, shares)] == [
        "question",
        "flood 0",
        "flood 1",
    ]
    assert [one.subject for one in await queue.take(5, [Share(frozenset({"flood"}), 0)])] == []
    assert [one.subject for one in await queue.take(0, shares)] == ["flood 2", "flood 3"]


async def test_a_lock_counts_across_shares(store: Store, queue: JobQueue) -> None:
    await put(store, queue, "question", lock="same")
    await put(store, queue, "flood", kind="flood", lock="same")
    shares = [Share(frozenset({"flood"}), 2)]
    assert [one.subject for one in await queue.take(5, shares)] == ["question"]


async def test_work_for_later_waits_until_then(
    store: Store, queue: JobQueue, clock: MovableClock
) -> None:
    await put(store, queue, "later", at=clock() + timedelta(minutes=5))

    clock.forward(minutes=4, seconds=59)
    assert await taken(queue) == []
    clock.forward(seconds=1)
    assert await taken(queue) == ["later"]


async def test_a_job_whose_worker_died_goes_to_another_after_the_lease(
    store: Store, queue: JobQueue, clock: MovableClock
) -> None:
    await put(store, queue, "one")
    await queue.take(1)

    clock.now += LEASE - timedelta(seconds=1)
    assert await taken(queue) == []
    clock.forward(seconds=1)
    (again,) = await queue.take(1)

    assert (again.subject, again.attempt, again.fence) == ("one", 2, 2)


async def test_an_abandoned_job_comes_before_the_ones_that_wait_for_it(
    store: Store, queue: JobQueue, clock: MovableClock
) -> None:
    await put(store, queue, "a1", lock="a")
    await queue.take(1)
    await put(store, queue, "a2", lock="a")

    clock.now += LEASE
    assert await taken(queue) == ["a1"]


async def test_a_worker_that_renews_keeps_its_jobs(
    store: Store, queue: JobQueue, clock: MovableClock
) -> None:
    await put(store, queue, "one")
    claims = await queue.take(1)

    for _ in range(3):
        clock.now += LEASE - timedelta(seconds=1)
        await queue.renew(claims)

    assert await taken(queue) == []


async def _taken_over(store: Store, queue: JobQueue, clock: MovableClock) -> tuple[Claim, Claim]:
    """The claims of a worker that froze, and of the one that has its job now."""
    await put(store, queue, "one")
    (frozen,) = await queue.take(1)
    clock.now += LEASE
    (current,) = await queue.take(1)
    return frozen, current


async def test_a_worker_that_wakes_up_too_late_cannot_save_anything(
    store: Store, queue: JobQueue, clock: MovableClock
) -> None:
    frozen, current = await _taken_over(store, queue, clock)

    async def save_with_the_old_claim() -> None:
        async with store.writing(ORGANISATION) as session:
            session.add(SeenEvent(key="written by the frozen one", seen_at=clock()))
            await queue.hold(session, frozen)

    with pytest.raises(LostClaim):
        await save_with_the_old_claim()
    async with store.writing(ORGANISATION) as session:
        await queue.hold(session, current)
        assert await session.get(SeenEvent, "written by the frozen one") is None


async def test_a_worker_that_wakes_up_too_late_neither_ends_nor_renews_the_job(
    store: Store, queue: JobQueue, clock: MovableClock
) -> None:
    frozen, current = await _taken_over(store, queue, clock)
    clock.now += LEASE - timedelta(seconds=1)

    await queue.finish(frozen, "I thought it was mine")
    await queue.renew([frozen])

    async with store.writing(ORGANISATION) as session:
        await queue.hold(session, current)
    clock.forward(seconds=1)
    assert await taken(queue) == ["one"]


async def test_a_finished_job_is_over(store: Store, queue: JobQueue, clock: MovableClock) -> None:
    await put(store, queue, "good")
    await put(store, queue, "bad")
    good, bad = await queue.take(2)

    await queue.finish(good)
    await queue.finish(bad, "ValueError: no")
    await queue.renew([good, bad])

    clock.now += 2 * LEASE
    assert await taken(queue) == []
    assert [(job.state, job.error) for job in await jobs(store)] == [
        (JobState.DONE, ""),
        (JobState.FAILED, "ValueError: no"),
    ]


async def test_a_finished_job_is_not_held_any_more(store: Store, queue: JobQueue) -> None:
    await put(store, queue, "one")
    claims: Sequence[Claim] = await queue.take(1)
    await queue.finish(claims[0])

    with pytest.raises(LostClaim):
        async with store.writing(ORGANISATION) as session:
            await queue.hold(session, claims[0])
