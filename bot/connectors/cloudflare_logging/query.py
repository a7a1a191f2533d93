"""The parts of a question to Workers Logs: as a model gives them, and as Cloudflare takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from bot.connectors.errors import Invalid

MAX_ROWS = 100

Kind = Literal["string", "number", "boolean"]
Operation = Literal[
    "eq",
    "neq",
    "gt",
    "gte",
    "lt",
    "lte",
    "includes",
    "not_includes",
    "starts_with",
    "regex",
    "exists",
    "is_null",
    "in",
    "not_in",
]
WITHOUT_VALUE = ("exists", "is_null")


class Filter(TypedDict):
    key: Annotated[str, Field(description="A key from list_keys.")]
    operation: Annotated[
        Operation, Field(description="in and not_in take values joined by commas; regex is RE2.")
    ]
    type: Annotated[Kind, Field(description="The key's type, from list_keys.")]
    value: NotRequired[
        Annotated[str | int | float | bool, Field(description="Not with exists and is_null.")]
    ]


class Calculation(TypedDict):
    operator: Annotated[
        Literal[
            "count",
            "uniq",
            "sum",
            "avg",
            "min",
            "max",
            "median",
            "p01",
            "p05",
            "p10",
            "p25",
            "p75",
            "p90",
            "p95",
            "p99",
            "p999",
            "stddev",
            "variance",
        ],
        Field(description="What to work out; count needs no key."),
    ]
    key: NotRequired[Annotated[str, Field(description="Of what, such as $workers.wallTimeMs.")]]


class Group(TypedDict):
    key: Annotated[str, Field(description="A key from list_keys.")]
    type: Annotated[Kind, Field(description="The key's type, from list_keys.")]


def written_filter(given: Filter) -> dict[str, Any]:
    """A filter as Cloudflare takes it."""
    sent = {"key": given["key"], "operation": given["operation"], "type": given["type"]}
    if given["operation"] in WITHOUT_VALUE:
        return sent
    if "value" not in given:
        raise Invalid("A filter has no value.", fields={"filters": f"{given['key']} needs a value"})
    return {**sent, "value": given["value"]}


def written_calculations(
    calculate: Sequence[Calculation], group_by: Sequence[Group]
) -> dict[str, Any]:
    """The parameters that work out numbers, largest first by the first of them."""
    sent: list[dict[str, Any]] = []
    for one in calculate:
        operator, key = one["operator"], one.get("key")
        if operator != "count" and not key:
            raise Invalid("A calculation has no key.", fields={"calculate": f"{operator} of what?"})
        named = {"operator": operator, "alias": f"{operator} {key}" if key else operator}
        kind = "string" if operator in ("uniq", "count") else "number"
        sent.append({**named, "key": key, "keyType": kind} if key else named)
    return {
        "calculations": sent,
        "groupBys": [{"type": one["type"], "value": one["key"]} for one in group_by],
        "orderBy": {"value": sent[0]["alias"], "order": "desc"},
        "limit": MAX_ROWS + 1,
    }
