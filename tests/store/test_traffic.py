"""What works in the background gives way to what people wait for, and still goes on."""

from __future__ import annotations

import asyncio

import pytest

from bot.store import traffic
from bot.store.traffic import IN_BACKGROUND, Traffic


async def background(road: Traffic, passed: asyncio.Event) -> None:
    IN_BACKGROUND.set(True)
    await road.give_way()
    passed.set()


async def test_the_background_waits_until_nothing_is_urgent() -> None:
    road, passed = Traffic(), asyncio.Event()
    with road.urgent():
        with road.urgent():
            task = asyncio.create_task(background(road, passed))
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not passed.is_set()
    await task
    assert passed.is_set()


async def test_what_is_not_in_the_background_never_waits() -> None:
    road = Traffic()
    with road.urgent():
        await road.give_way()


async def test_the_background_goes_on_however_long_it_lasts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(traffic, "LONGEST", 0.001)
    road, passed = Traffic(), asyncio.Event()
    with road.urgent():
        await asyncio.create_task(background(road, passed))
        assert passed.is_set()


async def test_a_request_that_broke_is_urgent_no_more() -> None:
    road, passed = Traffic(), asyncio.Event()
    with pytest.raises(ZeroDivisionError), road.urgent():
        raise ZeroDivisionError
    await background(road, passed)
    assert passed.is_set()
    IN_BACKGROUND.set(False)
