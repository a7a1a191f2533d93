"""Log lines as rows: the time, the level, the message, and what else most lines say."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.connectors.results import Row

MOST_COLUMNS = 14
LONGEST_VALUE = 500
FIRST = ("level", "status", "message")
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?")
_TIMES = frozenset(("dt", "time", "timestamp", "@timestamp"))


def line_rows(lines: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Rows of one shape. `raw` is a line's JSON; a line that is none stays as its message."""
    flat = [dict(_fields(line.get("raw"))) for line in lines]
    counted = Counter(name for fields in flat for name in fields if name not in _TIMES)
    usual = [name for name, _ in counted.most_common() if name not in FIRST]
    names = [*(name for name in FIRST if name in counted), *usual][:MOST_COLUMNS]
    return [
        {"time": iso(line.get("dt")), **{name: fields.get(name) for name in names}}
        for line, fields in zip(lines, flat, strict=True)
    ]


def timed(rows: Sequence[Row], *names: str) -> list[Row]:
    """Rows with the times in these columns as people and charts read them."""
    return [
        {name: iso(value) if name in names else value for name, value in row.items()}
        for row in rows
    ]


def iso(value: Any) -> Any:
    """`2026-05-13 13:21:00.123000`, which is UTC, as 2026-05-13T13:21:00.123Z."""
    found = _STAMP.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return value
    part = (found[3] or "")[:4]
    return f"{found[1]}T{found[2]}{part}Z"


def field_rows(lines: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Each field of these lines: its type, how many lines have it, and an example."""
    seen: dict[str, list[Any]] = {}
    for line in lines:
        for name, value in _fields(line.get("raw")):
            seen.setdefault(name, []).append(value)
    return [
        {
            "field": name,
            "type": type(values[0]).__name__,
            "in_lines": f"{len(values)} of {len(lines)}",
            "example": values[0],
        }
        for name, values in sorted(seen.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _fields(raw: Any) -> Iterator[tuple[str, Any]]:
    try:
        parsed = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        yield "message", _short(str(raw))
        return
    yield from _leaves(parsed, "")


def _leaves(value: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _leaves(inner, f"{prefix}{name}.")
        elif inner is not None:
            yield f"{prefix}{name}", _short(inner)


def _short(value: Any) -> Any:
    text = value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, bool | int | float):
        return value
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
