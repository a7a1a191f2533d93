"""Incidents: `/api/v3/incidents`, without the actions on them (see `incident_actions`)."""

from datetime import UTC

from playground.betterstack.bodies import UNSET, ChannelFields, Email, Id, Made, Seconds, Text
from playground.betterstack.crud import TEAM, Family, listing, new_ids
from playground.betterstack.envelope import FEW, Answer, one, resource
from playground.betterstack.handlers import heartbeats, monitors
from playground.betterstack.handlers.metadata import MetadataValue, store
from playground.betterstack.query import METADATA, PAGING
from playground.betterstack.records import Incident, Json, Policy, stamp
from playground.betterstack.routing import Call, delete, get, post
from playground.betterstack.state import State

FILTERS = frozenset({"from", "to", "monitor_id", "heartbeat_id", "resolved", "acknowledged"})


class NewIncident(ChannelFields, Made):
    """Vendor: a token of either kind must say who asks. Whoever is left unmuted is called."""

    requester_email: Email
    summary: Text
    name: str | None = UNSET
    description: str | None = UNSET
    team_wait: Seconds | None = UNSET
    policy_id: Id | None = UNSET
    metadata: dict[str, list[MetadataValue]] | None = UNSET


def shape(call: Call, incident: Incident) -> Json:
    attributes = {
        **incident.attributes(),
        "metadata": call.state.metadata_of("Incident", incident.id),
    }
    if incident.reopened_at:
        attributes["reopened_at"] = stamp(incident.reopened_at)
        attributes["reopened_by"] = incident.reopened_by
    return resource(incident, attributes, _relationships(incident))


def _relationships(incident: Incident) -> Json:
    links = {"monitor": incident.monitor_id, "heartbeat": incident.heartbeat_id}
    return {
        kind: {"data": {"id": str(key), "type": kind}}
        for kind, key in links.items()
        if key is not None
    }


FAMILY = Family(
    "/api/v3/incidents",
    "incident_id",
    Incident,
    lambda state: state.incidents,
    shape,
    forget=State.forget_incident,
)


def index(call: Call) -> Answer:
    """Newest first, ten to a page unless asked otherwise."""
    found = [i for i in call.visible(call.state.incidents) if _matches(call, i)]
    found.sort(key=lambda incident: incident.started_at, reverse=True)
    return listing(call, found, lambda incident: shape(call, incident), FEW)


def _matches(call: Call, incident: Incident) -> bool:
    return (
        _in_days(call, incident)
        and _has_owner(call, incident)
        and _in_state(call, incident)
        and _has_metadata(call, incident)
    )


def _in_days(call: Call, incident: Incident) -> bool:
    day = incident.started_at.astimezone(UTC).date()
    first, last = call.query.day("from"), call.query.day("to")
    return (first is None or first <= day) and (last is None or day <= last)


def _has_owner(call: Call, incident: Incident) -> bool:
    monitor, heartbeat = call.query.whole("monitor_id"), call.query.whole("heartbeat_id")
    return monitor in (None, incident.monitor_id) and heartbeat in (None, incident.heartbeat_id)


def _in_state(call: Call, incident: Incident) -> bool:
    resolved, acknowledged = call.query.flag("resolved"), call.query.flag("acknowledged")
    return resolved in (None, incident.status == "Resolved") and acknowledged in (
        None,
        incident.acknowledged_at is not None,
    )


def _has_metadata(call: Call, incident: Incident) -> bool:
    """Every key asked for must hold one of the values asked for under it."""
    held = call.state.metadata_of("Incident", incident.id)
    return all(
        wanted & {value.get("value") for value in held.get(key, [])}
        for key, wanted in call.query.metadata().items()
    )


def show(call: Call) -> Answer:
    """Vendor: only here is what triggered the incident included."""
    incident = FAMILY.find(call)
    return one(shape(call, incident), included=_trigger(call, incident))


def _trigger(call: Call, incident: Incident) -> Json | None:
    if incident.monitor_id is not None:
        return monitors.shape(call, call.state.monitors[incident.monitor_id])
    if incident.heartbeat_id is not None:
        return heartbeats.shape(call, call.state.heartbeats[incident.heartbeat_id])
    return None


def create(call: Call, body: NewIncident) -> Answer:
    if body.policy_id is not None:
        call.find_id(call.state.policies, Policy, body.policy_id)
    incident = Incident(
        **new_ids(call, body.team_name),
        **body.given(
            "team_name", "requester_email", "summary", "name", "team_wait", "policy_id", "metadata"
        ),
        name=body.name or body.summary,
        cause=body.summary,
        started_at=call.now,
        escalation_policy_id=None if body.policy_id is None else str(body.policy_id),
    )
    for key, values in (body.metadata or {}).items():
        store(call, incident, "Incident", key, [value.given() for value in values])
    requester = call.state.person(body.requester_email)
    call.state.note(incident, call.now, f"{requester} started the incident")
    return FAMILY.add(call, incident)


ROUTES = (
    get(FAMILY.path, index, PAGING | TEAM | FILTERS | {METADATA}),
    get(FAMILY.item, show),
    post(FAMILY.path, NewIncident, create),
    delete(FAMILY.item, FAMILY.remove),
)
