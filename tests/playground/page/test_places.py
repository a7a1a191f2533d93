"""Getting around: channels, people, the app's tabs, a phone, and a lost connection."""

from __future__ import annotations

import pytest

from tests.browser import save_picture
from tests.playground.page import gallery
from tests.playground.page.conftest import Desk
from tests.playground.page.gallery import (
    APP,
    BLOCKS,
    DM_APP,
    DM_BO,
    ELEMENTS,
    EMPTY,
    INCIDENTS,
    OPS,
    ROOT,
    SECRET,
    TEXTS,
)
from tests.playground.page.gallery_blocks import HOME
from tests.playground.page.gallery_elements import modal
from tests.playground.page.probes import WIDEST

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_sidebar_lists_channels_people_and_apps(desk: Desk) -> None:
    await desk.go()
    sections = desk.page.locator(".sidebar-section")
    assert [text.split("\n")[0] for text in await sections.all_inner_texts()] == [
        "Channels",
        "Direct messages",
        "Apps",
    ]
    assert (
        await desk.page.locator(f'.channel-link[data-channel="{DM_BO}"] .channel-name').inner_text()
        == "Bo Chen"
    )
    assert (
        await desk.page.locator(
            f'.channel-link[data-channel="{DM_APP}"] .channel-name'
        ).inner_text()
        == "Quarterdeck"
    )


async def test_a_channel_is_chosen_and_kept_in_the_address(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await desk.page.locator(f'.channel-link[data-channel="{BLOCKS}"]').click()
    await desk.page.get_by_role("heading", name="blocks", level=1).wait_for()
    assert desk.page.url.endswith(f"#{BLOCKS}")
    await desk.page.go_back()
    await desk.page.get_by_role("heading", name="incidents", level=1).wait_for()
    assert {"user": "U0ANA", "channel": BLOCKS} in desk.server.sent("open")


async def test_an_unknown_address_falls_back_to_a_channel(desk: Desk) -> None:
    await desk.go("C0NOWHERE/123.456")
    assert await desk.page.locator("main").get_attribute("data-channel") == INCIDENTS
    assert await desk.page.get_by_test_id("thread-pane").is_hidden()


async def test_one_can_become_another_person(desk: Desk) -> None:
    await desk.go(SECRET)
    menu = desk.page.get_by_test_id("person-menu")
    assert "You are Ana Marin" in await menu.inner_text()
    await menu.click()
    await desk.page.get_by_role("menuitemradio", name="Dana Ruiz").click()
    await menu.get_by_text("Dana Ruiz").wait_for()
    assert await desk.page.locator(f'.channel-link[data-channel="{SECRET}"]').count() == 0
    await desk.page.get_by_test_id("composer").fill("hello")
    await desk.page.get_by_test_id("composer").press("Enter")
    assert (await desk.server.wait_for("post"))["user"] == "U0DANA"
    await desk.page.reload()
    await menu.get_by_text("Dana Ruiz").wait_for()


async def test_the_person_is_taken_from_the_address_and_kept_for_the_tab(desk: Desk) -> None:
    await desk.go(INCIDENTS, user="U0BO")
    assert "Bo Chen" in await desk.page.get_by_test_id("person-menu").inner_text()
    await desk.page.goto(f"{desk.server.url}/#{INCIDENTS}")
    await desk.page.get_by_test_id("person-menu").get_by_text("Bo Chen").wait_for()


async def test_a_modal_of_one_person_does_not_stay_for_the_next(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    form = await desk.open_modal(modal())
    await desk.page.evaluate("import('/static/js/api.js').then((api) => api.connectAs('U0BO'))")
    await form.wait_for(state="hidden")


async def test_the_apps_tabs_show_home_messages_and_about(desk: Desk) -> None:
    await desk.go(f"{DM_APP}/home")
    home = desk.page.get_by_test_id("home")
    await home.get_by_text("Good morning, Ana").wait_for()
    await save_picture(desk.page, "page-home-light")
    changed = HOME | {
        "blocks": [
            {
                "type": "header",
                "block_id": "h",
                "text": {"type": "plain_text", "text": "All connected"},
            }
        ]
    }
    await desk.server.push({"type": "home", "app_id": APP, "view": changed})
    await home.get_by_text("All connected").wait_for()
    await desk.page.get_by_role("link", name="About").click()
    assert "/ops [help | agents | connect]" in await desk.page.get_by_test_id("about").inner_text()
    await desk.page.get_by_role("link", name="Messages").click()
    await desk.page.get_by_test_id("composer").wait_for()
    assert {"user": "U0ANA", "messages": APP} in desk.server.sent("open")


async def test_an_app_without_a_home_says_so(desk: Desk) -> None:
    await desk.go(INCIDENTS, user="U0ANA")
    await desk.server.push({"type": "home", "app_id": APP, "view": None})
    await desk.page.goto(f"{desk.server.url}/?user=U0ANA#{DM_APP}/home")
    await desk.page.get_by_test_id("home").wait_for()
    await desk.server.push({"type": "home", "app_id": APP, "view": None})
    await desk.page.get_by_text("has not published a Home yet").wait_for()


async def test_a_disconnected_app_is_announced_where_it_matters(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await desk.server.push({"type": "app_changed", "app": OPS | {"connected": False}})
    notice = desk.page.get_by_test_id("notice")
    await notice.wait_for()
    assert (
        await notice.inner_text() == "Quarterdeck is not connected; messages will wait until it is."
    )
    await desk.page.locator(f'.channel-link[data-channel="{EMPTY}"]').click()
    await notice.wait_for(state="hidden")
    await desk.server.push({"type": "app_changed", "app": OPS})
    await desk.page.locator(f'.channel-link[data-channel="{INCIDENTS}"]').click()
    await desk.page.get_by_role("heading", name="incidents", level=1).wait_for()
    assert await notice.is_hidden()


async def test_before_the_server_answers_the_page_says_so_and_waits(refused: Desk) -> None:
    refused.server.refuse = True
    await refused.page.goto(f"{refused.server.url}/")
    await refused.page.get_by_text("The workspace does not answer yet.").wait_for()
    refused.server.refuse = False
    await refused.page.wait_for_selector(".app.ready")


async def test_a_person_the_server_does_not_know_is_replaced(refused: Desk) -> None:
    await refused.page.goto(f"{refused.server.url}/?user=U0NOBODY")
    await refused.page.get_by_test_id("person-menu").get_by_text("Ana Marin").wait_for()
    assert "user=U0ANA" in refused.page.url


async def test_a_lost_connection_is_told_and_comes_back(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await desk.page.get_by_test_id("composer").fill("half")
    await desk.server.drop()
    await desk.page.get_by_text("The connection to the workspace is lost").wait_for()
    await desk.page.get_by_test_id("notice").wait_for(state="hidden")
    assert await desk.page.get_by_test_id("composer").input_value() == "half"
    assert await desk.page.get_by_test_id("message").count() == 4


async def test_the_app_is_added_to_a_channel_and_removed(desk: Desk) -> None:
    await desk.go(EMPTY)
    await desk.page.get_by_test_id("channel-menu").click()
    await desk.page.get_by_role("menuitem", name="Add Quarterdeck to this channel").click()
    assert await desk.server.wait_for("invite_bot") == {
        "user": "U0ANA",
        "channel": EMPTY,
        "app_id": APP,
    }
    channel = next(one for one in gallery.CHANNELS if one["id"] == EMPTY)
    await desk.server.push(
        {"type": "channel_changed", "channel": channel | {"members": ["U0ANA", "U0BOT"]}}
    )
    await desk.page.get_by_text("2 members").wait_for()
    await desk.page.get_by_test_id("channel-menu").click()
    await desk.page.get_by_role("menuitem", name="Remove Quarterdeck from this channel").click()
    assert (await desk.server.wait_for("kick_bot"))["channel"] == EMPTY


async def test_a_channel_one_is_not_in_offers_to_join(desk: Desk) -> None:
    await desk.go(EMPTY, user="U0BO")
    await desk.page.get_by_text("You are not in #quiet-place.").wait_for()
    assert await desk.page.get_by_test_id("composer").count() == 0
    await desk.page.get_by_test_id("join").click()
    assert await desk.server.wait_for("join") == {"user": "U0BO", "channel": EMPTY}
    channel = next(one for one in gallery.CHANNELS if one["id"] == EMPTY)
    joined = channel | {"members": ["U0ANA", "U0BO"]}
    await desk.server.push({"type": "channel_changed", "channel": joined})
    await desk.page.get_by_test_id("composer").wait_for()


async def test_an_event_of_a_newer_server_is_left_alone(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await desk.server.push({"type": "fireworks"})
    await desk.server.push({"type": "toast", "text": "still here"})
    await desk.page.get_by_text("still here").wait_for()


@pytest.mark.parametrize(
    "place", [INCIDENTS, f"{INCIDENTS}/{ROOT}", BLOCKS, ELEMENTS, TEXTS, f"{DM_APP}/home"]
)
async def test_nothing_runs_off_the_side_of_a_phone(phone: Desk, place: str) -> None:
    await phone.go(place)
    assert await phone.page.evaluate(WIDEST) <= 390
    name = "thread" if place.endswith(ROOT) else place.replace("/", "-")
    await save_picture(phone.page, f"page-phone-{name}")


async def test_on_a_phone_the_thread_covers_the_screen(phone: Desk) -> None:
    await phone.go(INCIDENTS)
    await phone.page.get_by_test_id("thread-line").click()
    covered = await phone.page.get_by_test_id("thread-pane").bounding_box()
    assert covered == {"x": 0, "y": 0, "width": 390, "height": 844}
    await phone.page.get_by_test_id("thread-close").click()
    await phone.page.get_by_test_id("composer").click()


async def test_on_a_phone_the_sidebar_slides_in_and_out(phone: Desk) -> None:
    await phone.go(INCIDENTS)
    row = phone.page.locator(f'.channel-link[data-channel="{TEXTS}"]')
    assert not await row.is_visible()
    await phone.page.get_by_role("button", name="Channels").click()
    await row.click()
    await phone.page.get_by_role("heading", name="texts", level=1).wait_for()
    await row.wait_for(state="hidden")


async def test_on_a_phone_a_modal_fits(phone: Desk) -> None:
    await phone.go(INCIDENTS)
    form = await phone.open_modal(modal())
    box = await form.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    assert await phone.page.get_by_test_id("modal-submit").is_visible()
    await save_picture(phone.page, "page-phone-modal")
