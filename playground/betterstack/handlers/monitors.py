"""Monitors: `/api/v2/monitors`."""

import math
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field

from playground.betterstack.bodies import UNSET, Body, ChannelFields, Id, Made, Seconds, Text
from playground.betterstack.crud import TEAM, Family, listing, must_exist, new_dated
from playground.betterstack.envelope import Answer, one, resource
from playground.betterstack.handlers.availability import WINDOW, asked_window, ended_at, summary
from playground.betterstack.query import PAGING
from playground.betterstack.records import Json, Monitor, stamp
from playground.betterstack.routing import Call, get
from playground.betterstack.state import State

Kind = Literal[
    "status", "expected_status_code", "keyword", "keyword_absence", "ping", "tcp", "udp",
    "smtp", "pop", "imap", "dns", "playwright",
]  # fmt: skip
Region = Literal["us", "eu", "as", "au"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Clock = Annotated[str, Field(pattern=r"^\d{2}:\d{2}:\d{2}$")]
Expiry = Literal[-1, 1, 2, 3, 7, 14, 30, 60]

HISTORY = timedelta(hours=24)
SAMPLE_EVERY = timedelta(minutes=10)
"""The vendor returns every check of the day; one in ten minutes is enough to be drawn."""
REGION_DISTANCE = {"us": 1.0, "eu": 1.1, "as": 1.6, "au": 1.9}


class Header(Body):
    name: str
    value: str
    id: Id | None = UNSET


class MaintenanceFields(Body):
    maintenance_days: list[Weekday] = UNSET
    maintenance_from: Clock | None = UNSET
    maintenance_to: Clock | None = UNSET
    maintenance_timezone: str = UNSET


class MonitorFields(MaintenanceFields, ChannelFields):
    monitor_type: Kind = UNSET
    pronounceable_name: Text = UNSET
    check_frequency: Annotated[int, Field(ge=30)] = UNSET
    request_headers: list[Header] = UNSET
    expected_status_codes: list[int] = UNSET
    domain_expiration: Expiry | None = UNSET
    ssl_expiration: Expiry | None = UNSET
    policy_id: Id | None = UNSET
    expiration_policy_id: Id | None = UNSET
    follow_redirects: bool = UNSET
    required_keyword: str | None = UNSET
    team_wait: Seconds | None = UNSET
    paused: bool = UNSET
    port: str | None = UNSET
    ip_version: Literal["ipv4", "ipv6"] | None = UNSET
    regions: list[Region] = UNSET
    monitor_group_id: Id | None = UNSET
    recovery_period: Seconds = UNSET
    verify_ssl: bool = UNSET
    confirmation_period: Annotated[int, Field(ge=0, le=86_400)] = UNSET
    http_method: Literal["get", "head", "post", "put", "patch"] = UNSET
    request_timeout: Annotated[int, Field(ge=1)] = UNSET
    request_body: str = UNSET
    auth_username: str = UNSET
    auth_password: str = UNSET
    remember_cookies: bool = UNSET
    playwright_script: str | None = UNSET
    scenario_name: str | None = UNSET
    environment_variables: dict[str, str] = UNSET
    proxy_host: str | None = UNSET
    proxy_port: str | None = UNSET


class NewMonitor(MonitorFields, Made):
    url: Text


class ChangedMonitor(MonitorFields):
    url: Text = UNSET


def shape(call: Call, monitor: Monitor) -> Json:
    """All of it, secrets included, as the vendor does. The status follows the open incidents."""
    status = call.state.monitor_status(monitor)
    extra = {
        "status": status,
        "paused": status == "paused",
        "effective_check_frequency": monitor.check_frequency,
        "effective_check_frequency_reason": None,
    }
    relationships = {"policy": {"data": _policy_link(monitor)}}
    return resource(monitor, {**monitor.attributes(), **extra}, relationships)


def _policy_link(monitor: Monitor) -> Json | None:
    return {"id": monitor.policy_id, "type": "policy"} if monitor.policy_id else None


def index(call: Call) -> Answer:
    url, name = call.query.text("url"), call.query.text("pronounceable_name")
    found = [
        monitor
        for monitor in call.visible(call.state.monitors)
        if url in (None, monitor.url) and name in (None, monitor.pronounceable_name)
    ]
    return listing(call, found, lambda monitor: shape(call, monitor))


FAMILY = Family(
    "/api/v2/monitors",
    "monitor_id",
    Monitor,
    lambda state: state.monitors,
    shape,
    forget=State.forget_monitor,
)


def create(call: Call, body: NewMonitor) -> Answer:
    values = _fields(call, body)
    paused = values.pop("paused", False)
    values.setdefault("pronounceable_name", urlsplit(body.url).hostname or body.url)
    monitor = Monitor(**new_dated(call, body.team_name), **values)
    monitor.pause(paused, call.now)
    return FAMILY.add(call, monitor)


def update(call: Call, body: ChangedMonitor) -> Answer:
    monitor = FAMILY.find(call)
    return FAMILY.changed(call, monitor, _fields(call, body))


def _fields(call: Call, body: MonitorFields) -> dict[str, Any]:
    must_exist(call, call.state.policies, "policy_id", body.policy_id)
    must_exist(call, call.state.policies, "expiration_policy_id", body.expiration_policy_id)
    must_exist(call, call.state.monitor_groups, "monitor_group_id", body.monitor_group_id)
    values = body.given("team_name")
    if values.get("policy_id") is not None:
        values["policy_id"] = str(values["policy_id"])
    return values


def sla(call: Call) -> Answer:
    monitor = FAMILY.find(call)
    window = asked_window(call, monitor.created_at)
    attributes = summary(call.state.incidents_of(monitor), window)
    return one({"id": str(monitor.id), "type": "monitor_sla", "attributes": attributes})


def response_times(call: Call) -> Answer:
    monitor = FAMILY.find(call)
    regions = [
        {"region": region, "response_times": _samples(call, monitor, region)}
        for region in monitor.regions
    ]
    return one(
        {
            "id": str(monitor.id),
            "type": "monitor_response_times",
            "attributes": {"regions": regions},
        }
    )


def _samples(call: Call, monitor: Monitor, region: str) -> list[Json]:
    if monitor.last_checked_at is None:
        return []
    count = HISTORY // SAMPLE_EVERY
    moments = (call.now - SAMPLE_EVERY * step for step in range(count - 1, -1, -1))
    return [_sample(call.state, monitor, region, at) for at in moments]


def _sample(state: State, monitor: Monitor, region: str, at: datetime) -> Json:
    """A latency that breathes with the hour and is six times as long during an incident."""
    troubled = any(
        i.started_at <= at and (ended_at(i) or at) >= at for i in state.incidents_of(monitor)
    )
    wave = 1 + 0.15 * math.sin(at.timestamp() / 3_600 + monitor.id)
    total = monitor.base_latency * REGION_DISTANCE[region] * wave * (6 if troubled else 1)
    return {
        "at": stamp(at),
        "response_time": round(total, 5),
        "name_lookup_time": 0.00002,
        "connection_time": round(total * 0.2, 5),
        "tls_handshake_time": round(total * 0.25, 5),
        "data_transfer_time": round(total * 0.1, 5),
    }


ROUTES = (
    get(FAMILY.path, index, PAGING | TEAM | {"url", "pronounceable_name"}),
    get(FAMILY.item, FAMILY.get),
    *FAMILY.writes(NewMonitor, create, ChangedMonitor, update),
    get(f"{FAMILY.item}/sla", sla, WINDOW),
    get(f"{FAMILY.item}/response-times", response_times),
)
