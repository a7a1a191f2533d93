"""Files come into the library through Slack and through the page. In a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser import PICTURES, new_page, save_picture
from tests.e2e.screen import WAIT_MS, type_in
from tests.e2e.stage import staged
from tests.support.pdfs import pdf

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_files_are_added_and_given_to_an_agent(browser: Browser, tmp_path: Path) -> None:
    runbook = tmp_path / "runbook.pdf"
    runbook.write_bytes(pdf("Press the red button", bookmarks=[("Rollback", 1)]))
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(pdf("", ""))
    names = tmp_path / "names.md"
    names.write_text("# Services\nCheckout is called Till.\n")
    async with (
        staged(tmp_path) as stage,
        new_page(browser, width=1360, height=860) as page,
    ):
        channel = stage.workspace.channel("#incidents").id
        await page.goto(f"{stage.workspace.url}/#{channel}")
        told = page.get_by_test_id("ephemeral").last
        modal = page.get_by_test_id("modal")

        await type_in(page, "/ops knowledge add")
        await expect(modal).to_be_visible(timeout=WAIT_MS)
        await modal.locator("input[type=file]").set_input_files([runbook, scan])
        await save_picture(page, "knowledge-add")
        await page.get_by_test_id("modal-submit").click()
        await expect(told).to_contain_text("in the library, and being read", timeout=WAIT_MS)

        await type_in(page, "/ops knowledge page")
        button = told.get_by_role("link", name="Open the page")
        await expect(button).to_be_visible(timeout=WAIT_MS)
        url = str(await button.get_attribute("href"))
        async with new_page(browser, width=390, height=844) as form:
            await form.goto(url)
            await form.get_by_role("button", name="Continue").click()
            await form.get_by_label("Files").set_input_files(names)
            await form.screenshot(path=PICTURES / "knowledge-page.png", full_page=True)
            await form.get_by_role("button", name="Add").click()
            await expect(form.get_by_role("heading")).to_have_text("Added to the library")

        await expect(page.locator(".unread-badge")).to_have_text("3", timeout=WAIT_MS)
        await type_in(page, "/ops knowledge agent @debugger")
        await expect(modal).to_be_visible(timeout=WAIT_MS)
        await save_picture(page, "knowledge-agent")
        await page.keyboard.press("Escape")
        await expect(modal).to_be_hidden(timeout=WAIT_MS)
        await type_in(page, "/ops knowledge")
        await expect(told).to_contain_text("Put it through text recognition", timeout=WAIT_MS)
        await expect(told).to_contain_text("ready", timeout=WAIT_MS)
        await save_picture(page, "knowledge-list")
