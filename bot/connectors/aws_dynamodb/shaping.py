"""DynamoDB's values and tables as a reader wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.connectors.results import Row

LARGEST_EXACT = 2**53
"""Whole numbers beyond it lose digits in JSON readers, so they stay text."""

Tagged = Mapping[str, Any]


def plain(item: Mapping[str, Tagged]) -> Row:
    """An item without the types that its values are tagged with on the wire."""
    return {name: untagged(value) for name, value in item.items()}


def untagged(value: Tagged) -> Any:
    """`{"N": "12.5"}` is 12.5; binary values stay in base64, sets become sorted lists."""
    [(tag, inner)] = value.items()
    match tag:
        case "N":
            return _number(inner)
        case "NULL":
            return None
        case "M":
            return plain(inner)
        case "L":
            return [untagged(one) for one in inner]
        case "NS":
            return sorted((_number(one) for one in inner), key=float)
        case "SS" | "BS":
            return sorted(inner)
    return inner


def _number(text: str) -> int | float | str:
    """DynamoDB counts to 38 digits; what a JSON number cannot hold exactly stays text."""
    if text.lstrip("-").isdigit():
        return int(text) if abs(int(text)) <= LARGEST_EXACT else text
    return float(text) if len(text.lstrip("-0.").replace(".", "")) <= 15 else text


def table_document(table: Mapping[str, Any]) -> Row:
    """A table with its keys, indexes and size."""
    types = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
    billing = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    indexes = [
        *_indexes(table.get("GlobalSecondaryIndexes", ()), "global", types),
        *_indexes(table.get("LocalSecondaryIndexes", ()), "local", types),
    ]
    return {
        "table": table["TableName"],
        "status": table["TableStatus"].lower(),
        **_keys(table["KeySchema"], types),
        "indexes": indexes,
        "items_about": table.get("ItemCount"),
        "size_bytes_about": table.get("TableSizeBytes"),
        "billing": billing.lower().replace("_", " "),
        "table_class": table.get("TableClassSummary", {}).get("TableClass", "STANDARD").lower(),
        "created": _day(table.get("CreationDateTime")),
        "deletion_protection": bool(table.get("DeletionProtectionEnabled")),
        "stream": bool(table.get("StreamSpecification", {}).get("StreamEnabled")),
    }


def _indexes(found: Iterable[Mapping[str, Any]], kind: str, types: Mapping[str, str]) -> list[Row]:
    return [
        {
            "index": one["IndexName"],
            "kind": kind,
            **_keys(one["KeySchema"], types),
            "attributes": _projection(one.get("Projection", {})),
            "items_about": one.get("ItemCount"),
        }
        for one in found
    ]


def _keys(schema: Iterable[Mapping[str, str]], types: Mapping[str, str]) -> Row:
    """The key attributes with their types; since 2025 an index may have several of each."""
    words = {"S": "text", "N": "number", "B": "binary"}
    named: dict[str, list[str]] = {"HASH": [], "RANGE": []}
    for one in schema:
        name = one["AttributeName"]
        named[one["KeyType"]].append(f"{name} ({words.get(types.get(name, ''), 'unknown')})")
    return {
        "partition_key": ", ".join(named["HASH"]),
        "sort_key": ", ".join(named["RANGE"]) or None,
    }


def _projection(projection: Mapping[str, Any]) -> str:
    kind = projection.get("ProjectionType", "ALL")
    if kind == "INCLUDE":
        return "keys and " + ", ".join(projection.get("NonKeyAttributes", ()))
    return "all" if kind == "ALL" else "keys only"


def _day(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).date().isoformat()
