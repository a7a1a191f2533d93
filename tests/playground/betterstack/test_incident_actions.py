"""What can be done to an incident, and when it cannot."""

from typing import Any

import httpx
import pytest

from playground.betterstack.seed_names import (
    BO,
    CHECKOUT,
    CHECKOUT_5XX,
    DATABASE_SCHEDULE,
    LOW,
    PAYMENTS_TIMEOUT,
    SEARCH_SLOW,
    SHARED_INCIDENT,
)
from playground.betterstack.server import Sandbox
from tests.playground.betterstack.conftest import HandClock


async def act(
    api: httpx.AsyncClient, incident: int, action: str, body: dict[str, Any] | None = None
) -> tuple[int, Any]:
    answer = await api.post(f"/api/v3/incidents/{incident}/{action}", json=body or {})
    content = answer.json()
    return answer.status_code, content.get("errors") or content["data"]["attributes"]


async def monitor_status(api: httpx.AsyncClient) -> str:
    monitor = (await api.get(f"/api/v2/monitors/{CHECKOUT}")).json()["data"]
    return str(monitor["attributes"]["status"])


@pytest.mark.parametrize(
    ("action", "field", "status"),
    [("acknowledge", "acknowledged", "Acknowledged"), ("resolve", "resolved", "Resolved")],
)
@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("ana@harbor.example", "Ana Marin"),
        ("stranger@elsewhere.example", "stranger@elsewhere.example"),
        ("Ana via Slack", "Ana via Slack"),
        (None, None),
    ],
)
async def test_an_action_says_when_and_who_by_name_if_it_knows_the_address(
    api: httpx.AsyncClient, action: str, field: str, status: str, who: str | None, shown: str | None
) -> None:
    body = {f"{field}_by": who} if who else {}
    code, attributes = await act(api, CHECKOUT_5XX, action, body)
    assert code == 200
    assert attributes["status"] == status
    assert attributes[f"{field}_at"] == "2026-03-12T09:30:00.000Z"
    assert attributes[f"{field}_by"] == shown


async def test_an_action_needs_no_body_at_all(api: httpx.AsyncClient) -> None:
    answer = await api.post(f"/api/v3/incidents/{CHECKOUT_5XX}/acknowledge")
    assert answer.status_code == 200


async def test_acknowledging_twice_is_a_conflict_and_keeps_the_first(
    sandbox: Sandbox, api: httpx.AsyncClient, clock: HandClock
) -> None:
    await act(api, CHECKOUT_5XX, "acknowledge", {"acknowledged_by": "ana@harbor.example"})
    clock.forward(minutes=5)
    again = await act(api, CHECKOUT_5XX, "acknowledge", {"acknowledged_by": "bo@harbor.example"})
    assert again == (409, "Incident was already acknowledged")
    assert sandbox.state.incidents[CHECKOUT_5XX].acknowledged_by == "Ana Marin"


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
async def test_a_resolved_incident_can_only_be_reopened(
    api: httpx.AsyncClient, action: str
) -> None:
    answer = await act(api, PAYMENTS_TIMEOUT, action)
    assert answer == (409, "Incident was already resolved")


async def test_an_incident_may_be_resolved_without_being_acknowledged(
    api: httpx.AsyncClient,
) -> None:
    code, attributes = await act(api, CHECKOUT_5XX, "resolve")
    assert (code, attributes["acknowledged_at"]) == (200, None)


async def test_the_monitor_follows_its_incident(api: httpx.AsyncClient) -> None:
    before = await monitor_status(api)
    await act(api, CHECKOUT_5XX, "acknowledge")
    acknowledged = await monitor_status(api)
    await act(api, CHECKOUT_5XX, "resolve")
    resolved = await monitor_status(api)
    await act(api, CHECKOUT_5XX, "reopen")
    assert [before, acknowledged, resolved, await monitor_status(api)] == [
        "down",
        "down",
        "up",
        "down",
    ]


async def test_a_validating_incident_makes_its_monitor_validating(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    sandbox.state.incidents[CHECKOUT_5XX].status = "Validating"
    assert await monitor_status(api) == "validating"


async def test_a_reopened_incident_is_open_keeps_its_history_and_can_be_acknowledged_again(
    api: httpx.AsyncClient, clock: HandClock
) -> None:
    _, before = await act(api, CHECKOUT_5XX, "resolve", {"resolved_by": "bo@harbor.example"})
    clock.forward(hours=1)
    code, attributes = await act(api, CHECKOUT_5XX, "reopen", {"reopened_by": "ana@harbor.example"})
    assert "reopened_at" not in before
    assert (code, attributes["status"]) == (200, "Started")
    assert attributes["resolved_by"] == "Bo Chen"
    assert attributes["reopened_at"] == "2026-03-12T10:30:00.000Z"
    assert attributes["reopened_by"] == "Ana Marin"
    assert (await act(api, CHECKOUT_5XX, "acknowledge"))[0] == 200


async def test_a_reopened_incident_is_listed_as_open(api: httpx.AsyncClient) -> None:
    await act(api, CHECKOUT_5XX, "resolve")
    await act(api, CHECKOUT_5XX, "reopen")
    listed = await api.get("/api/v3/incidents", params={"resolved": "false"})
    assert str(CHECKOUT_5XX) in {incident["id"] for incident in listed.json()["data"]}


@pytest.mark.parametrize(("hours", "code"), [(24, 200), (24.01, 409)])
async def test_reopening_is_possible_for_a_day(
    api: httpx.AsyncClient, clock: HandClock, hours: float, code: int
) -> None:
    await act(api, CHECKOUT_5XX, "resolve")
    clock.forward(hours=hours)
    assert (await act(api, CHECKOUT_5XX, "reopen"))[0] == code


async def test_an_open_incident_cannot_be_reopened(api: httpx.AsyncClient) -> None:
    assert (await act(api, CHECKOUT_5XX, "reopen"))[0] == 409
    assert (await act(api, SEARCH_SLOW, "reopen"))[0] == 409


async def test_a_shared_incident_cannot_be_reopened(api: httpx.AsyncClient) -> None:
    assert await act(api, SHARED_INCIDENT, "reopen") == (
        403,
        "You can't reopen this incident because it was shared with your team.",
    )


@pytest.mark.parametrize(
    "target",
    [
        {"escalation_type": "User", "user_email": "chidi@harbor.example"},
        {"escalation_type": "User", "user_id": BO},
        {"escalation_type": "Team", "team_name": "Harbor"},
        {"escalation_type": "Team", "team_id": 400, "call": False},
        {"escalation_type": "Schedule", "schedule_id": DATABASE_SCHEDULE, "critical_alert": True},
        {"escalation_type": "Policy", "policy_id": LOW},
        {"escalation_type": "Organization"},
    ],
)
async def test_an_open_incident_can_be_escalated_to_anyone_there_is(
    api: httpx.AsyncClient, target: dict[str, Any]
) -> None:
    code, attributes = await act(api, CHECKOUT_5XX, "escalate", target)
    timeline = (await api.get(f"/api/v3/incidents/{CHECKOUT_5XX}/timeline")).json()["data"]
    assert (code, attributes["status"]) == (200, "Started")
    assert timeline[0]["attributes"]["data"]["title"].startswith(
        f"Escalated to {target['escalation_type']}"
    )


async def test_escalating_to_a_policy_makes_it_the_incidents_policy(
    api: httpx.AsyncClient,
) -> None:
    target = {"escalation_type": "Policy", "policy_id": LOW}
    _, attributes = await act(api, CHECKOUT_5XX, "escalate", target)
    assert attributes["escalation_policy_id"] == str(LOW)


@pytest.mark.parametrize(
    "target",
    [
        {},
        {"escalation_type": "Everyone"},
        {"escalation_type": "User"},
        {"escalation_type": "User", "user_email": "nobody@harbor.example"},
        {"escalation_type": "User", "user_id": 1},
        {"escalation_type": "User", "user_id": BO, "policy_id": LOW},
        {"escalation_type": "Team", "team_name": "Nobody"},
        {"escalation_type": "Team", "team_id": 1},
        {"escalation_type": "Schedule", "schedule_id": 6901},
        {"escalation_type": "Policy", "policy_id": 1},
        {"escalation_type": "Policy", "policy_id": LOW, "call": False},
        {"escalation_type": "Organization", "user_id": BO},
    ],
)
async def test_an_escalation_that_does_not_add_up_is_refused(
    sandbox: Sandbox, api: httpx.AsyncClient, target: dict[str, Any]
) -> None:
    before = list(sandbox.state.timelines[CHECKOUT_5XX])
    assert (await act(api, CHECKOUT_5XX, "escalate", target))[0] == 422
    assert sandbox.state.timelines[CHECKOUT_5XX] == before


async def test_a_resolved_incident_cannot_be_escalated(api: httpx.AsyncClient) -> None:
    target = {"escalation_type": "Organization"}
    assert (await act(api, PAYMENTS_TIMEOUT, "escalate", target))[0] == 409


async def test_the_timeline_tells_what_was_done_newest_first(
    api: httpx.AsyncClient, clock: HandClock
) -> None:
    await act(api, CHECKOUT_5XX, "acknowledge", {"acknowledged_by": "ana@harbor.example"})
    clock.forward(minutes=9)
    await act(api, CHECKOUT_5XX, "resolve", {"resolved_by": "Deploy bot"})
    items = (await api.get(f"/api/v3/incidents/{CHECKOUT_5XX}/timeline")).json()["data"]
    titles = [item["attributes"]["data"]["title"] for item in items]
    assert titles == [
        "Deploy bot resolved the incident",
        "Ana Marin acknowledged the incident",
        "Called Bo Chen: no answer",
        "Incident started: Status 502",
        "Page response",
    ]
