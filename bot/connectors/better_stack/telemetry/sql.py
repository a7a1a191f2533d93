"""Holding a query to one source: reading only, its own tables, a span of time, a number of rows.

Better Stack's tables are reached by two table functions, `remote(t400_shop_logs)` for the newest
rows and `s3Cluster(primary, t400_shop_s3)` for older ones. The read-only guard refuses table
functions, and rightly, since in ClickHouse they reach other servers. So each of these two is taken
out and a stand-in name put in its place; the guard checks the query; and only then each stand-in
becomes, in the parsed query, a subquery over a table that belongs to the source, bounded in time.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from bot.connectors.better_stack.telemetry.spans import Span
from bot.connectors.errors import Invalid
from bot.connectors.sql.dialects import Dialect
from bot.connectors.sql.reading import MAX_ROWS
from bot.connectors.sql.rules import Refused, Rule

if TYPE_CHECKING:
    from sqlglot import exp

STAND_IN = "source_table_"
_TABLE_FUNCTION = re.compile(
    r"\b(?:remote\s*\(|s3Cluster\s*\(\s*primary\s*,)\s*([A-Za-z0-9_]+)\s*\)", re.IGNORECASE
)


async def held(sql: str, tables: Collection[str], span: Span) -> str:
    """The query as it may be sent. sqlglot is slow to load, so this is done in a thread.

    Raises:
        Invalid: it does not only read, or reads something else than the tables.
    """
    return await asyncio.to_thread(_held, sql, frozenset(tables), span)


def _held(sql: str, tables: frozenset[str], span: Span) -> str:
    import sqlglot
    from sqlglot import exp

    from bot.connectors.sql.grammar import DIALECTS
    from bot.connectors.sql.guard import guarded, render

    grammar = DIALECTS[Dialect.CLICKHOUSE]
    plain = _TABLE_FUNCTION.sub(lambda call: STAND_IN + call[1], sql)
    tree = sqlglot.parse_one(guarded(plain, Dialect.CLICKHOUSE, MAX_ROWS + 1), dialect=grammar)
    if not isinstance(tree, exp.Query):
        raise Refused(Rule.NOT_A_QUERY)
    named = _names_of_parts(tree)
    for table in list(tree.find_all(exp.Table)):
        if table.name in named and not table.db:
            continue
        base = table.name.removeprefix(STAND_IN)
        if table.db or base == table.name or base not in tables:
            known = ", ".join(sorted(tables))
            raise Invalid(f"{base} is no table of this source, so the query was not run.", known)
        inner = sqlglot.parse_one(_bounded(base, span), dialect=grammar)
        alias = exp.TableAlias(this=exp.to_identifier(table.alias or base))
        table.replace(exp.Subquery(this=inner, alias=alias))
    return render(tree, Dialect.CLICKHOUSE)


def _names_of_parts(tree: exp.Query) -> set[str]:
    """The names that WITH gives, at the top only: deeper down they hold for a part of the query,
    and the same name elsewhere would be a table's."""
    from sqlglot import exp

    top = {part.alias for part in tree.ctes}
    if len(list(tree.find_all(exp.CTE))) != len(top):
        raise Refused(Rule.SYNTAX, "WITH inside a part of the query")
    return top


def _bounded(table: str, span: Span) -> str:
    where = f"s3Cluster(primary, {table})" if table.endswith("_s3") else f"remote({table})"
    return f"SELECT * FROM {where} WHERE dt >= {_at(span.since)} AND dt <= {_at(span.until)}"  # noqa: S608


def _at(moment: str) -> str:
    return f"toDateTime64('{moment}', 3, 'UTC')"


def text(value: str) -> str:
    """A text as ClickHouse reads it."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
