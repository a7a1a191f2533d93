"""What list_tables and describe_table have in common, whatever the database."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from bot.connectors.errors import Invalid, NotFound
from bot.connectors.results import Document, Row, Rows
from bot.connectors.sql.reading import MAX_ROWS

SchemaName = Annotated[
    str | None, Field(max_length=200, description="Only the tables of this schema.")
]
NamePart = Annotated[
    str | None,
    Field(max_length=200, description="Only tables whose name contains this, such as order."),
]
TableName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=300,
        description="The table as list_tables names it, with its schema if it has one: "
        "public.orders.",
    ),
]
Sql = Annotated[
    str, Field(min_length=1, max_length=20_000, description="One SELECT, in this database's SQL.")
]

_PART = re.compile(r'"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|([^."`]+)')


def split_name(table: str) -> tuple[str | None, str]:
    """`public.orders`, `orders` or `"my.schema"."orders"` as schema and table.

    Raises:
        Invalid: it is no name of a table.
    """
    parts = [
        (a.replace('""', '"') or b.replace("``", "`") or c).strip()
        for a, b, c in _PART.findall(table)
    ]
    if not 1 <= len(parts) <= 2 or not all(parts):
        raise Invalid(
            "That is not the name of a table.",
            "Write it as list_tables names it: table, or schema.table.",
        )
    return (parts[0] if len(parts) == 2 else None), parts[-1]


def listed(
    found: Sequence[Row], title: str, schemas: Mapping[str, int] | None = None, note: str = ""
) -> Rows:
    """Tables of a list that was asked for one more than is shown. `schemas` counts them all."""
    more = len(found) > MAX_ROWS
    cut = f"Only the first {MAX_ROWS} tables are listed; narrow it by name." if more else ""
    if more and schemas:
        counts = ", ".join(f"{name} ({count})" for name, count in schemas.items())
        cut = f"{cut} Tables by schema: {counts}."
    return Rows(list(found[:MAX_ROWS]), title=title, cut=" ".join(filter(None, (cut, note))))


def described(about: Row, *, note: str = "") -> Document:
    """A table's page: its columns, keys, indexes and foreign keys."""
    name = ".".join(str(about[part]) for part in ("schema", "table") if about.get(part))
    return Document(about, title=f"Table {name}", cut=note)


def only_one(found: Sequence[Row], table: str, known: Iterable[str] = ()) -> Row:
    """The one table that was meant.

    Raises:
        NotFound: there is none; says which names are close.
        Invalid: several schemas have one.
    """
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{row['schema']}.{row['table']}" for row in found[:10])
        raise Invalid(f"Several tables have that name: {names}.", "Say which, with its schema.")
    close = difflib.get_close_matches(table, list(known), n=3, cutoff=0.5)
    hint = f" Close to it: {', '.join(close)}." if close else ""
    raise NotFound(
        f"There is no table {table[:100]} that this connection can see.{hint}",
        "Use list_tables to see the tables.",
    )


def key_words(column: str, primary: Sequence[str], foreign: Sequence[Row]) -> str:
    """What a column is a key of: `primary`, `references customers(id)`."""
    words = ["primary"] if column in primary else []
    words += [f"references {key['references']}" for key in foreign if column in key["columns"]]
    return ", ".join(words)


def without_nothing(row: Mapping[str, Any]) -> Row:
    """A row without the fields that have nothing to say."""
    return {name: value for name, value in row.items() if value not in (None, "", [])}
