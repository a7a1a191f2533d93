"""Rows and log groups of CloudWatch as a reader wants them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.connectors.results import Row

POINTER = "@ptr"
"""A field of every row that only the API itself can use."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


def log_row(fields: Iterable[Mapping[str, str]]) -> Row:
    """One row of a result: all values are text on the wire, numbers become numbers again."""
    return {
        one["field"]: _value(one["field"], one.get("value", ""))
        for one in fields
        if one["field"] != POINTER
    }


def _value(field: str, text: str) -> str | int | float:
    """Numbers of statistics; what an application wrote into `@message` and ids stay text."""
    if field.startswith("@") or len(text) > 15 or not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def scanned(answer: Mapping[str, Any]) -> str:
    """What the query cost, in words for the title."""
    size = float((answer.get("statistics") or {}).get("bytesScanned", 0.0))
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f", {size:.3g} {unit} scanned" if size else ""


def group_row(group: Mapping[str, Any]) -> Row:
    days = group.get("retentionInDays")
    return {
        "log_group": group["logGroupName"],
        "stored_bytes": group.get("storedBytes"),
        "retention": f"{days} days" if days else "for ever" if "storedBytes" in group else None,
        "class": str(group.get("logGroupClass") or "STANDARD").lower().replace("_", " "),
        "created": _day(group.get("creationTime")),
    }


def _day(milliseconds: float | None) -> str | None:
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
