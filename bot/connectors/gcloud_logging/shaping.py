"""Log entries and resource types of Google Cloud as a reader wants them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from bot.connectors.results import Row


def entry_row(entry: Mapping[str, Any]) -> Row:
    """One entry: when, how bad, where from, and what it says."""
    resource = entry.get("resource") or {}
    return {
        "timestamp": entry.get("timestamp"),
        "severity": entry.get("severity", "DEFAULT"),
        "message": message(entry),
        "resource": resource.get("type"),
        "resource_labels": {
            name: value
            for name, value in (resource.get("labels") or {}).items()
            if name != "project_id"
        },
        "log": unquote(str(entry.get("logName", "")).rpartition("/logs/")[2]),
        "payload": payload(entry),
        "http": http(entry.get("httpRequest") or {}),
        "labels": entry.get("labels") or None,
        "trace": str(entry.get("trace", "")).rpartition("/")[2] or None,
        "insert_id": entry.get("insertId"),
    }


def message(entry: Mapping[str, Any]) -> str:
    """The words of an entry, wherever its kind of payload has them."""
    if "textPayload" in entry:
        return str(entry["textPayload"])
    structure = entry.get("jsonPayload") or {}
    audit = entry.get("protoPayload") or {}
    status = (audit.get("status") or {}).get("message")
    words = structure.get("message") or structure.get("msg") or status or audit.get("methodName")
    return str(words or "")


def payload(entry: Mapping[str, Any]) -> Row | None:
    """The structure beside the words, if there is one."""
    structure = entry.get("jsonPayload")
    if structure:
        return {name: value for name, value in structure.items() if name != "message"} or None
    audit = entry.get("protoPayload")
    if not audit:
        return None
    return {
        "service": audit.get("serviceName"),
        "method": audit.get("methodName"),
        "resource": audit.get("resourceName"),
        "who": (audit.get("authenticationInfo") or {}).get("principalEmail"),
        "status": audit.get("status") or None,
    }


def http(request: Mapping[str, Any]) -> str | None:
    """`GET /cart 502 0.45s`; without the query, which may hold what is nobody's business."""
    if not request:
        return None
    address = str(request.get("requestUrl", "")).partition("?")[0]
    parts = [request.get("requestMethod"), address, request.get("status"), request.get("latency")]
    return " ".join(str(part) for part in parts if part) or None


def resource_row(descriptor: Mapping[str, Any]) -> Row:
    return {
        "resource_type": descriptor.get("type"),
        "name": descriptor.get("displayName"),
        "labels": ", ".join(str(one.get("key")) for one in descriptor.get("labels") or ()),
        "description": descriptor.get("description"),
    }
