"""Monitors, heartbeats, their availability and response times as rows."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from bot.connectors.better_stack.shaping.common import (
    Resource,
    channels,
    filled,
    flat,
    name_of,
    picked,
    text,
)
from bot.connectors.results import Row
from bot.connectors.wording import duration


def monitor_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        "id": row["id"],
        "name": name_of(resource),
        **picked(row, "status", "url", "monitor_type", "last_checked_at"),
        "checked_every": duration(row.get("check_frequency")),
        "monitor_group_id": text(row.get("monitor_group_id")),
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
            "escalation_policy_id": text(row.get("policy_id")),
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
        "escalation_policy_id": text(row.get("policy_id")),
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
