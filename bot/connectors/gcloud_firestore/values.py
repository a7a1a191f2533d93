"""Firestore's values, which name their type, to and from plain ones.

Source: https://cloud.google.com/firestore/docs/reference/rest/v1/Value
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.connectors.errors import Invalid
from bot.connectors.results import Row

TIMESTAMP = "$timestamp"
REFERENCE = "$reference"
LARGEST_EXACT = 2**53


def encoded(value: Any, documents: str) -> Row:
    """A plain value as the service takes it. `documents` is the name that references begin with.

    Raises:
        Invalid: a marked value that is not what its mark says.
    """
    match value:
        case None:
            return {"nullValue": None}
        case bool():
            return {"booleanValue": value}
        case int():
            return {"integerValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case list():
            return {"arrayValue": {"values": [encoded(one, documents) for one in value]}}
        case {"$timestamp": str(text), **rest} if not rest:
            return {"timestampValue": _timestamp(text)}
        case {"$reference": str(path), **rest} if not rest:
            return {"referenceValue": f"{documents}/{path}"}
        case dict():
            inner = {str(key): encoded(one, documents) for key, one in value.items()}
            return {"mapValue": {"fields": inner}}
    raise Invalid("A filter's value is of a kind that Firestore does not have.")


def _timestamp(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid(
            f"{text[:40]!r} is not a time with its zone.",
            'Write {"$timestamp": "2026-01-31T13:00:00Z"}.',
        )
    return moment.isoformat().replace("+00:00", "Z")


def document_row(document: Mapping[str, Any], documents: str) -> Row:
    """A document's fields, after its path, which is under the name that Firestore reserves."""
    path = str(document["name"]).removeprefix(f"{documents}/")
    return {"__name__": path, **fields(document.get("fields") or {}, documents)}


def fields(found: Mapping[str, Mapping[str, Any]], documents: str) -> Row:
    return {name: decoded(value, documents) for name, value in found.items()}


def decoded(value: Mapping[str, Any], documents: str) -> Any:
    """A value without its type; references are paths, places are latitude and longitude."""
    [(kind, inner)] = value.items()
    match kind:
        case "nullValue":
            return None
        case "integerValue":
            number = int(inner)
            return number if abs(number) <= LARGEST_EXACT else inner
        case "doubleValue":
            # What JSON has no number for (NaN, Infinity) comes as text, and stays text.
            return inner if isinstance(inner, str) or math.isfinite(inner) else str(inner)
        case "arrayValue":
            return [decoded(one, documents) for one in inner.get("values") or ()]
        case "mapValue":
            return fields(inner.get("fields") or {}, documents)
        case "referenceValue":
            return str(inner).removeprefix(f"{documents}/")
        case "geoPointValue":
            return {name: inner.get(name, 0.0) for name in ("latitude", "longitude")}
    return inner
