"""The public status page, its sections and its resources."""

from typing import Any

import httpx
import pytest

from playground.betterstack.seed_names import AUTH, CHECKOUT_5XX, STATUS_PAGE
from playground.betterstack.server import Sandbox

PAGE = f"/api/v2/status-pages/{STATUS_PAGE}"
RESOURCES = f"{PAGE}/resources"
SECTIONS = f"{PAGE}/sections"
NEW_PAGE = {
    "company_name": "Harbor",
    "company_url": "https://www.harbor.example",
    "subdomain": "harbor-labs",
    "timezone": "UTC",
}


async def test_the_page_says_what_its_worst_resource_says(api: httpx.AsyncClient) -> None:
    before = (await api.get(PAGE)).json()["data"]["attributes"]["aggregate_state"]
    await api.post(f"/api/v3/incidents/{CHECKOUT_5XX}/resolve", json={})
    after = (await api.get(PAGE)).json()["data"]["attributes"]["aggregate_state"]
    assert (before, after) == ("downtime", "operational")


async def test_a_resource_has_a_status_a_share_of_availability_and_its_days(
    api: httpx.AsyncClient,
) -> None:
    listed = (await api.get(RESOURCES)).json()["data"]
    by_name = {r["attributes"]["public_name"]: r["attributes"] for r in listed}
    checkout = by_name["Checkout"]
    assert list(by_name) == ["Shop", "Checkout", "Search", "Payments", "Sign-in", "Images"]
    assert checkout["status"] == "downtime"
    assert 0.99 < checkout["availability"] < 1
    assert len(checkout["status_history"]) == 90
    assert checkout["status_history"][-1] == {
        "day": "2026-03-12",
        "status": "downtime",
        "downtime_duration": 23 * 60,
        "maintenance_duration": 0,
    }
    assert by_name["Shop"]["status"] == "operational"


async def test_a_paused_monitor_is_not_monitored(api: httpx.AsyncClient) -> None:
    await api.patch(f"/api/v2/monitors/{AUTH}", json={"paused": True})
    listed = (await api.get(RESOURCES)).json()["data"]
    states = {r["attributes"]["public_name"]: r["attributes"]["status"] for r in listed}
    assert states["Sign-in"] == "not_monitored"


async def test_a_resource_can_be_added_changed_and_removed(api: httpx.AsyncClient) -> None:
    body = {"resource_type": "Heartbeat", "resource_id": "4002", "public_name": "Order e-mails"}
    made = await api.post(RESOURCES, json=body)
    path = f"{RESOURCES}/{made.json()['data']['id']}"
    changed = await api.patch(path, json={"explanation": "Sent every 15 minutes"})
    attributes = changed.json()["data"]["attributes"]
    assert made.status_code == 201
    assert (attributes["status"], attributes["widget_type"]) == ("operational", "history")
    assert attributes["explanation"] == "Sent every 15 minutes"
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"resource_type": "Monitor", "resource_id": "3001"},
        {"resource_type": "Server", "resource_id": "3001", "public_name": "x"},
        {
            "resource_type": "Monitor",
            "resource_id": "3001",
            "public_name": "x",
            "status_page_section_id": 1,
        },
        {"resource_type": "Monitor", "resource_id": "x", "public_name": "x"},
        {"resource_type": "Monitor", "resource_id": 1, "public_name": "x", "widget_type": "big"},
    ],
)
async def test_a_resource_that_makes_no_sense_is_refused(
    sandbox: Sandbox, api: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    assert (await api.post(RESOURCES, json=body)).status_code == 422
    assert len(sandbox.state.resources) == 6


async def test_sections_can_be_made_changed_and_removed_without_their_resources(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    made = await api.post(SECTIONS, json={"name": "Partners", "position": 9})
    renamed = await api.patch(f"{SECTIONS}/8102", json={"name": "Engine room"})
    removed = await api.delete(f"{SECTIONS}/8102")
    listed = (await api.get(SECTIONS)).json()["data"]
    assert [made.status_code, renamed.status_code, removed.status_code] == [201, 200, 204]
    assert [s["attributes"]["name"] for s in listed] == ["The shop", "Partners"]
    assert sandbox.state.resources[8204].status_page_section_id is None


async def test_a_page_can_be_made_changed_and_removed_with_all_its_parts(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    made = await api.post("/api/v2/status-pages", json=NEW_PAGE)
    path = f"/api/v2/status-pages/{made.json()['data']['id']}"
    changed = await api.patch(path, json={"published": True, "theme": "dark"})
    attributes = changed.json()["data"]["attributes"]
    assert made.status_code == 201
    assert (attributes["published"], attributes["theme"]) == (True, "dark")
    assert "password" not in attributes
    assert (await api.delete(path)).status_code == 204
    assert (await api.delete(PAGE)).status_code == 204
    assert not sandbox.state.resources
    assert not sandbox.state.sections
    assert not sandbox.state.reports
    assert not sandbox.state.updates


@pytest.mark.parametrize("name", sorted(NEW_PAGE))
async def test_a_page_needs_company_address_and_zone(api: httpx.AsyncClient, name: str) -> None:
    body = {key: value for key, value in NEW_PAGE.items() if key != name}
    answer = await api.post("/api/v2/status-pages", json=body)
    assert answer.json() == {"errors": {name: ["can't be blank"]}}


async def test_a_subdomain_is_taken_once(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/v2/status-pages", json={**NEW_PAGE, "subdomain": "harbor"})
    assert answer.json() == {"errors": {"subdomain": ["has already been taken"]}}


async def test_advanced_settings_need_another_plan(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    answer = await api.patch(PAGE, json={"custom_css": "*{}", "published": False})
    assert answer.status_code == 403
    assert "please upgrade" in answer.json()["errors"]
    assert sandbox.state.status_pages[STATUS_PAGE].published is True


async def test_a_setting_with_two_names_is_set_by_one_and_read_by_the_other(
    api: httpx.AsyncClient,
) -> None:
    answer = await api.patch(PAGE, json={"announcement_embed_custom_css": "a{}"})
    assert answer.json()["data"]["attributes"]["announcement_embed_css"] == "a{}"


async def test_a_group_knows_its_pages(api: httpx.AsyncClient) -> None:
    group = (await api.post("/api/v2/status-page-groups", json={"name": "All"})).json()["data"]
    path = f"/api/v2/status-page-groups/{group['id']}/status-pages"
    before = (await api.get(path)).json()["data"]
    await api.patch(PAGE, json={"status_page_group_id": int(group["id"])})
    after = (await api.get(path)).json()["data"]
    assert (before, [page["id"] for page in after]) == ([], [str(STATUS_PAGE)])
