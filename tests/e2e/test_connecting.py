"""A newcomer connects a service: the command, the link, the form, green. In a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from playground.betterstack.auth import TEAM_TOKEN
from tests.browser import PICTURES, new_page, save_picture
from tests.e2e.screen import WAIT_MS, type_in
from tests.e2e.stage import Stage, spoken, staged

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


EMPTY = """
agents:
  - name: Debugger
    type: debugger
"""


def setup_of(folder: Path) -> Path:
    path = folder / "setup.yml"
    path.write_text(EMPTY)
    return path


async def fill(form: Page, stage: Stage, token: str = TEAM_TOKEN) -> None:
    await form.get_by_label(re.compile("^API token")).fill(token)
    settings = form.locator("details")
    if not await settings.evaluate("it => it.open"):
        await settings.locator("summary").click()
    await form.get_by_label("Address of the API").fill(stage.sandbox.url)


async def picture(form: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    await form.screenshot(path=PICTURES / f"connect-{name}.png", full_page=True)


async def link_from_the_picker(page: Page) -> str:
    """Asks for the picker, chooses Better Stack, and returns where the button leads."""
    await type_in(page, "/ops connections add")
    modal = page.get_by_test_id("modal")
    await expect(modal).to_be_visible(timeout=WAIT_MS)
    await modal.get_by_text("Type to search").click()
    await page.keyboard.type("Better")
    await save_picture(page, "connect-picker")
    await page.get_by_role("option", name=re.compile("Better Stack")).click()
    await page.get_by_test_id("modal-submit").click()
    button = modal.get_by_role("link", name=re.compile("form|Connect", re.I)).first
    await expect(button).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "connect-link")
    return str(await button.get_attribute("href"))


async def test_a_service_is_connected_through_the_form_and_is_green(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        staged(tmp_path, setup=setup_of(tmp_path)) as stage,
        new_page(browser, width=1360, height=860) as page,
    ):
        channel = stage.workspace.channel("#incidents").id
        await page.goto(f"{stage.workspace.url}/#{channel}")
        url = await link_from_the_picker(page)
        await page.keyboard.press("Escape")
        await use_the_form(browser, stage, url)
        last = page.get_by_test_id("ephemeral").last
        await expect(last).to_contain_text("connected", timeout=WAIT_MS)
        await save_picture(page, "connect-saved")
        await last.get_by_role("button", name="Debugger").click()
        await expect(page.get_by_test_id("modal")).to_contain_text("Debugger", timeout=WAIT_MS)
        await save_picture(page, "connect-access")
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("modal")).to_be_hidden(timeout=WAIT_MS)

        await type_in(page, "/ops connections")
        told = page.get_by_test_id("ephemeral").last
        await expect(told).to_contain_text("used by Debugger", timeout=WAIT_MS)
        await expect(told).to_contain_text("added by Ana")
        await save_picture(page, "connect-list")
        listed = spoken(stage.workspace.ephemerals("ana")[-1])
        assert ":large_green_circle: *Better Stack (team Harbor)* · connected" in listed

        thread = stage.say("ana", "@debugger which incidents are open?")
        assert "Checkout 5xx" in spoken(await stage.answer(thread))
        shown = " ".join(map(str, stage.workspace.ephemerals("ana")))
        assert TEAM_TOKEN not in shown
    assert TEAM_TOKEN not in (tmp_path / "bot.log").read_text()
    assert TEAM_TOKEN.encode() not in (tmp_path / "quarterdeck.db").read_bytes()


async def use_the_form(browser: Browser, stage: Stage, url: str) -> None:
    """Opens the link, makes a mistake, tests, saves; and looks at it on a phone in the dark."""
    async with new_page(
        browser, width=390, height=844, theme="dark", allowed_error="status of 4"
    ) as form:
        await form.goto(url)
        await expect(form.get_by_role("heading", name="Connect Better Stack")).to_be_visible()
        await picture(form, "landing-phone-dark")
        await form.get_by_role("button", name="Continue").click()
        await form.get_by_label(re.compile("^API token")).fill("two words")
        await form.get_by_role("button", name="Test connection").click()
        await expect(form.get_by_text("is one word without spaces")).to_be_visible()
        assert "two words" not in await form.content()
        await picture(form, "mistake-phone-dark")

        await fill(form, stage, token="not-the-token")
        await form.get_by_role("button", name="Test connection").click()
        await expect(form.get_by_role("alert")).to_contain_text("no longer accepts")
        await form.set_viewport_size({"width": 1280, "height": 900})
        await form.emulate_media(color_scheme="light")

        await fill(form, stage)
        await form.get_by_label("Instructions for agents").fill("Name the monitor's owner.")
        await expect(form.get_by_text("1,975 characters left")).to_be_visible()
        await form.get_by_role("button", name="Test connection").click()
        await expect(form.get_by_role("status")).to_contain_text("It works: team Harbor")
        assert TEAM_TOKEN not in await form.content()
        await picture(form, "tested")
        # The token is held by the server now, so it need not be typed again.
        await form.get_by_role("button", name="Save").click()
        await expect(form.get_by_text("I have asked you there")).to_be_visible()
        await picture(form, "done")
        await form.goto(url)
        await expect(form.get_by_text("This link was used already")).to_be_visible()
