"""A delivery has its effect once, and what was seen long ago is forgotten."""

from __future__ import annotations

import asyncio

import pytest

from bot.store.database import Store
from bot.store.once import KEPT, first_time, forget_old, seen
from tests.fixtures_store import ORGANISATION, MovableClock


async def test_of_many_deliveries_at_once_one_is_the_first(store: Store) -> None:
    async def deliver() -> bool:
        async with store.writing(ORGANISATION) as session:
            return await first_time(session, "Ev1", store.clock())

    assert sorted(await asyncio.gather(*(deliver() for _ in range(8)))) == [False] * 7 + [True]


async def test_an_effect_that_failed_may_be_had_again(store: Store) -> None:
    async def fail() -> None:
        async with store.writing(ORGANISATION) as session:
            assert await first_time(session, "Ev1", store.clock())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with store.writing(ORGANISATION) as session:
        assert not await seen(session, "Ev1")
        assert await first_time(session, "Ev1", store.clock())
        assert await seen(session, "Ev1")


async def test_only_what_is_older_than_slacks_retries_is_forgotten(
    store: Store, clock: MovableClock
) -> None:
    async with store.installation() as session:
        await first_time(session, "old", clock())
    clock.forward(hours=30)
    async with store.installation() as session:
        await first_time(session, "newer", clock())
    clock.now += KEPT / 2
    async with store.installation() as session:
        await forget_old(session, clock())
        assert not await seen(session, "old")
        assert await seen(session, "newer")
