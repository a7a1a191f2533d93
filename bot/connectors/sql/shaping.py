"""A database's values as rows that people, models and JSON can read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bot.connectors.results import Rows
from bot.connectors.sql.reading import MAX_ROWS

MAX_TEXT = 20_000
"""Characters of one value. Longer ones are cut, with their length."""
MAX_BYTES = 64
"""Bytes of a binary value that are shown, in hexadecimal."""
MAX_ANSWER = 4_000_000
"""Characters of an answer, roughly; no further rows are taken beyond them."""

MORE = f"Only the first {MAX_ROWS} rows are here; there are more. Narrow the query or aggregate."
TOO_MUCH = "Only the first rows are here, as they are large. Select only the columns that you need."


@dataclass(frozen=True)
class Fetched:
    """An answer as a database gave it. `stopped` says that it was left off for its size."""

    columns: Sequence[str]
    records: Sequence[Sequence[Any]]
    stopped: bool = False


def as_rows(fetched: Fetched, title: str, note: str = "") -> Rows:
    """At most `MAX_ROWS` rows, with what was left out. `note` is said beside it."""
    names = unique(fetched.columns)
    shown = [
        dict(zip(names, map(shaped, record), strict=True)) for record in fetched.records[:MAX_ROWS]
    ]
    more = MORE if len(fetched.records) > MAX_ROWS else ""
    cut = " ".join(part for part in (more, TOO_MUCH if fetched.stopped else "", note) if part)
    return Rows(shown, title=title, cut=cut)


def from_objects(objects: Sequence[Mapping[str, Any]]) -> Fetched:
    """Rows that came as JSON objects, which share their names."""
    columns = list(objects[0]) if objects else []
    return Fetched(columns, [[one.get(name) for name in columns] for one in objects])


def unique(names: Sequence[str]) -> list[str]:
    """Column names of which no two are the same: `id`, `id_2`."""
    found: list[str] = []
    for name in names:
        candidate, number = name, 2
        while candidate in found:
            candidate, number = f"{name}_{number}", number + 1
        found.append(candidate)
    return found


def shaped(value: Any) -> Any:
    """A value as JSON has it: numbers without loss, moments as text, bytes in hexadecimal."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _binary(bytes(value))
    return _composed(value)


def _composed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): shaped(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [shaped(inner) for inner in value]
    if isinstance(value, datetime | date | time | timedelta):
        return str(value)
    return _text(str(value))


def size(value: Any) -> int:
    """About how many characters a value takes."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, Mapping):
        return sum(size(inner) + len(key) for key, inner in value.items())
    return sum(map(size, value)) if isinstance(value, list | tuple) else 8


def _text(value: str) -> str:
    if len(value) <= MAX_TEXT:
        return value
    return f"{value[:MAX_TEXT]}… ({len(value):,} characters, cut here)"


def _number(value: Decimal) -> Any:
    """A number if JSON's kind holds it exactly, else its digits."""
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value)


def _binary(value: bytes) -> str:
    shown = "0x" + value[:MAX_BYTES].hex()
    return shown if len(value) <= MAX_BYTES else f"{shown}… ({len(value):,} bytes)"
