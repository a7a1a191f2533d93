"""The queries that list and describe PostgreSQL's tables, and the shape of their answers.

They serve connections that run SQL in different ways (a driver, an HTTP API), so names are written
into them as literals. Each answer is one column of JSON named `about`.
"""

from __future__ import annotations

from typing import Any

from bot.connectors.errors import Invalid
from bot.connectors.results import Row
from bot.connectors.sql.listing import key_words, without_nothing
from bot.connectors.sql.reading import MAX_ROWS

_KINDS = "'r', 'p', 'v', 'm', 'f'"
_OURS = (
    "n.nspname not in ('pg_catalog', 'information_schema', 'auth', 'vault', 'pgsodium') "
    "and n.nspname not like 'pg\\_toast%' and n.nspname not like 'pg\\_temp%'"
)
_FROM = f"""
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ({_KINDS}) and {_OURS}
"""
_KIND = """
case c.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view'
when 'm' then 'materialized view' else 'foreign table' end
"""
_BASICS = f"""
'schema', n.nspname, 'table', c.relname, 'kind', {_KIND},
'rows_estimate', case when c.relkind = 'v' or c.reltuples < 0 then null
                 else c.reltuples::bigint end,
'size', case when c.relkind in ('r', 'm') and {{may_look}}
        then pg_size_pretty(pg_total_relation_size(c.oid)) end,
'comment', obj_description(c.oid, 'pg_class')
""".replace("{may_look}", "has_schema_privilege(n.oid, 'usage')")
_READABLE = "has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select')"


def list_query(schema: str | None, part: str | None) -> str:
    """One row a table, one more than is shown, in the order of schema and name."""
    where = _condition("n.nspname", schema)
    if part:
        where += f" and strpos(lower(c.relname), lower({literal(part)})) > 0"
    return f"""
    select jsonb_build_object({_BASICS}, 'readable', {_READABLE}) as about
    {_FROM} {where} order by n.nspname, c.relname limit {MAX_ROWS + 1}
    """


def count_query() -> str:
    """How many tables each schema has."""
    return f"""
    select jsonb_build_object('schema', n.nspname, 'tables', count(*)) as about
    {_FROM} group by n.nspname order by n.nspname limit {MAX_ROWS}
    """


def names_query() -> str:
    """Names to compare a mistyped one with."""
    return f"""
    select jsonb_build_object('name', n.nspname || '.' || c.relname) as about
    {_FROM} order by 1 limit 2000
    """


def describe_query(schema: str | None, table: str) -> str:
    """One row for each table of that name. `Document` data is made of it by `table_page`."""
    return f"""
    select jsonb_build_object({_BASICS},
      'columns', (select jsonb_agg(jsonb_build_object('name', a.attname,
          'type', format_type(a.atttypid, a.atttypmod), 'nullable', not a.attnotnull,
          'default', pg_get_expr(d.adbin, d.adrelid),
          'comment', col_description(c.oid, a.attnum)) order by a.attnum)
        from pg_catalog.pg_attribute a left join pg_catalog.pg_attrdef d
          on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
      'indexes', (select jsonb_agg(jsonb_build_object('name', i.relname,
          'unique', x.indisunique, 'definition', pg_get_indexdef(x.indexrelid))
          order by i.relname)
        from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid
        where x.indrelid = c.oid),
      'primary_key', (select jsonb_agg(a.attname order by array_position(k.conkey, a.attnum))
        from pg_catalog.pg_constraint k join pg_catalog.pg_attribute a
          on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
        where k.conrelid = c.oid and k.contype = 'p'),
      'foreign_keys', (select jsonb_agg(jsonb_build_object(
          'columns', (select jsonb_agg(a.attname order by array_position(k.conkey, a.attnum))
            from pg_catalog.pg_attribute a
            where a.attrelid = k.conrelid and a.attnum = any(k.conkey)),
          'references', substring(pg_get_constraintdef(k.oid) from 'REFERENCES (.*?\\))')
          ) order by k.conname)
        from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.contype = 'f'),
      'referenced_by', (select jsonb_agg(distinct k.conrelid::regclass::text)
        from pg_catalog.pg_constraint k where k.confrelid = c.oid and k.contype = 'f')
    ) as about
    {_FROM} and c.relname = {literal(table)} {_condition("n.nspname", schema)}
    order by n.nspname limit {MAX_ROWS}
    """  # noqa: S608 - literals are quoted


def listed_row(about: Row) -> Row:
    """A table of the list; whether it may be read is only said of those that may not."""
    names = ("schema", "table", "kind", "rows_estimate", "size", "comment")
    kind = about["kind"] if about["readable"] else f"{about['kind']}, no right to read it"
    return {**{name: about[name] for name in names}, "kind": kind}


def table_page(about: Row) -> Row:
    foreign = about["foreign_keys"] or []
    primary = about["primary_key"] or []
    columns = [
        without_nothing({**column, "key": key_words(column["name"], primary, foreign)})
        for column in about["columns"] or []
    ]
    return without_nothing({**about, "columns": columns})


def literal(text: str) -> str:
    """A text as SQL writes it, whichever way the server reads backslashes.

    Raises:
        Invalid: it holds a backslash or an invisible character, which no sensible name does.
    """
    if "\\" in text or any(ord(letter) < 32 for letter in text):
        raise Invalid("That name holds characters that are not allowed in names here.")
    return "'" + text.replace("'", "''") + "'"


def _condition(column: str, value: str | None) -> str:
    return f" and {column} = {literal(value)}" if value else ""


def abouts(records: Any) -> list[Row]:
    return [record[0] for record in records]
