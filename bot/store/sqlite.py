"""SQLite through aiosqlite, with one way to its thread and back for each statement.

aiosqlite goes there four times for a SELECT: to make a cursor, to execute, to fetch, to close. Each
time the event loop may be busy with others before it comes back, which is what made a question
wait most. Here one trip does all of it. A transaction begins on the trip of its first statement,
and nobody waits for the end of one that only read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite


def connect(database: str, **options: Any) -> aiosqlite.Connection:
    """Opens a database, as `aiosqlite.connect` does; SQLAlchemy awaits what is returned."""
    connection = _Connection(lambda: sqlite3.connect(database, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy sees to it for connections that it makes
    return connection


class _Connection(aiosqlite.Connection):
    """Knows how far its transaction is, so that no trip is made for nothing."""

    _begin = ""  # what begins the transaction, on the trip of its first statement
    _begun = False
    _wrote = False

    def cursor(self, *_: Any) -> Any:
        return _Cursor(self)

    def begin(self, sql: str) -> None:
        self._begin = sql

    async def run(self, work: Callable[[sqlite3.Connection], None], *, reads: bool) -> None:
        """One trip to the connection's thread."""
        self._begun = True
        self._wrote = self._wrote or not reads
        await self._execute(self._run, self._begin, work)  # type: ignore[no-untyped-call]

    def _run(self, begin: str, work: Callable[[sqlite3.Connection], None]) -> None:
        if begin and not self._conn.in_transaction:
            self._conn.execute(begin)
        work(self._conn)

    async def commit(self) -> None:
        if self._wrote:
            await super().commit()
        self._end()

    async def rollback(self) -> None:
        if self._wrote:
            await super().rollback()
        self._end()

    def _end(self) -> None:
        if self._begun and not self._wrote:
            # Nobody waits for it: what comes next stands behind it in the thread's line.
            self._tx.put_nowait((None, self._conn.rollback))
        self._begin, self._begun, self._wrote = "", False, False


class _Cursor:
    """What SQLAlchemy uses of a cursor. Its rows have been fetched when `execute` returns."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> _Cursor:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> _Cursor:
        if sql.startswith("BEGIN"):
            self._connection.begin(sql)
            return self

        def work(connection: sqlite3.Connection) -> None:
            self._keep(connection.execute(sql, parameters))

        await self._connection.run(work, reads=sql.startswith("SELECT"))
        return self

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> _Cursor:
        def work(connection: sqlite3.Connection) -> None:
            self._keep(connection.executemany(sql, parameters))

        await self._connection.run(work, reads=False)
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is left open by then."""

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else []
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()
