"""What Firestore is asked: structured queries, built from plain arguments.

There is no text to be parsed here: a query is data, and none of its parts can write.

Source: https://cloud.google.com/firestore/docs/reference/rest/v1/StructuredQuery
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from bot.connectors.errors import Invalid
from bot.connectors.gcloud_firestore.values import encoded
from bot.connectors.results import Row

OPERATORS = {
    "==": "EQUAL",
    "!=": "NOT_EQUAL",
    "<": "LESS_THAN",
    "<=": "LESS_THAN_OR_EQUAL",
    ">": "GREATER_THAN",
    ">=": "GREATER_THAN_OR_EQUAL",
    "in": "IN",
    "not-in": "NOT_IN",
    "array-contains": "ARRAY_CONTAINS",
    "array-contains-any": "ARRAY_CONTAINS_ANY",
}
NULL_OPERATORS = {"==": "IS_NULL", "!=": "IS_NOT_NULL"}

FieldPath = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1500,
        description="A field, or a path as in address.city. __name__ is the document's own path.",
    ),
]


class Filter(TypedDict):
    field: FieldPath
    op: Literal[
        "==", "!=", "<", "<=", ">", ">=", "in", "not-in", "array-contains", "array-contains-any"
    ]
    value: Annotated[
        Any,
        Field(
            description="Text, number, true, false, null, a list for in, not-in and "
            'array-contains-any, {"$timestamp": "2026-01-31T13:00:00Z"} for a time, or '
            '{"$reference": "users/ana"} for a document.'
        ),
    ]


class Order(TypedDict):
    field: FieldPath
    descending: NotRequired[bool]


class Measure(TypedDict):
    op: Literal["count", "sum", "avg"]
    field: NotRequired[Annotated[str, Field(description="What is summed or averaged.")]]


_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SEGMENT = re.compile(r"`(?:[^`\\]|\\.)+`|[^.`]+")


def field_path(path: str) -> str:
    """A path whose odd segments stand in backticks, as the service wants them.

    Raises:
        Invalid: an empty segment or a lone backtick.
    """
    segments = _SEGMENT.findall(path)
    if ".".join(segments) != path:
        raise Invalid(
            f"{path[:60]!r} is not a path of fields.",
            "Separate fields by one dot; names that contain dots go into backticks.",
        )
    return ".".join(_quoted(segment) for segment in segments)


def _quoted(segment: str) -> str:
    if segment.startswith("`") or _PLAIN.fullmatch(segment):
        return segment
    return "`" + segment.replace("\\", "\\\\") + "`"


def structured(
    collection: str,
    documents: str,
    *,
    filters: Sequence[Filter] = (),
    match: Literal["all", "any"] = "all",
    order_by: Sequence[Order] = (),
    select: Sequence[str] = (),
    everywhere: bool = False,
    limit: int = 0,
) -> Row:
    """A structured query on a collection, or on all collections of that name (`everywhere`)."""
    query: Row = {"from": [{"collectionId": collection, "allDescendants": everywhere}]}
    if filters:
        query["where"] = _where([_filter(one, documents) for one in filters], match)
    if order_by:
        query["orderBy"] = [_order(one) for one in order_by]
    if select:
        query["select"] = {"fields": [{"fieldPath": field_path(one)} for one in select]}
    if limit:
        query["limit"] = limit
    return query


def _where(found: list[Row], match: Literal["all", "any"]) -> Row:
    if len(found) == 1:
        return found[0]
    return {"compositeFilter": {"op": "AND" if match == "all" else "OR", "filters": found}}


def _filter(one: Filter, documents: str) -> Row:
    field = {"fieldPath": field_path(one["field"])}
    op, value = one["op"], one["value"]
    if value is None and op in NULL_OPERATORS:
        return {"unaryFilter": {"field": field, "op": NULL_OPERATORS[op]}}
    if one["field"] == "__name__":
        value = _as_reference(value)
    return {
        "fieldFilter": {"field": field, "op": OPERATORS[op], "value": encoded(value, documents)}
    }


def _as_reference(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_reference(one) for one in value]
    return {"$reference": value} if isinstance(value, str) else value


def _order(one: Order) -> Row:
    direction = "DESCENDING" if one.get("descending") else "ASCENDING"
    return {"field": {"fieldPath": field_path(one["field"])}, "direction": direction}


def aggregations(measures: Sequence[Measure]) -> dict[str, Row]:
    """The aggregations by the name under which their result comes back: `count`, `sum_total`.

    Raises:
        Invalid: a sum or average of nothing.
    """
    found: dict[str, Row] = {}
    for one in measures:
        field = one.get("field", "")
        if one["op"] == "count":
            found["count"] = {"alias": "count", "count": {}}
            continue
        if not field:
            raise Invalid(f"{one['op']} needs a field.", fields={"measures": "name the field"})
        alias = f"m{len(found)}"
        path = {"field": {"fieldPath": field_path(field)}}
        found[f"{one['op']} of {field}"] = {"alias": alias, one["op"]: path}
    return found


def segments(path: str, *, of: Literal["collection", "document"]) -> list[str]:
    """The segments of a path, whose number tells a collection (odd) from a document (even).

    Raises:
        Invalid: it is no such path.
    """
    found = path.strip("/").split("/")
    wrong = [one for one in found if not one or one in (".", "..") or not one.isprintable()]
    if wrong or (len(found) % 2 == 1) != (of == "collection"):
        example = "users, or users/ana/orders" if of == "collection" else "users/ana"
        raise Invalid(f"{path[:60]!r} is not the path of a {of}.", f"Write it as in {example}.")
    return found
