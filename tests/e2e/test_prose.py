"""What a language model writes into the report and into the summary of an incident, in a browser.

A scripted Anthropic on this machine plays the model; part of what it says is not true. The pictures
are left under build/pictures/.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from playground.stage import free_port
from tests.agents.models.fake_anthropic import FakeAnthropic, says
from tests.browser import save_picture
from tests.e2e.screen import WAIT_MS
from tests.e2e.stage import Stage, spoken, staged_with
from tests.e2e.test_incidents import (
    happens,
    hooked,
    resolved_in_better_stack,
    type_in,
    webhook,
)

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OPENING = (
    "2 incidents are open, and nobody has acknowledged Checkout 5xx. Kafka ran out of memory. "
    "Search latency was acknowledged by Chidi Eze. "
    "Watch Checkout 5xx first: Bo Chen is on call."
)
SUMMARY = """Happened: Checkout 5xx answered with Status 503 and is over.
Impact: 4,000 customers could not pay.
Cause: It was the deploy.
Done: Bo resolved Checkout 5xx; nobody had acknowledged it before.
Customers: Checkout 5xx did not work for a short time. It works again."""


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path, model: FakeAnthropic) -> AsyncIterator[Stage]:
    port = str(free_port())
    extra = {"QUARTERDECK_PORT": port, "QUARTERDECK_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    async with staged_with(model, tmp_path, extra=extra) as ready:
        yield ready


async def test_the_report_opens_with_a_models_words(
    page: Page, stage: Stage, model: FakeAnthropic
) -> None:
    model.plays(says(OPENING))
    await type_in(page, "composer", "/ops subscribe incidents now")
    await expect(page.get_by_text("asked for this report").first).to_be_visible(timeout=WAIT_MS)
    opening = page.get_by_text("Summary by Claude Sonnet 5.5; figures from Better Stack (Demo).")
    await expect(opening.first).to_be_visible(timeout=WAIT_MS)
    await page.get_by_text("Incidents report").last.scroll_into_view_if_needed()
    await save_picture(page, "report-prose")
    [report] = [spoken(one) for one in stage.bot_posts("") if "Incidents report" in spoken(one)]
    assert "nobody has acknowledged Checkout 5xx" in report
    assert "Kafka" not in report
    asked = model.last
    assert "tools" not in asked
    assert "Incident Checkout 5xx: open" in str(asked["messages"])


async def test_the_summary_is_worded_and_the_form_for_customers_filled(
    page: Page, stage: Stage, model: FakeAnthropic
) -> None:
    stage.sandbox.state.incidents.clear()
    model.plays(says(SUMMARY))
    await type_in(page, "composer", "/ops incidents route everything to #incidents")
    await expect(page.get_by_test_id("ephemeral").last).to_contain_text("from now on")
    await hooked(page, stage)
    happens(stage, 9001)
    await webhook(stage, 9001, "created")
    await expect(page.locator("[data-action-id=incident_acknowledge]")).to_be_visible(
        timeout=WAIT_MS
    )
    await resolved_in_better_stack(stage, 9001)
    await page.get_by_text("replies").or_(page.get_by_text("reply")).first.click(timeout=WAIT_MS)
    pane = page.get_by_test_id("thread-pane")
    await expect(pane.get_by_text("What was done")).to_be_visible(timeout=WAIT_MS)
    await expect(pane.get_by_text("4,000")).to_have_count(0)
    await expect(pane.get_by_text("Not found yet.")).to_be_visible()
    await pane.get_by_text("Draft of a summary").scroll_into_view_if_needed()
    await save_picture(page, "summary-prose")
    await pane.locator("[data-action-id=incident_publish]").click()
    modal = page.get_by_test_id("modal")
    await expect(modal.locator("textarea").first).to_have_value(
        "Checkout 5xx did not work for a short time. It works again.", timeout=WAIT_MS
    )
    await save_picture(page, "summary-publish-prose")
