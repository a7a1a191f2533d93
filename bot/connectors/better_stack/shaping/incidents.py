"""Incidents, their comments and timelines as rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.connectors.better_stack.shaping.common import (
    Resource,
    channels,
    filled,
    flat,
    name_of,
    picked,
    related_id,
    values_text,
)
from bot.connectors.results import Row
from bot.connectors.wording import lasted


def is_resolved(incident: Row) -> bool:
    """By its status: a reopened incident keeps the time at which it was resolved before."""
    return bool(incident.get("status") == "Resolved")


def is_acknowledged(incident: Row) -> bool:
    """By its status, too: one that has started anew may keep an old acknowledgement."""
    return incident.get("status") != "Started" and bool(incident.get("acknowledged_at"))


def _as_it_is_now(incident: Row) -> Row:
    """An incident without the deeds of a life before it was reopened."""
    past = [] if is_resolved(incident) else ["resolved_at", "resolved_by"]
    past += [] if is_acknowledged(incident) else ["acknowledged_at", "acknowledged_by"]
    return {name: value for name, value in incident.items() if name not in past}


def incident_row(resource: Resource, monitors: Mapping[str, str], now: datetime) -> Row:
    """`monitors` maps ids to names; an incident's own name need not be its monitor's."""
    row = _as_it_is_now(flat(resource))
    monitor_id = related_id(resource, "monitor")
    return {
        **picked(row, "id", "name", "status", "cause"),
        "monitor": monitors.get(monitor_id or ""),
        "monitor_id": monitor_id,
        "heartbeat_id": related_id(resource, "heartbeat"),
        "started_at": row.get("started_at"),
        "duration": lasted(row.get("started_at"), row.get("resolved_at"), now),
        **picked(row, "acknowledged_by", "acknowledged_at", "resolved_by", "resolved_at"),
        "team": row.get("team_name"),
    }


def incident_document(body: Resource, now: datetime) -> Row:
    """One incident with what led to it. `body` is the whole answer, with what it includes."""
    row = flat(body["data"])
    details = picked(
        row,
        *("reopened_by", "reopened_at", "url", "http_method", "regions", "response_content"),
        *("response_url", "screenshot_url", "origin_url", "escalation_policy_id"),
    )
    slack = [channel.get("name") for channel in row.get("slack_channels") or []]
    return filled(
        {
            **incident_row(body["data"], _included_monitors(body), now),
            **details,
            "notified_by": channels(row),
            "slack_channels": [name for name in slack if name],
            "metadata": {key: values_text(v) for key, v in (row.get("metadata") or {}).items()},
        }
    )


def _included_monitors(body: Resource) -> dict[str, str]:
    included = body.get("included") or []
    return {one["id"]: name_of(one) for one in _list(included) if one.get("type") == "monitor"}


def _list(value: Any) -> list[Resource]:
    return value if isinstance(value, list) else [value]


def comment_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "created_at"),
        "by": row.get("user_email") or None,
        "comment": row.get("content"),
        "edited_at": row["updated_at"] if row.get("updated_at") != row.get("created_at") else None,
    }


def timeline_row(resource: Resource) -> Row:
    """One line of a timeline. The shape of its `data` depends on the kind of the item."""
    row = flat(resource)
    data = row.get("data") or {}
    content = data.get("content")
    by = None
    if isinstance(content, dict):
        by = (content.get("user") or {}).get("name")
        content = content.get("text")
    texts = [text for text in (data.get("title"), content) if text]
    return {
        "at": row.get("at"),
        "kind": row.get("item_type"),
        "by": by,
        "event": ": ".join(str(text) for text in texts),
    }
