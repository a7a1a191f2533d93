"""Telemetry beyond logs: dashboards, charts, alerts, applications, and who may look."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.connectors.base import Access
from bot.connectors.better_stack import BetterStack
from bot.connectors.errors import NotAllowed, NotFound
from bot.connectors.results import Change
from playground.betterstack.auth import TEAM_TOKEN
from playground.betterstack.seed_telemetry import DASHBOARD, ERROR_ALERT, REQUESTS_CHART
from playground.betterstack.server import Sandbox
from tests.connectors.better_stack.conftest import telemetry_at
from tests.connectors.helpers import connect, document, look_ahead, rows, run

CHART = {"dashboard_id": DASHBOARD, "chart_id": REQUESTS_CHART}
ALERT = {**CHART, "alert_id": ERROR_ALERT}
OPEN = {"telemetry_url": "https://t.example", "sql_url": "https://sql.example"}


async def test_a_dashboard_comes_with_its_charts(stack: Any) -> None:
    found = await document(stack, "get_dashboard", dashboard_id=DASHBOARD)
    assert found["name"] == "API gateway"
    assert [chart["name"] for chart in found["charts"]] == ["Failed requests"]


async def test_a_dashboard_is_made_once_renamed_and_deleted(stack: Any) -> None:
    await run(stack, "create_dashboard", name="Checkout")
    again = await look_ahead(stack, "create_dashboard", name="Checkout")
    assert again.obstacle == "a dashboard of this name exists already"
    made = {row["name"]: row["id"] for row in await rows(stack, "list_dashboards")}["Checkout"]
    asked = {"dashboard_id": made, "name": "Checkout and payment"}
    preview = await look_ahead(stack, "rename_dashboard", **asked)
    assert list(preview.changes) == [Change("name", "Checkout", "Checkout and payment")]
    await run(stack, "rename_dashboard", **asked)
    assert (await look_ahead(stack, "rename_dashboard", **asked)).done
    await run(stack, "delete_dashboard", dashboard_id=made)
    assert (await look_ahead(stack, "delete_dashboard", dashboard_id=made)).done
    with pytest.raises(NotFound, match=r"API gateway \(13001\)"):
        await run(stack, "get_dashboard", dashboard_id=made)


async def test_a_chart_s_card_says_what_it_shows(stack: Any) -> None:
    asked = {
        "dashboard_id": DASHBOARD,
        "name": "Slow requests",
        "chart_type": "line_chart",
        "queries": [{"query_type": "sql_expression", "sql_query": "SELECT 1"}],
    }
    preview = await look_ahead(stack, "create_chart", **asked)
    assert preview.resource == "Slow requests on API gateway"
    await run(stack, "create_chart", **asked)
    names = [row["name"] for row in await rows(stack, "list_charts", dashboard_id=DASHBOARD)]
    assert names == ["Failed requests", "Slow requests"]


async def test_an_alert_s_card_says_who_will_be_woken_and_other_channels_are_off(
    stack: Any, sandbox: Sandbox
) -> None:
    asked = {
        **CHART,
        "name": "No requests",
        "operator": "lower_than",
        "value": 1,
        "settings": {"email": True},
    }
    preview = await look_ahead(stack, "create_chart_alert", **asked)
    told = next(change for change in preview.changes if change.name == "alerts")
    assert told.after == "on call now: Bo Chen (bo@harbor.example), by e-mail"
    await run(stack, "create_chart_alert", **asked)
    sent: Any = sandbox.journal.writes()[0].body
    assert sent["email"] is True
    assert [sent[name] for name in ("call", "sms", "push", "critical_alert")] == [False] * 4


async def test_an_alert_that_wakes_by_a_policy_says_its_steps(stack: Any) -> None:
    settings = {"escalation_target": {"policy_id": "7001"}}
    asked = {**CHART, "name": "x", "operator": "lower_than", "value": 1, "settings": settings}
    preview = await look_ahead(stack, "create_chart_alert", **asked)
    assert "policy" in preview.changes[0].after
    quiet = await look_ahead(stack, "create_chart_alert", **{**asked, "settings": {}})
    assert quiet.changes[0].after == "nobody (no channel is asked for)"


async def test_an_alert_is_paused_and_resumed(stack: Any) -> None:
    await run(stack, "pause_chart_alert", **ALERT)
    [row] = await rows(stack, "list_chart_alerts", **CHART)
    assert row["paused"]
    assert (await look_ahead(stack, "pause_chart_alert", **ALERT)).obstacle
    await run(stack, "resume_chart_alert", **ALERT)
    assert not (await rows(stack, "list_chart_alerts", **CHART))[0]["paused"]


async def test_applications_are_listed_without_their_tokens(stack: Any) -> None:
    [row] = await rows(stack, "list_error_applications")
    assert row["name"] == "Storefront"
    assert "secret" not in str(row)


async def test_an_uptime_token_says_what_telemetry_needs_and_does_not_ask_to_reconnect(
    sandbox: Sandbox, client: httpx.AsyncClient
) -> None:
    settings = {"base_url": sandbox.url, **telemetry_at(sandbox)}
    uptime = connect(BetterStack, client, credentials={"api_token": TEAM_TOKEN}, settings=settings)
    with pytest.raises(NotAllowed, match="Telemetry API token"):
        await run(uptime, "list_dashboards")


class TestReach:
    def closed(self, **settings: str) -> dict[str, str]:
        return dict(BetterStack.out_of_reach(BetterStack.Settings(**settings)))

    def test_without_an_address_all_of_telemetry_is_closed(self) -> None:
        closed = self.closed()
        telemetry = {v for v, one in BetterStack.tools.items() if one.area == "telemetry"}
        assert set(closed) == telemetry
        assert "telemetry.betterstack.com" in closed["list_dashboards"]

    def test_without_a_sql_address_what_reads_rows_is_closed(self) -> None:
        closed = self.closed(telemetry_url="https://t.example")
        assert "list_dashboards" not in closed
        assert "SQL address" in closed["search_logs"]
        assert {BetterStack.tools[verb].path for verb in closed} == {
            "/",
            "telemetry_update_error_state_tool",
        }

    def test_what_only_the_mcp_server_offers_stays_closed(self) -> None:
        closed = self.closed(**OPEN)
        assert list(closed) == ["set_error_state"]
        assert "OAuth" in closed["set_error_state"]

    def test_what_the_on_call_preset_allows_is_open(self) -> None:
        [preset] = BetterStack.presets
        areas = {area.name for area in BetterStack.areas}
        assert set(preset.levels) <= areas
        assert not set(preset.tools) & set(self.closed())
        assert all(level is Access.READ for level in preset.levels.values())
