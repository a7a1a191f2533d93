"""Signing in with a real Chromium, at a provider of another site, over our real pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from playwright.async_api import Page, expect

from bot.connecting.oauth.wire import Answer
from bot.connecting.tickets import Purpose
from bot.store.tables import ConnectionStatus
from tests.browser import launch_browser, new_page, save_picture
from tests.connecting.oauth.conftest import ana, clock, database, issuer, stage, store
from tests.connecting.oauth.stage import Stage
from tests.support.servers_of_others import consent

__all__ = ["ana", "clock", "database", "issuer", "stage", "store"]

pytestmark = [pytest.mark.browser]


@asynccontextmanager
async def a_page(allowed: str = "Failed to load resource") -> AsyncIterator[Page]:
    """A browser of its own; the provider's pages look for a style sheet elsewhere."""
    async with launch_browser() as browser, new_page(browser, allowed_error=allowed) as page:
        yield page


async def leave(page: Page, stage: Stage, connector: str, issuer: str) -> None:
    """Opens a one-time link and goes to the provider."""
    await page.goto(stage.base + await stage.link(connector))
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Issuer").fill(issuer)
    await page.get_by_role("button", name="Sign in with").click()
    await page.wait_for_url(f"{issuer}/**", wait_until="commit")


async def test_somebody_signs_in_and_chooses(stage: Stage, issuer: str) -> None:
    stations = {"found": [{"id": "n", "name": "North"}, {"id": "s", "name": "South"}]}
    stage.wire.answers["/stations"] = Answer(200, stations, {})
    async with a_page() as page:
        await leave(page, stage, "harbors", issuer)
        await page.locator("input[name=sub]").first.fill("ola")
        await page.get_by_role("button").first.click()
        await expect(page.get_by_role("heading", name="Choose a station")).to_be_visible()
        await save_picture(page, "oauth-choose")
        await page.get_by_role("button", name="South").click()
        await expect(page.locator("main")).to_contain_text("connected")
        await save_picture(page, "oauth-done")
    [row] = await stage.saved()
    assert (row.status, row.account) == (ConnectionStatus.CONNECTED, "ola")
    assert row.settings["station"] == "s"


async def test_a_stolen_way_back_is_refused_in_another_browser(stage: Stage, issuer: str) -> None:
    async with a_page() as page:
        await leave(page, stage, "beacon", issuer)
        stolen = await consent(page.url)
    async with a_page() as other:
        back = httpx.URL(f"{stage.base}/oauth/beacon/callback", params=stolen)
        await other.goto(str(back))
        await expect(other.get_by_role("heading")).to_have_text("This sign-in is not let in")
        await save_picture(other, "oauth-refused")
    assert await stage.saved() == []


async def test_an_owner_sees_what_to_register(stage: Stage) -> None:
    async with a_page() as page:
        await page.goto(stage.base + await stage.link("google_ads", Purpose.APP))
        await page.get_by_role("button", name="Continue").click()
        await expect(page.get_by_label("Redirect URI")).to_have_value(
            f"{stage.base}/oauth/google_ads/callback"
        )
        await page.get_by_label("Client id").fill("ours")
        await page.get_by_label("Client secret").fill("a-long-secret")
        await page.get_by_label("Developer token").fill("a-developer-token")
        await save_picture(page, "oauth-app")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("heading")).to_contain_text("is saved")
