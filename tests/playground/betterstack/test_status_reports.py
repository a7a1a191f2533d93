"""What customers are told on the status page."""

from typing import Any

import httpx
import pytest

from playground.betterstack.seed_names import CHECKOUT_5XX, STATUS_PAGE
from playground.betterstack.server import Sandbox
from tests.playground.betterstack.conftest import HandClock

REPORTS = f"/api/v2/status-pages/{STATUS_PAGE}/status-reports"
SHOP = f"/api/v2/status-pages/{STATUS_PAGE}/resources/8201"


def affected(status: str, resource: str = "8201") -> list[dict[str, str]]:
    return [{"status_page_resource_id": resource, "status": status}]


NEW: dict[str, Any] = {
    "title": "Slow shop",
    "message": "Pages load slowly.",
    "affected_resources": affected("degraded"),
}
MAINTENANCE = {
    **NEW,
    "report_type": "maintenance",
    "affected_resources": affected("maintenance"),
    "starts_at": "2026-03-12T10:00:00Z",
    "ends_at": "2026-03-12T11:00:00Z",
}


async def shop_status(api: httpx.AsyncClient) -> str:
    return str((await api.get(SHOP)).json()["data"]["attributes"]["status"])


async def test_a_report_starts_with_its_message_as_the_first_update(
    api: httpx.AsyncClient,
) -> None:
    answer = await api.post(REPORTS, json=NEW)
    body = answer.json()
    attributes = body["data"]["attributes"]
    links = body["data"]["relationships"]["status_updates"]["data"]
    assert answer.status_code == 201
    assert (attributes["title"], attributes["report_type"]) == ("Slow shop", "manual")
    assert attributes["aggregate_state"] == "degraded"
    assert attributes["starts_at"] == "2026-03-12T09:30:00.000Z"
    assert [update["id"] for update in body["included"]] == [link["id"] for link in links]
    assert body["included"][0]["attributes"]["message"] == "Pages load slowly."


async def test_subscribers_are_told_only_when_that_was_asked(api: httpx.AsyncClient) -> None:
    quiet = (await api.post(REPORTS, json=NEW)).json()["included"][0]
    loud = (await api.post(REPORTS, json={**NEW, "notify_subscribers": True})).json()["included"][0]
    assert quiet["attributes"]["notify_subscribers"] is False
    assert loud["attributes"]["notify_subscribers"] is True


async def test_the_newest_update_decides_what_the_page_says(api: httpx.AsyncClient) -> None:
    report = (await api.post(REPORTS, json=NEW)).json()["data"]["id"]
    during = await shop_status(api)
    update = {"message": "All well.", "affected_resources": affected("resolved")}
    answer = await api.post(f"{REPORTS}/{report}/status-updates", json=update)
    assert answer.status_code == 201
    assert (during, await shop_status(api)) == ("degraded", "operational")


async def test_maintenance_counts_from_its_start_to_its_end(
    api: httpx.AsyncClient, clock: HandClock
) -> None:
    assert (await api.post(REPORTS, json=MAINTENANCE)).status_code == 201
    seen = [await shop_status(api)]
    for _ in range(2):
        clock.forward(minutes=45)
        seen.append(await shop_status(api))
    clock.forward(minutes=1)
    seen.append(await shop_status(api))
    assert seen == ["operational", "maintenance", "operational", "operational"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"message": None}, "status_updates.message"),
        ({"title": ""}, "title"),
        ({"affected_resources": []}, "affected_resources"),
        ({"affected_resources": affected("degraded", "1")}, "affected_resources"),
        ({"affected_resources": affected("maintenance")}, "affected_resources"),
        ({"report_type": "maintenance"}, "ends_at"),
        ({"starts_at": "now"}, "starts_at"),
    ],
)
async def test_a_report_that_makes_no_sense_is_refused(
    sandbox: Sandbox, api: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    answer = await api.post(REPORTS, json={**NEW, **change})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert len(sandbox.state.reports) == 1
    assert len(sandbox.state.updates) == 2


async def test_a_report_can_be_changed_and_removed_with_its_updates(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    changed = await api.patch(f"{REPORTS}/8301", json={"title": "Late payments, explained"})
    removed = await api.delete(f"{REPORTS}/8301")
    assert changed.json()["data"]["attributes"]["title"] == "Late payments, explained"
    assert removed.status_code == 204
    assert (await api.get(REPORTS)).json()["data"] == []
    assert not sandbox.state.updates


async def test_an_update_can_be_read_changed_and_removed(api: httpx.AsyncClient) -> None:
    path = f"{REPORTS}/8301/status-updates"
    listed = (await api.get(path)).json()["data"]
    changed = await api.patch(f"{path}/8401", json={"message": "Payments are late."})
    read = await api.get(f"{path}/8401")
    removed = await api.delete(f"{path}/8401")
    assert [update["id"] for update in listed] == ["8401", "8402"]
    assert changed.json() == read.json()
    assert read.json()["data"]["attributes"]["message"] == "Payments are late."
    assert removed.status_code == 204
    assert (await api.get(f"{path}/8401")).status_code == 404


async def test_a_report_does_not_touch_the_incident(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    await api.post(REPORTS, json={**NEW, "affected_resources": affected("resolved", "8202")})
    assert sandbox.state.incidents[CHECKOUT_5XX].status == "Started"
