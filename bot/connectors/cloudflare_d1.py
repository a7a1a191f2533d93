"""Cloudflare D1: a SQLite database at Cloudflare, read-only.

Signing in    An API token with the permission Account, D1, Read. D1 lets such a token read and no
              more; a token with Edit works too, and then the guard alone keeps it from writing.
Reading only  `sql` may hold several statements at D1 and all would run, so each query passes the
              guard (`bot.connectors.sql`) and exactly one statement is sent. If an answer says
              that rows were written after all, it is refused and said so.
Answers       `raw` is used, which keeps the order of columns and two columns of one name.
Tables        PRAGMA statements of ours, which D1 documents, with the table's name quoted.

Sources: the vendor's SDK types; https://developers.cloudflare.com/d1/sql-api/sql-statements/ and
https://developers.cloudflare.com/d1/platform/limits/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from pydantic import SecretStr

from bot.connectors.base import Access, Area, Auth, Category, Connector, Form, form_field, tool
from bot.connectors.errors import (
    ConnectorError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooBig,
    Unavailable,
)
from bot.connectors.http import Json, ServiceClient
from bot.connectors.results import Document, Health, Row, Rows
from bot.connectors.sql.dialects import Dialect
from bot.connectors.sql.listing import (
    NamePart,
    Sql,
    TableName,
    described,
    key_words,
    listed,
    only_one,
    without_nothing,
)
from bot.connectors.sql.reading import MAX_ROWS, only_reading
from bot.connectors.sql.shaping import Fetched, as_rows

NO_COUNTS = "D1 keeps no row counts; count(*) reads, and bills, every row of a table."

_TABLES = """
SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view')
AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'
AND instr(lower(name), lower(?)) > 0 ORDER BY name LIMIT
"""
_INDEXES = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?"


class CloudflareD1Credentials(Form):
    api_token: SecretStr = form_field(
        "API token",
        help="In Cloudflare: My Profile, API Tokens, a custom token with Account, D1, Read.",
        pattern=r"[!-~]{20,}",
        pattern_help="is one word of at least 20 characters",
        max_length=500,
    )
    account_id: str = form_field(
        "Account id",
        help="In Cloudflare: Workers & Pages, on the right. 32 letters and digits.",
        pattern="[0-9a-fA-F]{32}",
        pattern_help="is 32 digits and letters from a to f",
    )
    database_id: str = form_field(
        "Database id",
        help="In Cloudflare: D1, the database's page, or wrangler d1 list.",
        pattern="[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        pattern_help="looks like 1b2c3d4e-0000-1111-2222-333344445555",
    )


class CloudflareD1Settings(Form):
    base_url: str = form_field(
        "Address of the API",
        help="Only changed for tests.",
        default="https://api.cloudflare.com/client/v4",
        pattern=r"https://[^\s?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?[^\s?#@]*",
        pattern_help="starts with https://",
    )


class CloudflareD1(Connector):
    slug = "cloudflare_d1"
    title = "Cloudflare D1"
    category = Category.DATABASES
    auth = Auth.KEY
    docs = "https://developers.cloudflare.com/d1/sql-api/sql-statements/"
    areas = (Area("tables", "Tables and columns"), Area("queries", "Queries"))
    Credentials = CloudflareD1Credentials
    Settings = CloudflareD1Settings

    @cached_property
    def service(self) -> ServiceClient:
        token = self.credentials.api_token.get_secret_value()
        return ServiceClient(
            service="Cloudflare D1",
            base_url=self.settings.base_url,
            client=self.link.client,
            headers={"Authorization": f"Bearer {token}"},
            judge=_judge,
        )

    @property
    def path(self) -> str:
        account, database = self.credentials.account_id, self.credentials.database_id
        return f"/accounts/{account}/d1/database/{database}"

    async def check(self) -> Health:
        """Reads about the database, then queries it, which can need another permission."""
        body = await self.service.get(self.path)
        about = body.get("result") if isinstance(body, dict) else None
        if not isinstance(about, dict):
            raise _foreign()
        await self._run("SELECT 1")
        return Health(account=f"database {about.get('name')}, {about.get('num_tables', 0)} tables")

    @tool(
        area="tables",
        access=Access.READ,
        method="POST",
        path="/accounts/{account_id}/d1/database/{database_id}/raw",
    )
    async def list_tables(self, name_contains: NamePart = None) -> Rows:
        """The database's tables and views; begin here when you do not know them. It is cheap.

        D1 keeps no row counts, so none are shown.
        """
        found = await self._run(f"{_TABLES} {MAX_ROWS + 1}", name_contains or "")
        rows = [
            {"table": name, "kind": kind, "rows_estimate": None} for name, kind in found.records
        ]
        return listed(rows, "Tables", note=NO_COUNTS)

    @tool(
        area="tables",
        access=Access.READ,
        method="POST",
        path="/accounts/{account_id}/d1/database/{database_id}/raw",
    )
    async def describe_table(self, table: TableName) -> Document:
        """One table's columns with types, its primary key, indexes and foreign keys.

        Look here before you write a query: D1 bills each row that a query reads, so filter by
        columns that have an index.
        """
        name = _name(table)
        columns = await self._run(f"PRAGMA table_info({_quoted(name)})")
        if not columns.records or name.lower().startswith(("_cf_", "sqlite_")):
            known = [record[0] for record in (await self._run(f"{_TABLES} 2000", "")).records]
            only_one([], name, known)
        indexes = await self._run(f"PRAGMA index_list({_quoted(name)})")
        texts = await self._run(_INDEXES, name)
        keys = await self._run(f"PRAGMA foreign_key_list({_quoted(name)})")
        page = _page(
            name,
            _objects(columns),
            _objects(indexes),
            {record[0]: record[1] for record in texts.records},
            _objects(keys),
        )
        return described(page, note=NO_COUNTS)

    @tool(
        area="queries",
        access=Access.READ,
        method="POST",
        path="/accounts/{account_id}/d1/database/{database_id}/raw",
    )
    async def run_query(self, sql: Sql) -> Rows:
        """Runs one SELECT in SQLite's SQL, read-only, at most 100 rows.

        Use list_tables and describe_table first, then let the database count and group:
        SELECT status, count(*) AS orders, sum(total) AS revenue FROM orders
        WHERE placed_at >= '2026-05-01' GROUP BY status ORDER BY revenue DESC
        SELECT strftime('%Y-%m', placed_at) AS month, count(*) FROM orders GROUP BY month
        SELECT id, json_extract(profile, '$.city') AS city FROM customers LIMIT 20

        Traps: every row that is read is billed, so filter by an indexed column and avoid scans of
        whole tables; a LIKE pattern has at most 50 bytes (use instr for longer texts); one
        statement only, and no PRAGMA. Manual: https://www.sqlite.org/lang_select.html
        """
        checked = await only_reading(sql, Dialect.SQLITE)
        return as_rows(await self._run(checked), "Result")

    async def _run(self, sql: str, *params: str) -> Fetched:
        """One statement's rows. `params` stand for its question marks."""
        body: dict[str, Any] = {"sql": sql, **({"params": list(params)} if params else {})}
        answer = await self.service.ask(f"{self.path}/raw", body)
        results = answer.get("result") if isinstance(answer, dict) else None
        if not isinstance(results, list) or len(results) != 1:
            raise _foreign()
        return _fetched(results[0])


def _fetched(result: Any) -> Fetched:
    meta, results = result.get("meta") or {}, result.get("results") or {}
    if meta.get("changed_db") or meta.get("rows_written"):
        raise NotAllowed(
            "D1 says that this query wrote to the database, which it must not be able to.",
            "Give the connection a token with D1 Read instead of Edit, and report this query.",
        )
    if "columns" not in results:
        raise _foreign()
    return Fetched(results["columns"], results.get("rows") or [])


def _page(
    name: str,
    columns: Sequence[Row],
    indexes: Sequence[Row],
    texts: dict[Any, Any],
    keys: Sequence[Row],
) -> Row:
    primary = [one["name"] for one in sorted(columns, key=lambda one: one["pk"]) if one["pk"]]
    foreign = _foreign_keys(keys)
    page = {
        "table": name,
        "columns": [
            without_nothing(
                {
                    "name": one["name"],
                    "type": one["type"],
                    "nullable": not one["notnull"] and not one["pk"],
                    "default": one["dflt_value"],
                    "key": key_words(one["name"], primary, foreign),
                }
            )
            for one in columns
        ],
        "primary_key": primary,
        "indexes": [
            without_nothing(
                {
                    "name": one["name"],
                    "unique": bool(one["unique"]),
                    "definition": texts.get(one["name"]),
                }
            )
            for one in indexes
        ],
        "foreign_keys": foreign,
    }
    return without_nothing(page)


def _foreign_keys(keys: Sequence[Row]) -> list[Row]:
    """`PRAGMA foreign_key_list` has a row for each column of a key, told apart by `id`."""
    found: dict[Any, list[Row]] = {}
    for key in sorted(keys, key=lambda one: (one["id"], one["seq"])):
        found.setdefault(key["id"], []).append(key)
    return [
        {
            "columns": [one["from"] for one in parts],
            "references": f"{parts[0]['table']}({', '.join(one['to'] or '?' for one in parts)})",
        }
        for parts in found.values()
    ]


def _objects(fetched: Fetched) -> list[Row]:
    return [dict(zip(fetched.columns, record, strict=True)) for record in fetched.records]


def _name(table: str) -> str:
    return table.strip().strip('"`').removeprefix("main.")


def _quoted(name: str) -> str:
    if any(ord(letter) < 32 for letter in name):
        raise Invalid("That name holds characters that are not allowed in names here.")
    return '"' + name.replace('"', '""') + '"'


def _judge(status: int, body: Json) -> ConnectorError | None:
    """Cloudflare's codes: https://developers.cloudflare.com/d1/observability/debug-d1/"""
    errors = body.get("errors") if isinstance(body, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else {}
    code, said = first.get("code"), _said(first.get("message"))
    if code in (10000, 9109, 1000, 6003) or status == 401:
        return NotSignedIn(
            f"Cloudflare does not accept this connection's token.{said}",
            "Make a token with Account, D1, Read for this account, and reconnect.",
        )
    if code == 7403 or status == 403:
        return NotAllowed(
            f"The token may not read this database.{said}",
            "Give it Account, D1, Read for this account.",
        )
    if code == 7404 or (status == 404 and code):
        return NotFound(
            "Cloudflare knows no such database in this account.",
            "Check the account id and the database id of the connection.",
        )
    if re.search("timed? ?out|exceeded|too long", said, re.IGNORECASE):
        return TooBig(f"D1 stopped the query.{said}", "Filter by an indexed column, or read less.")
    if code == 7500 or status == 400:
        return Invalid(
            f"D1 refused the query.{said}", "Check names with list_tables and describe_table."
        )
    return None


def _said(message: Any) -> str:
    words = re.sub(r"\s+", " ", str(message or "")).strip().rstrip(".")
    return f' It says: "{words[:300]}".' if words else ""


def _foreign() -> ConnectorError:
    return Unavailable(
        "The answer is not in the format of Cloudflare's D1 API.", "Try again in a moment."
    )
