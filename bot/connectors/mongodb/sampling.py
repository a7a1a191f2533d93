"""Which fields the documents of a collection have, told from a few of them without their values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.connectors.mongodb.values import kind

MOST_FIELDS = 60
LEVELS = 2


def structure(documents: Iterable[Mapping[str, Any]]) -> str:
    """`_id objectId, address.city string, total int|double`: fields with the types seen."""
    seen: dict[str, dict[str, None]] = {}
    for document in documents:
        for name, value in _fields(document, LEVELS):
            seen.setdefault(name, {})[kind(value)] = None
    words = [f"{name} {'|'.join(kinds)}" for name, kinds in seen.items()]
    more = len(words) - MOST_FIELDS
    return ", ".join(words[:MOST_FIELDS]) + (f", and {more} more" if more > 0 else "")


def _fields(document: Mapping[str, Any], levels: int) -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        inner = _first_object(value)
        if inner is None or levels == 1:
            yield str(name), value
            continue
        mark = "[]" if isinstance(value, list) else ""
        for below, found in _fields(inner, levels - 1):
            yield f"{name}{mark}.{below}", found


def _first_object(value: Any) -> Mapping[str, Any] | None:
    """An object that has fields, or the first of a list of such."""
    one = value[0] if isinstance(value, list) and value else value
    return one if isinstance(one, Mapping) and one else None
