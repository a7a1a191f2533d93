"""The main job in a real browser. The pictures are left under build/pictures/."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser import new_page, save_picture
from tests.e2e.stage import Mode, Stage, staged

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WAIT_MS = 20_000


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path, mode: Mode) -> AsyncIterator[Stage]:
    async with staged(tmp_path, mode) as ready:
        yield ready


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, stage: Stage) -> AsyncIterator[Page]:
    async with new_page(browser, width=1360, height=860) as page:
        await page.goto(f"{stage.workspace.url}/#{stage.workspace.channel('#incidents').id}")
        await expect(page.get_by_test_id("composer")).to_be_visible(timeout=WAIT_MS)
        yield page


async def type_in(page: Page, where: str, text: str) -> None:
    box = page.get_by_test_id(where)
    await box.fill(text)
    await box.press("Enter")


async def open_thread(page: Page) -> None:
    await page.get_by_text("replies").or_(page.get_by_text("reply")).first.click(timeout=WAIT_MS)
    await expect(page.get_by_test_id("thread-pane")).to_be_visible()


async def test_ask_answer_approve_and_subscribe(page: Page, stage: Stage, mode: Mode) -> None:
    pane = page.get_by_test_id("thread-pane")
    await type_in(page, "composer", "@debugger which incidents are open, and who is on call?")
    await open_thread(page)
    await expect(pane.get_by_text("Debugger took 2 steps")).to_be_visible(timeout=WAIT_MS)
    await expect(pane.locator("table").first).to_contain_text("Checkout 5xx")
    await save_picture(page, f"answer-{mode}")

    await type_in(page, "thread-composer", "acknowledge the checkout incident")
    approve = pane.locator("[data-action-id=approval_approve]")
    await expect(approve).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, f"approval-{mode}")
    await approve.click()
    await expect(pane.get_by_text("Done.", exact=True)).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, f"approved-{mode}")
    assert len(stage.sandbox.journal.writes()) == 1

    await type_in(page, "composer", "/ops subscribe daily incidents at 09:00")
    await expect(page.get_by_test_id("ephemeral").last).to_contain_text("09:00")
    await type_in(page, "composer", "/ops subscribe incidents now")
    await expect(page.get_by_text("Incidents report").first).to_be_visible(timeout=WAIT_MS)
    await expect(page.get_by_text("asked for this report").first).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, f"report-{mode}")


async def test_deny_with_a_reason(page: Page, stage: Stage, mode: Mode) -> None:
    pane = page.get_by_test_id("thread-pane")
    await type_in(page, "composer", "@debugger acknowledge the checkout incident")
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
    await type_in(page, "composer", "/ops connections")
    await expect(page.get_by_test_id("ephemeral").last).to_contain_text("connected")
    await type_in(page, "composer", "/ops help")
    await expect(page.get_by_test_id("ephemeral").last).to_contain_text("/ops access")
    await save_picture(page, f"commands-{mode}")
    await type_in(page, "composer", "/ops access @debugger")
    await expect(page.get_by_test_id("modal")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, f"access-{mode}")
