"""Escalation policies and severities."""

from typing import Any

import httpx
import pytest

from playground.betterstack.seed_names import CRITICAL, LOW

POLICIES = "/api/v3/policies"
STEP: dict[str, Any] = {
    "type": "escalation",
    "wait_before": 60,
    "urgency_id": 7501,
    "step_members": [{"type": "current_on_call"}, {"type": "user", "email": "bo@harbor.example"}],
}


async def test_policies_are_listed_with_their_steps_and_their_secret(
    api: httpx.AsyncClient,
) -> None:
    listed = (await api.get(POLICIES)).json()["data"]
    critical = next(policy for policy in listed if policy["id"] == str(CRITICAL))["attributes"]
    assert len(listed) == 2
    assert critical["incident_token"] == "secret-incident-token-critical"
    assert [step["step_members"][0]["type"] for step in critical["steps"]] == [
        "current_on_call",
        "entire_team",
    ]


async def test_a_policy_can_be_made_changed_and_removed(api: httpx.AsyncClient) -> None:
    body = {"name": "Night", "steps": [STEP], "fallback_policy_id": LOW, "repeat_count": 1}
    made = await api.post(POLICIES, json=body)
    path = f"{POLICIES}/{made.json()['data']['id']}"
    changed = await api.patch(path, json={"repeat_delay": 120})
    attributes = changed.json()["data"]["attributes"]
    assert made.status_code == 201
    assert attributes["steps"] == [STEP]
    assert (attributes["repeat_count"], attributes["repeat_delay"]) == (1, 120)
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("step", "lacking"),
    [
        ({"type": "escalation", "wait_before": 0}, ["step_members"]),
        ({"type": "metadata_branching", "metadata_key": "a"}, ["metadata_values", "policy_id"]),
        ({"type": "instructions"}, ["instructions"]),
    ],
)
async def test_a_step_that_lacks_something_is_refused_by_what_it_lacks(
    api: httpx.AsyncClient, step: dict[str, Any], lacking: list[str]
) -> None:
    answer = await api.post(POLICIES, json={"name": "x", "steps": [step]})
    assert answer.status_code == 422
    assert answer.json() == {
        "errors": "Sorry, you are missing some required attributes",
        "required_attributes": lacking,
    }


@pytest.mark.parametrize(
    "body",
    [
        {"steps": [STEP]},
        {"name": "x", "steps": [{**STEP, "type": "shout"}]},
        {"name": "x", "steps": [{**STEP, "urgency_id": 1}]},
        {"name": "x", "fallback_policy_id": 1},
        {"name": "x", "steps": [{**STEP, "members": []}]},
    ],
)
async def test_a_policy_that_makes_no_sense_is_refused(
    api: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    assert (await api.post(POLICIES, json=body)).status_code == 422
    assert len((await api.get(POLICIES)).json()["data"]) == 2


async def test_severities_say_which_channels_they_use(api: httpx.AsyncClient) -> None:
    listed = (await api.get("/api/v2/urgencies")).json()["data"]
    calls = {u["attributes"]["name"]: u["attributes"]["call"] for u in listed}
    assert calls == {"Critical": True, "Low": False}


async def test_a_new_severity_must_say_every_channel(api: httpx.AsyncClient) -> None:
    body = {"name": "Mid", "call": False, "sms": True, "email": True, "push": True}
    half = await api.post("/api/v2/urgencies", json={"name": "Mid", "call": False})
    whole = await api.post("/api/v2/urgencies", json=body)
    assert half.status_code == 422
    assert set(half.json()["errors"]) == {"sms", "email", "push"}
    assert whole.status_code == 201
    assert whole.json()["data"]["attributes"]["critical_alert"] is False
