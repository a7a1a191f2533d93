"""Monitors: what is watched, how available it was, how fast it answered."""

from typing import Any

import httpx
import pytest

from playground.betterstack.seed_names import ADMIN, AUTH, CHECKOUT, CHECKOUT_5XX, LOW, PAYMENTS
from playground.betterstack.server import Sandbox
from tests.playground.betterstack.conftest import HandClock

MONITORS = "/api/v2/monitors"


async def attributes_of(api: httpx.AsyncClient, monitor: int) -> dict[str, Any]:
    data = (await api.get(f"{MONITORS}/{monitor}")).json()["data"]
    return dict(data["attributes"])


@pytest.mark.parametrize(
    "query",
    [
        {"pronounceable_name": "Auth"},
        {"url": "https://id.harbor.example/health"},
        {"url": "https://id.harbor.example/health", "pronounceable_name": "Auth"},
    ],
)
async def test_a_monitor_is_found_by_address_or_name(
    api: httpx.AsyncClient, query: dict[str, str]
) -> None:
    listed = (await api.get(MONITORS, params=query)).json()["data"]
    assert [monitor["id"] for monitor in listed] == [str(AUTH)]


async def test_secrets_are_in_the_answers_as_at_the_vendors(api: httpx.AsyncClient) -> None:
    checkout, payments = await attributes_of(api, CHECKOUT), await attributes_of(api, PAYMENTS)
    assert checkout["auth_password"] == "secret-probe-password"
    assert checkout["request_headers"][0]["value"] == "Bearer secret-probe-header"
    assert payments["environment_variables"] == {"WEBHOOK_SECRET": "secret-webhook-value"}
    assert "secret-proxy-password" in payments["proxy_host"]


async def test_pausing_and_resuming_changes_nothing_else(
    api: httpx.AsyncClient, clock: HandClock
) -> None:
    before = await attributes_of(api, AUTH)
    clock.forward(minutes=2)
    paused = await api.patch(f"{MONITORS}/{AUTH}", json={"paused": True})
    after = paused.json()["data"]["attributes"]
    changed = {name for name in before if before[name] != after[name]}
    assert (paused.status_code, after["status"], after["paused"]) == (200, "paused", True)
    assert after["paused_at"] == "2026-03-12T09:32:00.000Z"
    assert changed == {"paused", "paused_at", "status", "updated_at"}
    resumed = await api.patch(f"{MONITORS}/{AUTH}", json={"paused": False})
    assert resumed.json()["data"]["attributes"]["status"] == "up"


async def test_pausing_twice_keeps_the_first_moment(
    api: httpx.AsyncClient, clock: HandClock
) -> None:
    before = await attributes_of(api, ADMIN)
    clock.forward(hours=1)
    await api.patch(f"{MONITORS}/{ADMIN}", json={"paused": True})
    assert (await attributes_of(api, ADMIN))["paused_at"] == before["paused_at"]


async def test_a_new_monitor_waits_for_its_first_check_with_the_vendors_defaults(
    api: httpx.AsyncClient,
) -> None:
    body = {"url": "https://blog.harbor.example", "policy_id": str(LOW), "check_frequency": 60}
    answer = await api.post(MONITORS, json=body)
    attributes = answer.json()["data"]["attributes"]
    assert answer.status_code == 201
    assert attributes["status"] == "pending"
    assert attributes["pronounceable_name"] == "blog.harbor.example"
    assert (attributes["monitor_type"], attributes["email"]) == ("status", True)
    assert (attributes["policy_id"], attributes["check_frequency"]) == (str(LOW), 60)
    assert attributes["team_name"] == "Harbor"


async def test_a_monitor_can_be_made_paused(api: httpx.AsyncClient) -> None:
    body = {"url": "https://blog.harbor.example", "paused": True}
    answer = await api.post(MONITORS, json=body)
    assert answer.json()["data"]["attributes"]["status"] == "paused"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("monitor_type", "http"),
        ("regions", ["eu", "mars"]),
        ("ssl_expiration", 5),
        ("confirmation_period", 86_401),
        ("maintenance_from", "9:00"),
        ("maintenance_days", ["monday"]),
        ("policy_id", "99"),
        ("monitor_group_id", 99),
        ("paused", "true"),
        ("port", 443),
        ("url", ""),
        ("url", None),
    ],
)
async def test_a_change_that_makes_no_sense_is_refused_and_changes_nothing(
    api: httpx.AsyncClient, name: str, value: object
) -> None:
    before = await attributes_of(api, AUTH)
    answer = await api.patch(f"{MONITORS}/{AUTH}", json={name: value, "team_wait": 5})
    assert answer.status_code == 422
    assert next(iter(answer.json()["errors"])).split(".")[0] == name
    assert await attributes_of(api, AUTH) == before


async def test_a_monitor_needs_an_address(api: httpx.AsyncClient) -> None:
    answer = await api.post(MONITORS, json={"pronounceable_name": "x"})
    assert (answer.status_code, answer.json()) == (422, {"errors": {"url": ["can't be blank"]}})


async def test_a_change_cannot_move_a_monitor_to_another_team(api: httpx.AsyncClient) -> None:
    answer = await api.patch(f"{MONITORS}/{AUTH}", json={"team_name": "Harbor Labs"})
    assert answer.json()["invalid_attributes"] == ["team_name"]


async def test_a_removed_monitor_leaves_its_incidents_behind(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    removed = await api.delete(f"{MONITORS}/{CHECKOUT}")
    incident = await api.get(f"/api/v3/incidents/{CHECKOUT_5XX}")
    assert (removed.status_code, removed.content) == (204, b"")
    assert (await api.get(f"{MONITORS}/{CHECKOUT}")).status_code == 404
    assert incident.json()["data"]["relationships"] == {}
    assert not sandbox.state.metadata_of("Monitor", CHECKOUT)


async def sla(api: httpx.AsyncClient, monitor: int, **query: str) -> dict[str, Any]:
    answer = await api.get(f"{MONITORS}/{monitor}/sla", params=query)
    assert answer.status_code == 200
    return dict(answer.json()["data"]["attributes"])


async def test_availability_counts_the_minutes_of_the_open_incident(
    api: httpx.AsyncClient, clock: HandClock
) -> None:
    day = {"from": "2026-03-12", "to": "2026-03-12"}
    seconds_of_day = 9.5 * 3600
    assert await sla(api, CHECKOUT, **day) == {
        "availability": round(100 * (1 - 23 * 60 / seconds_of_day), 4),
        "total_downtime": 23 * 60,
        "number_of_incidents": 1,
        "longest_incident": 23 * 60,
        "average_incident": 23 * 60,
    }
    clock.forward(minutes=7)
    assert (await sla(api, CHECKOUT, **day))["total_downtime"] == 30 * 60


async def test_availability_covers_all_incidents_of_the_days_asked_for(
    api: httpx.AsyncClient,
) -> None:
    summary = await sla(api, CHECKOUT, **{"from": "2026-02-01", "to": "2026-03-11"})
    assert summary["number_of_incidents"] == 2
    assert summary["total_downtime"] == (18 + 35) * 60
    assert summary["longest_incident"] == 35 * 60
    assert summary["average_incident"] == (18 + 35) * 30


async def test_a_monitor_without_trouble_was_always_available(api: httpx.AsyncClient) -> None:
    summary = await sla(api, ADMIN)
    assert (summary["availability"], summary["number_of_incidents"]) == (100, 0)


async def test_days_in_the_wrong_order_are_refused(api: httpx.AsyncClient) -> None:
    query = {"from": "2026-03-12", "to": "2026-03-11"}
    assert (await api.get(f"{MONITORS}/{CHECKOUT}/sla", params=query)).status_code == 422


async def test_response_times_cover_a_day_in_every_region_and_rise_with_the_incident(
    api: httpx.AsyncClient,
) -> None:
    data = (await api.get(f"{MONITORS}/{CHECKOUT}/response-times")).json()["data"]
    regions = {r["region"]: r["response_times"] for r in data["attributes"]["regions"]}
    times = [sample["at"] for sample in regions["eu"]]
    assert data["type"] == "monitor_response_times"
    assert set(regions) == {"us", "eu", "as", "au"}
    assert times == sorted(times)
    assert (len(times), times[-1]) == (144, "2026-03-12T09:30:00.000Z")
    assert regions["eu"][-1]["response_time"] > 3 * regions["eu"][-10]["response_time"]
    assert isinstance(regions["eu"][-1]["response_time"], float)


async def test_a_monitor_that_was_never_checked_has_no_response_times(
    api: httpx.AsyncClient,
) -> None:
    made = await api.post(MONITORS, json={"url": "https://x.example", "regions": ["eu"]})
    path = f"{MONITORS}/{made.json()['data']['id']}/response-times"
    attributes = (await api.get(path)).json()["data"]["attributes"]
    assert attributes == {"regions": [{"region": "eu", "response_times": []}]}
