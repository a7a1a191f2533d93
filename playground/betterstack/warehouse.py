"""The SQL endpoint: ClickHouse's SQL over the seeded rows, really run.

A query is parsed as ClickHouse, brought over to SQLite and run there, on tables that hold the rows
of the sources, so that filters, groups and limits count. Of ClickHouse's functions there are those
that questions about logs need; another one is an error, as at the vendor's, and never a guess.
"""

import base64
import hmac
import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from playground.betterstack.records import Json
from playground.betterstack.telemetry import Rows, column

SQL_USERNAME = "demo-sql-user"
SQL_PASSWORD = "demo-sql-password"  # noqa: S105 - made up
QUOTE_64 = "output_format_json_quote_64bit_integers"
SETTINGS = frozenset({"output_format_pretty_row_numbers", QUOTE_64})
EMPTY_COLUMNS = ("dt", "raw", "_row_type")

_FORMAT = re.compile(r"\bFORMAT\s+JSONEachRow\s*;?\s*$", re.IGNORECASE)
_STEPS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86_400, "WEEK": 604_800}


class SqlProblem(Exception):
    """An answer that is an error, in ClickHouse's words."""

    def __init__(self, status: int, code: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.text = f"Code: {code}. DB::Exception: {words} (version 25.4.1)\n"


def check_sign_in(header: str | None) -> None:
    """Raises the 401 of a wrong username or password; an API token is one, too."""
    wanted = base64.b64encode(f"{SQL_USERNAME}:{SQL_PASSWORD}".encode()).decode()
    if not hmac.compare_digest(f"Basic {wanted}".encode(), (header or "").encode()):
        raise SqlProblem(401, 516, "Authentication failed: password is incorrect")


def answer(sql: str, tables: Mapping[str, Rows], now: datetime, query: Mapping[str, str]) -> str:
    """The answer's body: an object a line."""
    unknown = sorted(set(query) - SETTINGS)
    if unknown:
        raise SqlProblem(400, 115, f"Setting {unknown[0]} is neither a builtin setting nor started")
    if not _FORMAT.search(sql):
        raise SqlProblem(400, 73, "The sandbox only answers in FORMAT JSONEachRow")
    quoted = query.get(QUOTE_64, "1") != "0"
    rows = _run(_FORMAT.sub("", sql), tables, now)
    return "".join(json.dumps(_shown(row, quoted)) + "\n" for row in rows)


def _shown(row: Json, quoted: bool) -> Json:
    """Whole numbers of 64 bits are texts, unless the setting says otherwise."""
    if not quoted:
        return row
    return {name: str(v) if type(v) is int else v for name, v in row.items()}


def _run(sql: str, tables: Mapping[str, Rows], now: datetime) -> list[Json]:
    try:
        parsed = sqlglot.parse(sql, dialect="clickhouse")
    except SqlglotError as error:
        raise _syntax(str(error)) from None
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Query):
        raise SqlProblem(403, 164, "Cannot execute query in readonly mode")
    names = {name for name, _ in _sources(parsed[0], tables)}
    tree = parsed[0].transform(lambda node: _brought_over(node, now))
    with sqlite3.connect(":memory:") as database:
        for name in names:
            _fill(database, name, tables[name])
        _teach(database)
        try:
            cursor = database.execute(tree.sql(dialect="sqlite"))
            columns = [one[0] for one in cursor.description]
            found = [dict(zip(columns, values, strict=True)) for values in cursor]
        except sqlite3.Error as error:
            raise SqlProblem(404, 47, f"Unknown expression or function: {error}") from None
    database.close()
    return found


def _syntax(words: str) -> SqlProblem:
    said = re.sub(r"\x1b\[[0-9;]*m", "", words).splitlines()[0]
    return SqlProblem(400, 62, f"Syntax error: {said}. (SYNTAX_ERROR)")


def _sources(tree: exp.Expr, tables: Mapping[str, Rows]) -> list[tuple[str, exp.Table]]:
    """Each table of a query that is one of ours, by the table function that leads there."""
    named = {part.alias for part in tree.find_all(exp.CTE)}
    found = []
    for table in tree.find_all(exp.Table):
        call = table.this
        if isinstance(call, exp.Identifier) and table.name in named:
            continue
        name = _table_name(call)
        if name is None:
            raise SqlProblem(403, 497, f"Not enough privileges to read {table.name}")
        if name not in tables:
            raise SqlProblem(404, 60, f"Unknown table expression identifier '{name}'")
        table.set("this", exp.to_identifier(name))
        found.append((name, table))
    return found


def _table_name(call: exp.Expr) -> str | None:
    if not isinstance(call, exp.Anonymous):
        return None
    arguments = [str(one.name) for one in call.expressions]
    function = str(call.this).lower()
    if function == "remote" and len(arguments) == 1 and not arguments[0].endswith("_s3"):
        return arguments[0]
    if function == "s3cluster" and len(arguments) == 2 and arguments[0] == "primary":
        return arguments[1]
    return None


def _brought_over(node: exp.Expression, now: datetime) -> exp.Expression:
    """A part of a query, said in what SQLite knows or was taught."""
    match node:
        case exp.CurrentTimestamp():
            return exp.Literal.string(column(now.astimezone(UTC)))
        case exp.Anonymous() if str(node.this).lower() in ("now", "now64"):
            return exp.Literal.string(column(now.astimezone(UTC)))
        case exp.Interval():
            return exp.Literal.number(_seconds(node))
        case exp.Add() | exp.Sub() if isinstance(node.expression, exp.Interval):
            seconds = _seconds(node.expression) * (1 if isinstance(node, exp.Add) else -1)
            left = _brought_over(node.this, now)
            return exp.Anonymous(this="ch_shift", expressions=[left, _number(seconds)])
        case exp.TimestampTrunc() | exp.DateTrunc():
            step = _STEPS.get(node.text("unit").upper(), 60)
            start = "toStartOfInterval"
            return exp.Anonymous(this=start, expressions=[node.this, _number(step)])
        case exp.ApproxDistinct():
            return exp.Count(this=exp.Distinct(expressions=[node.this]))
        case exp.CombinedAggFunc() if str(node.this) in ("countMerge", "sumMerge"):
            return exp.Sum(this=node.expressions[0])
        case exp.CombinedAggFunc() if str(node.this) == "avgMerge":
            return exp.Avg(this=node.expressions[0])
        case exp.JSONExtract() | exp.JSONExtractScalar():
            return _extract(node)
    return node


def _extract(node: exp.JSONExtract | exp.JSONExtractScalar) -> exp.Expression:
    name = "JSONExtractString" if isinstance(node, exp.JSONExtractScalar) else "JSONExtractRaw"
    keys = [part.this for part in node.expression.find_all(exp.JSONPathKey)]
    texts: list[exp.Expression] = [exp.Literal.string(key) for key in keys]
    return exp.Anonymous(this=name, expressions=[node.this, *texts])


def _seconds(interval: exp.Interval) -> int:
    return int(interval.name) * _STEPS.get(interval.text("unit").upper().rstrip("S"), 60)


def _number(value: int) -> exp.Expression:
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def _fill(database: sqlite3.Connection, name: str, rows: Rows) -> None:
    columns = list(rows[0]) if rows else list(EMPTY_COLUMNS)
    names = ", ".join(f'"{one}"' for one in columns)
    marks = ", ".join("?" for _ in columns)
    database.execute(f'CREATE TABLE "{name}" ({names})')
    database.executemany(
        f'INSERT INTO "{name}" VALUES ({marks})',  # noqa: S608 - names of ours
        ([row[one] for one in columns] for row in rows),
    )


def _teach(database: sqlite3.Connection) -> None:
    for name, function in FUNCTIONS.items():
        database.create_function(name, -1, function, deterministic=True)


def _field(raw: Any, *path: Any) -> Any:
    try:
        value = json.loads(raw)
    except (TypeError, ValueError):
        return None
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _raw(raw: Any, *path: Any) -> str:
    value = _field(raw, *path)
    return "" if value is None else json.dumps(value)


def _string(raw: Any, *path: Any) -> str:
    value = _field(raw, *path)
    return value if isinstance(value, str) else ""


def _float(raw: Any, *path: Any) -> float:
    try:
        return float(_field(raw, *path))
    except (TypeError, ValueError):
        return 0.0


def _whole_or_zero(value: Any) -> int:
    return int(value) if re.fullmatch(r"-?\d+", str(value)) else 0


def _moment(value: Any, *_: Any) -> str:
    parsed = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    return column(parsed.replace(tzinfo=parsed.tzinfo or UTC).astimezone(UTC))


def _shift(value: Any, seconds: int) -> str:
    return column(_read(value) + timedelta(seconds=seconds))


def _start_of(value: Any, seconds: int, *_: Any) -> str:
    at = _read(value)
    return column(at - timedelta(seconds=at.timestamp() % seconds))[:19]


def _read(value: Any) -> datetime:
    return datetime.fromisoformat(_moment(value)).replace(tzinfo=UTC)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "ch_shift": _shift,
    "toStartOfInterval": _start_of,
    "toDateTime": _moment,
    "toDateTime64": _moment,
    "parseDateTimeBestEffort": _moment,
    "JSONExtractRaw": _raw,
    "JSONExtractString": _string,
    "JSONExtractFloat": _float,
    "JSONExtractInt": lambda raw, *path: int(_float(raw, *path)),
    "JSONExtractUInt": lambda raw, *path: int(_float(raw, *path)),
    "JSONHas": lambda raw, *path: int(_field(raw, *path) is not None),
    "replaceAll": lambda text, old, new: str(text).replace(old, new),
    "toInt32OrZero": _whole_or_zero,
    "toUInt16OrZero": _whole_or_zero,
    "toUInt32": lambda value: int(value or 0),
    "toString": str,
    "positionCaseInsensitive": lambda text, part: str(text).lower().find(part.lower()) + 1,
    "position": lambda text, part: str(text).find(part) + 1,
}
