"""Groups of monitors, heartbeats, policies, severities and status pages: five like families."""

from playground.betterstack.bodies import UNSET, Body, Made, Text
from playground.betterstack.crud import Family, listing, simple
from playground.betterstack.envelope import Answer
from playground.betterstack.handlers import monitors
from playground.betterstack.query import PAGING
from playground.betterstack.records import (
    HeartbeatGroup,
    MonitorGroup,
    PolicyGroup,
    StatusPageGroup,
    UrgencyGroup,
)
from playground.betterstack.routing import Call, get
from playground.betterstack.state import State


class NewGroup(Made):
    name: Text
    sort_index: int | None = UNSET


class ChangedGroup(Body):
    name: Text = UNSET
    sort_index: int | None = UNSET


class NewPausableGroup(NewGroup):
    paused: bool = UNSET


class ChangedPausableGroup(ChangedGroup):
    paused: bool = UNSET


MONITORS = Family(
    "/api/v2/monitor-groups",
    "monitor_group_id",
    MonitorGroup,
    lambda state: state.monitor_groups,
    forget=State.empty_monitor_group,
)
HEARTBEATS = Family(
    "/api/v2/heartbeat-groups",
    "heartbeat_group_id",
    HeartbeatGroup,
    lambda state: state.heartbeat_groups,
    forget=State.empty_heartbeat_group,
)
POLICIES = Family(
    "/api/v2/policy-groups", "policy_group_id", PolicyGroup, lambda state: state.policy_groups
)
URGENCIES = Family(
    "/api/v2/urgency-groups",
    "urgency_group_id",
    UrgencyGroup,
    lambda state: state.urgency_groups,
    query=PAGING,
)
STATUS_PAGES = Family(
    "/api/v2/status-page-groups",
    "status_page_group_id",
    StatusPageGroup,
    lambda state: state.status_page_groups,
    query=PAGING,
)


def monitors_of(call: Call) -> Answer:
    group = MONITORS.find(call)
    members = [m for m in call.state.monitors.values() if m.monitor_group_id == group.id]
    return listing(call, members, lambda monitor: monitors.shape(call, monitor))


ROUTES = (
    *simple(MONITORS, NewPausableGroup, ChangedPausableGroup),
    get(f"{MONITORS.item}/monitors", monitors_of, PAGING),
    *simple(HEARTBEATS, NewPausableGroup, ChangedPausableGroup),
    *simple(POLICIES, NewGroup, ChangedGroup),
    *simple(URGENCIES, NewGroup, ChangedGroup),
    *simple(STATUS_PAGES, NewGroup, ChangedGroup),
)
