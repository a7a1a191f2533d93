"""Who may see what."""

import httpx
import pytest

from playground.betterstack.auth import OTHER_TEAM_TOKEN
from playground.betterstack.seed_names import CHECKOUT, LABS_INCIDENT, LABS_MONITOR
from playground.betterstack.server import Sandbox
from tests.playground.betterstack.conftest import client_for

REFUSED = {"errors": "Invalid Team API token"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"Authorization": b"Bearer wrong"},
        {b"Authorization": b"Bearer \xe9"},
        {b"Authorization": b"demo-betterstack-token"},
        {b"Authorization": b"Basic demo-betterstack-token"},
    ],
)
async def test_a_missing_and_a_wrong_token_get_the_same_refusal(
    sandbox: Sandbox, headers: dict[bytes, bytes]
) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as client:
        answer = await client.get("/api/v2/monitors", headers=headers)
    assert (answer.status_code, answer.json()) == (401, REFUSED)


async def test_nothing_is_changed_without_a_token(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as client:
        answer = await client.delete(f"/api/v2/monitors/{CHECKOUT}")
    assert answer.status_code == 401
    assert CHECKOUT in sandbox.state.monitors


async def test_a_team_token_does_not_see_another_team(api: httpx.AsyncClient) -> None:
    listed = (await api.get("/api/v2/monitors")).json()["data"]
    assert str(LABS_MONITOR) not in {monitor["id"] for monitor in listed}
    single = await api.get(f"/api/v3/incidents/{LABS_INCIDENT}")
    assert single.status_code == 404
    assert single.json() == {
        "errors": f"Resource type incident with id = {LABS_INCIDENT} was not found"
    }


async def test_a_team_token_cannot_act_on_another_team(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    answer = await api.post(f"/api/v3/incidents/{LABS_INCIDENT}/resolve", json={})
    assert answer.status_code == 404
    assert sandbox.state.incidents[LABS_INCIDENT].status == "Started"


async def test_each_team_has_its_own_token(sandbox: Sandbox) -> None:
    async with client_for(sandbox, OTHER_TEAM_TOKEN) as labs:
        listed = (await labs.get("/api/v2/monitors")).json()["data"]
    assert [monitor["id"] for monitor in listed] == [str(LABS_MONITOR)]


async def test_a_global_token_sees_all_teams_and_can_narrow_to_one(
    global_api: httpx.AsyncClient,
) -> None:
    everything = (await global_api.get("/api/v2/monitors")).json()["data"]
    narrowed = await global_api.get("/api/v2/monitors", params={"team_name": "Harbor Labs"})
    assert len(everything) == 9
    assert [monitor["id"] for monitor in narrowed.json()["data"]] == [str(LABS_MONITOR)]


async def test_a_global_token_must_name_the_team_of_what_it_makes(
    sandbox: Sandbox, global_api: httpx.AsyncClient
) -> None:
    body = {"url": "https://new.harbor.example"}
    nameless = await global_api.post("/api/v2/monitors", json=body)
    named = await global_api.post("/api/v2/monitors", json={**body, "team_name": "Harbor Labs"})
    assert nameless.status_code == 422
    assert nameless.json()["required_attributes"] == ["team_name"]
    assert named.status_code == 201
    assert named.json()["data"]["attributes"]["team_name"] == "Harbor Labs"
    assert len(sandbox.state.monitors) == 10


@pytest.mark.parametrize("team", ["Harbor Labs", "Nobody"])
async def test_a_team_token_makes_nothing_for_another_team(
    api: httpx.AsyncClient, team: str
) -> None:
    answer = await api.post(
        "/api/v2/monitors", json={"url": "https://x.example", "team_name": team}
    )
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["team_name"]
