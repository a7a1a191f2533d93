"""A team shapes its agents in a real browser. Pictures are left under build/pictures/agents-*."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser import save_picture
from tests.e2e.screen import WAIT_MS, type_in
from tests.e2e.stage import Stage, spoken, staged

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as ready:
        yield ready


async def test_an_agent_is_made_given_access_and_asked(page: Page, stage: Stage) -> None:
    modal = page.get_by_test_id("modal")
    await type_in(page, "/ops agents")
    await expect(page.get_by_test_id("ephemeral").last).to_contain_text("@debugger")
    await save_picture(page, "agents-list")
    await page.get_by_role("button", name="New agent").click()
    await expect(modal).to_contain_text("Works with every kind of connection", timeout=WAIT_MS)
    await save_picture(page, "agents-types")
    await modal.get_by_role("button", name="Choose Custom").click()
    await expect(modal.get_by_text("Language model")).to_be_visible(timeout=WAIT_MS)
    await modal.get_by_label("Name").fill("Night watch")
    await modal.get_by_label("Instructions").fill("You speak like a harbour master.")
    await save_picture(page, "agents-form")
    await modal.get_by_role("checkbox").first.check()
    await modal.get_by_text("Default agent in").scroll_into_view_if_needed()
    await save_picture(page, "agents-form-below")
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("What Night watch may do in", timeout=WAIT_MS)
    await save_picture(page, "agents-preset")
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).not_to_be_visible(timeout=WAIT_MS)
    thread = stage.say("ana", "@night-watch which incidents are open?")
    await stage.expect("Checkout 5xx", thread=thread)


async def test_a_name_that_is_taken_is_said_at_its_field(page: Page, stage: Stage) -> None:
    modal = page.get_by_test_id("modal")
    await type_in(page, "/ops agents edit @debugger")
    await expect(modal.get_by_text("Language model")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "agents-settings")
    await modal.get_by_label("Name").fill("everyone")
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("means somebody else in Slack", timeout=WAIT_MS)
    await save_picture(page, "agents-mistake")


async def test_home_shows_pins_first_and_locks(page: Page, stage: Stage) -> None:
    await stage.workspace.command("ana", "#incidents", "/ops agents pin @debugger")
    await stage.workspace.command("ana", "#incidents", "/ops subscribe daily incidents at 09:00")
    await page.goto(f"{stage.workspace.url}/#{stage.workspace.direct('ana')}/home")
    home = page.get_by_test_id("home")
    await expect(home.get_by_text("Pinned")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "agents-home")
    stage.workspace.open_app("bo")

    def locked() -> bool:
        view = stage.workspace.home("bo")
        told = spoken({"text": "", "blocks": view["blocks"]}) if view else ""
        return "🔒 Settings" in told and "🔒 New agent" in told

    assert await stage.workspace.wait_for(locked)
