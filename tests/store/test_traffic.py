"""What works in the background gives way to what people wait for, and still goes on."""

from __future__ import annotations

import asyncio
import contextvars

import pytest

from bot.store import traffic
from bot.store.traffic import IN_BACKGROUND, PatientLoop, Traffic


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


RUNS = 20
STEPS = 10


def waits(taken: list[str]) -> list[int]:
    """How many steps of the background came between each two that somebody waits for."""
    words = " ".join(taken).split("urgent")
    return [one.count("background") for one in words[1:-1]]


async def busy(taken: list[str]) -> None:
    """A message is taken on while twenty runs are at work, and all come to their end."""
    road = Traffic()

    async def run() -> None:
        IN_BACKGROUND.set(True)
        for _ in range(STEPS):
            taken.append("background")
            await asyncio.sleep(0)

    async def message() -> None:
        with road.urgent():
            for _ in range(STEPS):
                taken.append("urgent")
                await asyncio.sleep(0)

    await asyncio.gather(*(run() for _ in range(RUNS)), message())


def test_a_message_waits_for_one_step_of_the_background_at_a_time() -> None:
    taken: list[str] = []
    with asyncio.Runner(loop_factory=PatientLoop) as runner:
        runner.run(busy(taken))
    first, *others = waits(taken)
    assert first <= RUNS  # what was ready before it came
    assert max(others) == 1
    assert taken.count("background") == RUNS * STEPS


def test_other_loops_do_without_the_order() -> None:
    taken: list[str] = []
    with asyncio.Runner() as runner:
        runner.run(busy(taken))
    assert waits(taken) == [RUNS] * (STEPS - 1)
    assert taken.count("background") == RUNS * STEPS


def test_a_step_that_was_called_off_is_not_taken() -> None:
    taken: list[str] = []

    async def message() -> None:
        context = contextvars.copy_context()
        context.run(IN_BACKGROUND.set, True)
        loop = asyncio.get_running_loop()
        with Traffic().urgent():
            loop.call_soon(taken.append, "wanted", context=context)
            loop.call_soon(taken.append, "called off", context=context).cancel()
            for _ in range(5):
                await asyncio.sleep(0)

    with asyncio.Runner(loop_factory=PatientLoop) as runner:
        runner.run(message())
    assert taken == ["wanted"]
