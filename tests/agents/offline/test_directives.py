"""The example prompts over Better Stack's sandbox: what is looked up, and what is recommended."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.agents.messages import Replied
from bot.connectors.better_stack import BetterStack
from playground.betterstack.auth import TEAM_TOKEN, TELEMETRY_TOKEN
from playground.betterstack.server import Sandbox
from tests.agents.offline.test_real_connector import Demo
from tests.connectors.better_stack.conftest import SQL, telemetry_at
from tests.connectors.helpers import NOW, connect


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    async with Sandbox(lambda: NOW) as sandbox, httpx.AsyncClient(trust_env=False) as client:
        settings = {"base_url": sandbox.url, "team_id": "t400", **telemetry_at(sandbox)}
        tokens = {"api_token": TEAM_TOKEN, "telemetry_token": TELEMETRY_TOKEN, **SQL}
        yield Demo(connect(BetterStack, client, credentials=tokens, settings=settings))


def called(demo: Demo) -> list[str]:
    """The tools that were called, in order."""
    return [
        call.name.removeprefix("better_stack_")
        for turn in demo.turns
        if isinstance(turn, Replied)
        for call in turn.calls
    ]


async def test_a_directive_is_no_search_word(demo: Demo) -> None:
    said = await demo.ask(
        "list open Better Stack incidents and #alert on anything hitting production"
    )
    assert "**2 incidents** (not resolved)" in said
    assert called(demo) == ["list_incidents"]
    assert demo.writes == []  # an alert pages nobody


async def test_follow_ups_are_ranked_and_rest_on_the_rows(demo: Demo) -> None:
    said = await demo.ask("summarize incidents from the last 24h and #recommend follow-ups")
    first, second = said.index("1. Acknowledge **[Checkout 5xx]"), said.index("2. Ask Chidi Okoye")
    assert said.index("**4 incidents**") < first < second
    assert said.rstrip().endswith("_")


async def test_where_nothing_is_open_nothing_is_recommended(demo: Demo) -> None:
    said = await demo.ask("list the monitor groups #recommend")
    assert "nothing in these results is left open" in said


async def test_logs_are_searched_for_what_is_asked_and_not_for_the_chart(demo: Demo) -> None:
    said = await demo.ask(
        "search api-gateway logs for 5xx in the last hour and #visualize by status code"
    )
    assert "**15 logs**" in said
    assert called(demo) == ["search_logs"]


async def test_all_monitors_are_one_table_when_all_are_meant(demo: Demo) -> None:
    said = await demo.ask(
        "report 24h availability for production monitors and #flag anything below 99%"
    )
    assert "**Availability: 8 rows** (last 24 hours, in whole days from " in said
    assert "No row names its environment" in said
    assert "| Payments webhook | 98.65 |" in said
    assert called(demo) == ["list_monitors", *["monitor_availability"] * 8]


async def test_one_monitor_by_its_name_is_still_one(demo: Demo) -> None:
    await demo.ask("availability of the search monitor")
    assert called(demo) == ["list_monitors", "monitor_availability"]
