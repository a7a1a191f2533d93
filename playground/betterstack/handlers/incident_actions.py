"""What can be done to an incident: acknowledge, resolve, reopen, escalate.

The vendor's states: an open incident is Started or Acknowledged, and may be resolved from both.
A resolved one can only be reopened, for 24 hours, and keeps its `resolved_at` then. Sentences of
409 and 403 answers are the vendor's, save for those about reopening and escalating too late.
"""

from datetime import timedelta
from typing import Literal

from playground.betterstack.bodies import UNSET, Body, ChannelFields, Id
from playground.betterstack.crud import must_exist
from playground.betterstack.envelope import Answer, Problem, invalid, missing_attributes, one
from playground.betterstack.handlers.incidents import FAMILY, shape
from playground.betterstack.handlers.metadata import MetadataValue, store
from playground.betterstack.records import Incident
from playground.betterstack.routing import Call, post

REOPEN_WITHIN = timedelta(hours=24)
CHANNELS = ("call", "sms", "email", "push", "critical_alert")
TARGETS: dict[str, tuple[str, ...]] = {
    "User": ("user_email", "user_id"),
    "Team": ("team_name", "team_id"),
    "Schedule": ("schedule_id",),
    "Policy": ("policy_id",),
    "Organization": (),
}


class Acknowledgement(Body):
    acknowledged_by: str | None = UNSET


class Resolution(Body):
    resolved_by: str | None = UNSET


class Reopening(Body):
    reopened_by: str | None = UNSET


class Escalation(ChannelFields):
    escalation_type: Literal["User", "Team", "Schedule", "Policy", "Organization"]
    user_email: str | None = UNSET
    user_id: Id | None = UNSET
    team_name: str | None = UNSET
    team_id: Id | None = UNSET
    schedule_id: Id | None = UNSET
    policy_id: Id | None = UNSET
    metadata: dict[str, list[MetadataValue]] | None = UNSET


def acknowledge(call: Call, body: Acknowledgement) -> Answer:
    incident = _open(call)
    if incident.status == "Acknowledged":
        raise Problem(409, "Incident was already acknowledged")
    incident.status = "Acknowledged"
    incident.acknowledged_at = call.now
    incident.acknowledged_by = call.state.person(body.acknowledged_by)
    return _done(call, incident, "acknowledged", incident.acknowledged_by)


def resolve(call: Call, body: Resolution) -> Answer:
    incident = _open(call)
    incident.status = "Resolved"
    incident.resolved_at = call.now
    incident.resolved_by = call.state.person(body.resolved_by)
    return _done(call, incident, "resolved", incident.resolved_by)


def reopen(call: Call, body: Reopening) -> Answer:
    incident = FAMILY.find(call)
    if incident.shared:
        raise Problem(403, "You can't reopen this incident because it was shared with your team.")
    if incident.status != "Resolved" or incident.resolved_at is None:
        raise Problem(409, "Incident is not resolved")
    if call.now - incident.resolved_at > REOPEN_WITHIN:
        raise Problem(409, "Incident was resolved more than 24 hours ago and can't be reopened")
    incident.status = "Started"
    incident.acknowledged_at = incident.acknowledged_by = None
    incident.reopened_at = call.now
    incident.reopened_by = call.state.person(body.reopened_by)
    return _done(call, incident, "reopened", incident.reopened_by)


def escalate(call: Call, body: Escalation) -> Answer:
    incident = _open(call)
    _check_target(call, body)
    if body.escalation_type == "Policy":
        incident.escalation_policy_id = str(body.policy_id)
    for key, values in (body.metadata or {}).items():
        store(call, incident, "Incident", key, [value.given() for value in values])
    named = [getattr(body, name) for name in TARGETS[body.escalation_type]]
    target = next((str(value) for value in named if value is not None), "everyone")
    call.state.note(incident, call.now, f"Escalated to {body.escalation_type}: {target}")
    return one(shape(call, incident))


def _open(call: Call) -> Incident:
    incident = FAMILY.find(call)
    if incident.status == "Resolved":
        raise Problem(409, "Incident was already resolved")
    return incident


def _done(call: Call, incident: Incident, what: str, who: str | None) -> Answer:
    call.state.note(incident, call.now, f"{who or 'API'} {what} the incident")
    return one(shape(call, incident))


def _check_target(call: Call, body: Escalation) -> None:
    _check_fields(body)
    if body.user_email is not None and call.state.user_with(body.user_email) is None:
        raise invalid("user_email", "must exist")
    if body.user_id is not None and body.user_id not in call.state.users:
        raise invalid("user_id", "must exist")
    if body.team_name is not None and call.state.team_named(body.team_name) is None:
        raise invalid("team_name", "must exist")
    if body.team_id is not None and body.team_id not in call.state.teams:
        raise invalid("team_id", "must exist")
    must_exist(call, call.state.calendars, "schedule_id", body.schedule_id)
    must_exist(call, call.state.policies, "policy_id", body.policy_id)


def _check_fields(body: Escalation) -> None:
    """The target that belongs to the type, no other; and no channels for a policy."""
    own = TARGETS[body.escalation_type]
    if own and all(getattr(body, name) is None for name in own):
        raise missing_attributes(*own)
    foreign = {name for names in TARGETS.values() for name in names} - set(own)
    if body.escalation_type == "Policy":
        foreign |= set(CHANNELS)
    for name in sorted(foreign & body.model_fields_set):
        raise invalid(name, f"does not go with escalating to {body.escalation_type}")


ROUTES = (
    post(f"{FAMILY.item}/acknowledge", Acknowledgement, acknowledge),
    post(f"{FAMILY.item}/resolve", Resolution, resolve),
    post(f"{FAMILY.item}/reopen", Reopening, reopen),
    post(f"{FAMILY.item}/escalate", Escalation, escalate),
)
