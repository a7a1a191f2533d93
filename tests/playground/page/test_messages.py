"""Messages in channels and threads: who wrote them, when, and what can be done with them."""

from __future__ import annotations

import pytest

from tests.browser import save_picture
from tests.playground.page.conftest import Desk
from tests.playground.page.gallery import DM_BO, EMPTY, INCIDENTS, ROOT, TEXTS, bot, person, ts

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_channel_shows_authors_times_days_and_replies(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    assert await desk.page.locator(".day").all_inner_texts() == ["Yesterday", "Today"]
    card = desk.message("Checkout is failing")
    assert await card.get_by_test_id("author").inner_text() == "Debugger"
    assert await card.locator(".badge").inner_text() == "APP"
    assert await card.locator(".time").inner_text() == "9:48 AM"
    line = await card.get_by_test_id("thread-line").inner_text()
    assert "3 replies" in line
    assert "Last reply 30 minutes ago" in line
    assert await desk.page.get_by_text("Was that the migration").count() == 0
    await save_picture(desk.page, "page-channel-light")


async def test_times_follow_the_person(desk: Desk) -> None:
    await desk.go(INCIDENTS, user="U0BO")
    assert await desk.message("Checkout is failing").locator(".time").inner_text() == "4:48 AM"


async def test_messages_of_one_author_in_a_row_share_one_head(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    second = desk.message("Nothing odd so far")
    assert await second.get_by_test_id("author").count() == 0
    assert "Bo Chen" in str(await second.get_attribute("aria-label"))


async def test_a_thread_opens_from_the_reply_line_and_by_its_link(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    await desk.page.get_by_test_id("thread-line").click()
    pane = desk.page.get_by_test_id("thread-pane")
    await pane.get_by_text("Was that the migration").wait_for()
    assert await pane.get_by_test_id("message").count() == 4
    assert await pane.locator(".reply-divider").inner_text() == "3 replies"
    link = desk.page.url
    await desk.page.get_by_test_id("thread-close").click()
    await pane.wait_for(state="hidden")
    await desk.page.goto("about:blank")
    await desk.page.goto(link)
    await pane.get_by_text("Was that the migration").wait_for()
    await save_picture(desk.page, "page-thread-light")


async def test_a_link_to_a_reply_opens_its_thread(desk: Desk) -> None:
    await desk.go(f"{INCIDENTS}/{ts(38)}")
    assert await desk.page.get_by_test_id("thread-pane").get_attribute("data-thread") == ROOT


async def test_a_new_reply_is_counted_in_the_channel_and_shown_in_the_open_thread(
    desk: Desk,
) -> None:
    await desk.go(f"{INCIDENTS}/{ROOT}")
    reply = person("U0BO", 0, "rolled back", thread_ts=ROOT)
    await desk.server.push({"type": "message", "channel": INCIDENTS, "message": reply})
    await desk.page.get_by_test_id("thread-pane").get_by_text("rolled back").wait_for()
    assert await desk.page.get_by_text("4 replies").count() == 2


async def test_a_changed_message_is_drawn_anew_and_marked(desk: Desk) -> None:
    await desk.go(TEXTS)
    changed = person("U0ANA", 5, "My better words", edited={"user": "U0ANA", "ts": ts(1)})
    await desk.server.push({"type": "message_changed", "channel": TEXTS, "message": changed})
    message = desk.message("My better words")
    await message.wait_for()
    assert "(edited)" in await message.inner_text()
    await desk.server.push({"type": "message_deleted", "channel": TEXTS, "ts": changed["ts"]})
    await message.wait_for(state="detached")


async def test_reactions_are_counted_and_toggled(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    message = desk.message("Nothing odd so far")
    mine = message.locator('[data-reaction="eyes"]')
    assert await mine.get_attribute("aria-pressed") == "true"
    await mine.click()
    assert (await desk.server.wait_for("react", 1)) == {
        "user": "U0ANA",
        "channel": INCIDENTS,
        "ts": str(await message.get_attribute("data-ts")),
        "name": "eyes",
        "remove": True,
    }
    other = message.locator('[data-reaction="white_check_mark"]')
    assert await other.locator(".reaction-count").inner_text() == "2"
    await other.click()
    assert "remove" not in await desk.server.wait_for("react", 2)


async def test_the_toolbar_adds_a_reaction_from_the_picker(desk: Desk) -> None:
    await desk.go(TEXTS)
    await desk.message("My own words").hover()
    await desk.page.get_by_role("button", name="Add reaction").click()
    await desk.page.get_by_role("searchbox", name="Search emoji").fill("rocket")
    await desk.page.get_by_test_id("emoji-picker").get_by_role("button", name="rocket").click()
    assert (await desk.server.wait_for("react"))["name"] == "rocket"


async def test_a_message_shortcut_is_run_from_the_menu(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    message = desk.message("Nothing odd so far")
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await desk.page.get_by_role("menuitem", name="Investigate this").click()
    sent = await desk.server.wait_for("message_shortcut")
    assert (sent["callback_id"], sent["channel"]) == ("investigate", INCIDENTS)
    assert sent["message_ts"] == await message.get_attribute("data-ts")


async def test_only_ones_own_messages_can_be_edited_and_deleted(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    message = desk.message("Nothing odd so far")
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    assert await desk.page.get_by_role("menuitem", name="Edit message").count() == 0
    assert await desk.page.get_by_role("menuitem", name="Delete message").count() == 0


async def test_a_message_is_edited_in_place(desk: Desk) -> None:
    await desk.go(TEXTS)
    message = desk.message("My own words")
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await desk.page.get_by_role("menuitem", name="Edit message").click()
    field = desk.page.get_by_test_id("edit-field")
    assert await field.input_value() == "My own words"
    await field.fill("Better words")
    await field.press("Enter")
    sent = await desk.server.wait_for("edit")
    assert (sent["text"], sent["ts"]) == ("Better words", ts(5))
    await field.wait_for(state="detached")


async def test_a_message_is_deleted_after_asking(desk: Desk) -> None:
    await desk.go(TEXTS)
    message = desk.message("My own words")
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await desk.page.get_by_role("menuitem", name="Delete message").click()
    assert desk.server.sent("delete") == []
    await desk.page.get_by_test_id("confirm-yes").click()
    assert (await desk.server.wait_for("delete"))["ts"] == ts(5)


async def test_attachments_have_their_colour_blocks_and_fields(desk: Desk) -> None:
    await desk.go(EMPTY)
    attachments = [
        {
            "color": "#ff8800",
            "title": "Build 12",
            "title_link": "https://ci.example/12",
            "text": "*failed*",
            "fields": [{"title": "Branch", "value": "main", "short": True}],
            "footer": "CI",
        },
        {
            "color": "danger",
            "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "in blocks"}}],
        },
    ]
    await desk.server.push(
        {"type": "message", "channel": EMPTY, "message": bot(1, "", attachments=attachments)}
    )
    box = desk.page.get_by_test_id("attachment")
    await box.nth(1).get_by_text("in blocks").wait_for()
    assert (
        await box.first.evaluate("n => getComputedStyle(n).borderLeftColor") == "rgb(255, 136, 0)"
    )
    assert "Branch\nmain" in await box.first.inner_text()
    assert await box.first.get_by_role("link", name="Build 12").count() == 1


async def test_files_are_shown_or_offered_for_download(desk: Desk) -> None:
    await desk.go(EMPTY)
    base = "http://elsewhere:3000/files-pri/T0HARBOR"
    files = [
        {
            "id": "F1",
            "name": "chart.png",
            "title": "Errors",
            "mimetype": "image/png",
            "alt_txt": "errors by hour",
            "url_private": f"{base}-F1/chart.png",
            "size": 900,
        },
        {
            "id": "F2",
            "name": "rows.csv",
            "title": "rows.csv",
            "mimetype": "text/csv",
            "filetype": "csv",
            "url_private_download": f"{base}-F2/download/rows.csv",
            "size": 2048,
        },
    ]
    await desk.server.push(
        {"type": "message", "channel": EMPTY, "message": bot(1, "", files=files)}
    )
    image = desk.page.get_by_role("img", name="errors by hour")
    await image.wait_for()
    assert await image.get_attribute("src") == "/files/F1/chart.png"
    card = desk.page.locator('a[data-file-id="F2"]')
    assert await card.get_attribute("href") == "/files/F2/rows.csv"
    assert await card.get_attribute("download") == "rows.csv"
    assert "CSV · 2 KB" in await card.inner_text()


async def test_ephemeral_messages_are_marked_and_stay_in_their_thread(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    note = {
        "type": "ephemeral",
        "channel": INCIDENTS,
        "thread_ts": ROOT,
        "ephemeral_id": "E7",
        "message": bot(0, "only for Ana"),
    }
    await desk.server.push(note)
    await desk.page.get_by_test_id("thread-line").click()
    shown = desk.page.get_by_test_id("thread-pane").get_by_test_id("ephemeral")
    assert "Only visible to you" in await shown.inner_text()
    assert await desk.page.get_by_test_id("ephemeral").count() == 1


async def test_a_broadcast_reply_stands_in_the_channel_too(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    reply = person("U0BO", 0, "all clear", thread_ts=ROOT, subtype="thread_broadcast")
    await desk.server.push({"type": "message", "channel": INCIDENTS, "message": reply})
    assert "replied to a thread" in await desk.message("all clear").inner_text()


async def test_messages_of_others_elsewhere_are_marked_as_unread(desk: Desk) -> None:
    await desk.go(INCIDENTS)
    row = desk.page.locator(f'.channel-link[data-channel="{EMPTY}"]')
    assert await row.get_attribute("data-unread") == "0"
    await desk.server.push(
        {"type": "message", "channel": EMPTY, "message": person("U0BO", 0, "anybody?")}
    )
    await desk.server.push(
        {"type": "message", "channel": DM_BO, "message": person("U0BO", 0, "you?")}
    )
    await desk.page.locator(f'.channel-link.unread[data-channel="{EMPTY}"]').wait_for()
    direct = desk.page.locator(f'.channel-link[data-channel="{DM_BO}"]')
    assert await direct.locator(".unread-badge").inner_text() == "1"
    assert (await desk.page.title()).startswith("(1) ")
    await row.click()
    await desk.page.locator(".new-mark").wait_for()
    assert await row.get_attribute("data-unread") == "0"


async def test_the_list_stays_where_one_reads_and_offers_the_way_down(desk: Desk) -> None:
    await desk.go(TEXTS)
    scroller = desk.page.locator("main .scroller")
    await scroller.evaluate("n => { n.scrollTop = 0; n.dispatchEvent(new Event('scroll')); }")
    await desk.server.push(
        {"type": "message", "channel": TEXTS, "message": person("U0BO", 0, "fresh")}
    )
    down = desk.page.get_by_role("button", name="New messages")
    await down.wait_for()
    assert await scroller.evaluate("n => n.scrollTop") == 0
    await down.click()
    assert await scroller.evaluate("n => n.scrollHeight - n.scrollTop - n.clientHeight") < 5
