"""Holding a query to a number of rows where it stands, so that nobody fetches all."""

from __future__ import annotations

from sqlglot import exp

from bot.connectors.sql.dialects import Dialect
from bot.connectors.sql.rules import Refused, Rule


def limited(query: exp.Query | exp.Values, dialect: Dialect, most: int) -> exp.Query:
    """The query with a limit of its own or ours, whichever is less.

    A limit is set on the query itself, as MariaDB loses the order of rows inside a subquery and
    MySQL refuses two columns of one name there. Where the limit cannot be told from its text, or
    belongs to a part of it, the query becomes a subquery (PostgreSQL, ClickHouse) or is refused.

    Raises:
        Refused: the limit is not a plain number.
    """
    if isinstance(query, exp.Values) or _binds_to_the_last_part(query, dialect):
        return _around(query, most)
    limit = query.args.get("limit")
    if limit is None or _is_all(limit):
        query.set("limit", _limit(most))
        return query
    asked = _plain_number(limit)
    if asked is None:
        return _around(query, most) if dialect is Dialect.POSTGRES else _refuse()
    if asked > most:
        query.set("limit", _limit(most))
    return query


def _binds_to_the_last_part(query: exp.Query, dialect: Dialect) -> bool:
    """In ClickHouse, `a UNION ALL b LIMIT 5` limits b alone."""
    return dialect is Dialect.CLICKHOUSE and not isinstance(query, exp.Select)


def _around(query: exp.Query | exp.Values, most: int) -> exp.Query:
    inner = exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier("result")))
    return exp.Select(expressions=[exp.Star()], from_=exp.From(this=inner), limit=_limit(most))


def _limit(most: int) -> exp.Limit:
    return exp.Limit(expression=exp.Literal.number(most))


def _is_all(limit: exp.Expr) -> bool:
    return isinstance(limit.args.get("expression"), exp.Var | exp.Null)


def _plain_number(limit: exp.Expr) -> int | None:
    """The rows that a LIMIT or FETCH asks for, None where that is no plain number."""
    options = limit.args.get("limit_options")
    if options is not None and (options.args.get("with_ties") or options.args.get("percent")):
        return None
    count = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.expression
    if isinstance(limit, exp.Fetch) and count is None:
        return 1
    if isinstance(count, exp.Literal) and not count.is_string and count.name.isdigit():
        return int(count.name)
    return None


def _refuse() -> exp.Query:
    raise Refused(Rule.LIMIT)
