"""Queries on PostgreSQL, each on a connection and in a READ ONLY transaction of its own.

The transaction begins READ ONLY, which its statements cannot undo; the server stops what takes
too long, and what waits. Rows are taken from a server-side cursor, which PostgreSQL opens for
nothing but a query, over the extended protocol, which takes no second statement.

Nothing of the bot's own environment (PGPASSWORD, .pgpass and the like) signs a connection in.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bot.connectors.errors import ConnectorError, NotAllowed, Unavailable
from bot.connectors.generic_sql import problems
from bot.connectors.generic_sql.address import Address
from bot.connectors.results import Document, Row, Rows
from bot.connectors.sql import postgres as catalogue
from bot.connectors.sql.listing import described, listed, only_one, split_name
from bot.connectors.sql.reading import MAX_ROWS
from bot.connectors.sql.shaping import MAX_ANSWER, Fetched, size

if TYPE_CHECKING:
    from psycopg import AsyncConnection, AsyncServerCursor, Error

CONNECT_TIMEOUT = 5
PATIENCE = 25.0
"""Seconds for all of a call: connecting, the query, fetching."""
BATCH = 20

BEGIN = f"""
begin transaction read only;
set local statement_timeout = '{problems.SECONDS}s';
set local lock_timeout = '3s';
set local idle_in_transaction_session_timeout = '{problems.SECONDS}s';
set local standard_conforming_strings = on;
set local datestyle = 'ISO';
set local intervalstyle = 'postgres';
set local bytea_output = 'hex';
"""

_AS_TEXT = ("date", "time", "timetz", "timestamp", "timestamptz", "interval")
"""Types with values that Python has no room for, such as infinity; taken as the server writes."""


class Postgres:
    """One call's access to a PostgreSQL database."""

    def __init__(self, address: Address) -> None:
        self.address = address

    async def query(self, sql: str) -> Fetched:
        """At most `MAX_ROWS` + 1 rows of a query that the guard let through."""
        async with (
            self._transaction() as connection,
            connection.cursor(name="quarterdeck") as cursor,
        ):
            await cursor.execute(sql.encode())
            return await _taken(cursor)

    async def whoami(self) -> str:
        """The server, the database and the user.

        Raises:
            NotAllowed: there are tables, but the user may read none of them.
        """
        async with self._transaction() as connection:
            cursor = await connection.execute(
                "select current_setting('server_version'), current_database(), current_user, "
                "current_setting('is_superuser')"
            )
            version, database, user, superuser = await cursor.fetchone() or ("", "", "", "")
            tables = catalogue.abouts(await _all(connection, catalogue.list_query(None, None)))
        if tables and not any(table["readable"] for table in tables):
            raise NotAllowed(
                f"The user {user} may not read any table of this database.",
                "Give it GRANT USAGE ON SCHEMA and GRANT SELECT ON ALL TABLES IN SCHEMA.",
            )
        warning = ", a superuser: better use one with SELECT only" if superuser == "on" else ""
        return f"PostgreSQL {version.split()[0]}, database {database}, as {user}{warning}"

    async def list_tables(self, schema: str | None, part: str | None) -> Rows:
        async with self._transaction() as connection:
            found = catalogue.abouts(await _all(connection, catalogue.list_query(schema, part)))
            counts: list[Row] = []
            if len(found) > MAX_ROWS:
                counts = catalogue.abouts(await _all(connection, catalogue.count_query()))
        schemas = {row["schema"]: row["tables"] for row in counts}
        return listed([catalogue.listed_row(row) for row in found], "Tables", schemas)

    async def describe_table(self, table: str) -> Document:
        schema, name = split_name(table)
        query = catalogue.describe_query(schema, name)
        async with self._transaction() as connection:
            found = catalogue.abouts(await _all(connection, query))
            known: list[Row] = []
            if not found:
                known = catalogue.abouts(await _all(connection, catalogue.names_query()))
        about = only_one(found, table, [row["name"] for row in known])
        return described(catalogue.table_page(about))

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection[Any]]:
        """A connection in a READ ONLY transaction, given back whatever happens.

        psycopg sends the server a cancel request when its task is cancelled.
        """
        import psycopg

        try:
            async with asyncio.timeout(PATIENCE):
                connection = await self._connect()
                try:
                    await connection.execute(BEGIN)
                    yield connection
                finally:
                    await connection.close()
        except TimeoutError:
            raise problems.too_slow() from None
        except psycopg.Error as error:
            raise _meaning(error) from None

    async def _connect(self) -> AsyncConnection[Any]:
        import psycopg
        from psycopg.types.string import TextLoader

        address = self.address
        try:
            connection = await psycopg.AsyncConnection.connect(
                **_parameters(address), autocommit=True, prepare_threshold=None
            )
        except psycopg.Error as error:
            raise _why_not_connected(str(error), address.host) from None
        for name in _AS_TEXT:
            connection.adapters.register_loader(name, TextLoader)
        return connection


def _parameters(address: Address) -> dict[str, Any]:
    """libpq's parameters, all that its environment variables could fill in among them.

    Source: https://www.postgresql.org/docs/current/libpq-connect.html
    """
    return {
        "host": address.host,
        "port": address.port,
        "user": address.user,
        "password": address.password,
        "dbname": address.database,
        "sslmode": address.tls,
        **({"sslrootcert": address.authority} if address.authority else {}),
        **address.more_tls,
        "connect_timeout": CONNECT_TIMEOUT,
        "application_name": "quarterdeck",
        "passfile": os.devnull,
        "options": "",
        "gssencmode": "disable",
        "target_session_attrs": "any",
        "tcp_user_timeout": int(PATIENCE * 1000),
    }


async def _taken(cursor: AsyncServerCursor[Any]) -> Fetched:
    """Rows in small batches, so that large ones end the taking and not the memory."""
    records: list[Sequence[Any]] = []
    taken = 0
    while len(records) <= MAX_ROWS and taken <= MAX_ANSWER:
        batch = await cursor.fetchmany(min(BATCH, MAX_ROWS + 1 - len(records)))
        records += batch
        taken += sum(map(size, batch))
        if len(batch) < BATCH:
            break
    columns = [column.name for column in cursor.description or ()]
    return Fetched(columns, records, stopped=taken > MAX_ANSWER)


async def _all(connection: AsyncConnection[Any], sql: str) -> list[Any]:
    cursor = await connection.execute(sql.encode())
    return await cursor.fetchall()


def _meaning(error: Error) -> ConnectorError:
    """What an SQLSTATE means: https://www.postgresql.org/docs/current/errcodes-appendix.html"""
    state = error.sqlstate or ""
    said = error.diag.message_primary or ""
    if state in ("57014", "25P03", "55P03"):
        return problems.too_slow()
    if state == "25006":
        return problems.refused_write()
    if state == "42501":
        return problems.no_right(said)
    if state[:2] in ("08", "53", "57", "58", "XX", ""):
        return Unavailable(f"PostgreSQL failed.{problems.quoted(said)}", "Try again in a moment.")
    return problems.refused(said)


def _why_not_connected(text: str, host: str) -> ConnectorError:
    """libpq gives no code for a failed connection, so its words are looked at."""
    text = text.lower()
    if "ssl" in text or "certificate" in text:
        return problems.no_tls("PostgreSQL")
    if "database" in text and "does not exist" in text:
        return problems.no_database("PostgreSQL")
    if any(word in text for word in ("password", "authentication", "role", "pg_hba")):
        return problems.wrong_credentials("PostgreSQL")
    return problems.unreachable("PostgreSQL", host)
