"""The day the demo starts in."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from playground.betterstack.seed import seed
from playground.betterstack.seed_names import (
    CHECKOUT,
    CHECKOUT_5XX,
    PAYMENTS_TIMEOUT,
    SEARCH_SLOW,
)


async def test_checkout_is_down_for_23_minutes_and_nobody_has_looked(
    api: httpx.AsyncClient,
) -> None:
    body = (await api.get(f"/api/v3/incidents/{CHECKOUT_5XX}")).json()
    attributes = body["data"]["attributes"]
    assert attributes["name"] == "Checkout 5xx"
    assert attributes["cause"] == "Status 502"
    assert attributes["status"] == "Started"
    assert attributes["started_at"] == "2026-03-12T09:07:00.000Z"
    assert attributes["regions"]
    assert attributes["acknowledged_at"] is attributes["resolved_at"] is None
    assert body["data"]["relationships"]["monitor"]["data"]["id"] == str(CHECKOUT)


async def test_two_incidents_are_open_and_one_of_them_is_acknowledged(
    api: httpx.AsyncClient,
) -> None:
    listed = (await api.get("/api/v3/incidents", params={"resolved": "false"})).json()["data"]
    states = {incident["id"]: incident["attributes"]["status"] for incident in listed}
    assert states == {str(CHECKOUT_5XX): "Started", str(SEARCH_SLOW): "Acknowledged"}


async def test_the_monitors_of_the_shop_have_the_status_their_incidents_say(
    api: httpx.AsyncClient,
) -> None:
    listed = (await api.get("/api/v2/monitors")).json()["data"]
    states = {m["attributes"]["pronounceable_name"]: m["attributes"]["status"] for m in listed}
    assert states == {
        "Checkout API": "down",
        "Storefront": "up",
        "Search": "up",
        "Payments webhook": "up",
        "Admin": "paused",
        "CDN": "up",
        "Auth": "up",
        "Tidepay (partner) status": "up",
    }


@pytest.mark.parametrize("hour", [0, 9, 23])
def test_the_payments_timeout_was_always_yesterday(hour: int) -> None:
    now = datetime(2026, 3, 12, hour, 10, tzinfo=UTC)
    incident = seed(now).incidents[PAYMENTS_TIMEOUT]
    assert incident.name == "Payments webhook timeout"
    assert incident.started_at.date() == now.date() - timedelta(days=1)


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_no_seeded_moment_lies_in_the_future_and_every_incident_makes_sense(hour: int) -> None:
    now = datetime(2026, 3, 12, hour, 10, tzinfo=UTC)
    for incident in seed(now).incidents.values():
        moments = [incident.started_at, incident.acknowledged_at, incident.resolved_at, now]
        known = [moment for moment in moments if moment]
        assert known == sorted(known)
        assert (incident.status == "Resolved") == (incident.resolved_at is not None)


def test_the_same_moment_gives_the_same_day() -> None:
    now = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
    assert seed(now) == seed(now)
