"""SQLite without its thread, for tests that take a coroutine through its awaits one by one.

The store's driver hands each statement to a thread and waits. Here the statement runs at once, and
the wait is a bare one: whoever drives the coroutine decides what happens next. It goes on, another
one has its turn, or its process is gone.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextvars import Context, copy_context
from pathlib import Path
from random import Random
from typing import Any, Generic, TypeVar

from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from bot.store.database import Clock, Ids, Store
from tests.fixtures_store import NO_HURRY_TO_DISK, VAULT, in_no_hurry, new_sqlite

Result = TypeVar("Result")
Work = Coroutine[Any, Any, Result]


class Died(BaseException):
    """The process is gone."""


class _Turn:
    """An await: here a driven coroutine can be left for another, or for good."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class drive(Generic[Result]):
    """`await drive(work)` takes a coroutine to its end, without a round of the loop an await."""

    def __init__(self, work: Work[Result]) -> None:
        self._work = work

    def __await__(self) -> Generator[Any, None, Result]:
        try:
            while True:
                yield from _outside(self._work.send(None))
        except StopIteration as ended:
            result: Result = ended.value
            return result


class interleave:
    """`await interleave(works, chance)` takes several coroutines to their ends, with turns by
    chance."""

    def __init__(self, works: Sequence[Work[Any]], chance: Random) -> None:
        # Each in a context of its own, as tasks have it.
        self._works = [(work, copy_context()) for work in works]
        self._chance = chance

    def __await__(self) -> Generator[Any, None, None]:
        while self._works:
            turn = self._chance.choice(self._works)
            work, context = turn
            try:
                yield from _outside(context.run(work.send, None))
            except StopIteration:
                self._works.remove(turn)


def _outside(waited_for: object) -> Generator[Any, None, None]:
    """Passes a wait for something else, a task say, on to the loop."""
    if waited_for is not None:
        yield waited_for


class Disk:
    """A database file that several processes share, with its one write lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer: _Connection | None = None
        new_sqlite(path)
        self._hand = sqlite3.connect(path)
        self._hand.execute(NO_HURRY_TO_DISK)

    def copy(self) -> sqlite3.Connection:
        """Everything as it is now, to be restored any number of times."""
        kept = sqlite3.connect(":memory:")
        self._hand.backup(kept)
        return kept

    def restore(self, kept: sqlite3.Connection) -> None:
        kept.backup(self._hand)

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._hand.execute(sql, values).fetchall()

    def tamper(self, sql: str, *values: object) -> None:
        """Changes rows behind the application's back."""
        self._hand.execute(sql, values)
        self._hand.commit()

    def close(self) -> None:
        self._hand.close()


class Process:
    """A process of the application, with a store of its own over a shared disk."""

    def __init__(self, disk: Disk, clock: Clock, ids: Ids) -> None:
        self._disk = disk
        self._connections: list[_Connection] = []
        self._dead = False
        store = Store(f"sqlite+aiosqlite:///{disk.path}", clock=clock, ids=ids, vault=VAULT)
        self.store = in_no_hurry(store)
        engine = self.store.engine.sync_engine
        event.listen(engine, "do_connect", self._bring_own_driver)

    def dying(self, work: Work[Any], awaits: int) -> _Dying:
        """`await process.dying(work, n)` takes a coroutine as far as its n-th await, where the
        process ends with all it holds. Afterwards this is the next process."""
        return _Dying(self, work, awaits)

    def end(self, work: Work[Any], context: Context) -> Generator[Any, None, None]:
        for connection in self._connections:
            connection.cut()
        self._connections.clear()
        self._dead = True
        yield from _bury(work, context)
        self.store.engine.sync_engine.dispose(close=False)
        self._dead = False

    async def stop(self) -> None:
        await self.store.close()

    def _bring_own_driver(self, _dialect: Any, _record: Any, _args: Any, named: Any) -> None:
        named["async_creator_fn"] = self._connect

    async def _connect(self, *_: Any, **__: Any) -> _Connection:
        if self._dead:
            raise Died
        made = _Connection(self._disk)
        self._connections.append(made)
        return made


class _Dying:
    def __init__(self, process: Process, work: Work[Any], awaits: int) -> None:
        self._process = process
        self._work = work
        self._awaits = awaits
        self._context = copy_context()

    def __await__(self) -> Generator[Any, None, None]:
        try:
            for _ in range(self._awaits):
                yield from _outside(self._context.run(self._work.send, None))
        except StopIteration:
            return
        yield from self._process.end(self._work, self._context)


def _bury(work: Work[Any], context: Context) -> Generator[Any, None, None]:
    """Unwinds a dead coroutine. Whatever it still tries, its connections are cut."""
    try:
        yield from _outside(context.run(work.throw, Died()))
        while True:
            yield from _outside(context.run(work.send, None))
    except (Died, StopIteration, SQLAlchemyError):
        pass


class _Connection:
    """What the store's driver expects of `aiosqlite`, as far as the store uses it."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._conn = sqlite3.connect(disk.path)
        self._connection: sqlite3.Connection | None = self._conn
        self._tx = self

    def put_nowait(self, job: tuple[asyncio.Future[Any], Callable[[], Any]]) -> None:
        future, function = job
        future.set_result(function())

    def cursor(self, *_: Any, **__: Any) -> _Cursor:
        return _Cursor(self)

    async def begin(self) -> None:
        while self._disk.writer is not None:
            await _Turn()
        self._disk.writer = self

    async def commit(self) -> None:
        await _Turn()
        self._conn.commit()
        self._let_go()
        await _Turn()

    async def rollback(self) -> None:
        self._conn.rollback()
        self._let_go()

    async def create_function(self, *arguments: Any, **named: Any) -> None:
        self._conn.create_function(*arguments, **named)

    async def close(self) -> None:
        self.cut()

    def stop(self) -> None:
        self.cut()

    def cut(self) -> None:
        """Ends it as the end of its process does: what is not committed has never been."""
        self._conn.close()
        self._connection = None
        self._let_go()

    def _let_go(self) -> None:
        if self._disk.writer is self:
            self._disk.writer = None


class _Cursor:
    arraysize = 1

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._real: Any = None

    async def __aenter__(self) -> _Cursor:
        self._real = self._connection._conn.cursor()
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def execute(self, statement: str, parameters: Any = ()) -> None:
        await _Turn()
        if statement == "BEGIN IMMEDIATE":
            await self._connection.begin()
        self._real.execute(statement, parameters)

    async def executemany(self, statement: str, parameters: Any) -> None:
        await _Turn()
        self._real.executemany(statement, parameters)

    async def fetchone(self) -> Any:
        return self._real.fetchone()

    async def fetchall(self) -> Any:
        return self._real.fetchall()

    async def close(self) -> None:
        self._real.close()
