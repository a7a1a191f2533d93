"""One browser for all tests of the page; a server and a page of its own for each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Locator, Page

from tests.browser import launch_browser, new_page
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


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with launch_browser() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[FakeServer]:
    fake = FakeServer(gallery.snapshot)
    async with TestServer(fake.app) as running:
        fake.url = f"http://{running.host}:{running.port}"
        yield fake
        await fake.drop()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Browser, server: FakeServer) -> AsyncIterator[Desk]:
    async with new_page(browser) as page:
        yield await at_the_moment(Desk(page, server))


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser, server: FakeServer) -> AsyncIterator[Desk]:
    async with new_page(browser, width=390, height=844) as page:
        yield await at_the_moment(Desk(page, server))


@pytest_asyncio.fixture(loop_scope="session")
async def refused(browser: Browser, server: FakeServer) -> AsyncIterator[Desk]:
    """A desk whose first connections are meant to fail."""
    async with new_page(browser, allowed_error="WebSocket connection to") as page:
        yield await at_the_moment(Desk(page, server))


async def at_the_moment(desk: Desk) -> Desk:
    """Pictures and "yesterday" do not depend on the day the tests run."""
    await desk.page.clock.set_fixed_time(datetime.fromtimestamp(gallery.NOW, UTC))
    return desk
