"""Documents without a schema as rows of one table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.connectors.results import Row

MAX_ROWS = 100
"""Rows of one answer. One more is fetched, so that "there is more" is known."""

LONGEST_TEXT = 20_000
"""Characters of one value; a document may hold megabytes in one."""

DEEPEST = 20


def same_keys(documents: Iterable[Row]) -> list[Row]:
    """The documents with every key that one of them has, in the order in which keys turn up."""
    kept = list(documents)
    keys = dict.fromkeys(key for document in kept for key in document)
    return [{key: bounded(document.get(key)) for key in keys} for document in kept]


def bounded(value: Any, depth: int = 0) -> Any:
    """A value whose texts are cut, with the cut named, and that is not nested without end."""
    if isinstance(value, str):
        left_out = len(value) - LONGEST_TEXT
        return value if left_out <= 0 else f"{value[:LONGEST_TEXT]}… [cut: {left_out} characters]"
    if depth >= DEEPEST and isinstance(value, dict | list):
        return "[cut: nested too deeply]"
    if isinstance(value, dict):
        return {key: bounded(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [bounded(inner, depth + 1) for inner in value]
    return value
