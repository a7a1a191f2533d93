"""The queries that list and describe MySQL's tables, and the shape of their answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from bot.connectors.results import Row
from bot.connectors.sql.listing import key_words, without_nothing

_OURS = "table_schema not in ('mysql', 'information_schema', 'performance_schema', 'sys')"

LIST = f"""
select table_schema, table_name, table_type, table_rows, data_length + index_length, table_comment
from information_schema.tables
where {_OURS} and table_schema like %s and table_name like %s
order by table_schema, table_name
"""  # noqa: S608 - constants
COUNT = f"""
select table_schema, count(*) from information_schema.tables where {_OURS}
group by table_schema order by table_schema limit 100
"""  # noqa: S608 - constants
NAMES = f"""
select table_schema, table_name from information_schema.tables where {_OURS} limit 2000
"""  # noqa: S608 - constants
ONE = """
select table_schema, table_name, table_type, table_rows, data_length + index_length, table_comment
from information_schema.tables where table_schema = %s and table_name = %s
"""
COLUMNS = """
select column_name, column_type, is_nullable, column_default, extra, column_comment
from information_schema.columns where table_schema = %s and table_name = %s
order by ordinal_position
"""
INDEXES = """
select index_name, non_unique, column_name from information_schema.statistics
where table_schema = %s and table_name = %s order by index_name, seq_in_index
"""
KEYS = """
select constraint_name, column_name, referenced_table_schema, referenced_table_name,
       referenced_column_name
from information_schema.key_column_usage
where table_schema = %s and table_name = %s and referenced_table_name is not null
order by constraint_name, ordinal_position
"""

_KINDS = {"BASE TABLE": "table", "VIEW": "view", "SYSTEM VIEW": "view", "SEQUENCE": "sequence"}


def pattern(text: str) -> str:
    """A text for LIKE that stands for itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def listed_row(record: Sequence[Any]) -> Row:
    schema, table, kind, rows, size, comment = record
    return {
        "schema": schema,
        "table": table,
        "kind": _KINDS.get(kind, str(kind).lower()),
        "rows_estimate": None if rows is None else int(rows),
        "size": None if size is None else f"{int(size) // 1024} kB",
        "comment": comment if comment != "VIEW" else "",
    }


def table_page(
    about: Sequence[Any],
    columns: Iterable[Sequence[Any]],
    indexes: Iterable[Sequence[Any]],
    keys: Iterable[Sequence[Any]],
) -> Row:
    found = [_index(name, list(parts)) for name, parts in groupby(indexes, lambda one: one[0])]
    foreign = [_foreign_key(list(parts)) for _, parts in groupby(keys, lambda one: one[0])]
    primary: list[str] = next(
        (index["columns"] for index in found if index["name"] == "PRIMARY"), []
    )
    page = {
        **listed_row(about),
        "columns": [_column(column, primary, foreign) for column in columns],
        "primary_key": primary,
        "indexes": found,
        "foreign_keys": foreign,
    }
    return without_nothing(page)


def _column(column: Sequence[Any], primary: list[str], foreign: list[Row]) -> Row:
    name, kind, nullable, default, extra, comment = column
    return without_nothing(
        {
            "name": name,
            "type": _text(kind),
            "nullable": nullable == "YES",
            "default": None if default == "NULL" else _text(default),
            "extra": extra,
            "comment": comment,
            "key": key_words(name, primary, foreign),
        }
    )


def _index(name: str, parts: list[Sequence[Any]]) -> Row:
    columns = [part[2] or "(expression)" for part in parts]
    return {"name": name, "unique": not parts[0][1], "columns": columns}


def _foreign_key(parts: list[Sequence[Any]]) -> Row:
    schema, table = parts[0][2], parts[0][3]
    targets = ", ".join(part[4] for part in parts)
    return {
        "columns": [part[1] for part in parts],
        "references": f"{schema}.{table}({targets})",
    }


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value
