"""Finding, opening and removing incidents."""

import httpx
import pytest

from playground.betterstack.seed_names import (
    BACKUP,
    CHECKOUT,
    CHECKOUT_5XX,
    LOW,
    PAYMENTS_TIMEOUT,
    SEARCH_SLOW,
)
from playground.betterstack.server import Sandbox

INCIDENTS = "/api/v3/incidents"
ASKED = {"requester_email": "ana@harbor.example", "summary": "Refunds are stuck"}


async def found(api: httpx.AsyncClient, query: str) -> list[str]:
    answer = await api.get(f"{INCIDENTS}?per_page=50&{query}")
    assert answer.status_code == 200, answer.text
    return [incident["id"] for incident in answer.json()["data"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("resolved=false", [CHECKOUT_5XX, SEARCH_SLOW]),
        ("resolved=false&acknowledged=false", [CHECKOUT_5XX]),
        ("resolved=false&acknowledged=true", [SEARCH_SLOW]),
        ("acknowledged=false", [CHECKOUT_5XX]),
        (f"monitor_id={CHECKOUT}", [CHECKOUT_5XX, 5010, 5004]),
        (f"monitor_id={CHECKOUT}&resolved=true", [5010, 5004]),
        (f"heartbeat_id={BACKUP}", [5003]),
        ("monitor_id=1", []),
        ("from=2026-03-12", [CHECKOUT_5XX, SEARCH_SLOW]),
        ("from=2026-03-11&to=2026-03-11", [PAYMENTS_TIMEOUT, 5104]),
        ("to=2026-02-20", [5005, 5004]),
        ("metadata[Service][][value]=search", [SEARCH_SLOW]),
        (
            "metadata[Service][][value]=search&metadata[Service][][value]=checkout-api",
            [CHECKOUT_5XX, SEARCH_SLOW],
        ),
        ("metadata[Service][][value]=search&metadata[Team][][value]=x", []),
        ("team_name=Harbor&resolved=false", [CHECKOUT_5XX, SEARCH_SLOW]),
        ("team_name=Harbor Labs", []),
    ],
)
async def test_incidents_are_found_by_state_owner_day_and_metadata(
    api: httpx.AsyncClient, query: str, expected: list[int]
) -> None:
    assert await found(api, query) == [str(key) for key in expected]


async def test_only_a_single_incident_includes_what_triggered_it(api: httpx.AsyncClient) -> None:
    single = (await api.get(f"{INCIDENTS}/{CHECKOUT_5XX}")).json()
    by_heartbeat = (await api.get(f"{INCIDENTS}/5003")).json()
    listed = (await api.get(INCIDENTS)).json()
    assert (single["included"]["type"], single["included"]["id"]) == ("monitor", str(CHECKOUT))
    assert (by_heartbeat["included"]["type"], by_heartbeat["included"]["id"]) == (
        "heartbeat",
        str(BACKUP),
    )
    assert "included" not in listed


async def test_an_incident_without_a_monitor_has_no_relationships(api: httpx.AsyncClient) -> None:
    body = (await api.get(f"{INCIDENTS}/{SEARCH_SLOW}")).json()
    assert body["data"]["relationships"] == {}
    assert "included" not in body
    assert body["data"]["attributes"]["origin_url"]


async def test_an_incident_shows_its_metadata(api: httpx.AsyncClient) -> None:
    attributes = (await api.get(f"{INCIDENTS}/{CHECKOUT_5XX}")).json()["data"]["attributes"]
    assert attributes["metadata"] == {"Service": [{"type": "String", "value": "checkout-api"}]}


async def test_a_new_incident_is_open_at_once_and_keeps_what_was_asked(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    body = {
        **ASKED,
        "name": "Refunds",
        "call": False,
        "sms": False,
        "policy_id": str(LOW),
        "metadata": {"Area": [{"type": "String", "value": "refunds"}]},
    }
    answer = await api.post(INCIDENTS, json=body)
    data = answer.json()["data"]
    attributes = data["attributes"]
    assert answer.status_code == 201
    assert (attributes["name"], attributes["cause"]) == ("Refunds", "Refunds are stuck")
    assert (attributes["status"], attributes["started_at"]) == (
        "Started",
        "2026-03-12T09:30:00.000Z",
    )
    assert (attributes["call"], attributes["sms"], attributes["email"]) == (False, False, True)
    assert attributes["escalation_policy_id"] == str(LOW)
    assert attributes["metadata"] == {"Area": [{"type": "String", "value": "refunds"}]}
    assert await found(api, "metadata[Area][][value]=refunds") == [data["id"]]
    assert int(data["id"]) in sandbox.state.incidents


async def test_who_mutes_nothing_calls_people(api: httpx.AsyncClient) -> None:
    attributes = (await api.post(INCIDENTS, json=ASKED)).json()["data"]["attributes"]
    assert all(attributes[channel] for channel in ("call", "sms", "email", "push"))
    assert attributes["critical_alert"] is False


async def test_asking_twice_opens_two_incidents(api: httpx.AsyncClient) -> None:
    first, second = [(await api.post(INCIDENTS, json=ASKED)).json() for _ in range(2)]
    assert first["data"]["id"] != second["data"]["id"]


async def test_an_incident_needs_a_policy_that_exists(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    before = len(sandbox.state.incidents)
    answer = await api.post(INCIDENTS, json={**ASKED, "policy_id": "99"})
    assert answer.status_code == 404
    assert len(sandbox.state.incidents) == before


async def test_a_removed_incident_takes_everything_of_it_along(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    path = f"{INCIDENTS}/{CHECKOUT_5XX}"
    comments = f"/api/v2/incidents/{CHECKOUT_5XX}/comments"
    await api.post(comments, json={"content": "Looking"})
    removed = await api.delete(path)
    assert (removed.status_code, removed.content) == (204, b"")
    assert (await api.get(path)).status_code == 404
    assert (await api.get(comments)).status_code == 404
    assert (await api.delete(path)).status_code == 404
    assert not sandbox.state.comments_of(CHECKOUT_5XX)
    assert not sandbox.state.metadata_of("Incident", CHECKOUT_5XX)


async def test_the_monitor_is_up_again_once_its_incident_is_gone(api: httpx.AsyncClient) -> None:
    await api.delete(f"{INCIDENTS}/{CHECKOUT_5XX}")
    monitor = (await api.get(f"/api/v2/monitors/{CHECKOUT}")).json()["data"]
    assert monitor["attributes"]["status"] == "up"
