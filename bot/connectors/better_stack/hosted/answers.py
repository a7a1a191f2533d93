"""Answers of the hosted server, brought into the form of the REST API.

Most of its tools answer in JSON; what answers in words for a model is passed on as such (`Prose`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.connectors.better_stack.shaping.common import Resource
from bot.connectors.errors import (
    Conflict,
    ConnectorError,
    Invalid,
    NotAllowed,
    NotFound,
    Throttled,
    Unavailable,
)
from bot.connectors.results import Row

SERVICE = "Better Stack's hosted MCP server"
_RELATED = ("monitor", "heartbeat")

_KINDS: tuple[tuple[str, type[ConnectorError], str], ...] = (
    (r"\b429\b|too many requests|rate limit", Throttled, "Try again in a minute."),
    (r"\b409\b|\balready\b", Conflict, ""),
    (
        r"\b404\b|not found|no such|couldn't find",
        NotFound,
        "List again.",
    ),
    (r"\b403\b|forbidden|not allowed|upgrade", NotAllowed, "Use an account or plan that may."),
    (r"\b50[0-4]\b|timed? ?out|internal", Unavailable, "Try again in a moment."),
)
"""How a refusal in words is told apart, in this order."""


class Prose(ConnectorError):
    """An answer in words. The call itself went well."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{SERVICE} answered in words.")
        self.text = text


def refusal(words: str) -> ConnectorError:
    """What a tool that reports an error means by it."""
    said = f'{SERVICE} refused. It says: "{words.strip()[:300]}".'
    for pattern, kind, remedy in _KINDS:
        if re.search(pattern, words, re.IGNORECASE):
            return kind(said, remedy)
    return Invalid(said)


def words_of(answer: Any) -> str:
    """The text of an answer."""
    return "\n".join(str(part.text) for part in answer.content if part.type == "text")


def parsed(answer: Any) -> Any:
    """The values in an answer. Raises Prose where there are none."""
    found = answer.structured_content
    if isinstance(found, dict) and set(found) == {"result"}:
        found = found["result"]  # how servers wrap what is no object
    text = found if isinstance(found, str) else words_of(answer)
    if found is not None and not isinstance(found, str):
        return found
    try:
        return json.loads(text)
    except ValueError:
        lines = list(_lines(text))
        if lines:
            return lines
        raise Prose(text) from None


def body(answer: Any, kind: str, *, many: bool) -> Any:
    """An answer as the REST API gives it: resources under `data`."""
    found = parsed(answer)
    if isinstance(found, dict) and "data" in found:
        inside = found["data"]
        given = [_resource(one, kind) for one in inside] if isinstance(inside, list) else None
        return {**found, "data": _resource(inside, kind) if given is None else given}
    if many:
        return {"data": [_resource(one, kind) for one in listed(found)]}
    return {"data": _resource(found[0] if isinstance(found, list) and found else found, kind)}


def listed(found: Any) -> list[Row]:
    """The rows in a list, or in the one list that an object has."""
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else [found]
    rows = found if isinstance(found, list) else []
    return [row for row in rows if isinstance(row, dict)]


def flat_rows(found: Any) -> list[Row]:
    """Rows for people, where the form of an answer is the vendor's own."""
    rows = [{**row, **(row.get("attributes") or {})} for row in listed(found)]
    return [
        {name: _short(value) for name, value in row.items() if name != "attributes"} for row in rows
    ]


def _resource(found: Any, kind: str) -> Resource:
    if not isinstance(found, dict):
        raise Unavailable(f"The answer of {SERVICE} is not understood.", "Use an API token.")
    if "attributes" in found:
        return {"type": kind, **found}
    related = {
        one: {"data": {"id": str(found[f"{one}_id"]), "type": one}}
        for one in _RELATED
        if found.get(f"{one}_id")
    }
    return {
        "id": str(found.get("id", "")),
        "type": kind,
        "attributes": {name: value for name, value in found.items() if name != "id"},
        "relationships": found.get("relationships") or related,
    }


def _lines(text: str) -> Iterator[Row]:
    """An object a line, as ClickHouse answers. Nothing, if any line is something else."""
    rows = []
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            return
        if not isinstance(row, dict):
            return
        rows.append(row)
    yield from rows


def _short(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)[:500]
    return value[:500] if isinstance(value, str) else value
