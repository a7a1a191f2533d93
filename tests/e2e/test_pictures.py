"""The main job in a real browser. The pictures are left under build/pictures/."""

import pytest
from playwright.async_api import Page, expect

from tests.browser import save_picture
from tests.e2e.screen import WAIT_MS, open_thread, type_in
from tests.e2e.stage import Mode, Stage

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_ask_answer_approve_and_subscribe(page: Page, stage: Stage, mode: Mode) -> None:
    pane = page.get_by_test_id("thread-pane")
    await type_in(page, "@debugger which incidents are open, and who is on call?")
    await open_thread(page)
    await expect(pane.get_by_text("Debugger took 2 steps")).to_be_visible(timeout=WAIT_MS)
    await expect(pane.locator("table").first).to_contain_text("Checkout 5xx")
    await save_picture(page, f"answer-{mode}")

    await type_in(page, "acknowledge the checkout incident", "thread-composer")
    approve = pane.locator("[data-action-id=approval_approve]")
    await expect(approve).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, f"approval-{mode}")
    await approve.click()
    await expect(pane.get_by_text("Done.", exact=True)).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, f"approved-{mode}")
    assert len(stage.sandbox.journal.writes()) == 1

    await type_in(page, "/ops subscribe daily incidents at 09:00")
    await expect(page.get_by_test_id("ephemeral").last).to_contain_text("09:00")
    await type_in(page, "/ops subscribe incidents now")
    await expect(page.get_by_text("Incidents report").first).to_be_visible(timeout=WAIT_MS)
    await expect(page.get_by_text("asked for this report").first).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, f"report-{mode}")


async def test_deny_with_a_reason(page: Page, stage: Stage, mode: Mode) -> None:
    pane = page.get_by_test_id("thread-pane")
    await type_in(page, "@debugger acknowledge the checkout incident")
    await open_thread(page)
    await pane.locator("[data-action-id=approval_deny]").click(timeout=WAIT_MS)
    modal = page.get_by_test_id("modal")
    await modal.locator("input, textarea").first.fill("Bo is on it")
    await save_picture(page, f"deny-modal-{mode}")
    await page.get_by_test_id("modal-submit").click()
    await expect(pane.get_by_text("Denied", exact=True)).to_be_visible(timeout=WAIT_MS)
    await expect(pane.get_by_text("Debugger took")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, f"denied-{mode}")
    assert stage.sandbox.journal.writes() == []


async def test_access_and_connections(page: Page, stage: Stage, mode: Mode) -> None:
    await type_in(page, "/ops connections")
    await expect(page.get_by_test_id("ephemeral").last).to_contain_text("connected")
    await type_in(page, "/ops help")
    await expect(page.get_by_test_id("ephemeral").last).to_contain_text("/ops access")
    await save_picture(page, f"commands-{mode}")
    await type_in(page, "/ops access @debugger")
    await expect(page.get_by_test_id("modal")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, f"access-{mode}")
