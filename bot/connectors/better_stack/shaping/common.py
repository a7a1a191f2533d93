"""What all of Better Stack's resources are turned into: flat rows, named, without secrets.

Only attributes that are listed in this package get out. That keeps back what the service returns
in clear although it is secret or personal: `auth_password`, `request_headers`,
`environment_variables`, proxies, a heartbeat's ping `url`, a policy's `incident_token`, the `token`
of a source, people's `phone_numbers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.connectors.results import Row

Resource = dict[str, Any]

CHANNELS = {
    "call": "phone call",
    "sms": "SMS",
    "email": "e-mail",
    "push": "push notification",
    "critical_alert": "critical alert",
}
"""How people can be told, by the name of its field."""


def flat(resource: Resource) -> Row:
    """A JSON:API resource's id beside its attributes."""
    return {**resource.get("attributes", {}), "id": str(resource.get("id", ""))}


def related_id(resource: Resource, kind: str) -> str | None:
    """The id of the one resource that this one points at, if it does."""
    data = resource.get("relationships", {}).get(kind, {}).get("data")
    return str(data["id"]) if isinstance(data, dict) else None


def filled(row: Row) -> Row:
    """A row without what is empty. `False` and `0` are answers and stay."""
    return {name: value for name, value in row.items() if value not in (None, "", [], {})}


def picked(row: Row, *names: str) -> Row:
    return {name: row.get(name) for name in names}


def channels(row: Mapping[str, Any]) -> str:
    """The ways people are told, in words: "phone call, e-mail"."""
    return ", ".join(words for name, words in CHANNELS.items() if row.get(name)) or "none"


def name_of(resource: Resource) -> str:
    """What people call a resource of any kind."""
    row = flat(resource)
    kind = str(resource.get("type", "resource"))
    # A monitor's address is what it watches; a heartbeat's is a secret.
    others = ("name", "public_name", "company_name")
    fields = ("pronounceable_name", "url") if kind == "monitor" else others
    named = next((row[field] for field in fields if row.get(field)), None)
    return str(named or f"{kind} {row['id']}".replace("_", " "))


def values_text(values: Sequence[Resource] | None) -> str:
    """The values of a metadata key in words. A value is a text, or a person, team or such."""
    words = ("value", "name", "email", "item_id")
    shown = [next((v[w] for w in words if v.get(w)), None) for v in values or []]
    return ", ".join(str(value) for value in shown if value is not None)


def text(value: Any) -> str | None:
    """A number for an id, as text."""
    return None if value is None else str(value)
