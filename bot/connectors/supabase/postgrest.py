"""A simple SELECT as a request to PostgREST, which reads one table and knows no SQL.

Columns, JSON paths, comparisons, AND, OR, NOT, IN, LIKE, BETWEEN, IS, ORDER BY, LIMIT and OFFSET
can be said; what cannot is refused with what would open it.

Source: https://docs.postgrest.org/en/stable/references/api/tables_views.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from bot.connectors.errors import Invalid
from bot.connectors.sql.dialects import Dialect
from bot.connectors.sql.guard import checked
from bot.connectors.sql.limits import limited

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "eq",
    exp.NEQ: "neq",
    exp.GT: "gt",
    exp.GTE: "gte",
    exp.LT: "lt",
    exp.LTE: "lte",
    exp.NullSafeNEQ: "isdistinct",
}
_MIRRORED = {"gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte"}
_PATTERNS: dict[type[exp.Expr], str] = {
    exp.Like: "like",
    exp.ILike: "ilike",
    exp.RegexpLike: "match",
    exp.RegexpILike: "imatch",
}
_ARGUMENTS = frozenset({"this", "expression", "expressions", "low", "high", "negate", "table"})
"""What a condition may hold. Anything else, such as SYMMETRIC, would be lost on the way."""
_PARTS = frozenset({"expressions", "from_", "where", "order", "limit", "offset"})


@dataclass(frozen=True)
class Reading:
    """A GET of rows: the table, its schema if one was named, and the query's parameters."""

    table: str
    schema: str
    parameters: dict[str, str]


class NeedsSql(Invalid):
    """More than PostgREST can do."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"This connection cannot run SQL, so {what} cannot be asked: it reads one table at a "
            "time, by columns, WHERE, ORDER BY and LIMIT.",
            "Ask it that way and join or count from the rows; or let an owner add a management "
            "token or the project's read-only SQL function to the connection (docs/sql.md).",
        )


def to_reading(sql: str, most: int) -> Reading:
    """The request that reads what the query asks, of at most `most` rows.

    Raises:
        Refused: the read-only guard refused the query.
        NeedsSql: naming the part that cannot be said.
    """
    query = limited(checked(sql, Dialect.POSTGRES), Dialect.POSTGRES, most)
    if not isinstance(query, exp.Select):
        raise NeedsSql("UNION, VALUES and the like")
    for name, value in query.args.items():
        if value and name not in _PARTS:
            raise NeedsSql(f"{name.strip('_').upper()}")
    table = _table(query)
    parameters = {"select": ",".join(_selected(one) for one in query.expressions)}
    where = query.args.get("where")
    if where is not None:
        parameters["and"] = f"({_condition(where.this)})"
    if query.args.get("order"):
        parameters["order"] = ",".join(_ordered(one) for one in query.args["order"].expressions)
    parameters |= dict(_bounds(query))
    return Reading(_exact(table.this), table.db, parameters)


def _table(query: exp.Select) -> exp.Table:
    source = query.args.get("from_")
    table = source.this if source is not None else None
    if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
        raise NeedsSql("anything but one table after FROM")
    if any(table.args.get(part) for part in ("joins", "laterals", "sample", "pivots")):
        raise NeedsSql("JOIN")
    return table


def _selected(part: exp.Expr) -> str:
    if isinstance(part, exp.Star):
        return "*"
    if isinstance(part, exp.Alias):
        return f"{_name(part.args['alias'])}:{_field(part.this)}"
    return _field(part)


def _field(part: exp.Expr) -> str:
    """A column, or a path into a JSON column: `profile->address->>city`."""
    if isinstance(part, exp.Paren):
        return _field(part.this)
    if isinstance(part, exp.Column) and isinstance(part.this, exp.Identifier):
        return _name(part.this)
    if isinstance(part, exp.JSONExtract | exp.JSONExtractScalar):
        arrow = "->>" if isinstance(part, exp.JSONExtractScalar) else "->"
        return f"{_field(part.this)}{arrow}{_step(part.expression)}"
    raise NeedsSql(f"{part.sql('postgres', comments=False)[:60]}")


def _step(path: exp.Expr) -> str:
    steps = [one for one in path.expressions if not isinstance(one, exp.JSONPathRoot)]
    if len(steps) == 1 and isinstance(steps[0], exp.JSONPathKey | exp.JSONPathSubscript):
        text = str(steps[0].this)
        if re.fullmatch(r"\w+", text):
            return text
    raise NeedsSql("a JSON path of that kind")


def _name(identifier: exp.Expr) -> str:
    """A column's name, in double quotes where it holds more than letters, digits and _."""
    name = _exact(identifier)
    if re.fullmatch(r"[A-Za-z_]\w*", name):
        return name
    if re.fullmatch(r"[\w \-]+", name):
        return f'"{name}"'
    raise NeedsSql("a column of that name")


def _exact(identifier: exp.Expr) -> str:
    """The name as PostgreSQL reads it: in lower case if it stands without quotes."""
    return identifier.name if identifier.args.get("quoted") else identifier.name.lower()


def _condition(part: exp.Expr, negated: bool = False) -> str:
    """A condition in PostgREST's notation for `and=(…)`."""
    extra = [name for name, value in part.args.items() if value and name not in _ARGUMENTS]
    if extra:
        raise NeedsSql(f"{part.sql('postgres', comments=False)[:60]}")
    negated ^= bool(part.args.get("negate"))
    no = "not." if negated else ""
    if isinstance(part, exp.Paren):
        return _condition(part.this, negated)
    if isinstance(part, exp.Not):
        return _condition(part.this, not negated)
    if isinstance(part, exp.And | exp.Or):
        word = "and" if isinstance(part, exp.And) else "or"
        inner = ",".join(_condition(one) for one in part.flatten())
        return f"{no}{word}({inner})"
    if isinstance(part, exp.Between):
        low, high = _value(part.args["low"]), _value(part.args["high"])
        column = _field(part.this)
        return f"{no}and({column}.gte.{low},{column}.lte.{high})"
    column, comparison = _comparison(part)
    return f"{column}.{no}{comparison}"


def _comparison(part: exp.Expr) -> tuple[str, str]:
    if isinstance(part, exp.Column):
        return _field(part), "is.true"
    if isinstance(part, exp.Is):
        return _field(part.this), f"is.{_is_word(part.expression)}"
    if isinstance(part, exp.In):
        return _field(part.this), f"in.({','.join(_listed(part))})"
    if type(part) in _PATTERNS:
        return _field(part.this), f"{_PATTERNS[type(part)]}.{_pattern(part)}"
    if type(part) in _COMPARISONS:
        return _compared(part, _COMPARISONS[type(part)])
    raise NeedsSql(f"{part.sql('postgres', comments=False)[:60]}")


def _compared(part: exp.Expr, word: str) -> tuple[str, str]:
    left, right = part.this, part.expression
    if _is_value(left) and not _is_value(right):
        left, right, word = right, left, _MIRRORED.get(word, word)
    return _field(left), f"{word}.{_value(right)}"


def _listed(part: exp.In) -> Iterator[str]:
    if part.args.get("query") or part.args.get("unnest") or part.args.get("field"):
        raise NeedsSql("a subquery")
    for one in part.expressions:
        yield _value(one)


def _is_word(value: exp.Expr) -> str:
    if isinstance(value, exp.Null):
        return "null"
    if isinstance(value, exp.Boolean):
        return "true" if value.this else "false"
    raise NeedsSql("IS with that value")


def _pattern(part: exp.Expr) -> str:
    """PostgREST reads * in a LIKE pattern as %, so a pattern with a real * cannot be said."""
    value = _value(part.expression)
    if isinstance(part, exp.Like | exp.ILike) and "*" in value:
        raise NeedsSql("a LIKE pattern with a *")
    return value


def _is_value(part: exp.Expr) -> bool:
    inner = part.this if isinstance(part, exp.Neg | exp.Cast | exp.Paren) else part
    return isinstance(inner, exp.Literal | exp.Boolean)


def _value(part: exp.Expr) -> str:
    """A value; texts in double quotes, in which commas, dots and brackets stand for themselves."""
    if isinstance(part, exp.Paren | exp.Cast) and _is_value(part):
        return _value(part.this)
    if isinstance(part, exp.Neg) and isinstance(part.this, exp.Literal):
        return f"-{part.this.name}"
    if isinstance(part, exp.Boolean):
        return "true" if part.this else "false"
    if isinstance(part, exp.Literal):
        escaped = part.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"' if part.is_string else part.name
    raise NeedsSql(f"the value {part.sql('postgres', comments=False)[:60]}")


def _ordered(part: exp.Expr) -> str:
    words = [_field(part.this), "desc" if part.args.get("desc") else "asc"]
    if part.args.get("nulls_first") is not None:
        words.append("nullsfirst" if part.args["nulls_first"] else "nullslast")
    return ".".join(words)


def _bounds(query: exp.Select) -> Iterator[tuple[str, str]]:
    limit = query.args["limit"]
    count = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.expression
    yield "limit", count.name if count is not None else "1"
    offset = query.args.get("offset")
    if offset is not None:
        if not isinstance(offset.expression, exp.Literal):
            raise NeedsSql("an OFFSET that is not a number")
        yield "offset", offset.expression.name
