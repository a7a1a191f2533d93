"""What is pressed or chosen reaches the app as Slack would send it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.playground.page.conftest import Desk
from tests.playground.page.gallery import (
    APP,
    BLOCKS,
    DM_APP,
    ELEMENTS,
    EMPTY,
    INCIDENTS,
    bot,
    messages,
    ts,
)
from tests.playground.page.gallery_elements import SIZES
from tests.playground.page.gallery_parts import button, plain

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def acted(desk: Desk, count: int = 1) -> dict[str, Any]:
    body = await desk.server.wait_for("action", count)
    action: dict[str, Any] = body["action"]
    return action


async def choose(desk: Desk, action_id: str, *names: str) -> None:
    await desk.action(action_id).click()
    for name in names:
        await desk.page.get_by_role("option", name=name).click()


async def test_a_button_sends_its_value_and_where_it_is(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await desk.action("ack").click()
    body = await desk.server.wait_for("action")
    message = messages()[INCIDENTS][2]
    assert body["user"] == "U0ANA"
    assert body["container"] == {
        "type": "message",
        "channel": INCIDENTS,
        "message_ts": message["ts"],
        "thread_ts": message["ts"],
        "is_ephemeral": False,
    }
    assert body["action"] == {
        "type": "button",
        "action_id": "ack",
        "block_id": "incident",
        "value": "inc-1",
        "text": plain("Acknowledge"),
    }
    assert body["state"] == {"values": {}}


async def test_a_pressed_button_waits_until_the_message_changes(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await desk.action("ack").click()
    assert await desk.action("ack").get_attribute("aria-busy") == "true"
    await desk.action("ack").click()
    changed = messages()[INCIDENTS][2] | {"text": "acknowledged"}
    await desk.server.push({"type": "message_changed", "channel": INCIDENTS, "message": changed})
    await desk.page.locator('[data-action-id="ack"]:not([aria-busy])').first.wait_for()
    assert len(desk.server.sent("action")) == 1, "a second press while waiting is not sent"


async def test_a_pressed_button_stops_waiting_by_itself(timed: Desk) -> None:
    await timed.page.clock.install()
    await timed.go(INCIDENTS)
    await timed.action("ack").click()
    await timed.server.wait_for("action")
    await timed.page.clock.fast_forward(3100)
    assert await timed.action("ack").get_attribute("aria-busy") is None


async def test_a_refused_action_is_told(desk: Desk) -> None:
    desk.server.answers["action"] = {"ok": False, "error": "operation_timeout"}
    await desk.go(INCIDENTS)
    await desk.action("ack").click()
    assert "operation_timeout" in await desk.page.get_by_test_id("toast").inner_text()
    assert await desk.action("ack").get_attribute("aria-busy") is None


@pytest.mark.parametrize("sure", [True, False])
async def test_a_confirm_dialog_asks_first(desk: Desk, sure: bool) -> None:
    await desk.go(INCIDENTS)
    await desk.action("resolve").click()
    dialog = desk.page.get_by_test_id("confirm")
    assert await dialog.get_by_role("heading").inner_text() == "Resolve?"
    assert await dialog.locator("b").inner_text() == "still red"
    assert desk.server.sent("action") == []
    await dialog.get_by_role("button", name="Resolve it" if sure else "Not yet").click()
    await dialog.wait_for(state="detached")
    if sure:
        assert (await acted(desk))["action_id"] == "resolve"
    else:
        await desk.action("ack").click()
        assert (await acted(desk))["action_id"] == "ack"


async def test_a_link_button_is_a_link_and_still_tells_the_app(desk: Desk) -> None:
    await desk.go(ELEMENTS)
    link = desk.action("elsewhere")
    assert await link.get_attribute("href") == "https://example.com/there"
    await link.evaluate("n => n.addEventListener('click', (e) => e.preventDefault())")
    await link.click()
    assert (await acted(desk))["action_id"] == "elsewhere"


async def test_a_button_for_somebody_else_is_not_shown(desk: Desk) -> None:
    await desk.go(ELEMENTS, user="U0ANA")
    assert await desk.action("mine").count() == 0
    await desk.go(ELEMENTS, user="U0BO")
    assert await desk.action("mine").count() == 1


async def test_a_static_select_sends_the_whole_option(desk: Desk) -> None:
    await desk.go(ELEMENTS)
    await desk.action("static_select").click()
    await desk.page.get_by_test_id("select-filter").fill("MED")
    assert await desk.page.get_by_role("option").count() == 1
    await desk.page.keyboard.press("Enter")
    body = await desk.server.wait_for("action")
    assert body["action"] == {
        "type": "static_select",
        "action_id": "static_select",
        "block_id": "menus",
        "selected_option": SIZES[1],
    }
    assert body["state"]["values"]["menus"]["static_select"] == {
        "type": "static_select",
        "selected_option": SIZES[1],
    }
    assert "Medium" in await desk.action("static_select").inner_text()


async def test_a_multi_select_is_sent_once_when_it_closes(desk: Desk) -> None:
    await desk.go(ELEMENTS)
    await choose(desk, "multi_static_select", "Sentry", "Axiom")
    assert desk.server.sent("action") == []
    assert await desk.page.locator(".options-heading").all_inner_texts() == ["Errors", "Logs"]
    await desk.page.keyboard.press("Escape")
    action = await acted(desk)
    assert [option["value"] for option in action["selected_options"]] == ["sentry", "axiom"]


async def test_an_external_select_asks_the_app_for_options(desk: Desk) -> None:
    desk.server.answers["options"] = lambda body: {
        "options": [{"text": plain(f"{body['value']}-web"), "value": "w"}]
    }
    await desk.go(ELEMENTS)
    await desk.action("external_select").click()
    await desk.page.get_by_text("Type at least 2 letters").wait_for()
    await desk.page.get_by_test_id("select-filter").press_sequentially("shop")
    await desk.page.get_by_role("option", name="shop-web").click()
    asked = desk.server.sent("options")[-1]
    assert (asked["action_id"], asked["block_id"], asked["value"]) == (
        "external_select",
        "menus",
        "shop",
    )
    assert asked["container"]["type"] == "message"
    assert (await acted(desk))["selected_option"]["value"] == "w"


@pytest.mark.parametrize(
    ("action_id", "name", "field", "value"),
    [
        ("users_select", "Bo Chen", "selected_user", "U0BO"),
        ("conversations_select", "#incidents", "selected_conversation", INCIDENTS),
        ("channels_select", "#blocks", "selected_channel", BLOCKS),
    ],
)
async def test_people_and_channels_are_sent_as_ids(
    desk: Desk, action_id: str, name: str, field: str, value: str
) -> None:
    await desk.go(ELEMENTS)
    await choose(desk, action_id, name)
    assert (await acted(desk))[field] == value


async def test_state_holds_all_values_of_the_message(desk: Desk) -> None:
    await desk.go(ELEMENTS)
    await choose(desk, "static_select", "Small")
    body = await desk.server.wait_for("action")
    assert body["state"]["values"]["menus"]["channels_select"] == {
        "type": "channels_select",
        "selected_channel": INCIDENTS,
    }
    assert body["state"]["values"]["menus"]["users_select"] == {
        "type": "users_select",
        "selected_user": None,
    }


async def test_dates_and_times(desk: Desk) -> None:
    await desk.go(ELEMENTS, user="U0BO")
    assert await desk.action("datetimepicker").input_value() == "2026-11-20T05:30"
    await desk.action("datepicker").fill("2026-12-24")
    assert (await acted(desk, 1))["selected_date"] == "2026-12-24"
    await desk.action("timepicker").fill("18:05")
    assert (await acted(desk, 2))["selected_time"] == "18:05"
    await desk.action("datetimepicker").fill("2026-11-20T06:00")
    assert (await acted(desk, 3))["selected_date_time"] == 1795170600 + 1800


async def test_checkboxes_and_radio_buttons(desk: Desk) -> None:
    await desk.go(ELEMENTS)
    await desk.action("checkboxes").get_by_label("Large").check()
    assert [o["value"] for o in (await acted(desk, 1))["selected_options"]] == ["medium", "large"]
    await desk.action("radio_buttons").get_by_label("Small").check()
    assert (await acted(desk, 2))["selected_option"] == SIZES[0]


async def test_overflow_menu(desk: Desk) -> None:
    await desk.go(ELEMENTS)
    await desk.action("overflow").click()
    await desk.page.get_by_role("menuitem", name="Remove").click()
    assert (await acted(desk))["selected_option"]["value"] == "remove"


async def test_a_dispatching_input_sends_on_enter(desk: Desk) -> None:
    await desk.go(ELEMENTS)
    await desk.action("plain_text_input").fill("a note")
    await desk.page.keyboard.press("Enter")
    assert (await acted(desk)) == {
        "type": "plain_text_input",
        "action_id": "plain_text_input",
        "block_id": "note",
        "value": "a note",
    }


async def test_feedback_and_icon_buttons(desk: Desk) -> None:
    await desk.go(f"{INCIDENTS}/{ts(42)}")
    pane = desk.page.get_by_test_id("thread-pane")
    await pane.get_by_role("button", name="Good").click()
    assert await acted(desk, 1) == {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "block_id": "fb",
        "value": "good",
        "text": plain("Good"),
    }
    assert await pane.get_by_role("button", name="Good").get_attribute("aria-pressed") == "true"
    await pane.get_by_role("button", name="Remove").click()
    assert (await acted(desk, 2))["icon"] == "trash"


async def test_a_button_in_an_ephemeral_message_names_it(desk: Desk) -> None:
    await desk.go(EMPTY)
    note = bot(
        1,
        "psst",
        [{"type": "actions", "block_id": "e", "elements": [button("Use it", "use", value="1")]}],
    )
    await desk.server.push(
        {
            "type": "ephemeral",
            "channel": EMPTY,
            "ephemeral_id": "E1",
            "message": note | {"ephemeral_id": "E1"},
        }
    )
    shown = desk.page.get_by_test_id("ephemeral")
    assert "Only visible to you" in await shown.inner_text()
    await desk.action("use").click()
    body = await desk.server.wait_for("action")
    assert body["container"]["is_ephemeral"] is True
    assert body["container"]["ephemeral_id"] == "E1"
    await desk.server.push(
        {
            "type": "ephemeral_changed",
            "ephemeral_id": "E1",
            "message": bot(1, "used") | {"ephemeral_id": "E1"},
        }
    )
    await shown.get_by_text("used").wait_for()
    await desk.server.push({"type": "ephemeral_deleted", "ephemeral_id": "E1"})
    await shown.wait_for(state="detached")


async def test_a_button_of_the_home_tab_names_its_view(desk: Desk) -> None:
    await desk.go(f"{DM_APP}/home")
    await desk.action("connect").click()
    body = await desk.server.wait_for("action")
    assert body["container"] == {"type": "view", "view_id": "V0HOME"}
    assert {"user": "U0ANA", "home": APP} in desk.server.sent("open")
