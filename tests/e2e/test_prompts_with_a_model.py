"""The four example prompts with a language model: a scripted Anthropic on this machine.

It plays what a model does with the tools that it is offered; the bot, the workspace and Better
Stack's sandbox are what they are everywhere. The pictures are left under build/pictures/.
"""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.agents.models.fake_anthropic import (
    Block,
    FakeAnthropic,
    calling,
    says,
    streams,
    tool_use,
)
from tests.browser import save_picture
from tests.e2e.screen import WAIT_MS
from tests.e2e.stage import Stage, spoken, staged_with
from tests.e2e.test_prompts import ALERT, FLAG, RECOMMEND, VISUALIZE, ask, charts

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MONITORS = range(3001, 3009)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path, model: FakeAnthropic) -> AsyncIterator[Stage]:
    async with staged_with(model, tmp_path) as ready:
        yield ready


def use(name: str, number: int = 1, **arguments: object) -> Block:
    return tool_use(f"toolu_{name}_{number}", name, json.dumps(arguments))


def asked_of(model: FakeAnthropic) -> str:
    """The question as the model got it first."""
    return json.dumps(model.seen[0].body["messages"], ensure_ascii=False)


async def test_alert(page: Page, stage: Stage, model: FakeAnthropic) -> None:
    found = "Checkout 5xx is open on the checkout, which customers pay through."
    model.plays(
        streams(calling(use("better_stack_list_incidents", resolved=False))),
        streams(calling(use("raise_alert", needed=True, names=["Checkout 5xx"], text=found))),
        says("**Two incidents are open**, and one hits production: Checkout 5xx."),
    )
    thread = await ask(page, stage, ALERT)
    pane = page.get_by_test_id("thread-pane")
    await expect(pane.get_by_text("you are on call")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "prompt-alert-model")
    [told] = [spoken(one) for one in stage.bot_posts(thread) if "on call. " in spoken(one)]
    assert found in told
    assert "Search latency" not in told
    assert "#alert (on anything hitting production)" in asked_of(model)
    assert stage.sandbox.journal.writes() == []  # nobody was paged


async def test_recommend(page: Page, stage: Stage, model: FakeAnthropic) -> None:
    since = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"
    model.plays(
        streams(calling(use("better_stack_list_incidents", from_date=since))),
        says(
            "Four incidents in 24 hours, two of them still open.\n\n"
            "**Follow-ups**\n\n1. Acknowledge Checkout 5xx: nobody has (Bo Chen, on call).\n"
            "2. Ask Chidi how far the search latency is: acknowledged and still open.\n"
        ),
    )
    await ask(page, stage, RECOMMEND)
    pane = page.get_by_test_id("thread-pane")
    await expect(pane.locator("ol li").first).to_contain_text("Acknowledge Checkout 5xx")
    await save_picture(page, "prompt-recommend-model")
    assert "end with a numbered list" in asked_of(model)


async def test_visualize(page: Page, stage: Stage, model: FakeAnthropic) -> None:
    searching = use("better_stack_search_logs", source="api-gateway", status="5xx")
    drawing = use("draw_chart", wish="by status", title="api-gateway: 5xx in the last hour")
    model.plays(
        streams(calling(searching)),
        streams(calling(drawing)),
        says("The gateway answered with 500, 502 and 503 about equally often in the last hour."),
    )
    thread = await ask(page, stage, VISUALIZE)
    await stage.until(lambda: charts(stage, thread))
    [chart] = charts(stage, thread)
    assert chart["title"] == "api-gateway: 5xx in the last hour"
    [series] = chart["chart"]["series"]
    assert [point["label"] for point in series["data"]] == ["500", "502", "503"]
    pane = page.get_by_test_id("thread-pane")
    await pane.locator("svg.chart").last.scroll_into_view_if_needed(timeout=WAIT_MS)
    await save_picture(page, "prompt-visualize-model")


async def test_flag(page: Page, stage: Stage, model: FakeAnthropic) -> None:
    since = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"
    looks = [
        use("better_stack_monitor_availability", one, monitor_id=str(one), from_date=since)
        for one in MONITORS
    ]
    model.plays(
        streams(calling(use("better_stack_list_monitors"))),
        streams(calling(*looks)),
        says("Most production monitors were up all day."),
    )
    await ask(page, stage, FLAG)
    pane = page.get_by_test_id("thread-pane")
    await expect(pane.get_by_text("Flagged:")).to_be_visible()
    flagged = pane.locator("table").last
    await expect(flagged).to_contain_text("Payments webhook")
    await expect(flagged).to_contain_text("98.")
    await expect(flagged).not_to_contain_text("Storefront")
    await save_picture(page, "prompt-flag-model")
