"""Tests that share a page find it as new: what another one did on it is gone."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser import wipe
from tests.playground.page.fake_server import FakeServer
from tests.playground.page.gallery import BLOCKS, INCIDENTS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LEFT = "[...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie].join('')"
DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
HOVERED = "document.querySelectorAll('[data-testid=message]:hover').length"


async def test_a_draft_a_theme_and_a_place_are_forgotten(
    kept_page: Page, server: FakeServer
) -> None:
    page = kept_page
    await page.goto(f"{server.url}/?user=U0BO#{BLOCKS}")
    await page.get_by_test_id("composer").fill("half a thought")
    await page.evaluate("document.cookie = 'seen=1'")
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size({"width": 500, "height": 500})
    await page.get_by_test_id("message").first.hover()
    assert await page.evaluate(LEFT)
    assert await page.evaluate(HOVERED)

    await wipe(page, server.url)
    assert await page.evaluate(LEFT) == ""
    assert not await page.evaluate(DARK)
    assert page.viewport_size == {"width": 1280, "height": 800}

    await page.goto(f"{server.url}/#{INCIDENTS}")
    await page.wait_for_selector(".app.ready")
    assert await page.get_by_test_id("composer").inner_text() == ""
    assert await page.evaluate(HOVERED) == 0
    await page.goto(f"{server.url}/#{BLOCKS}")
    assert await page.get_by_test_id("composer").inner_text() == ""
    await wipe(page, server.url)


async def test_a_server_forgets_what_was_posted_and_prepared(server: FakeServer) -> None:
    server.posts.append(("post", {}))
    server.answers["post"] = {"ok": False}
    server.refuse = True
    server.forget()
    assert (server.posts, server.answers, server.hold, server.refuse) == ([], {}, {}, False)
