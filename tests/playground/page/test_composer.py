"""Writing: sending, completing, drafts, files, commands, editing what one said last."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Locator

from tests.browser import save_picture
from tests.playground.page.conftest import Desk
from tests.playground.page.gallery import DM_APP, EMPTY, INCIDENTS, ROOT, TEXTS, ts
from tests.playground.page.probes import CARRIED_FILE, PASTE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def box(desk: Desk) -> Locator:
    return desk.page.get_by_test_id("composer")


def offers(desk: Desk) -> Locator:
    return desk.page.get_by_role("main").get_by_test_id("completion")


async def test_enter_sends_and_shift_enter_breaks_the_line(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await box(desk).press_sequentially("first")
    await box(desk).press("Shift+Enter")
    await box(desk).press_sequentially("second")
    await box(desk).press("Enter")
    assert await desk.server.wait_for("post") == {
        "user": "U0ANA",
        "channel": INCIDENTS,
        "text": "first\nsecond",
    }
    assert await box(desk).input_value() == ""


async def test_the_send_button_sends_and_nothing_is_sent_when_empty(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await desk.page.get_by_test_id("composer-send").click()
    await box(desk).fill("   ")
    await box(desk).press("Enter")
    await box(desk).fill("now")
    await desk.page.get_by_test_id("composer-send").click()
    assert (await desk.server.wait_for("post"))["text"] == "now"
    assert len(desk.server.sent("post")) == 1


async def test_a_reply_goes_to_its_thread_and_may_be_sent_to_the_channel_too(desk: Desk) -> None:
    await desk.go(f"{INCIDENTS}/{ROOT}")
    reply = desk.page.get_by_test_id("thread-composer")
    await reply.fill("only here")
    await reply.press("Enter")
    assert await desk.server.wait_for("post") == {
        "user": "U0ANA",
        "channel": INCIDENTS,
        "text": "only here",
        "thread_ts": ROOT,
    }
    await desk.page.get_by_label("Also send to #incidents").check()
    await reply.fill("everywhere")
    await reply.press("Enter")
    assert (await desk.server.wait_for("post", 2))["reply_broadcast"] is True


async def test_what_was_not_sent_is_given_back_with_the_reason(desk: Desk) -> None:
    desk.server.answers["post"] = {"ok": False, "error": "You are not in this channel."}
    await desk.go(INCIDENTS)
    await box(desk).fill("lost?")
    await box(desk).press("Enter")
    await desk.page.get_by_text("You are not in this channel.").wait_for()
    assert await box(desk).input_value() == "lost?"


async def test_drafts_are_kept_for_each_channel_and_over_a_reload(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await box(desk).fill("not yet")
    await desk.page.locator(f'.channel-link[data-channel="{EMPTY}"]').click()
    assert await box(desk).input_value() == ""
    await desk.page.locator(f'.channel-link[data-channel="{INCIDENTS}"]').click()
    assert await box(desk).input_value() == "not yet"
    await desk.page.reload()
    await desk.page.wait_for_selector(".app.ready")
    assert await box(desk).input_value() == "not yet"


async def test_slash_offers_commands_with_their_hints_and_sends_them_as_commands(
    desk: Desk,
) -> None:
    await desk.go(INCIDENTS)
    await box(desk).press_sequentially("/")
    offered = offers(desk)
    assert "/ops [help | agents | connect]" in await offered.inner_text()
    assert "Ask, connect, schedule" in await offered.inner_text()
    await save_picture(desk.page, "page-commands-light")
    await box(desk).press("Enter")
    assert await box(desk).input_value() == "/ops "
    await box(desk).press_sequentially("help")
    await box(desk).press("Enter")
    assert await desk.server.wait_for("command") == {
        "user": "U0ANA",
        "channel": INCIDENTS,
        "text": "/ops help",
    }
    assert desk.server.sent("post") == []


async def test_a_typed_out_command_is_sent_with_one_enter(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await box(desk).press_sequentially("/oncall")
    await box(desk).press("Enter")
    assert (await desk.server.wait_for("command"))["text"] == "/oncall"


async def test_commands_are_refused_in_threads_as_slack_does(desk: Desk) -> None:
    await desk.go(f"{INCIDENTS}/{ROOT}")
    reply = desk.page.get_by_test_id("thread-composer")
    await reply.press_sequentially("/ops help")
    await reply.press("Enter")
    await desk.page.get_by_text("/ops is not supported in threads.").wait_for()
    assert await reply.input_value() == "/ops help"
    assert desk.server.sent("command") == []


@pytest.mark.parametrize(
    ("typed", "row", "result"),
    [
        ("ask @qua", "Quarterdeck", "ask @ops "),
        ("@bo", "Bo Chen", "@bo "),
        ("@onc", "On call", "@oncall "),
        ("see #inc", "incidents", "see #incidents "),
        ("nice :rock", ":rocket:", "nice :rocket: "),
    ],
)
async def test_names_channels_and_emoji_are_completed(
    desk: Desk, typed: str, row: str, result: str
) -> None:
    await desk.go(INCIDENTS)
    await box(desk).press_sequentially(typed)
    await offers(desk).get_by_role("option", name=row).first.wait_for()
    await box(desk).press("Tab")
    assert await box(desk).input_value() == result


async def test_the_list_is_walked_with_arrows_and_left_with_escape(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await box(desk).press_sequentially("@")
    names = await offers(desk).get_by_role("option").locator("b").all_inner_texts()
    await box(desk).press("ArrowDown")
    chosen = desk.page.locator(".suggestion[aria-selected=true]")
    assert await chosen.locator("b").inner_text() == names[1]
    assert await box(desk).get_attribute("aria-activedescendant") == await chosen.get_attribute(
        "id"
    )
    await box(desk).press("Escape")
    assert await offers(desk).is_hidden()
    assert await box(desk).input_value() == "@"


async def test_an_e_mail_address_is_not_taken_for_a_mention(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await box(desk).press_sequentially("ana@b")
    assert await offers(desk).is_hidden()


async def test_arrow_up_edits_the_last_own_message(desk: Desk) -> None:
    await desk.go(TEXTS)
    await box(desk).press("ArrowUp")
    field = desk.page.get_by_test_id("edit-field")
    assert await field.input_value() == "My own words"
    await field.press("Escape")
    await field.wait_for(state="detached")
    assert desk.server.sent("edit") == []


async def test_files_are_attached_shown_and_sent(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("hi")
    await desk.go(INCIDENTS)
    await (
        desk.page.locator("main")
        .get_by_test_id("file-chooser")
        .set_input_files(tmp_path / "log.txt")
    )
    await desk.page.locator("main").get_by_text("log.txt").wait_for()
    await box(desk).fill("see this")
    await box(desk).press("Enter")
    sent = await desk.server.wait_for("post")
    assert sent["files"] == [{"name": "log.txt", "mimetype": "text/plain", "base64": "aGk="}]
    assert await desk.page.locator("main").get_by_test_id("attachments").is_hidden()


@pytest.mark.parametrize("way", ["paste", "drop"])
async def test_files_can_be_pasted_and_dropped(desk: Desk, way: str) -> None:
    await desk.go(INCIDENTS)
    data = await desk.page.evaluate_handle(CARRIED_FILE)
    if way == "drop":
        await desk.page.locator("main .composer").dispatch_event("drop", {"dataTransfer": data})
    else:
        await box(desk).evaluate(PASTE, data)
    await desk.page.locator("main").get_by_text("pasted.png").wait_for()
    await desk.page.get_by_role("button", name="Remove pasted.png").click()
    assert await desk.page.locator("main").get_by_text("pasted.png").count() == 0


async def test_a_global_shortcut_is_run_from_the_plus_menu(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await (
        desk.page.locator("main")
        .get_by_role("button", name="Attach a file or run a shortcut")
        .click()
    )
    await desk.page.get_by_role("menuitem", name="New report").click()
    assert await desk.server.wait_for("global_shortcut") == {
        "user": "U0ANA",
        "callback_id": "new_report",
    }


async def test_suggested_prompts_are_offered_in_an_empty_conversation(desk: Desk) -> None:
    await desk.go(DM_APP)
    prompts = desk.page.get_by_test_id("prompts")
    assert await prompts.get_by_role("button").all_inner_texts() == [
        "What broke last night?",
        "Compare this week's signups",
    ]
    await desk.server.push(
        {
            "type": "suggested_prompts",
            "channel": DM_APP,
            "title": "Good morning",
            "prompts": [{"title": "Costs", "message": "What did we spend?"}],
        }
    )
    await prompts.get_by_text("Good morning").wait_for()
    await prompts.get_by_role("button", name="Costs").click()
    assert (await desk.server.wait_for("post"))["text"] == "What did we spend?"


async def test_an_edited_mention_is_written_by_name(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await box(desk).press("ArrowUp")
    assert (
        await desk.page.get_by_test_id("edit-field").input_value()
        == "@ops why are refunds slow today?"
    )
    assert (
        await desk.page.locator(f'.message[data-ts="{ts(26)}"]')
        .get_by_test_id("edit-field")
        .count()
        == 1
    )
