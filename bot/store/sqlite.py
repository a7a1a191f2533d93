"""SQLite through aiosqlite, with one way to its thread and back for each statement.

aiosqlite goes there four times for a SELECT: to make a cursor, to execute, to fetch, to close. Each
time the event loop may be busy with others before it comes back, which is what made a question
wait most. Here one trip does all of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import aiosqlite


def connect(database: str, **options: Any) -> aiosqlite.Connection:
    """Opens a database, as `aiosqlite.connect` does; SQLAlchemy awaits what is returned."""
    connection = _Connection(lambda: sqlite3.connect(database, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy sees to it for connections that it makes
    return connection


class _Connection(aiosqlite.Connection):
    def cursor(self, *_: Any) -> Any:
        return _Cursor(self)


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
        await self._connection._execute(self._run, sql, parameters)  # type: ignore[no-untyped-call]
        return self

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> _Cursor:
        await self._connection._execute(self._run_many, sql, parameters)  # type: ignore[no-untyped-call]
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is left open by then."""

    def _run(self, sql: str, parameters: Sequence[Any]) -> None:
        self._keep(self._connection._conn.execute(sql, parameters))

    def _run_many(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        self._keep(self._connection._conn.executemany(sql, parameters))

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else []
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()
