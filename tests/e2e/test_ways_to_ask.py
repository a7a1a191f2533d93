"""Every way to reach an agent, in a real browser. Pictures are left under build/pictures/ask-*."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from playground.workspace.model import UserGroup
from tests.browser import save_picture
from tests.e2e.screen import WAIT_MS, at_incidents
from tests.e2e.stage import Stage, staged

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """For tests that only ask, each in a thread of its own."""
    async with staged(tmp_path_factory.mktemp("shared")) as ready:
        world = ready.workspace.world
        ana = ready.workspace.person("ana")
        group = UserGroup("S0ANALYST", ana.team_id, "analyst", "Analyst", [ana.id])
        world.usergroups[group.id] = group
        yield ready


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, stage: Stage) -> AsyncIterator[Page]:
    async with at_incidents(browser, stage) as page:
        yield page


async def ask(page: Page, stage: Stage, text: str) -> Locator:
    """Types a question, opens its thread, and waits for the end of the answer."""
    before = {one["ts"] for one in stage.workspace.messages("#incidents", None)}
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("composer").press("Enter")

    def asked() -> str:
        posts = stage.workspace.messages("#incidents", None)
        return next((str(one["ts"]) for one in posts if one["ts"] not in before), "")

    thread = await stage.until(asked)
    line = page.locator(f'[data-ts="{thread}"]').get_by_test_id("thread-line")
    await line.click(timeout=WAIT_MS)
    pane = page.get_by_test_id("thread-pane")
    thumbs = pane.locator("[data-action-id=answer_feedback]")
    await expect(thumbs.first).to_be_visible(timeout=WAIT_MS)
    return pane


@pytest.mark.parametrize(
    ("question", "agent", "picture"),
    [
        ("@ops analyst how many incidents are open?", "Analyst", "by-app"),
        ("@analyst how many incidents are open?", "Analyst", "by-group"),
        ("@tony which incidents are open?", "Tony", "by-name"),
        ("@ops which incidents are open?", "Debugger", "nobody-named"),
    ],
)
async def test_the_one_who_is_named_answers_under_his_own_name(
    page: Page, stage: Stage, question: str, agent: str, picture: str
) -> None:
    pane = await ask(page, stage, question)
    await expect(pane.get_by_text(f"{agent} took", exact=False)).to_be_visible()
    await save_picture(page, f"ask-{picture}")


async def test_the_default_agent_of_a_channel_answers_there(
    browser: Browser, tmp_path: Path
) -> None:
    async with staged(tmp_path) as stage, at_incidents(browser, stage) as page:
        modal = page.get_by_test_id("modal")
        await page.get_by_test_id("composer").fill("/ops agents edit @tony")
        await page.get_by_test_id("composer").press("Enter")
        await modal.locator("[data-action-id=channels]").click(timeout=WAIT_MS)
        await page.get_by_role("option", name="incidents").click()
        await page.get_by_test_id("select-filter").press("Escape")
        await page.get_by_test_id("modal-submit").click()
        await expect(modal).not_to_be_visible(timeout=WAIT_MS)
        pane = await ask(page, stage, "@ops which incidents are open?")
        await expect(pane.get_by_text("Tony took", exact=False)).to_be_visible()
        await save_picture(page, "ask-channel-default")


async def test_the_panel_offers_first_questions(page: Page, stage: Stage) -> None:
    await page.goto(f"{stage.workspace.url}/#{stage.workspace.direct('ana')}")
    prompts = page.get_by_test_id("prompts")
    await expect(prompts.get_by_text("Ask the crew")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "ask-panel")
    await prompts.get_by_role("button", name="Debugger: what is open?").click()
    await page.get_by_text("replies").or_(page.get_by_text("reply")).first.click(timeout=WAIT_MS)
    thumbs = page.get_by_test_id("thread-pane").locator("[data-action-id=answer_feedback]")
    await expect(thumbs.first).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "ask-panel-answer")
