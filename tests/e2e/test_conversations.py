"""Every kind of conversation in a real browser. The pictures are left under build/pictures/."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser import new_page, save_picture
from tests.e2e.stage import Stage, staged

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WAIT_MS = 20_000


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as ready:
        yield ready


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, stage: Stage) -> AsyncIterator[Page]:
    async with new_page(browser, width=1360, height=860) as page:
        await page.goto(f"{stage.workspace.url}/#{stage.workspace.channel('#incidents').id}")
        await expect(page.get_by_test_id("composer")).to_be_visible(timeout=WAIT_MS)
        yield page


async def type_in(page: Page, where: str, text: str) -> None:
    box = page.get_by_test_id(where)
    await box.fill(text)
    await box.press("Enter")


async def open_thread(page: Page) -> None:
    await page.get_by_text("replies").or_(page.get_by_text("reply")).first.click(timeout=WAIT_MS)
    await expect(page.get_by_test_id("thread-pane")).to_be_visible()


async def test_an_answer_is_rated_and_the_thread_goes_on(page: Page, stage: Stage) -> None:
    pane = page.get_by_test_id("thread-pane")
    await type_in(page, "composer", "@debugger which incidents are open?")
    await open_thread(page)
    thumb = pane.locator("[data-action-id=answer_feedback][data-value=good]")
    await thumb.click(timeout=WAIT_MS)
    await expect(pane.get_by_text("Thank you. That is noted.")).to_be_visible(timeout=WAIT_MS)
    await type_in(page, "thread-composer", "who is on call?")
    await expect(pane.locator("[data-action-id=answer_feedback]")).to_have_count(4, timeout=WAIT_MS)
    await save_picture(page, "talk-thread")
    await type_in(page, "composer", "/ops usage")
    await expect(page.get_by_text("1 answer found good, 0 bad")).to_be_visible(timeout=WAIT_MS)


async def test_a_waiting_question_is_stopped(page: Page, stage: Stage) -> None:
    pane = page.get_by_test_id("thread-pane")
    await type_in(page, "composer", "@debugger acknowledge the checkout incident")
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
    await type_in(page, "composer", "which incidents are open?")
    await open_thread(page)
    pane = page.get_by_test_id("thread-pane")
    await expect(pane.locator("[data-action-id=answer_feedback]").first).to_be_visible(
        timeout=WAIT_MS
    )
    await save_picture(page, "talk-direct")
    await type_in(page, "composer", "/ops forget")
    await page.locator("[data-action-id=forget_conversations]").click(timeout=WAIT_MS)
    await page.get_by_role("dialog").get_by_role("button", name="Forget them").click()
    await expect(page.get_by_test_id("ephemeral").last).to_contain_text("Forgotten: 1 question")
    await save_picture(page, "talk-forgotten")
