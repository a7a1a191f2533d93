"""The page is used without a mouse and read without eyes."""

from __future__ import annotations

import pytest

from tests.playground.page.conftest import Desk
from tests.playground.page.gallery import BLOCKS, ELEMENTS, INCIDENTS, ROOT, TEXTS, messages
from tests.playground.page.gallery_elements import modal
from tests.playground.page.probes import CONTRAST, NAMELESS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("place", [INCIDENTS, f"{INCIDENTS}/{ROOT}", BLOCKS, ELEMENTS, TEXTS])
async def test_everything_that_can_be_used_has_a_name(desk: Desk, place: str) -> None:
    await desk.go(place)
    await desk.page.locator(".message").last.focus()
    assert await desk.page.evaluate(NAMELESS) == []


async def test_all_fields_of_a_modal_have_a_name(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await desk.open_modal(modal())
    assert await desk.page.evaluate(NAMELESS) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_words_stand_out_from_their_ground(desk: Desk, theme: str) -> None:
    await desk.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    for place in (f"{INCIDENTS}/{ROOT}", TEXTS, BLOCKS):
        await desk.go(place)
        assert await desk.page.evaluate(CONTRAST) == []


async def test_a_button_is_reached_and_pressed_by_keyboard(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await desk.message("Checkout is failing").focus()
    await desk.page.keyboard.press("Tab")
    await desk.page.keyboard.press("Tab")
    assert await desk.action("ack").evaluate("n => n === document.activeElement")
    assert await desk.action("ack").evaluate("n => getComputedStyle(n).outlineStyle") == "solid"
    await desk.page.keyboard.press("Enter")
    assert (await desk.server.wait_for("action"))["action"]["action_id"] == "ack"


async def test_focus_stays_on_the_button_when_its_message_is_redrawn(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await desk.action("investigate").focus()
    changed = messages()[INCIDENTS][2] | {"text": "again"}
    await desk.server.push({"type": "message_changed", "channel": INCIDENTS, "message": changed})
    await desk.server.push({"type": "toast", "text": "drawn"})
    await desk.page.get_by_text("drawn").wait_for()
    assert await desk.action("investigate").evaluate("n => n === document.activeElement")


async def test_arrows_move_between_messages_and_the_toolbar_follows(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await desk.message("Nothing odd so far").focus()
    assert await desk.page.get_by_role("toolbar", name="Message actions").count() == 1
    await desk.page.keyboard.press("ArrowDown")
    assert "Debugger" in str(
        await desk.page.evaluate("document.activeElement.getAttribute('aria-label')")
    )
    assert await desk.page.get_by_role("toolbar", name="Message actions").count() == 1


async def test_a_menu_is_walked_and_gives_the_focus_back(desk: Desk) -> None:
    await desk.go(TEXTS)
    await desk.message("My own words").hover()
    more = desk.page.get_by_role("button", name="More actions")
    await more.focus()
    await desk.page.keyboard.press("Enter")
    await desk.page.get_by_role("menu").wait_for()
    for _ in range(3):
        await desk.page.keyboard.press("ArrowDown")
    assert await desk.page.evaluate("document.activeElement.textContent") == "Delete message…"
    await desk.page.keyboard.press("Escape")
    assert await more.evaluate("n => n === document.activeElement")


async def test_escape_closes_the_thread(desk: Desk) -> None:
    await desk.go(f"{INCIDENTS}/{ROOT}")
    await desk.page.get_by_test_id("thread-composer").press("Escape")
    await desk.page.get_by_test_id("thread-pane").wait_for(state="hidden")


async def test_the_skip_link_leads_to_the_message_box(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    skip = desk.page.get_by_role("link", name="Skip to the message box")
    await skip.focus()
    box = await skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0, "it comes into view when it has the focus"
    await desk.page.keyboard.press("Enter")
    assert await desk.page.get_by_test_id("composer").evaluate("n => n === document.activeElement")


async def test_new_messages_are_announced(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    log = desk.page.get_by_role("log", name="Messages")
    assert await log.get_attribute("aria-live") == "polite"
    assert (
        await desk.page.get_by_role("navigation", name="Channels and direct messages").count() == 1
    )
    assert await desk.page.get_by_role("main").count() == 1
