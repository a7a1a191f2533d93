"""Puts values under the names that a tool of the hosted server has for them.

The vendor does not publish its input schemas, and they change. So nothing is assumed: each value
needs an argument that the listed schema has, and each argument that it requires needs a value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bot.connectors.errors import Invalid
from bot.connectors.mcp.arguments import check

Schema = Mapping[str, Any]

ALIASES: Mapping[str, tuple[str, ...]] = {
    "from": ("from_date", "start_date", "start", "since"),
    "to": ("to_date", "end_date", "end", "until"),
    "from_date": ("from", "start_date", "start"),
    "to_date": ("to", "end_date", "end"),
    "start": ("from", "start_date", "since"),
    "end": ("to", "end_date", "until"),
    "per_page": ("page_size", "limit"),
    "content": ("comment", "text", "body", "message"),
    "on_call_id": ("schedule_id", "on_call_calendar_id", "calendar_id"),
    "schedule_id": ("on_call_id", "on_call_calendar_id"),
    "policy_id": ("escalation_policy_id",),
    "pronounceable_name": ("name",),
    "source": ("source_id",),
    "application": ("application_id", "application_name"),
    "state": ("status",),
    "sql": ("query", "statement"),
}
"""Other names of a value, the likelier first."""

SPARE = frozenset(
    {"page", "per_page", "team_name", "acknowledged_by", "resolved_by", "reopened_by"}
)
"""What may be left out where a tool has no argument for it: the rest of a list, and whose name the
vendor shows, which for a sign-in is that of the person who signed in."""

OPEN = ("open", "unresolved", "active", "ongoing", "started")


def fill(
    tool: str, schema: Schema, values: Mapping[str, Any], ids: Collection[str] = ()
) -> dict[str, Any]:
    """The arguments of a call.

    Args:
        values: by the names of the REST API.
        ids: those of them that tell which resource is meant. The last may be called `id`, and those
            before it need no place: it may be enough.

    Raises:
        Invalid: a value has no place in the schema, or a required argument has no value.
    """
    props: Mapping[str, Any] = schema.get("properties") or {}
    filled: dict[str, Any] = {}
    homeless: dict[str, str] = {}
    last = list(ids)[-1] if ids else ""
    for name, value in values.items():
        if value is None:
            continue
        place = _place(name, props, is_last=name == last)
        if place and place not in filled:
            filled[place] = _as_declared(value, props[place])
        elif name == "resolved" and (word := _status(value, props)):
            filled["status"] = word
        elif name not in SPARE and (name not in ids or name == last):
            homeless[name] = f"has no argument in the hosted server's tool {tool}"
    if homeless:
        raise Invalid(
            "This sign-in cannot pass on all that was asked, so nothing was sent.",
            "Leave it out, or connect with an API token.",
            fields=homeless,
        )
    return check(tool, schema, filled)


def unfilled(schema: Schema, known: Collection[str], ids: Collection[str] = ()) -> list[str]:
    """The required arguments for which none of the known names has a value."""
    props: Mapping[str, Any] = schema.get("properties") or {}
    last = list(ids)[-1] if ids else ""
    places = {_place(name, props, is_last=name == last) for name in (*known, *ids)}
    if "resolved" in known:
        places.add("status")
    wanted = [str(name) for name in schema.get("required") or ()]
    return [name for name in wanted if name not in places]


def _place(name: str, props: Mapping[str, Any], *, is_last: bool) -> str | None:
    """The argument that takes a value, whatever its spelling: incident_id, incidentId, id."""
    plain = {_plain(one): one for one in props}
    return next((plain[_plain(one)] for one in _names(name, is_last) if _plain(one) in plain), None)


def _names(name: str, is_last: bool) -> Iterator[str]:
    yield name
    yield from ALIASES.get(name, ())
    if is_last:
        yield "id"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _status(resolved: Any, props: Mapping[str, Any]) -> str | None:
    """The value of `status` that means the same as `resolved`, where that is how a tool says it."""
    words = (props.get("status") or {}).get("enum") or ()
    wanted = ("resolved",) if resolved else OPEN
    return next((str(word) for word in words if str(word).lower() in wanted), None)


def _as_declared(value: Any, prop: Any) -> Any:
    """The value as a number where the tool takes no text, and the reverse."""
    kinds = _kinds(prop)
    number = bool(kinds & {"integer", "number"})
    if isinstance(value, str) and number and "string" not in kinds and re.fullmatch(r"\d+", value):
        return int(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and "string" in kinds and not number:
        return str(value)
    return value


def _kinds(prop: Any) -> set[str]:
    if not isinstance(prop, dict):
        return set()
    declared = prop.get("type") or ()
    kinds = {declared} if isinstance(declared, str) else {str(one) for one in declared}
    for other in prop.get("anyOf") or prop.get("oneOf") or ():
        kinds |= _kinds(other)
    return kinds
