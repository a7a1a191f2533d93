"""The queries that list and describe ClickHouse's tables, and the shape of their answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.connectors.results import Row
from bot.connectors.sql.listing import without_nothing
from bot.connectors.sql.postgres import literal
from bot.connectors.sql.reading import MAX_ROWS

_OURS = (
    "database not in ('system', 'INFORMATION_SCHEMA', 'information_schema') and not is_temporary"
)


def list_query(database: str | None, part: str | None) -> str:
    where = f" and database = {literal(database)}" if database else ""
    if part:
        where += f" and positionCaseInsensitive(name, {literal(part)}) > 0"
    return (
        "select database, name, engine, total_rows, formatReadableSize(total_bytes), comment "  # noqa: S608
        f"from system.tables where {_OURS}{where} order by database, name limit {MAX_ROWS + 1}"
    )


def count_query() -> str:
    return (
        f"select database, count() from system.tables where {_OURS} "  # noqa: S608 - constants
        f"group by database order by database limit {MAX_ROWS}"
    )


def names_query() -> str:
    return f"select database, name from system.tables where {_OURS} limit 2000"  # noqa: S608


def table_query(database: str, table: str) -> str:
    return (
        "select database, name, engine, total_rows, formatReadableSize(total_bytes), comment, "  # noqa: S608
        "partition_key, sorting_key, primary_key from system.tables "
        f"where database = {literal(database)} and name = {literal(table)}"
    )


def columns_query(database: str, table: str) -> str:
    return (
        "select name, type, default_kind, default_expression, comment, is_in_partition_key, "  # noqa: S608
        "is_in_sorting_key, is_in_primary_key from system.columns "
        f"where database = {literal(database)} and table = {literal(table)} order by position"
    )


def indexes_query(database: str, table: str) -> str:
    return (
        "select name, type, expr from system.data_skipping_indices "  # noqa: S608 - quoted
        f"where database = {literal(database)} and table = {literal(table)} order by name"
    )


def listed_row(record: Sequence[Any]) -> Row:
    database, table, engine, rows, size, comment = record[:6]
    return {
        "schema": database,
        "table": table,
        "kind": engine,
        "rows_estimate": None if rows is None else int(rows),
        "size": size,
        "comment": comment,
    }


def table_page(
    about: Sequence[Any], columns: Sequence[Sequence[Any]], indexes: Sequence[Sequence[Any]]
) -> Row:
    page = {
        **listed_row(about),
        "partition_key": about[6],
        "sorting_key": about[7],
        "primary_key": [column[0] for column in columns if column[7]],
        "columns": [_column(column) for column in columns],
        "indexes": [
            {"name": name, "type": kind, "expression": expression}
            for name, kind, expression in indexes
        ],
    }
    return without_nothing(page)


def _column(column: Sequence[Any]) -> Row:
    name, kind, default_kind, default, comment, partition, sorting, primary = column
    keys = [("primary", primary), ("sorting", sorting), ("partition", partition)]
    return without_nothing(
        {
            "name": name,
            "type": kind,
            "nullable": str(kind).startswith("Nullable("),
            "default": f"{default_kind} {default}".strip(),
            "comment": comment,
            "key": ", ".join(word for word, is_in in keys if is_in),
        }
    )
