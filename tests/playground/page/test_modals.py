"""Modals: filling in, sending, being told what is wrong, and the stack of three."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.browser import save_picture
from tests.playground.page.conftest import Desk
from tests.playground.page.gallery import EMPTY
from tests.playground.page.gallery_elements import SIZES, field, modal
from tests.playground.page.gallery_parts import Json, button, mrkdwn, plain
from tests.playground.page.probes import DESCRIPTION

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NAME = field("name", "Name", {"type": "plain_text_input", "action_id": "plain_text_input"})


def small(view_id: str, title: str = "Small", **more: object) -> Json:
    return modal(view_id, title, [NAME]) | more


async def choose(desk: Desk, action_id: str, name: str) -> None:
    await desk.action(action_id).click()
    await desk.page.get_by_role("option", name=name).click()
    if action_id.startswith("multi"):
        await desk.page.keyboard.press("Escape")


async def test_values_are_sent_exactly_as_slack_sends_them(desk: Desk, tmp_path: Path) -> None:
    await desk.go(EMPTY)
    form = await desk.open_modal(modal())
    (tmp_path / "rows.csv").write_text("a,b\n")
    name = form.locator('[data-block-id="name"]').get_by_role("textbox")
    await name.fill("tony")
    await form.locator('[data-block-id="about"]').get_by_role("textbox").fill("line 1\nline 2")
    await choose(desk, "static_select", "Medium")
    await choose(desk, "multi_static_select", "Axiom")
    await choose(desk, "users_select", "Bo Chen")
    await choose(desk, "multi_channels_select", "#incidents")
    await desk.action("datepicker").fill("2026-12-01")
    await desk.action("timepicker").fill("08:00")
    await desk.action("datetimepicker").fill("2026-11-20T10:30")
    await desk.action("checkboxes").get_by_label("Small").check()
    await desk.action("radio_buttons").get_by_label("Large").check()
    await desk.action("number_input").fill("4")
    await desk.action("email_text_input").fill("ana@harbor.example")
    await desk.action("url_text_input").fill("https://harbor.example")
    await desk.action("file_input").set_input_files(tmp_path / "rows.csv")
    await desk.page.get_by_text("rows.csv").wait_for()
    await desk.action("rich_text_input").fill("rich")
    await desk.page.get_by_test_id("modal-submit").click()
    sent = await desk.server.wait_for("submit_view")
    assert sent["view_id"] == "V0FORM"
    assert sent["state"]["values"] == {
        "name": {"plain_text_input": {"type": "plain_text_input", "value": "tony"}},
        "about": {"plain_text_input": {"type": "plain_text_input", "value": "line 1\nline 2"}},
        "size": {"static_select": {"type": "static_select", "selected_option": SIZES[1]}},
        "tools": {
            "multi_static_select": {
                "type": "multi_static_select",
                "selected_options": [{"text": plain("Axiom"), "value": "axiom"}],
            }
        },
        "who": {"users_select": {"type": "users_select", "selected_user": "U0BO"}},
        "where": {
            "multi_channels_select": {
                "type": "multi_channels_select",
                "selected_channels": ["C0INCIDENTS"],
            }
        },
        "day": {"datepicker": {"type": "datepicker", "selected_date": "2026-12-01"}},
        "time": {"timepicker": {"type": "timepicker", "selected_time": "08:00"}},
        "moment": {"datetimepicker": {"type": "datetimepicker", "selected_date_time": 1795170600}},
        "flags": {"checkboxes": {"type": "checkboxes", "selected_options": [SIZES[0]]}},
        "one": {"radio_buttons": {"type": "radio_buttons", "selected_option": SIZES[2]}},
        "count": {"number_input": {"type": "number_input", "value": "4"}},
        "mail": {"email_text_input": {"type": "email_text_input", "value": "ana@harbor.example"}},
        "link": {"url_text_input": {"type": "url_text_input", "value": "https://harbor.example"}},
        "files": {
            "file_input": {
                "type": "file_input",
                "files": [
                    {"name": "rows.csv", "mimetype": "text/csv", "size": 4, "base64": "YSxiCg=="}
                ],
            }
        },
        "rich": {
            "rich_text_input": {
                "type": "rich_text_input",
                "rich_text_value": {
                    "type": "rich_text",
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [{"type": "text", "text": "rich"}],
                        }
                    ],
                },
            }
        },
    }
    await form.wait_for(state="hidden")


async def test_what_is_left_empty_is_sent_as_null_or_an_empty_list(desk: Desk) -> None:
    await desk.go(EMPTY)
    await desk.open_modal(modal())
    await desk.page.locator('[data-block-id="name"]').get_by_role("textbox").fill("x")
    await choose(desk, "static_select", "Small")
    await desk.page.get_by_test_id("modal-submit").click()
    values = (await desk.server.wait_for("submit_view"))["state"]["values"]
    assert values["about"]["plain_text_input"]["value"] is None
    assert values["tools"]["multi_static_select"]["selected_options"] == []
    assert values["who"]["users_select"]["selected_user"] is None
    assert values["day"]["datepicker"]["selected_date"] is None


async def test_required_fields_are_asked_for_before_anything_is_sent(desk: Desk) -> None:
    await desk.go(EMPTY)
    form = await desk.open_modal(modal())
    await desk.page.get_by_test_id("modal-submit").click()
    errors = form.locator(".field-error:not(:empty)")
    assert await errors.all_inner_texts() == ["Please complete this required field."] * 2
    assert desk.server.sent("submit_view") == []
    first = form.locator('[data-block-id="name"]').get_by_role("textbox")
    assert await first.evaluate("n => n === document.activeElement")
    assert await first.get_attribute("aria-invalid") == "true"
    await save_picture(desk.page, "page-modal-light")


@pytest.mark.parametrize(
    ("action_id", "typed", "error"),
    [
        ("number_input", "12", "Enter 9 or less."),
        ("number_input", "1.5", "Enter a whole number."),
        ("email_text_input", "ana", "Enter an e-mail address, like ana@example.com."),
        ("url_text_input", "harbor", "Enter a web address, like https://example.com."),
    ],
)
async def test_wrong_entries_are_told_at_the_field(
    desk: Desk, action_id: str, typed: str, error: str
) -> None:
    await desk.go(EMPTY)
    form = await desk.open_modal(modal())
    await desk.action(action_id).fill(typed)
    await desk.page.get_by_test_id("modal-submit").click()
    wrong = form.locator(".input", has=desk.page.locator(f'[data-action-id="{action_id}"]'))
    assert await wrong.locator(".field-error").inner_text() == error


async def test_errors_from_the_app_stand_at_their_fields(desk: Desk) -> None:
    desk.server.answers["submit_view"] = {
        "response_action": "errors",
        "errors": {"name": "That name is taken."},
    }
    await desk.go(EMPTY)
    form = await desk.open_modal(small("V1"))
    await desk.action("plain_text_input").fill("tony")
    await desk.page.keyboard.press("Enter")
    await form.get_by_text("That name is taken.").wait_for()
    assert await desk.action("plain_text_input").input_value() == "tony"


async def test_the_button_waits_for_the_app_and_is_not_pressed_twice(desk: Desk) -> None:
    desk.server.hold["submit_view"] = asyncio.Event()
    await desk.go(EMPTY)
    form = await desk.open_modal(small("V1"))
    await desk.action("plain_text_input").fill("tony")
    submit = desk.page.get_by_test_id("modal-submit")
    await submit.click()
    assert await submit.is_disabled()
    await desk.action("plain_text_input").press("Enter")
    desk.server.hold["submit_view"].set()
    await form.wait_for(state="hidden")
    assert len(desk.server.sent("submit_view")) == 1


async def test_a_silent_app_leaves_the_form_open_with_a_reason(desk: Desk) -> None:
    desk.server.answers["submit_view"] = {"ok": False, "error": "The app did not answer in time."}
    await desk.go(EMPTY)
    form = await desk.open_modal(small("V1"))
    await desk.action("plain_text_input").fill("tony")
    await desk.page.get_by_test_id("modal-submit").click()
    await form.get_by_text("The app did not answer in time.").wait_for()
    assert await desk.page.get_by_test_id("modal-submit").is_enabled()


async def test_an_update_keeps_what_was_entered_where_ids_stay(desk: Desk) -> None:
    await desk.go(EMPTY)
    form = await desk.open_modal(small("V1"))
    await desk.action("plain_text_input").fill("half a na")
    grown = small("V1", "Grown")
    grown["blocks"] = [{"type": "section", "block_id": "s", "text": mrkdwn("*Checked*")}, NAME]
    await desk.server.push({"type": "view_updated", "view": grown})
    await form.get_by_role("heading", name="Grown").wait_for()
    assert await desk.action("plain_text_input").input_value() == "half a na"
    assert await desk.action("plain_text_input").evaluate("n => n === document.activeElement")


async def test_pushed_views_stack_and_close_one_by_one(desk: Desk) -> None:
    await desk.go(EMPTY)
    form = await desk.open_modal(small("V1", "First"))
    await desk.action("plain_text_input").fill("kept")
    await desk.server.push({"type": "view_pushed", "view": small("V2", "Second")})
    await form.get_by_role("heading", name="Second").wait_for()
    await form.get_by_role("button", name="Back").click()
    assert await form.get_by_role("heading").first.inner_text() == "First"
    assert await desk.action("plain_text_input").input_value() == "kept"
    assert await desk.server.wait_for("close_view") == {
        "user": "U0ANA",
        "view_id": "V2",
        "is_cleared": False,
    }


async def test_closing_the_stack_tells_that_it_was_cleared(desk: Desk) -> None:
    await desk.go(EMPTY)
    form = await desk.open_modal(small("V1"))
    await desk.server.push({"type": "view_pushed", "view": small("V2", "Second")})
    await form.get_by_role("heading", name="Second").wait_for()
    await desk.page.get_by_test_id("modal-close").click()
    await form.wait_for(state="hidden")
    assert (await desk.server.wait_for("close_view"))["is_cleared"] is True


async def test_escape_closes_the_list_first_and_then_the_modal(desk: Desk) -> None:
    await desk.go(EMPTY)
    form = await desk.open_modal(modal())
    await desk.action("static_select").click()
    await desk.page.keyboard.press("Escape")
    await desk.page.get_by_test_id("popup").wait_for(state="detached")
    assert await form.is_visible()
    await desk.page.keyboard.press("Escape")
    await form.wait_for(state="hidden")


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ({}, "First"),
        ({"response_action": "clear"}, None),
        ({"response_action": "update", "view": small("V2", "Thanks")}, "Thanks"),
    ],
)
async def test_what_happens_after_sending(desk: Desk, answer: Json, left: str | None) -> None:
    desk.server.answers["submit_view"] = answer
    await desk.go(EMPTY)
    form = await desk.open_modal(small("V1", "First"))
    await desk.server.push({"type": "view_pushed", "view": small("V2", "Second")})
    await form.get_by_role("heading", name="Second").wait_for()
    await desk.action("plain_text_input").fill("x")
    await desk.page.get_by_test_id("modal-submit").click()
    if left:
        await form.get_by_role("heading", name=left).wait_for()
    else:
        await form.wait_for(state="hidden")


async def test_the_server_closes_views(desk: Desk) -> None:
    await desk.go(EMPTY)
    form = await desk.open_modal(small("V1"))
    await desk.server.push({"type": "view_closed", "view_id": None})
    await form.wait_for(state="hidden")


async def test_a_button_in_a_modal_sends_the_state_of_all_fields(desk: Desk) -> None:
    await desk.go(EMPTY)
    view = modal(
        "V1",
        "Test",
        [NAME, {"type": "actions", "block_id": "act", "elements": [button("Check", "check")]}],
    )
    await desk.open_modal(view)
    await desk.action("plain_text_input").fill("typed")
    await desk.action("check").click()
    body = await desk.server.wait_for("action")
    assert body["container"] == {"type": "view", "view_id": "V1"}
    assert body["state"]["values"]["name"]["plain_text_input"]["value"] == "typed"


async def test_dispatching_inputs_report_each_letter_if_asked(desk: Desk) -> None:
    await desk.go(EMPTY)
    eager = field(
        "q",
        "Search",
        {
            "type": "plain_text_input",
            "action_id": "plain_text_input",
            "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
        },
        dispatch_action=True,
    )
    await desk.open_modal(modal("V1", "Search", [eager]))
    await desk.action("plain_text_input").press_sequentially("ab")
    assert (await desk.server.wait_for("action", 2))["action"]["value"] == "ab"


async def test_the_counter_shows_what_is_left(desk: Desk) -> None:
    await desk.go(EMPTY)
    form = await desk.open_modal(modal())
    await form.locator('[data-block-id="name"]').get_by_role("textbox").fill("four")
    assert await form.locator(".counter").inner_text() == "16"


async def test_the_modal_is_labelled_and_holds_the_focus(desk: Desk) -> None:
    await desk.go(EMPTY)
    form = await desk.open_modal(modal())
    assert await desk.page.get_by_role("dialog", name="New agent").count() == 1
    name = desk.page.get_by_role("textbox", name="Name")
    assert await name.evaluate("n => n === document.activeElement")
    assert "Without the @" in await name.evaluate(DESCRIPTION)
    for _ in range(30):
        await desk.page.keyboard.press("Tab")
    outside = "n => document.activeElement !== document.body && !n.contains(document.activeElement)"
    assert not await form.evaluate(outside)
