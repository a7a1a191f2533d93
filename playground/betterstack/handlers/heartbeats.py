"""Heartbeats: `/api/v2/heartbeats`. Their ping address is a secret, and is in every answer."""

from typing import Annotated, Any

from pydantic import Field

from playground.betterstack.bodies import UNSET, ChannelFields, Id, Made, Seconds, Text
from playground.betterstack.crud import Family, must_exist, new_dated
from playground.betterstack.envelope import Answer, invalid, one, resource
from playground.betterstack.handlers.availability import WINDOW, asked_window, summary
from playground.betterstack.handlers.monitors import MaintenanceFields
from playground.betterstack.records import Heartbeat, Json
from playground.betterstack.routing import Call, get
from playground.betterstack.state import State

SHORTEST_ZONED_PERIOD = 3_600
PING_ADDRESS = "https://uptime.betterstack.com/api/v1/heartbeat/"


class HeartbeatFields(MaintenanceFields, ChannelFields):
    team_wait: Seconds | None = UNSET
    heartbeat_group_id: Id | None = UNSET
    sort_index: int = UNSET
    paused: bool = UNSET
    server_timezone: str | None = UNSET
    policy_id: Id | None = UNSET


class NewHeartbeat(HeartbeatFields, Made):
    name: Text
    period: Annotated[int, Field(ge=30)]
    grace: Seconds


class ChangedHeartbeat(HeartbeatFields):
    name: Text = UNSET
    period: Annotated[int, Field(ge=30)] = UNSET
    grace: Seconds = UNSET


def shape(call: Call, heartbeat: Heartbeat) -> Json:
    status = call.state.heartbeat_status(heartbeat)
    extra = {"status": status, "paused": status == "paused"}
    return resource(heartbeat, {**heartbeat.attributes(), **extra})


FAMILY = Family(
    "/api/v2/heartbeats",
    "heartbeat_id",
    Heartbeat,
    lambda state: state.heartbeats,
    shape,
    forget=State.forget_heartbeat,
)


def create(call: Call, body: NewHeartbeat) -> Answer:
    values = _fields(call, body)
    paused = values.pop("paused", False)
    _check_zone(values.get("server_timezone"), body.period)
    start = new_dated(call, body.team_name)
    heartbeat = Heartbeat(**start, url=f"{PING_ADDRESS}made-{start['id']}", **values)
    heartbeat.pause(paused, call.now)
    return FAMILY.add(call, heartbeat)


def update(call: Call, body: ChangedHeartbeat) -> Answer:
    heartbeat = FAMILY.find(call)
    values = _fields(call, body)
    zone = values.get("server_timezone", heartbeat.server_timezone)
    _check_zone(zone, values.get("period", heartbeat.period))
    return FAMILY.changed(call, heartbeat, values)


def _fields(call: Call, body: HeartbeatFields) -> dict[str, Any]:
    must_exist(call, call.state.policies, "policy_id", body.policy_id)
    must_exist(call, call.state.heartbeat_groups, "heartbeat_group_id", body.heartbeat_group_id)
    return body.given("team_name")


def _check_zone(zone: str | None, period: int) -> None:
    if zone and period < SHORTEST_ZONED_PERIOD:
        raise invalid("server_timezone", "needs a period of at least an hour")


def availability(call: Call) -> Answer:
    heartbeat = FAMILY.find(call)
    window = asked_window(call, heartbeat.created_at)
    attributes = summary(call.state.incidents_of(heartbeat), window)
    kind = "heartbeat_availability"
    return one({"id": str(heartbeat.id), "type": kind, "attributes": attributes})


ROUTES = (
    *FAMILY.reads(),
    *FAMILY.writes(NewHeartbeat, create, ChangedHeartbeat, update),
    get(f"{FAMILY.item}/availability", availability, WINDOW),
)
