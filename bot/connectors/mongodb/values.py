"""BSON as a reader wants it: each value as text or number, nothing that JSON cannot hold."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.connectors.results import Row

LARGEST_EXACT = 2**53
SHOWN_BYTES = 64
"""Bytes of a binary value that are shown; its whole length is named beside them."""


def plain_document(document: Mapping[str, Any]) -> Row:
    return {str(name): plain(value) for name, value in document.items()}


def plain(value: Any) -> Any:
    """ObjectIds in hex, times in ISO 8601, decimals and large whole numbers as text."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return int(value) if abs(value) <= LARGEST_EXACT else str(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case Mapping():
            return plain_document(value)
        case list() | tuple():
            return [plain(one) for one in value]
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case bytes():
            return _binary(value)
    return _named(value)


def _named(value: Any) -> Any:
    """Types of BSON's own. Told by their names, so that the driver need not be loaded for it."""
    match type(value).__name__:
        case "Timestamp":
            return f"{plain(value.as_datetime())} #{value.inc}"
        case "Regex":
            return f"/{value.pattern}/"
        case "DBRef":
            return plain_document(value.as_doc())
        case "MinKey" | "MaxKey":
            return type(value).__name__
    return str(value)


def _binary(value: bytes) -> str:
    shown = base64.b64encode(value[:SHOWN_BYTES]).decode()
    more = "…" if len(value) > SHOWN_BYTES else ""
    return f"{shown}{more} ({len(value)} bytes)"


def kind(value: Any) -> str:
    """The type of a value, as MongoDB's `$type` names it."""
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int():
            return "long" if type(value).__name__ == "Int64" else "int"
        case float():
            return "double"
        case str():
            return "string"
        case Mapping():
            return "object"
        case list():
            return "array"
        case datetime():
            return "date"
        case bytes():
            return "binData"
    return _KINDS.get(type(value).__name__, type(value).__name__)


_KINDS = {
    "ObjectId": "objectId",
    "Decimal128": "decimal",
    "UUID": "uuid",
    "Timestamp": "timestamp",
    "Regex": "regex",
    "DatetimeMS": "date",
}
