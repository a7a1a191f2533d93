"""Writers of one process stand in line, and what people wait for goes first."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from bot.store.database import Store
from bot.store.tables import Member
from bot.store.traffic import IN_BACKGROUND
from bot.store.turns import FAIR, Turns
from tests.fixtures_store import ORGANISATION


class Line:
    """Writers that wait behind one who holds the turn; `order` is how they came to theirs."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.order: list[str] = []
        self.open = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    async def join(self, name: str, *, background: bool = False) -> asyncio.Task[None]:
        async def write() -> None:
            IN_BACKGROUND.set(background)
            async with self.turns.turn():
                self.order.append(name)
                await self.open.wait()

        task = asyncio.create_task(write())
        self.tasks.append(task)
        await asyncio.sleep(0)  # until it holds the turn or waits for it
        return task

    async def end(self) -> list[str]:
        self.open.set()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        return self.order


@pytest.fixture
def line() -> Line:
    return Line()


async def test_one_writes_at_a_time_in_the_order_of_coming(line: Line) -> None:
    for name in ("first", "second", "third"):
        await line.join(name)
    assert line.order == ["first"]
    assert await line.end() == ["first", "second", "third"]


async def test_what_people_wait_for_goes_before_the_background(line: Line) -> None:
    await line.join("running")
    await line.join("job", background=True)
    await line.join("click")
    assert await line.end() == ["running", "click", "job"]


async def test_the_background_goes_on_whatever_comes_in(line: Line) -> None:
    await line.join("running")
    await line.join("job", background=True)
    for number in range(2 * FAIR):
        await line.join(f"click {number}")
    order = await line.end()
    assert order.index("job") == FAIR


async def test_whoever_gives_up_waiting_is_passed_over(line: Line) -> None:
    await line.join("running")
    gone = await line.join("gone")
    await line.join("next")
    gone.cancel()
    assert await line.end() == ["running", "next"]


async def test_whoever_gives_up_as_the_turn_comes_passes_it_on(line: Line) -> None:
    first = await line.join("running")
    gone = await line.join("gone")
    await line.join("next")
    line.open.set()
    await asyncio.sleep(0)  # the first ends, and the turn is given
    gone.cancel()
    assert first.done()
    assert await line.end() == ["running", "next"]


async def test_a_unit_of_work_within_another_is_refused_and_not_waited_for(store: Store) -> None:
    with pytest.raises(RuntimeError, match="inside of another"):
        async with store.writing(ORGANISATION), store.installation():
            pass
    async with store.writing(ORGANISATION):
        pass  # the turn is free again


async def test_a_failed_unit_of_work_gives_its_turn_back(store: Store) -> None:
    with suppress(ZeroDivisionError):
        async with store.writing(ORGANISATION) as session:
            session.add(Member(user_id="U1", name="Ana", joined_at=store.clock()))
            raise ZeroDivisionError
    async with store.writing(ORGANISATION) as session:
        session.add(Member(user_id="U1", name="Ana", joined_at=store.clock()))
