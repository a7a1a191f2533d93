"""For each module of tests of the page one server and one page.

What a test leaves behind is wiped away after it, from the server as from the page. Tests that look
at what lasts longer have a page of their own: `phone`, `refused`, and `timed`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Locator, Page

from tests.browser import make_page, new_page, wipe, without_errors
from tests.playground.page import gallery
from tests.playground.page.fake_server import FakeServer, Json


@dataclass
class Desk:
    """A page at the fake workspace, and the server behind it."""

    page: Page
    server: FakeServer

    async def go(self, hash_: str = "", user: str = "") -> None:
        """Open a place, e.g. "C0INCIDENTS" or "C0INCIDENTS/1795.000", as somebody."""
        await self.page.goto("about:blank")
        query = f"?user={user}" if user else ""
        await self.page.goto(f"{self.server.url}/{query}#{hash_}")
        await self.page.wait_for_selector(".app.ready")

    def message(self, text: str) -> Locator:
        return self.page.get_by_test_id("message").filter(has_text=text).first

    def block(self, kind: str) -> Locator:
        return self.page.locator(f'[data-block-type="{kind}"]').first

    def action(self, action_id: str) -> Locator:
        return self.page.locator(f'[data-action-id="{action_id}"]').first

    async def open_modal(self, view: Json) -> Locator:
        await self.server.push({"type": "view_opened", "view": view})
        modal = self.page.get_by_test_id("modal")
        await modal.wait_for(state="visible")
        return modal


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def running_server() -> AsyncIterator[FakeServer]:
    fake = FakeServer(gallery.snapshot)
    async with TestServer(fake.app) as running:
        fake.url = f"http://{running.host}:{running.port}"
        yield fake


@pytest_asyncio.fixture(loop_scope="session")
async def server(running_server: FakeServer) -> AsyncIterator[FakeServer]:
    yield running_server
    await running_server.drop()
    running_server.forget()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def kept_page(browser: Browser) -> AsyncIterator[Page]:
    page = await make_page(browser)
    await at_the_moment(page)
    yield page
    await page.context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(kept_page: Page, server: FakeServer) -> AsyncIterator[Desk]:
    async with without_errors(kept_page):
        try:
            yield Desk(kept_page, server)
        finally:
            await wipe(kept_page, server.url)


@pytest_asyncio.fixture(loop_scope="session")
async def timed(browser: Browser, server: FakeServer) -> AsyncIterator[Desk]:
    """A desk whose clock the test moves."""
    async with new_page(browser) as page:
        await at_the_moment(page)
        yield Desk(page, server)


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser, server: FakeServer) -> AsyncIterator[Desk]:
    async with new_page(browser, width=390, height=844) as page:
        await at_the_moment(page)
        yield Desk(page, server)


@pytest_asyncio.fixture(loop_scope="session")
async def refused(browser: Browser, server: FakeServer) -> AsyncIterator[Desk]:
    """A desk whose first connections are meant to fail."""
    async with new_page(browser, allowed_error="WebSocket connection to") as page:
        await at_the_moment(page)
        yield Desk(page, server)


async def at_the_moment(page: Page) -> None:
    """Pictures and "yesterday" do not depend on the day the tests run."""
    await page.clock.set_fixed_time(datetime.fromtimestamp(gallery.NOW, UTC))
