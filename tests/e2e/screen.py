"""What a person does in the local workspace's page: open it, type, open a thread."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, expect

from tests.browser import new_page
from tests.e2e.stage import Stage

WAIT_MS = 20_000
"""For an answer; a loaded machine with two cores needs some."""


@asynccontextmanager
async def at_incidents(browser: Browser, stage: Stage) -> AsyncIterator[Page]:
    """A page of its own at #incidents."""
    async with new_page(browser, width=1360, height=1000) as page:
        await page.goto(f"{stage.workspace.url}/#{stage.workspace.channel('#incidents').id}")
        await expect(page.get_by_test_id("composer")).to_be_visible(timeout=WAIT_MS)
        yield page


async def type_in(page: Page, text: str, where: str = "composer") -> None:
    box = page.get_by_test_id(where)
    await box.fill(text)
    await box.press("Enter")


async def open_thread(page: Page) -> None:
    await page.get_by_text("replies").or_(page.get_by_text("reply")).first.click(timeout=WAIT_MS)
    await expect(page.get_by_test_id("thread-pane")).to_be_visible()
