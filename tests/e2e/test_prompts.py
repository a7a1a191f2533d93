"""The four example prompts as they are written, without a language model, in a real browser.

The pictures are left under build/pictures/.
"""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser import save_picture
from tests.e2e.screen import WAIT_MS
from tests.e2e.stage import Mode, Stage, spoken

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


ALERT = "@tony list open Better Stack incidents and #alert on anything hitting production"
RECOMMEND = "@tony summarize incidents from the last 24h and #recommend follow-ups"
VISUALIZE = "@tony search api-gateway logs for 5xx in the last hour and #visualize by status code"
FLAG = "@tony report 24h availability for production monitors and #flag anything below 99%"


@pytest.fixture
def stage(shared_stage: Stage) -> Stage:
    """The prompts only read, and each looks at a thread of its own."""
    return shared_stage


@pytest.fixture
def mode(shared_stage: Stage) -> Mode:
    return shared_stage.mode


async def ask(page: Page, stage: Stage, question: str) -> str:
    """Types a question and opens its thread once it is answered; returns the thread."""
    before = {one["ts"] for one in stage.workspace.messages("#incidents", None)}
    box = page.get_by_test_id("composer")
    await box.fill(question)
    await box.press("Enter")

    def asked() -> str:
        posts = stage.workspace.messages("#incidents", None)
        return next((str(one["ts"]) for one in posts if one["ts"] not in before), "")

    thread = str(await stage.until(asked))
    await stage.answer(thread)
    line = page.locator(f'[data-ts="{thread}"]').get_by_test_id("thread-line")
    await line.click(timeout=WAIT_MS)
    pane = page.get_by_test_id("thread-pane")
    await expect(pane.get_by_text("Tony took")).to_be_visible(timeout=WAIT_MS)
    return thread


async def test_alert_tells_who_is_on_call(page: Page, stage: Stage, mode: Mode) -> None:
    thread = await ask(page, stage, ALERT)
    pane = page.get_by_test_id("thread-pane")
    await expect(pane.locator("table").first).to_contain_text("Checkout 5xx")
    await expect(pane.get_by_text("you are on call")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, f"prompt-alert-{mode}")
    told = [spoken(one) for one in stage.bot_posts(thread) if "on call. " in spoken(one)]
    assert len(told) == 1
    assert "Checkout 5xx" in told[0]
    assert stage.sandbox.journal.writes() == []  # nobody was paged


async def test_recommend_ranks_follow_ups(page: Page, stage: Stage, mode: Mode) -> None:
    await ask(page, stage, RECOMMEND)
    pane = page.get_by_test_id("thread-pane")
    await expect(pane.get_by_text("Recommended next")).to_be_visible()
    first = pane.locator("ol li").first
    await expect(first).to_contain_text("Acknowledge Checkout 5xx")
    await save_picture(page, f"prompt-recommend-{mode}")


async def test_visualize_draws_the_rows(page: Page, stage: Stage, mode: Mode) -> None:
    thread = await ask(page, stage, VISUALIZE)
    await stage.until(lambda: charts(stage, thread))
    [chart] = charts(stage, thread)
    [series] = chart["chart"]["series"]
    assert [point["label"] for point in series["data"]] == ["500", "502", "503"]
    assert all(point["value"] >= 4 for point in series["data"])
    pane = page.get_by_test_id("thread-pane")
    await pane.locator("svg, canvas, .chart").last.scroll_into_view_if_needed(timeout=WAIT_MS)
    await save_picture(page, f"prompt-visualize-{mode}")


async def test_a_chart_is_a_picture_where_slack_takes_no_block(
    page: Page, stage: Stage, mode: Mode
) -> None:
    """In a direct message the answer is streamed, so that the chart is the first post."""
    channel = stage.workspace.direct("ana")
    stage.workspace.fail_next("chat.postMessage", "invalid_blocks")
    thread = stage.say("ana", VISUALIZE, channel=channel)
    await page.goto(f"{stage.workspace.url}/#{channel}")
    await page.get_by_text("replies").or_(page.get_by_text("reply")).last.click(timeout=WAIT_MS)
    picture = page.get_by_test_id("thread-pane").locator("img[alt*='Bar chart']").last
    await expect(picture).to_be_visible(timeout=WAIT_MS)
    await expect(picture).to_have_attribute("alt", re.compile(r"500 \d, 502 \d, 503 \d"))
    await picture.scroll_into_view_if_needed()
    await save_picture(page, f"prompt-visualize-picture-{mode}")
    assert stage.bot_posts(thread, channel)


async def test_flag_marks_what_is_below(page: Page, stage: Stage, mode: Mode) -> None:
    await ask(page, stage, FLAG)
    pane = page.get_by_test_id("thread-pane")
    await expect(pane.get_by_text("Flagged:")).to_be_visible()
    flagged = pane.locator("table").last
    await expect(flagged).to_contain_text("Payments webhook")
    await expect(flagged).not_to_contain_text("Storefront")
    await flagged.scroll_into_view_if_needed()
    await save_picture(page, f"prompt-flag-{mode}")


def charts(stage: Stage, thread: str) -> list[dict[str, Any]]:
    return [
        block
        for one in stage.bot_posts(thread)
        for block in one.get("blocks", [])
        if block["type"] == "data_visualization"
    ]
