"""The Management API runs queries without a search path, so each table needs its schema."""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from bot.connectors.sql.dialects import Dialect
from bot.connectors.sql.guard import render


def with_schemas(sql: str) -> str:
    """The query with `public.` before tables without a schema, but not before names of WITH."""
    tree = sqlglot.parse_one(sql, dialect="postgres")
    named = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        own = table.name in named or table.name.lower().startswith("pg_")
        if isinstance(table.this, exp.Identifier) and not table.db and not own:
            table.set("db", exp.to_identifier("public"))
    return render(tree, Dialect.POSTGRES)
