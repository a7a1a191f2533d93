"""Nothing that somebody writes runs, reaches out or breaks the page."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from tests.browser import new_page
from tests.playground.page import gallery
from tests.playground.page.conftest import Desk
from tests.playground.page.fake_server import FakeServer
from tests.playground.page.gallery_parts import button, mrkdwn, plain
from tests.playground.page.gallery_texts import HOSTILE, HOSTILE_MARKDOWN
from tests.playground.page.probes import UNSAFE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
SCRIPT_URL = "javascript:window.hacked=1"


async def assert_harmless(page: Page) -> None:
    assert await page.evaluate(UNSAFE) == []
    assert await page.evaluate("window.hacked") is None


async def post(desk: Desk, number: int, text: str = "", **more: Any) -> None:
    message = gallery.bot(4, text) | more | {"ts": gallery.ts(3, number)}
    await desk.server.push({"type": "message", "channel": gallery.EMPTY, "message": message})


async def seen(desk: Desk, count: int) -> None:
    await desk.page.locator(".message").nth(count - 1).wait_for()


async def test_text_in_every_format_is_harmless(desk: Desk) -> None:
    await desk.go(gallery.EMPTY)
    for number, text in enumerate(HOSTILE):
        await post(desk, number, text=text)
    for number, text in enumerate(HOSTILE_MARKDOWN, start=len(HOSTILE)):
        await post(desk, number, blocks=[{"type": "markdown", "text": text}])
    for number, text in enumerate(HOSTILE_MARKDOWN, start=50):
        await post(desk, number, markdown_text=text, streaming_state="in_progress")
    await seen(desk, len(HOSTILE) + 2 * len(HOSTILE_MARKDOWN))
    await assert_harmless(desk.page)
    assert await desk.page.get_by_text("press", exact=True).first.evaluate("n => n.tagName") != "A"


async def test_names_and_icons_are_harmless(desk: Desk) -> None:
    await desk.go(gallery.EMPTY)
    await post(desk, 1, username=EVIL, icons={"emoji": f":{EVIL}:"})
    await post(desk, 2, username="x", icons={"image_48": SCRIPT_URL})
    await post(desk, 3, reactions=[{"name": EVIL, "users": ["U0BO"], "count": 1}])
    await post(
        desk,
        4,
        files=[
            {
                "id": EVIL,
                "name": EVIL,
                "title": EVIL,
                "mimetype": "text/html",
                "url_private": SCRIPT_URL,
            }
        ],
    )
    await seen(desk, 4)
    await assert_harmless(desk.page)
    assert EVIL in await desk.page.get_by_test_id("author").first.inner_text()


async def test_blocks_are_harmless(desk: Desk) -> None:
    await desk.go(gallery.EMPTY)
    image = {"type": "image", "image_url": SCRIPT_URL, "alt_text": EVIL}
    source = {"type": "url", "url": SCRIPT_URL, "text": EVIL}
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": plain(EVIL)},
        {"type": "section", "text": mrkdwn(f"<{SCRIPT_URL}|{EVIL}>"), "accessory": image},
        {
            "type": "actions",
            "elements": [button(EVIL, "a", url=SCRIPT_URL), {"type": EVIL, "action_id": "b"}],
        },
        image,
        {
            "type": "video",
            "title": plain(EVIL),
            "title_url": SCRIPT_URL,
            "video_url": SCRIPT_URL,
            "thumbnail_url": SCRIPT_URL,
            "alt_text": EVIL,
        },
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "link", "url": SCRIPT_URL, "text": EVIL},
                        {"type": "text", "text": EVIL},
                        {"type": "color", "value": "red;background:url(//x)"},
                    ],
                }
            ],
        },
        {
            "type": "table",
            "rows": [[{"type": "raw_text", "text": EVIL}], [{"type": "raw_text", "text": EVIL}]],
        },
        {
            "type": "data_table",
            "caption": EVIL,
            "rows": [[{"type": "raw_text", "text": EVIL}], [{"type": "raw_text", "text": EVIL}]],
        },
        {
            "type": "data_visualization",
            "title": EVIL,
            "chart": {"type": "pie", "segments": [{"label": EVIL, "value": 1}]},
        },
        {"type": "data_visualization", "title": EVIL, "chart": {"type": "__proto__"}},
        {"type": "task_card", "task_id": EVIL, "title": EVIL, "status": EVIL, "sources": [source]},
        {"type": "alert", "level": EVIL, "text": mrkdwn(EVIL)},
        {"type": EVIL},
        {"type": "constructor"},
        {"type": "section"},
        {"type": "table", "rows": [None]},
    ]
    await post(
        desk,
        1,
        blocks=blocks,
        attachments=[
            {
                "title": EVIL,
                "title_link": SCRIPT_URL,
                "text": EVIL,
                "author_link": SCRIPT_URL,
                "author_name": EVIL,
                "color": "red;x",
            }
        ],
    )
    await post(desk, 2, text="the page goes on")
    await desk.message("the page goes on").wait_for()
    assert await desk.page.locator(".message .block").count() == len(blocks)
    await assert_harmless(desk.page)


async def test_views_are_harmless(desk: Desk) -> None:
    await desk.go(gallery.EMPTY)
    view = {
        "id": "V1",
        "type": "modal",
        "title": plain(EVIL),
        "submit": plain(EVIL),
        "close": plain(EVIL),
        "blocks": [
            {
                "type": "input",
                "block_id": "i",
                "label": plain(EVIL),
                "hint": plain(EVIL),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "a",
                    "initial_value": EVIL,
                    "placeholder": plain(EVIL),
                },
            }
        ],
    }
    await desk.open_modal(view)
    await desk.server.push({"type": "toast", "text": EVIL})
    await desk.page.get_by_test_id("toast").wait_for()
    await assert_harmless(desk.page)


async def test_a_channel_and_a_person_with_hostile_names_are_harmless(browser: Browser) -> None:
    def snapshot(user: str | None) -> dict[str, Any]:
        world = gallery.snapshot(user)
        world["channels"] = [one | {"name": EVIL, "topic": EVIL} for one in world["channels"]]
        world["users"] = [
            one | {"real_name": EVIL, "avatar_color": "red;x:url(//x)"} for one in world["users"]
        ]
        return world | {"team": {"id": "T", "name": EVIL}}

    fake = FakeServer(snapshot)
    async with TestServer(fake.app) as running, new_page(browser) as page:
        await page.goto(f"http://{running.host}:{running.port}/#{gallery.INCIDENTS}")
        await page.locator(".message").first.wait_for()
        await page.get_by_test_id("person-menu").click()
        await assert_harmless(page)
        await fake.drop()


async def test_pictures_from_outside_are_not_asked_for(
    browser: Browser, server: FakeServer
) -> None:
    asked: list[str] = []
    async with new_page(browser) as page:
        page.on("request", lambda request: asked.append(request.url))
        desk = Desk(page, server)
        await desk.go(gallery.EMPTY)
        await post(
            desk,
            1,
            blocks=[
                {"type": "image", "image_url": "https://outside.example/a.png", "alt_text": "a map"}
            ],
        )
        shown = page.get_by_role("img", name="a map")
        await page.locator(".missing-picture").wait_for()
        assert (
            await shown.get_by_role("link").get_attribute("href") == "https://outside.example/a.png"
        )
    assert all(url.startswith(server.url) or url == "about:blank" for url in asked)
