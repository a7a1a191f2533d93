"""Telemetry over REST, as strict as the rest, and opened by tokens of its own."""

from collections.abc import AsyncIterator

import httpx
import pytest

from playground.betterstack.auth import TELEMETRY_TOKEN
from playground.betterstack.server import Sandbox
from tests.playground.betterstack.conftest import client_for

CHARTS = "/api/v2/dashboards/13001/charts"
ALERTS = f"{CHARTS}/13101/alerts"
CHART = {"chart_type": "bar_chart", "queries": [{"query_type": "static_text", "static_text": "x"}]}


@pytest.fixture
async def telemetry(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with client_for(sandbox, TELEMETRY_TOKEN) as client:
        yield client


async def test_each_product_has_tokens_of_its_own(
    api: httpx.AsyncClient, telemetry: httpx.AsyncClient, global_api: httpx.AsyncClient
) -> None:
    assert (await api.get("/api/v2/sources")).status_code == 401
    assert (await telemetry.get("/api/v2/monitors")).status_code == 401
    for path in ("/api/v2/sources", "/api/v2/monitors", "/api/v2/applications"):
        assert (await global_api.get(path)).status_code == 200


async def test_a_token_sees_its_team_s_sources(
    telemetry: httpx.AsyncClient, global_api: httpx.AsyncClient
) -> None:
    assert len((await telemetry.get("/api/v2/sources")).json()["data"]) == 3
    assert (await telemetry.get("/api/v2/sources/11901")).status_code == 404
    assert len((await global_api.get("/api/v2/sources")).json()["data"]) == 4


async def test_what_goes_with_a_dashboard_goes(telemetry: httpx.AsyncClient) -> None:
    assert (await telemetry.delete("/api/v2/dashboards/13001")).status_code == 204
    assert (await telemetry.get(f"{ALERTS}/13201")).status_code == 404


async def test_only_a_line_chart_has_several_queries(telemetry: httpx.AsyncClient) -> None:
    several = {**CHART, "queries": [*CHART["queries"], *CHART["queries"]]}
    assert (await telemetry.post(CHARTS, json=several)).status_code == 422
    lines = {**several, "chart_type": "line_chart"}
    assert (await telemetry.post(CHARTS, json=lines)).status_code == 201


@pytest.mark.parametrize(
    ("kind", "operator", "status"),
    [
        ("threshold", "higher_than", 201),
        ("threshold", "increases_by", 422),
        ("relative", "increases_by", 201),
        ("relative", "higher_than", 422),
        ("sometimes", "higher_than", 422),
    ],
)
async def test_an_alert_s_operator_belongs_to_its_kind(
    telemetry: httpx.AsyncClient, kind: str, operator: str, status: int
) -> None:
    body = {"name": "x", "alert_type": kind, "operator": operator, "value": 1.5}
    assert (await telemetry.post(ALERTS, json=body)).status_code == status


async def test_unknown_fields_and_parameters_are_refused(telemetry: httpx.AsyncClient) -> None:
    assert (await telemetry.post(CHARTS, json={**CHART, "colour": "red"})).status_code == 422
    assert (await telemetry.get(CHARTS, params={"colour": "red"})).status_code == 422
    assert (await telemetry.post("/api/v2/dashboards", json={"name": "x"})).status_code == 404
