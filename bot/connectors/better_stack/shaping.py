"""Turns Better Stack's resources into what a reader wants: flat, named, without secrets.

Only attributes that are listed here get out. That keeps back what the service returns in clear
although it is secret or personal: `auth_password`, `request_headers`, `environment_variables`,
proxies, a heartbeat's ping `url`, a policy's `incident_token`, people's `phone_numbers`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import Any

from bot.connectors.results import Row
from bot.connectors.wording import duration, lasted, moment, when

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


def name_of(resource: Resource) -> str:
    """What people call a resource of any kind."""
    row = flat(resource)
    kind = str(resource.get("type", "resource"))
    # A monitor's address is what it watches; a heartbeat's is a secret.
    others = ("name", "public_name", "company_name")
    fields = ("pronounceable_name", "url") if kind == "monitor" else others
    named = next((row[field] for field in fields if row.get(field)), None)
    return str(named or f"{kind} {row['id']}".replace("_", " "))


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


def monitor_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        "id": row["id"],
        "name": name_of(resource),
        **picked(row, "status", "url", "monitor_type", "last_checked_at"),
        "checked_every": duration(row.get("check_frequency")),
        "monitor_group_id": _text(row.get("monitor_group_id")),
        "team": row.get("team_name"),
    }


def monitor_document(resource: Resource) -> Row:
    row = flat(resource)
    plain = picked(
        row,
        *("paused_at", "created_at", "updated_at", "http_method", "expected_status_codes"),
        *("required_keyword", "port", "regions", "verify_ssl", "follow_redirects"),
        *("maintenance_days", "maintenance_from", "maintenance_to", "maintenance_timezone"),
        "request_timeout",  # seconds or milliseconds, by the type of the monitor
    )
    return filled(
        {
            **monitor_row(resource),
            **plain,
            "confirmed_after": duration(row.get("confirmation_period")),
            "recovered_after": duration(row.get("recovery_period")),
            "whole_team_told_after": duration(row.get("team_wait")),
            "warned_of_certificate_expiry_days": row.get("ssl_expiration"),
            "warned_of_domain_expiry_days": row.get("domain_expiration"),
            "escalation_policy_id": _text(row.get("policy_id")),
            "notified_by": channels(row),
        }
    )


def group_row(resource: Resource) -> Row:
    row = flat(resource)
    return {**picked(row, "id", "name", "paused", "created_at"), "team": row.get("team_name")}


def heartbeat_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "name", "status"),
        "expected_every": duration(row.get("period")),
        "grace": duration(row.get("grace")),
        **picked(row, "paused_at", "created_at", "updated_at"),
        "escalation_policy_id": _text(row.get("policy_id")),
        "notified_by": channels(row),
        "team": row.get("team_name"),
    }


def availability(resource: Resource) -> Row:
    """The share of time up in percent (0 to 100), and the downtime in seconds and in words."""
    row = flat(resource)
    lengths = ("total_downtime", "longest_incident", "average_incident")
    return {
        "availability_percent": row.get("availability"),
        "number_of_incidents": row.get("number_of_incidents"),
        **{f"{name}_seconds": row.get(name) for name in lengths},
        **{name: duration(row.get(name)) for name in lengths},
    }


def response_rows(regions: Iterable[Resource]) -> list[Row]:
    """The response times of each region in milliseconds; the service measures in seconds."""
    rows = []
    for region in regions:
        points = [p for p in response_points(region) if p["response_time_ms"] is not None]
        if not points:
            continue
        times: list[float] = [point["response_time_ms"] for point in points]
        slowest = max(points, key=lambda point: float(point["response_time_ms"]))
        rows.append(
            {
                "region": region.get("region"),
                "checks": len(points),
                "average_ms": round(sum(times) / len(times), 1),
                "median_ms": round(median(times), 1),
                "slowest_ms": max(times),
                "slowest_at": slowest["at"],
                "from": points[0]["at"],
                "to": points[-1]["at"],
            }
        )
    return rows


def response_points(region: Resource) -> list[Row]:
    """Each check of a region with its parts in milliseconds, oldest first."""
    parts = ("response_time", "name_lookup_time", "connection_time", "tls_handshake_time")
    points = sorted(region.get("response_times") or [], key=lambda point: str(point.get("at")))
    return [
        {
            "at": point.get("at"),
            **{f"{part}_ms": _milliseconds(point.get(part)) for part in parts},
            "data_transfer_time_ms": _milliseconds(point.get("data_transfer_time")),
        }
        for point in points
    ]


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(float(seconds) * 1000, 1)


def schedule_row(resource: Resource, people: Sequence[Row]) -> Row:
    row = flat(resource)
    default = bool(row.get("default_calendar"))
    return {
        "id": row["id"],
        "name": row.get("name") or ("Default schedule" if default else f"Schedule {row['id']}"),
        "default": default,
        "on_call": ", ".join(person["name"] for person in people) or "nobody",
        "team": row.get("team_name"),
    }


def people_of(schedule: Resource, users: Mapping[str, Resource]) -> list[Row]:
    """Who is on call in a schedule: name and e-mail address, never a phone number."""
    listed = schedule.get("relationships", {}).get("on_call_users", {}).get("data") or []
    return [_person(one, flat(users.get(str(one["id"]), {}))) for one in listed]


def _person(listed: Resource, user: Row) -> Row:
    email = user.get("email") or listed.get("meta", {}).get("email")
    names = (user.get("first_name"), user.get("last_name"))
    return {"name": " ".join(n for n in names if n) or email or "someone", "email": email}


def users_of(body: Resource) -> dict[str, Resource]:
    return {str(one["id"]): one for one in body.get("included") or [] if one.get("type") == "user"}


def upcoming(events: Iterable[Resource], names: Mapping[str, str], now: datetime) -> list[str]:
    """The shifts that have not ended yet, soonest first, a sentence each: "Ana, from … to …".

    `names` maps e-mail addresses to names.
    """
    ahead = [event for event in events if (moment(event.get("ends_at")) or now) > now]
    return [
        _shift(event, names, now)
        for event in sorted(ahead, key=lambda event: str(event.get("starts_at")))
    ]


def _shift(event: Resource, names: Mapping[str, str], now: datetime) -> str:
    people = ", ".join(names.get(email, email) for email in event.get("users") or []) or "nobody"
    instead = " (in place of the usual one)" if event.get("override") else ""
    start, end = (when(event.get(name), now) for name in ("starts_at", "ends_at"))
    return f"{people}, from {start} to {end}{instead}"


def policy_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "name", "repeat_count"),
        "repeat_delay": duration(row.get("repeat_delay")),
        "steps": [step_words(step) for step in row.get("steps") or []],
        "team": row.get("team_name"),
    }


def step_words(step: Row) -> str:
    """`after 5 min: entire team`; other kinds of steps by the name of their kind."""
    if step.get("type") != "escalation":
        return str(step.get("type")).replace("_", " ")
    members = [member_words(member) for member in step.get("step_members") or []]
    return f"{start_words(step)}: {', '.join(members) or 'nobody'}"


def start_words(step: Row) -> str:
    if step.get("wait_until_time"):
        return f"at {step['wait_until_time']} {step.get('wait_until_timezone') or ''}".strip()
    wait = step.get("wait_before")
    return f"after {duration(wait)}" if wait else "at once"


def member_words(member: Row) -> str:
    kind = str(member.get("type")).replace("_", " ")
    names = ("email", "name", "metadata_key", "id")
    known = next((str(member[name]) for name in names if member.get(name)), "")
    return f"{kind} {known}".strip()


def severity_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "name"),
        "notified_by": channels(row),
        "team": row.get("team_name"),
    }


def status_page_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "company_name", "aggregate_state", "published"),
        "link": status_page_link(row),
        **picked(row, "timezone", "company_url"),
    }


def status_page_link(row: Row) -> str | None:
    """Where customers read a page: its own domain, else its subdomain of the service's."""
    if row.get("custom_domain"):
        return f"https://{row['custom_domain']}"
    return f"https://{row['subdomain']}.betteruptime.com" if row.get("subdomain") else None


def page_resource_row(resource: Resource) -> Row:
    """Availability is a share of one at the service, and percent here as everywhere else."""
    row = flat(resource)
    share = row.get("availability")
    return {
        "id": row["id"],
        "name": row.get("public_name"),
        "status": row.get("status"),
        "availability_percent": None if share is None else round(float(share) * 100, 4),
        "resource_type": row.get("resource_type"),
        "resource_id": _text(row.get("resource_id")),
        **picked(row, "explanation", "widget_type"),
        "section_id": _text(row.get("status_page_section_id")),
    }


def metadata_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "owner_type", "owner_id", "key"),
        "value": values_text(row.get("values")),
        "team": row.get("team_name"),
    }


def values_text(values: Sequence[Resource] | None) -> str:
    """The values of a metadata key in words. A value is a text, or a person, team or such."""
    words = ("value", "name", "email", "item_id")
    shown = [next((v[w] for w in words if v.get(w)), None) for v in values or []]
    return ", ".join(str(value) for value in shown if value is not None)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
