"""Escalation policies: `/api/v3/policies`. Their incident token is a secret, and is in answers."""

from typing import Any, Literal

from playground.betterstack.bodies import UNSET, Body, Id, Made, Seconds, Text
from playground.betterstack.crud import Family, must_exist, new_ids
from playground.betterstack.envelope import Answer, missing_attributes
from playground.betterstack.records import Policy
from playground.betterstack.routing import Call

REQUIRED: dict[str, tuple[str, ...]] = {
    "escalation": ("step_members",),
    "time_branching": ("time_from", "time_to", "days", "timezone", "policy_id"),
    "metadata_branching": ("metadata_key", "metadata_values", "policy_id"),
    "instructions": ("instructions",),
}


class StepMember(Body):
    type: Literal[
        "current_on_call", "entire_team", "user", "webhook", "slack_integration",
        "all_slack_integrations", "microsoft_teams_integration",
        "all_microsoft_teams_integrations", "zapier_webhook", "all_zapier_integrations",
        "all_webhook_integrations", "all_splunk_on_call_integrations", "pagerduty_integration",
        "all_pagerduty_integrations", "policy", "incident_metadata",
    ]  # fmt: skip
    id: Id | None = UNSET
    email: str | None = UNSET
    metadata_key: str | None = UNSET


class Step(Body):
    type: Literal["escalation", "time_branching", "metadata_branching", "instructions"]
    wait_before: Seconds | None = UNSET
    wait_until_time: str | None = UNSET
    wait_until_timezone: str | None = UNSET
    urgency_id: Id | None = UNSET
    step_members: list[StepMember] | None = UNSET
    time_from: str | None = UNSET
    time_to: str | None = UNSET
    days: list[str] | None = UNSET
    timezone: str | None = UNSET
    policy_id: Id | None = UNSET
    metadata_key: str | None = UNSET
    metadata_values: list[Any] | None = UNSET
    instructions: str | None = UNSET


class PolicyFields(Body):
    repeat_count: Seconds = UNSET
    repeat_delay: Seconds = UNSET
    steps: list[Step] | None = UNSET
    fallback_policy_id: Id | None = UNSET


class NewPolicy(PolicyFields, Made):
    name: Text


class ChangedPolicy(PolicyFields):
    name: Text = UNSET


def create(call: Call, body: NewPolicy) -> Answer:
    start = new_ids(call, body.team_name)
    token = f"made-incident-token-{start['id']}"
    return FAMILY.add(call, Policy(**start, incident_token=token, **_fields(call, body)))


def update(call: Call, body: ChangedPolicy) -> Answer:
    return FAMILY.changed(call, FAMILY.find(call), _fields(call, body))


def _fields(call: Call, body: PolicyFields) -> dict[str, Any]:
    must_exist(call, call.state.policies, "fallback_policy_id", body.fallback_policy_id)
    for step in body.steps or []:
        _check_step(call, step)
    return body.given("team_name")


def _check_step(call: Call, step: Step) -> None:
    """Vendor: a step that lacks what its type needs is refused by the names of what it lacks."""
    lacking = [name for name in REQUIRED[step.type] if not getattr(step, name)]
    if lacking:
        raise missing_attributes(*lacking)
    must_exist(call, call.state.urgencies, "steps.urgency_id", step.urgency_id)
    must_exist(call, call.state.policies, "steps.policy_id", step.policy_id)


FAMILY = Family("/api/v3/policies", "policy_id", Policy, lambda state: state.policies)

ROUTES = (
    *FAMILY.reads(),
    *FAMILY.writes(NewPolicy, create, ChangedPolicy, update),
)
