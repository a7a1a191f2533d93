"""Heartbeats: jobs that report by themselves."""

from typing import Any

import httpx
import pytest

from playground.betterstack.records import Incident
from playground.betterstack.seed_names import BACKUP, INVOICES, ORDERS
from playground.betterstack.server import Sandbox

HEARTBEATS = "/api/v2/heartbeats"
NEW: dict[str, Any] = {"name": "Stock import", "period": 3600, "grace": 600}


async def test_heartbeats_are_listed_with_their_state_and_their_secret_address(
    api: httpx.AsyncClient,
) -> None:
    listed = (await api.get(HEARTBEATS)).json()["data"]
    states = {h["attributes"]["name"]: h["attributes"]["status"] for h in listed}
    assert states == {
        "Nightly database backup": "up",
        "Order export": "up",
        "Invoice mailer": "paused",
        "Search index rebuild": "up",
    }
    assert all("secret-ping" in heartbeat["attributes"]["url"] for heartbeat in listed)


async def test_a_heartbeat_is_down_while_its_incident_is_open(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    sandbox.state.incidents[1] = Incident(
        id=1,
        team_name="Harbor",
        name="Order export",
        cause="Missed heartbeat",
        started_at=sandbox.clock(),
        heartbeat_id=ORDERS,
    )
    before = (await api.get(f"{HEARTBEATS}/{ORDERS}")).json()["data"]["attributes"]["status"]
    await api.post("/api/v3/incidents/1/resolve", json={})
    after = (await api.get(f"{HEARTBEATS}/{ORDERS}")).json()["data"]["attributes"]["status"]
    assert (before, after) == ("down", "up")


async def test_a_heartbeat_can_be_made_changed_and_removed(api: httpx.AsyncClient) -> None:
    made = await api.post(HEARTBEATS, json=NEW)
    path = f"{HEARTBEATS}/{made.json()['data']['id']}"
    changed = await api.patch(path, json={"grace": 900})
    attributes = changed.json()["data"]["attributes"]
    assert [made.status_code, changed.status_code] == [201, 200]
    assert made.json()["data"]["attributes"]["status"] == "pending"
    assert (attributes["grace"], attributes["period"]) == (900, 3600)
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


@pytest.mark.parametrize("name", sorted(NEW))
async def test_a_new_heartbeat_needs_name_period_and_grace(
    api: httpx.AsyncClient, name: str
) -> None:
    body = {key: value for key, value in NEW.items() if key != name}
    answer = await api.post(HEARTBEATS, json=body)
    assert answer.json() == {"errors": {name: ["can't be blank"]}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("period", 29),
        ("grace", -1),
        ("policy_id", 1),
        ("heartbeat_group_id", 1),
        ("server_timezone", "Europe/Lisbon"),
    ],
)
async def test_a_change_beyond_the_vendors_limits_is_refused(
    api: httpx.AsyncClient, name: str, value: object
) -> None:
    """Order export runs every 15 minutes, too often for a time zone of its own."""
    answer = await api.patch(f"{HEARTBEATS}/{ORDERS}", json={name: value})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [name])


async def test_a_heartbeat_can_be_resumed(api: httpx.AsyncClient) -> None:
    answer = await api.patch(f"{HEARTBEATS}/{INVOICES}", json={"paused": False})
    attributes = answer.json()["data"]["attributes"]
    assert (attributes["status"], attributes["paused_at"]) == ("up", None)


async def test_the_availability_of_a_heartbeat_counts_its_missed_runs(
    api: httpx.AsyncClient,
) -> None:
    data = (await api.get(f"{HEARTBEATS}/{BACKUP}/availability")).json()["data"]
    assert data["type"] == "heartbeat_availability"
    assert data["attributes"]["number_of_incidents"] == 1
    assert data["attributes"]["total_downtime"] == 52 * 60
