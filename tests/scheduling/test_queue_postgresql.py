"""What the queue promises where several units of work are open at once, as on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bot.scheduling.queue import LEASE, Claim, LostClaim, TableQueue
from bot.store import database as database_module
from bot.store.database import Store
from bot.store.tables import Job, SeenEvent
from tests.fixtures_store import ORGANISATION, MovableClock, counted_ids, on_postgresql
from tests.scheduling.jobs import jobs, put, taken

pytestmark = on_postgresql


@pytest.fixture
async def elsewhere(store: Store, database: str, clock: MovableClock) -> AsyncIterator[TableQueue]:
    """The queue as another process has it."""
    other = Store(database, clock=clock, ids=counted_ids())
    yield TableQueue(other)
    await other.close()


async def test_work_that_a_change_relies_on_starts_after_the_change_is_saved(
    store: Store, queue: TableQueue, elsewhere: TableQueue
) -> None:
    """Started before, it would not see the change, and nobody would start it again."""
    await put(store, queue, "look")
    async with store.writing(ORGANISATION) as session:
        await queue.put(
            session,
            organisation_id=ORGANISATION,
            kind="run",
            subject="look",
            lock="look",
            unless_waiting=True,
        )
        assert await taken(elsewhere) == []

    assert await taken(elsewhere) == ["look"]
    assert len(await jobs(store)) == 1


async def test_of_many_subjects_those_that_wait_start_after_the_change_is_saved(
    store: Store, queue: TableQueue, elsewhere: TableQueue
) -> None:
    await put(store, queue, "look")
    async with store.writing(ORGANISATION) as session:
        assert await queue.waiting(session, "run", ["look", "other"]) == {"look"}
        assert await taken(elsewhere) == []

    assert await taken(elsewhere) == ["look"]


async def test_work_that_another_is_just_taking_is_put_in_again(
    store: Store, queue: TableQueue
) -> None:
    """What is being taken may have looked already."""
    await put(store, queue, "look")
    async with store.installation() as taking:
        await taking.scalar(select(Job.id).with_for_update())
        async with asyncio.timeout(5):
            await put(store, queue, "look", unless_waiting=True)

    assert len(await jobs(store)) == 2


async def held(store: Store, queue: TableQueue, clock: MovableClock) -> Claim:
    """A job whose lease is over."""
    await put(store, queue, "one")
    [claim] = await queue.take(1)
    clock.now += LEASE
    return claim


async def test_a_job_is_not_taken_over_in_the_middle_of_its_unit_of_work(
    store: Store, queue: TableQueue, elsewhere: TableQueue, clock: MovableClock
) -> None:
    claim = await held(store, queue, clock)
    async with store.writing(ORGANISATION) as session:
        await queue.hold(session, claim)
        assert await taken(elsewhere) == []
        session.add(SeenEvent(key="written in time", seen_at=clock()))

    assert await taken(elsewhere) == ["one"]


async def test_a_lease_is_renewed_while_its_job_is_in_a_unit_of_work(
    store: Store, queue: TableQueue, elsewhere: TableQueue, clock: MovableClock
) -> None:
    claim = await held(store, queue, clock)
    async with asyncio.timeout(5), store.writing(ORGANISATION) as session:
        await queue.hold(session, claim)
        await queue.renew([claim])

    assert await taken(elsewhere) == []


async def test_a_worker_that_freezes_in_a_unit_of_work_loses_it_and_its_job(
    database: str,
    store: Store,
    elsewhere: TableQueue,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database_module, "IDLE_IN_UNIT", "200ms")
    frozen = Store(database, clock=clock, ids=counted_ids())
    claim = await held(store, TableQueue(frozen), clock)

    async def freeze_and_wake() -> None:
        async with frozen.writing(ORGANISATION) as session:
            session.add(SeenEvent(key="written by the frozen one", seen_at=clock()))
            await session.flush()
            await TableQueue(frozen).hold(session, claim)
            while not await taken(elsewhere):
                await asyncio.sleep(0.02)

    async with asyncio.timeout(20):
        with pytest.raises(DBAPIError):
            await freeze_and_wake()
    with pytest.raises(LostClaim):
        async with frozen.writing(ORGANISATION) as session:
            await TableQueue(frozen).hold(session, claim)
    await frozen.close()
    async with store.installation() as session:
        assert await session.get(SeenEvent, "written by the frozen one") is None
