"""ClickHouse over its HTTP interface, read-only.

Signing in    A user and its password in headers, never in the address.
Reading only  Each query passes the guard (`bot.connectors.sql`), which also refuses the table
              functions that reach out from the server (url, s3, remote, file…) and KILL QUERY,
              and is then sent with readonly=1. Where the user's own profile is read-only already,
              ClickHouse lets no settings be sent, and the profile is relied on.
Rows          At most 100, by LIMIT and max_result_rows, both 101.
Cancelling    Closing the connection ends the query (cancel_http_readonly_queries_on_client_close).

Sources: https://clickhouse.com/docs/interfaces/http,
https://clickhouse.com/docs/operations/settings/permissions-for-queries
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from pydantic import SecretStr

from bot.connectors.base import Access, Area, Auth, Category, Connector, Form, form_field, tool
from bot.connectors.clickhouse import catalogue
from bot.connectors.clickhouse.http import Interface
from bot.connectors.errors import NotAllowed, NotFound
from bot.connectors.results import Document, Health, Rows
from bot.connectors.sql.dialects import Dialect
from bot.connectors.sql.listing import (
    NamePart,
    SchemaName,
    Sql,
    TableName,
    described,
    listed,
    only_one,
    split_name,
)
from bot.connectors.sql.reading import MAX_ROWS, only_reading
from bot.connectors.sql.shaping import Fetched, as_rows


class ClickHouseCredentials(Form):
    url: str = form_field(
        "URL",
        help="Of the HTTP interface: https://host:8443, or http://host:8123 inside your network.",
        pattern=r"https?://[^\s/?#@]+/?",
        pattern_help="starts with https:// or http:// and has nothing after the port",
    )
    username: str = form_field(
        "Username",
        help="A user that was granted SELECT and nothing else.",
        default="default",
        max_length=200,
    )
    password: SecretStr = form_field("Password", help="Of that user.", max_length=500)
    database: str = form_field(
        "Database",
        help="Where tables without a database are looked for. All databases can be read.",
        default="default",
        max_length=200,
    )


class ClickHouse(Connector):
    slug = "clickhouse"
    title = "ClickHouse"
    category = Category.DATABASES
    auth = Auth.KEY
    docs = "https://clickhouse.com/docs/sql-reference/statements/select"
    areas = (Area("tables", "Tables and columns"), Area("queries", "Queries"))
    Credentials = ClickHouseCredentials

    @cached_property
    def service(self) -> Interface:
        return Interface(
            url=self.credentials.url,
            user=self.credentials.username,
            password=self.credentials.password.get_secret_value(),
            database=self.credentials.database,
            client=self.link.client,
        )

    async def check(self) -> Health:
        """Asks for the server, then signs in, then looks whether anything may be read."""
        await self.service.ping()
        [[version, user]] = await self._records("select version(), currentUser()")
        if not await self._records(catalogue.list_query(None, None)):
            raise NotAllowed(
                f"The user {user} sees no table.", "Grant it SELECT on the databases to read."
            )
        return Health(account=f"ClickHouse {version}, as {user}")

    @tool(area="tables", access=Access.READ, method="POST", path="/?query=system.tables")
    async def list_tables(
        self, schema_name: SchemaName = None, name_contains: NamePart = None
    ) -> Rows:
        """The tables of all databases, with their engine, rows and size.

        Begin here when you do not know the tables. A schema is a database in ClickHouse. It costs
        nothing: the numbers are kept by the server.
        """
        found = await self._records(catalogue.list_query(schema_name, name_contains))
        counts = await self._records(catalogue.count_query()) if len(found) > MAX_ROWS else []
        rows = [catalogue.listed_row(record) for record in found]
        return listed(rows, "Tables", {str(name): int(count) for name, count in counts})

    @tool(area="tables", access=Access.READ, method="POST", path="/?query=system.columns")
    async def describe_table(self, table: TableName) -> Document:
        """One table's columns with types, its sorting, primary and partition key, and indexes.

        Look here before you write a query: filtering by the first columns of the sorting key is
        what makes a query fast.
        """
        database, name = split_name(table)
        database = database or self.credentials.database
        found = await self._records(catalogue.table_query(database, name))
        if not found:
            known = [".".join(pair) for pair in await self._records(catalogue.names_query())]
            only_one([], f"{database}.{name}", known)
        columns = await self._records(catalogue.columns_query(database, name))
        return described(
            catalogue.table_page(found[0], columns, await self._indexes(database, name))
        )

    @tool(area="queries", access=Access.READ, method="POST", path="/")
    async def run_query(self, sql: Sql) -> Rows:
        """Runs one SELECT in ClickHouse's SQL, read-only, at most 100 rows and 15 seconds.

        Use list_tables and describe_table first, then let ClickHouse count and group:
        SELECT toStartOfHour(ts) AS hour, countIf(level = 'error') AS errors, uniq(user_id)
        FROM logs.events WHERE ts >= now() - INTERVAL 1 DAY GROUP BY hour ORDER BY hour
        SELECT user_id, ts, message FROM logs.events ORDER BY ts DESC LIMIT 2 BY user_id LIMIT 20
        SELECT quantiles(0.5, 0.99)(duration_ms) FROM logs.requests PREWHERE service = 'api'

        Traps: always filter by the sorting key or the time; select only the columns you need, as
        each is read by itself; FINAL is slow; no SETTINGS, FORMAT or table functions such as url
        or remote. Manual: https://clickhouse.com/docs/sql-reference/statements/select
        """
        answer = await self.service.query(await only_reading(sql, Dialect.CLICKHOUSE))
        columns = [column["name"] for column in answer["meta"]]
        return as_rows(Fetched(columns, answer["data"]), "Result", _totals(columns, answer))

    async def _records(self, sql: str) -> Sequence[Sequence[Any]]:
        records: Sequence[Sequence[Any]] = (await self.service.query(sql))["data"]
        return records

    async def _indexes(self, database: str, table: str) -> Sequence[Sequence[Any]]:
        """The table's skipping indexes; none where the user or the version has no list of them."""
        try:
            return await self._records(catalogue.indexes_query(database, table))
        except (NotAllowed, NotFound):
            return []


def _totals(columns: Sequence[str], answer: dict[str, Any]) -> str:
    """The row of WITH TOTALS, which comes beside the others."""
    totals = answer.get("totals")
    if not totals:
        return ""
    words = ", ".join(f"{name} {value}" for name, value in zip(columns, totals, strict=True))
    return f"Totals: {words}."
