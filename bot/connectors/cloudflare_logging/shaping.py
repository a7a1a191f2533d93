"""Events and calculations of Workers Logs as rows.

Events hold requests and whatever the Worker's author logged. Only the attributes named here get
out; addresses lose their query and logged objects their headers and keys, where secrets live.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.connectors.results import Row

_QUERY = re.compile(r"(https?://[^\s\"'<>?#]+)[?#][^\s\"'<>]*")
_PRIVATE = re.compile(
    r"header|cookie|authori[sz]ation|secret|token|passw|credential|api[-_]?key|session|jwt",
    re.IGNORECASE,
)


def event_row(event: Mapping[str, Any]) -> Row:
    """One event: when, which Worker, what was said and how the request ended."""
    about, worker = _part(event, "$metadata"), _part(event, "$workers")
    answered = _part(_part(worker, "event"), "response")
    return {
        "time": time_of(event.get("timestamp")),
        "script": script_of(event),
        "level": about.get("level"),
        "message": _message(about, event.get("source")),
        "error": without_queries(about.get("error")),
        "outcome": worker.get("outcome"),
        "status": about.get("statusCode") or answered.get("status"),
        "trigger": _trigger(about.get("trigger")),
        "cpu_ms": worker.get("cpuTimeMs"),
        "wall_ms": worker.get("wallTimeMs"),
        "request_id": about.get("requestId") or worker.get("requestId"),
    }


def script_of(event: Mapping[str, Any]) -> str | None:
    """The Worker that an event belongs to."""
    return _part(event, "$metadata").get("service") or _part(event, "$workers").get("scriptName")


def calculation_rows(calculations: Iterable[Mapping[str, Any]]) -> list[Row]:
    """A row for each group, with a column for each calculation."""
    rows: dict[tuple[tuple[str, str], ...], Row] = {}
    names: list[str] = []
    for calculation in calculations:
        name = str(calculation.get("alias") or calculation.get("calculation"))
        names.append(name)
        for aggregate in calculation.get("aggregates") or ():
            groups = {
                str(group.get("key")): group.get("value") for group in aggregate.get("groups") or ()
            }
            key = tuple((part, str(value)) for part, value in groups.items())
            rows.setdefault(key, dict(groups))[name] = aggregate.get("value")
    for row in rows.values():
        for name in names:
            row.setdefault(name, None)
    return list(rows.values())


def time_of(milliseconds: Any) -> str | None:
    """Milliseconds since 1970 as 2026-05-13T14:21:00.123Z."""
    if not isinstance(milliseconds, int | float):
        return None
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def without_queries(value: Any) -> Any:
    """A text in which no address has a query; anything else as it is."""
    return _QUERY.sub(r"\1", value) if isinstance(value, str) else value


def _message(about: Mapping[str, Any], source: Any) -> Any:
    if about.get("message"):
        return without_queries(about["message"])
    if isinstance(source, dict):
        said = source.get("message")
        text = said if isinstance(said, str) else json.dumps(_public(source), ensure_ascii=False)
        return without_queries(text)
    return without_queries(source)


def _public(value: Any) -> Any:
    """A logged object without what is named like a secret."""
    if isinstance(value, dict):
        return {
            name: "[redacted]" if _PRIVATE.search(name) else _public(inner)
            for name, inner in value.items()
        }
    return [_public(inner) for inner in value] if isinstance(value, list) else value


def _trigger(value: Any) -> Any:
    """Such as `GET /orders/7`, which may have a query behind it."""
    return value.partition("?")[0] if isinstance(value, str) else value


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else {}
