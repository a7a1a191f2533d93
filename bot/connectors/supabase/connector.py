"""Supabase: the PostgreSQL database of a project, read-only.

A project has several doors, and its service role key opens only one of them:

Tables        https://<ref>.supabase.co/rest/v1 (PostgREST) with the service role key. It reads one
              table at a time and runs no SQL, so `run_query` takes a simple SELECT there and
              refuses the rest, saying what would open it.
Management    With a personal access token (sbp_…): the Management API's read-only endpoint runs
              SQL as `supabase_read_only_user`. Sixty requests a minute.
Function      With a read-only SQL function that the customer installs (docs/sql.md): PostgREST
              calls it. It is declared STABLE, for which PostgREST opens a READ ONLY transaction
              and PL/pgSQL refuses statements that write.

Where both a token and a function are given, the token is used. Whatever the door, SQL passes the
guard first (`bot.connectors.sql`). The schemas auth and vault are not read.

Sources: the vendor's OpenAPI document of the Management API; https://docs.postgrest.org
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import SecretStr, field_validator, model_validator

from bot.connectors.base import Access, Area, Auth, Category, Connector, Form, form_field, tool
from bot.connectors.errors import Unavailable
from bot.connectors.http import ServiceClient
from bot.connectors.results import Document, Health, Row, Rows
from bot.connectors.sql import postgres as catalogue
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
from bot.connectors.sql.shaping import as_rows, from_objects
from bot.connectors.supabase.keys import check_key, headers
from bot.connectors.supabase.problems import judge_management, judge_tables
from bot.connectors.supabase.schema import table_page, table_row

NO_SQL = (
    "Row counts, sizes and indexes are not known without SQL; a management token or a read-only "
    "SQL function on the connection would tell them."
)
_LOCAL = r"http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?/?"


class SupabaseCredentials(Form):
    project_url: str = form_field(
        "Project URL",
        help="In Supabase: Project Settings, Data API: https://abcdefghijklmnopqrst.supabase.co",
        pattern=rf"https://[^\s/?#@]+/?|{_LOCAL}",
        pattern_help="starts with https:// and has nothing after the host",
    )
    service_role_key: SecretStr = form_field(
        "Service role key",
        help="In Supabase: Project Settings, API keys: the secret key (sb_secret_…) or the legacy "
        "service_role key. Not the anon or publishable key.",
        max_length=2000,
    )
    management_token: SecretStr | None = form_field(
        "Management token",
        help="Optional, and opens SQL: Account, Access tokens, a token that starts with sbp_. It "
        "is only used for the project's read-only query endpoint.",
        default=None,
        pattern=r"sbp_[A-Za-z0-9_]+",
        pattern_help="starts with sbp_",
    )
    sql_function: str = form_field(
        "Read-only SQL function",
        help="Optional, and opens SQL without a management token: the name of the function that "
        "docs/sql.md shows how to create.",
        default="",
        pattern=r"[A-Za-z_][A-Za-z0-9_]*",
        pattern_help="is the name of a function, without brackets",
    )

    @field_validator("service_role_key")
    @classmethod
    def _is_the_right_key(cls, value: SecretStr) -> SecretStr:
        check_key(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _names_the_project(self) -> SupabaseCredentials:
        if self.management_token and not project_ref(self.project_url):
            raise ValueError(
                "with a management token, the project URL is https://<project>.supabase.co"
            )
        return self


class SupabaseSettings(Form):
    management_url: str = form_field(
        "Address of the Management API",
        help="Only changed for tests.",
        default="https://api.supabase.com",
        pattern=rf"https://[^\s/?#@]+/?|{_LOCAL}",
        pattern_help="starts with https:// and has nothing after the host",
    )


def project_ref(url: str) -> str:
    """The project's reference of 20 letters, which its host begins with; empty if it has none."""
    found = re.fullmatch(r"([a-z]{20})\.supabase\.(co|in)", urlsplit(url).hostname or "")
    return found[1] if found else ""


class Supabase(Connector):
    slug = "supabase"
    title = "Supabase"
    category = Category.DATABASES
    auth = Auth.KEY
    docs = "https://supabase.com/docs/guides/database/overview"
    areas = (Area("tables", "Tables and columns"), Area("queries", "Queries"))
    Credentials = SupabaseCredentials
    Settings = SupabaseSettings

    @cached_property
    def tables(self) -> ServiceClient:
        """The project's PostgREST."""
        return ServiceClient(
            service="Supabase",
            base_url=self.credentials.project_url.rstrip("/") + "/rest/v1",
            client=self.link.client,
            headers=headers(self.credentials.service_role_key.get_secret_value()),
            judge=judge_tables,
        )

    @cached_property
    def management(self) -> ServiceClient:
        token = self.credentials.management_token.get_secret_value()
        return ServiceClient(
            service="Supabase's Management API",
            base_url=self.settings.management_url,
            client=self.link.client,
            headers={"Authorization": f"Bearer {token}"},
            judge=judge_management,
        )

    @property
    def runs_sql(self) -> bool:
        return bool(self.credentials.management_token or self.credentials.sql_function)

    def about(self) -> str:
        if self.runs_sql:
            return "This connection runs SQL."
        return (
            "This connection cannot run SQL: run_query reads one table at a time (columns, WHERE, "
            "ORDER BY, LIMIT; no JOIN, no GROUP BY, no functions)."
        )

    async def check(self) -> Health:
        """Opens each door once that has a key."""
        document = await self._document("")
        if self.credentials.management_token:
            ref = project_ref(self.credentials.project_url)
            project = await self.management.get(f"/v1/projects/{ref}")
            await self._sql("select 1 as one")
            return Health(account=f"project {project.get('name') or ref}, with SQL")
        if self.credentials.sql_function:
            await self._sql("select 1 as one")
            return Health(account="a project, with SQL through its function")
        count = len(document.get("definitions") or {})
        return Health(account=f"a project with {count} tables and views, without SQL")

    @tool(area="tables", access=Access.READ, method="GET", path="/rest/v1/")
    async def list_tables(
        self, schema_name: SchemaName = None, name_contains: NamePart = None
    ) -> Rows:
        """The tables and views of the project's database; begin here.

        It costs little: nothing is counted. Where the connection can run SQL, all schemas are
        listed, with estimated row counts; else those of the exposed schema (public).
        """
        if not self.runs_sql:
            return await self._exposed_tables(schema_name, name_contains)
        found = await self._abouts(catalogue.list_query(schema_name, name_contains))
        counts = await self._abouts(catalogue.count_query()) if len(found) > MAX_ROWS else []
        schemas = {row["schema"]: row["tables"] for row in counts}
        return listed([catalogue.listed_row(row) for row in found], "Tables", schemas)

    @tool(area="tables", access=Access.READ, method="GET", path="/rest/v1/")
    async def describe_table(self, table: TableName) -> Document:
        """One table's columns with types, its primary key and foreign keys, and its indexes.

        Look here before you write a query. Indexes are only known where the connection can run
        SQL.
        """
        schema, name = split_name(table)
        if not self.runs_sql:
            return await self._exposed_table(schema, name)
        found = await self._abouts(catalogue.describe_query(schema, name))
        known = [] if found else await self._abouts(catalogue.names_query())
        about = only_one(found, table, [row["name"] for row in known])
        return described(catalogue.table_page(about))

    @tool(area="queries", access=Access.READ, method="GET", path="/rest/v1/{table}")
    async def run_query(self, sql: Sql) -> Rows:
        """Reads rows with one SELECT in PostgreSQL's SQL, read-only, at most 100 rows.

        Use list_tables and describe_table first.
        SELECT id, status, total FROM orders WHERE status = 'open' AND total > 100
        ORDER BY placed_at DESC LIMIT 20
        Where the connection can run SQL, also:
        SELECT date_trunc('week', placed_at) AS week, count(*) FROM public.orders GROUP BY 1

        Traps: select only the columns you need. A connection without SQL reads one table at a
        time: no JOIN, GROUP BY, count or functions, and moments are written as texts
        ('2026-05-01T00:00:00Z', not now() - interval '1 day'). Secrets of the schemas auth and
        vault are not readable. Manual: https://supabase.com/docs/guides/database/overview
        """
        if self.runs_sql:
            checked = await only_reading(sql, Dialect.POSTGRES)
            return as_rows(from_objects(await self._sql(checked)), "Result")
        return await self._read(sql)

    async def _sql(self, sql: str) -> list[Row]:
        """Rows of a query that the guard let through."""
        if self.credentials.management_token:
            sql = await asyncio.to_thread(_with_schemas, sql)
        return await self._send(sql)

    async def _abouts(self, sql: str) -> list[Row]:
        """Rows of one of our own queries, whose only column is JSON."""
        return [row["about"] for row in await self._send(sql)]

    async def _send(self, sql: str) -> list[Row]:
        """SQL by the best door there is."""
        if self.credentials.management_token:
            ref = project_ref(self.credentials.project_url)
            path = f"/v1/projects/{ref}/database/query/read-only"
            return _rows(await self.management.ask(path, {"query": sql}))
        path = f"/rpc/{self.credentials.sql_function}"
        return _rows(await self.tables.ask(path, {"query": sql}))

    async def _read(self, sql: str) -> Rows:
        reading = await asyncio.to_thread(_to_reading, sql)
        service = self._in_schema(reading.schema)
        found = await service.get(f"/{quote(reading.table, safe='')}", reading.parameters)
        return as_rows(from_objects(_rows(found)), f"Rows of {reading.table}")

    async def _document(self, schema: str) -> Any:
        """PostgREST's description of a schema, as Swagger 2.0."""
        service = self._in_schema(schema)
        accepting = {**service.headers, "Accept": "application/openapi+json"}
        document = await replace(service, headers=accepting).get("/")
        if not isinstance(document, dict) or "definitions" not in document:
            raise Unavailable(
                "Supabase did not answer with a description of the project's tables.",
                "Check the project URL: https://<project>.supabase.co",
            )
        return document

    def _in_schema(self, schema: str) -> ServiceClient:
        if not schema:
            return self.tables
        return replace(self.tables, headers={**self.tables.headers, "Accept-Profile": schema})

    async def _exposed_tables(self, schema: str | None, part: str | None) -> Rows:
        document = await self._document(schema or "")
        found = [
            table_row(schema or "public", name, definition)
            for name, definition in sorted(document["definitions"].items())
            if (part or "").lower() in name.lower()
        ]
        return listed(found, "Tables", note=NO_SQL)

    async def _exposed_table(self, schema: str | None, name: str) -> Document:
        document = await self._document(schema or "")
        found = document["definitions"].get(name)
        if found is None:
            only_one([], name, document["definitions"])
        return described(table_page(schema or "public", name, found), note=NO_SQL)


def _rows(body: Any) -> list[Row]:
    if not isinstance(body, list) or not all(isinstance(row, dict) for row in body):
        raise Unavailable(
            "Supabase's answer is not a list of rows.",
            "If a SQL function is configured, compare it with the one in docs/sql.md.",
        )
    return body


def _with_schemas(sql: str) -> str:
    from bot.connectors.supabase.qualify import with_schemas

    return with_schemas(sql)


def _to_reading(sql: str) -> Any:
    from bot.connectors.supabase.postgrest import to_reading

    return to_reading(sql, MAX_ROWS + 1)
