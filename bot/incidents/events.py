"""What a service's webhook says. Read leniently: it is a hint, the truth is read back later.

Better Stack sends `{"event": …, "data": {"id", "type", "attributes"}}`, but a team may give it a
template of its own, and some of its spellings are not documented. What cannot be made out is of
the kind UNKNOWN, with a note that says why; nothing is dropped.
"""

from __future__ import annotations

import enum
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_TEXT = 4_000
"""Characters that are kept of a body which is no JSON object."""

MAX_DEPTH = 30
"""How deep its parts may be in one another."""

_ID = re.compile(r"[1-9][0-9]{0,18}")

_VERBS = (
    ("reopen", "reopened"),
    ("unpause", "unpaused"),
    ("resum", "unpaused"),
    ("paus", "paused"),
    ("unack", "reopened"),
    ("ack", "acknowledged"),
    ("resol", "resolved"),
    ("comment", "commented"),
    ("delet", "deleted"),
    ("remov", "deleted"),
    ("updat", "updated"),
    ("chang", "changed"),
    ("creat", "created"),
    ("start", "created"),
    ("open", "created"),
)
"""Parts of words and what they mean. The first that is found counts: "reopened" has "open" too."""


class About(enum.StrEnum):
    INCIDENT = "incident"
    MONITOR = "monitor"
    ON_CALL = "on_call"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Heard:
    """An event as it was understood. `key` tells its body from every other."""

    key: str
    about: About
    verb: str
    external_id: str
    payload: dict[str, Any]
    note: str = ""


def read(body: bytes) -> Heard:
    """Makes out what a body says. Never fails."""
    payload = _payload(body)
    if "text" in payload and len(payload) == 1:
        return _unknown(payload, "It is no JSON object.")
    data = _mapping(payload.get("data")) or payload
    external_id = _identity(payload, data)
    about = _about(payload, data)
    if about is About.UNKNOWN:
        return _unknown(payload, "It does not say what it is about.")
    if about is About.INCIDENT and not external_id:
        return _unknown(payload, "It names no incident by its number.")
    verb = _verb(payload) or _from_moments(_attributes(data), about)
    return Heard(_key(payload), about, verb, external_id, payload)


def _payload(body: bytes) -> dict[str, Any]:
    """The body as values that any database keeps; what is none of those, as text."""
    text = body.decode("utf-8", "replace").replace("\x00", "")
    try:
        value = json.loads(text)
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        value = None
    fits = isinstance(value, dict) and value and _shallow(value, MAX_DEPTH)
    return value if fits else {"text": text[:MAX_TEXT]}


def _shallow(value: Any, left: int) -> bool:
    """Whether lists and objects are in one another no deeper than so many."""
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return left > 0 and all(_shallow(one, left - 1) for one in inner)


def _unknown(payload: dict[str, Any], why: str) -> Heard:
    return Heard(_key(payload), About.UNKNOWN, _verb(payload), "", payload, why)


def _key(payload: Mapping[str, Any]) -> str:
    canonical = json.dumps(payload, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _identity(payload: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    for value in (data.get("id"), payload.get("incident_id"), payload.get("id")):
        if not isinstance(value, bool) and _ID.fullmatch(str(value)):
            return str(value)
    return ""


def _about(payload: Mapping[str, Any], data: Mapping[str, Any]) -> About:
    """By the type of the resource, else by the name of the event ("incident.started")."""
    kinds = ((About.ON_CALL, ("on_call", "oncall")), (About.INCIDENT, ("incident",)))
    for word in (data.get("type"), payload.get("event"), payload.get("type")):
        said = str(word or "").lower().replace("-", "_")
        for about, parts in (*kinds, (About.MONITOR, ("monitor",))):
            if any(part in said for part in parts):
                return about
    return About.INCIDENT if "incident_id" in payload else About.UNKNOWN


def _verb(payload: Mapping[str, Any]) -> str:
    said = str(payload.get("event") or payload.get("action") or "").lower()
    return next((verb for part, verb in _VERBS if part in said), "")


def _from_moments(attributes: Mapping[str, Any], about: About) -> str:
    """What happened last, for an event without a name."""
    if about is not About.INCIDENT:
        return "changed"
    if attributes.get("resolved_at"):
        return "resolved"
    return "acknowledged" if attributes.get("acknowledged_at") else "created"


def _attributes(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(data.get("attributes")) or data


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
