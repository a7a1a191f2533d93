"""Groups of monitors and of other things."""

import httpx
import pytest

from playground.betterstack.seed_names import AUTH, CHECKOUT

KINDS = [
    "monitor-groups",
    "heartbeat-groups",
    "policy-groups",
    "urgency-groups",
    "status-page-groups",
]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_group_can_be_made_listed_renamed_and_removed(
    api: httpx.AsyncClient, kind: str
) -> None:
    made = await api.post(f"/api/v2/{kind}", json={"name": "New", "sort_index": 3})
    path = f"/api/v2/{kind}/{made.json()['data']['id']}"
    renamed = await api.patch(path, json={"name": "Renamed"})
    listed = (await api.get(f"/api/v2/{kind}")).json()["data"]
    attributes = renamed.json()["data"]["attributes"]
    assert made.status_code == 201
    assert (attributes["name"], attributes["sort_index"]) == ("Renamed", 3)
    assert made.json()["data"]["id"] in {group["id"] for group in listed}
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
async def test_a_group_needs_a_name(api: httpx.AsyncClient, kind: str) -> None:
    answer = await api.post(f"/api/v2/{kind}", json={})
    assert answer.json() == {"errors": {"name": ["can't be blank"]}}


async def test_a_group_knows_its_monitors(api: httpx.AsyncClient) -> None:
    listed = (await api.get("/api/v2/monitor-groups/3102/monitors")).json()["data"]
    names = {monitor["attributes"]["pronounceable_name"] for monitor in listed}
    assert names == {"Payments webhook", "Admin", "Auth"}


async def test_a_paused_group_pauses_its_monitors(api: httpx.AsyncClient) -> None:
    await api.patch("/api/v2/monitor-groups/3102", json={"paused": True})
    states = [
        (await api.get(f"/api/v2/monitors/{key}")).json()["data"]["attributes"]["status"]
        for key in (AUTH, CHECKOUT)
    ]
    assert states == ["paused", "down"]


async def test_a_removed_group_lets_its_monitors_go(api: httpx.AsyncClient) -> None:
    await api.delete("/api/v2/monitor-groups/3102")
    auth = (await api.get(f"/api/v2/monitors/{AUTH}")).json()["data"]["attributes"]
    assert auth["monitor_group_id"] is None
