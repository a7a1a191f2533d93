"""Every kind of conversation in a real browser. The pictures are left under build/pictures/."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser import save_picture
from tests.e2e.screen import WAIT_MS, open_thread, type_in
from tests.e2e.stage import Stage, staged

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as ready:
        yield ready


async def test_an_answer_is_rated_and_the_thread_goes_on(page: Page, stage: Stage) -> None:
    pane = page.get_by_test_id("thread-pane")
    await type_in(page, "@debugger which incidents are open?")
    await open_thread(page)
    thumb = pane.locator("[data-action-id=answer_feedback][data-value=good]")
    await thumb.click(timeout=WAIT_MS)
    await expect(pane.get_by_text("Thank you. That is noted.")).to_be_visible(timeout=WAIT_MS)
    await type_in(page, "who is on call?", "thread-composer")
    await expect(pane.locator("[data-action-id=answer_feedback]")).to_have_count(4, timeout=WAIT_MS)
    await save_picture(page, "talk-thread")
    await type_in(page, "/ops usage")
    await expect(page.get_by_text("1 answer found good, 0 bad")).to_be_visible(timeout=WAIT_MS)


async def test_a_waiting_question_is_stopped(page: Page, stage: Stage) -> None:
    pane = page.get_by_test_id("thread-pane")
    await type_in(page, "@debugger acknowledge the checkout incident")
    await open_thread(page)
    await expect(pane.locator("[data-action-id=approval_approve]")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "talk-stop")
    await pane.locator("[data-action-id=run_stop]").click()
    await expect(pane.get_by_text("stopped this, so there is no answer")).to_be_visible(
        timeout=WAIT_MS
    )
    await expect(pane.get_by_text("Withdrawn", exact=True)).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "talk-stopped")
    assert stage.sandbox.journal.writes() == []


async def test_a_message_of_somebody_is_investigated_from_its_menu(
    page: Page, stage: Stage
) -> None:
    stage.say("bo", "the checkout incident, is it still open?", channel="#incidents")
    message = page.get_by_test_id("message").filter(has_text="is it still open?")
    await message.hover(timeout=WAIT_MS)
    await message.get_by_label("More actions").click()
    choice = page.locator("[data-callback-id=investigate_message]")
    await expect(choice).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "talk-shortcut")
    await choice.click()
    await open_thread(page)
    pane = page.get_by_test_id("thread-pane")
    await expect(pane.get_by_text("Debugger took")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "talk-investigated")


async def test_a_direct_message_is_answered_and_forgotten(page: Page, stage: Stage) -> None:
    await page.goto(f"{stage.workspace.url}/#{stage.workspace.direct('ana')}")
    await type_in(page, "which incidents are open?")
    await open_thread(page)
    pane = page.get_by_test_id("thread-pane")
    await expect(pane.locator("[data-action-id=answer_feedback]").first).to_be_visible(
        timeout=WAIT_MS
    )
    await save_picture(page, "talk-direct")
    await type_in(page, "/ops forget")
    await page.locator("[data-action-id=forget_conversations]").click(timeout=WAIT_MS)
    await page.get_by_role("dialog").get_by_role("button", name="Forget them").click()
    await expect(page.get_by_test_id("ephemeral").last).to_contain_text("Forgotten: 1 question")
    await save_picture(page, "talk-forgotten")
