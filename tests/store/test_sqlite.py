"""Few trips to SQLite's thread, and the promises of a transaction all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.database import Store
from bot.store.tables import Member
from tests.fixtures_store import ORGANISATION, VAULT, MovableClock, counted_ids


@pytest.fixture
async def neighbour(store: Store, database: str, clock: MovableClock) -> AsyncIterator[Store]:
    """Another process with the same file, which stands in no line of ours."""
    other = Store(database, clock=clock, ids=counted_ids(), vault=VAULT)
    yield other
    await other.close()


async def count(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(Member)) or 0


async def members(store: Store) -> int:
    async with store.reading(ORGANISATION) as session:
        return await count(session)


def newcomer(store: Store, name: str) -> Member:
    return Member(id=f"id-{name}", user_id=f"U0{name}", name=name, joined_at=store.clock())


async def test_who_reads_sees_one_state_to_the_end(store: Store, neighbour: Store) -> None:
    async with store.reading(ORGANISATION) as session:
        before = await count(session)
        async with neighbour.writing(ORGANISATION) as other:
            other.add(newcomer(store, "EVE"))
        assert await count(session) == before
    assert await members(store) == before + 1


async def test_who_writes_keeps_other_processes_from_writing(
    store: Store, neighbour: Store
) -> None:
    async with store.writing(ORGANISATION) as session:
        await count(session)  # the lock is there from the first statement, which only reads
        async with neighbour.engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA busy_timeout=0")
            with pytest.raises(OperationalError, match="locked"):
                await connection.exec_driver_sql("DELETE FROM members")


async def test_who_broke_off_leaves_nothing_behind(store: Store) -> None:
    before = await members(store)

    async def write() -> None:
        async with store.writing(ORGANISATION) as session:
            session.add(newcomer(store, "EVE"))
            await session.flush()
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(write(), timeout=0.2)
    assert await members(store) == before


async def test_who_is_cut_off_anywhere_leaves_all_or_nothing(store: Store) -> None:
    async def write(number: int) -> None:
        async with store.writing(ORGANISATION) as session:
            for name in ("EVE", "MAL"):
                session.add(newcomer(store, f"{name}{number}"))
                await session.flush()

    for rounds in range(40):
        task = asyncio.create_task(write(rounds))
        for _ in range(rounds):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await members(store) % 2 == 0  # cut off in its commit, it may have come through
