"""Queries on MySQL and MariaDB, each on a connection and in a READ ONLY transaction of its own.

The transaction begins READ ONLY, which its statements cannot undo; the server stops what takes
too long. The connection is opened without the right to send several statements at once. SQL modes
that change how texts are read are switched off, so that the server reads a query as the guard
did. A server goes on with a query whose client has gone, so a cancelled one is killed there.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from bot.connectors.errors import ConnectorError, Unavailable
from bot.connectors.generic_sql import mysql_catalogue as catalogue
from bot.connectors.generic_sql import problems
from bot.connectors.generic_sql.address import Address
from bot.connectors.results import Document, Rows
from bot.connectors.sql.listing import described, listed, only_one, split_name
from bot.connectors.sql.reading import MAX_ROWS
from bot.connectors.sql.shaping import MAX_ANSWER, Fetched, size

if TYPE_CHECKING:
    from aiomysql.connection import Connection  # type: ignore[import-untyped]

CONNECT_TIMEOUT = 5
PATIENCE = 25.0
"""Seconds for all of a call: connecting, the query, fetching."""
KILL_TIMEOUT = 5.0

HARMLESS_MODES = frozenset(
    """
    ONLY_FULL_GROUP_BY STRICT_TRANS_TABLES STRICT_ALL_TABLES NO_ZERO_IN_DATE NO_ZERO_DATE
    ERROR_FOR_DIVISION_BY_ZERO NO_ENGINE_SUBSTITUTION NO_AUTO_CREATE_USER
    """.split()
)
"""SQL modes that do not change what a query's text means."""


class MySql:
    """One call's access to a MySQL or MariaDB database."""

    def __init__(self, address: Address) -> None:
        self.address = address

    async def query(self, sql: str) -> Fetched:
        """At most `MAX_ROWS` + 1 rows of a query that the guard let through."""
        async with self._transaction() as connection:
            return await _taken(connection, sql)

    async def whoami(self) -> str:
        """The server, the database and the user."""
        async with self._transaction() as connection:
            [[version, database, user]] = await _all(
                connection, "select version(), database(), current_user()"
            )
            await _all(connection, catalogue.LIST + " limit 1", ("%", "%"))
        kind = "MariaDB" if "mariadb" in version.lower() else "MySQL"
        return f"{kind} {version.split('-')[0]}, database {database}, as {user}"

    async def list_tables(self, schema: str | None, part: str | None) -> Rows:
        arguments = (
            catalogue.pattern(schema) if schema else "%",
            f"%{catalogue.pattern(part)}%" if part else "%",
        )
        async with self._transaction() as connection:
            query = f"{catalogue.LIST} limit {MAX_ROWS + 1}"
            found = await _all(connection, query, arguments)
            counts = await _all(connection, catalogue.COUNT) if len(found) > MAX_ROWS else []
        return listed(
            [catalogue.listed_row(record) for record in found],
            "Tables",
            {str(name): count for name, count in counts},
        )

    async def describe_table(self, table: str) -> Document:
        schema, name = split_name(table)
        if schema is None:
            schema = self.address.database
        async with self._transaction() as connection:
            found = await _all(connection, catalogue.ONE, (schema, name))
            if not found:
                known = [".".join(pair) for pair in await _all(connection, catalogue.NAMES)]
                only_one([], f"{schema}.{name}", known)
            columns = await _all(connection, catalogue.COLUMNS, (schema, name))
            indexes = await _all(connection, catalogue.INDEXES, (schema, name))
            keys = await _all(connection, catalogue.KEYS, (schema, name))
        return described(catalogue.table_page(found[0], columns, indexes, keys))

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        """A connection in a READ ONLY transaction, given back whatever happens."""
        import pymysql  # type: ignore[import-untyped]

        connection: Connection | None = None
        try:
            async with asyncio.timeout(PATIENCE):
                connection = await self._connect()
                await _prepare(connection)
                yield connection
                await connection.ensure_closed()
                connection = None
        except TimeoutError:
            await self._stop(connection)
            raise problems.too_slow() from None
        except asyncio.CancelledError:
            await self._stop(connection)
            raise
        except pymysql.Error as error:
            raise _meaning(error) from None
        finally:
            if connection is not None:
                connection.close()

    async def _connect(self) -> Connection:
        import pymysql

        from bot.connectors.generic_sql.mysql_link import open_link

        try:
            return await asyncio.wait_for(
                open_link(self.address, CONNECT_TIMEOUT), CONNECT_TIMEOUT * 2
            )
        except pymysql.Error as error:
            raise _why_not_connected(error, self.address.host) from None
        except (OSError, TimeoutError):
            raise problems.unreachable("MySQL", self.address.host) from None

    async def _stop(self, connection: Connection | None) -> None:
        """Ends the query at the server too, over a connection of its own."""
        if connection is None:
            return
        number = connection.thread_id()
        connection.close()
        with suppress(ConnectorError, TimeoutError):
            await asyncio.shield(asyncio.wait_for(self._kill(number), KILL_TIMEOUT))

    async def _kill(self, number: int) -> None:
        connection = await self._connect()
        try:
            await connection.kill(number)
        finally:
            connection.close()


async def _prepare(connection: Connection) -> None:
    [[version, modes]] = await _all(connection, "select version(), @@sql_mode")
    kept = ",".join(sorted(HARMLESS_MODES.intersection(modes.split(","))))
    limit = (
        f"max_statement_time = {problems.SECONDS}"
        if "mariadb" in version.lower()
        else f"max_execution_time = {problems.SECONDS * 1000}"
    )
    await _all(
        connection,
        f"set session sql_mode = '{kept}', {limit}, lock_wait_timeout = 3, "
        f"innodb_lock_wait_timeout = 3, wait_timeout = {2 * problems.SECONDS}",
    )
    # MariaDB ends a transaction before DDL, and then the session's own mode decides.
    await _all(connection, "set session transaction read only")
    await _all(connection, "start transaction read only")


async def _taken(connection: Connection, sql: str) -> Fetched:
    """Rows one by one, so that large ones end the taking and not the memory."""
    from aiomysql import SSCursor  # type: ignore[import-untyped]

    cursor = await connection.cursor(SSCursor)
    await cursor.execute(sql)
    records: list[Sequence[Any]] = []
    taken = 0
    while len(records) <= MAX_ROWS and taken <= MAX_ANSWER:
        record = await cursor.fetchone()
        if record is None:
            break
        records.append(record)
        taken += size(records[-1])
    columns = [column[0] for column in cursor.description or ()]
    if taken > MAX_ANSWER:
        connection.close()
    else:
        await cursor.close()
    return Fetched(columns, records, stopped=taken > MAX_ANSWER)


async def _all(connection: Connection, sql: str, arguments: tuple[str, ...] | None = None) -> Any:
    from aiomysql import Cursor

    cursor = await connection.cursor(Cursor)
    await cursor.execute(sql, arguments)
    return await cursor.fetchall()


_TOO_SLOW = frozenset({1317, 1969, 3024, 1205})
_NO_RIGHT = frozenset({1044, 1142, 1143, 1227, 1370})
_SIGN_IN = frozenset({1045, 1698, 1251, 1130, 1862})


def _meaning(error: Exception) -> ConnectorError:
    """What an error number means: https://mariadb.com/kb/en/mariadb-error-codes/"""
    number, said = _parts(error)
    if number in _TOO_SLOW:
        return problems.too_slow()
    if number == 1792:
        return problems.refused_write()
    if number in _NO_RIGHT:
        return problems.no_right(said)
    if number >= 2000 and number < 3000:
        return Unavailable("The connection to MySQL broke off.", "Try again in a moment.")
    return problems.refused(said)


def _why_not_connected(error: Exception, host: str) -> ConnectorError:
    number, _ = _parts(error)
    if number in _SIGN_IN:
        return problems.wrong_credentials("MySQL")
    if number in (1049, 1044):
        return problems.no_database("MySQL")
    if number == 2026 or isinstance(error.__cause__, ssl.SSLError):
        return problems.no_tls("MySQL")
    return problems.unreachable("MySQL", host)


def _parts(error: Exception) -> tuple[int, str]:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    return number, str(error.args[1]) if len(error.args) > 1 else ""
