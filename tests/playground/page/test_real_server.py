"""The page at the real workspace server, with a real Bolt app behind it: both keep one protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import APP_TOKEN, BOT_TOKEN, Workspace
from tests.browser import new_page, save_picture
from tests.playground.page import gallery_blocks, gallery_data, gallery_elements

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MANIFEST = Path(__file__).parents[1] / "workspace" / "manifest.yml"


@dataclass
class Bot:
    """What the app was told, in order."""

    submitted: list[Any] = field(default_factory=list)
    shortcuts: list[str] = field(default_factory=list)


def build_app(client: AsyncWebClient, bot: Bot) -> AsyncApp:
    app = AsyncApp(client=client)

    @app.event("app_mention")
    async def answer(event: dict[str, Any]) -> None:
        place = {"channel": event["channel"], "thread_ts": event["ts"]}
        await client.assistant_threads_setStatus(
            channel_id=event["channel"], thread_ts=event["ts"], status="is thinking…"
        )
        stream = await client.chat_startStream(
            **place, recipient_user_id=event["user"], recipient_team_id=event["team"]
        )
        task = {"type": "task_update", "id": "1", "title": "Read logs", "status": "complete"}
        text = {"type": "markdown_text", "text": "It is the **lock** on `orders`."}
        await client.chat_appendStream(
            channel=event["channel"], ts=stream["ts"], chunks=[task, text]
        )
        await client.chat_stopStream(
            channel=event["channel"], ts=stream["ts"], blocks=gallery_blocks.approval()[:2]
        )
        charts = [gallery_data.series_chart("bar"), gallery_data.data_table()]
        await client.chat_postMessage(**place, text="Figures", blocks=charts)

    @app.event("app_home_opened")
    async def home(event: dict[str, Any]) -> None:
        view = {"type": "home", "blocks": gallery_blocks.HOME["blocks"]}
        await client.views_publish(user_id=event["user"], view=view)

    @app.action("approve")
    async def approve(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        view = {k: v for k, v in gallery_elements.modal().items() if k not in ("id", "hash")}
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("agent")
    async def submitted(ack: Any, body: dict[str, Any]) -> None:
        values = body["view"]["state"]["values"]
        bot.submitted.append(values)
        taken = values["name"]["plain_text_input"]["value"] == "tony"
        await ack(response_action="errors", errors={"name": "Taken."}) if taken else await ack()

    @app.command("/ops")
    async def command(ack: Any, respond: Any, command: dict[str, Any]) -> None:
        await ack()
        await respond(f"You asked for {command['text']}")

    @app.shortcut("investigate_message")
    async def shortcut(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        bot.shortcuts.append(body["message_ts"])

    @app.event("message")
    async def anything(event: dict[str, Any]) -> None:
        """Other messages are none of this app's business."""

    app.event("file_shared")(anything)
    app.event("reaction_added")(anything)
    return app


@dataclass
class Office:
    workspace: Workspace
    page: Page
    bot: Bot


@pytest_asyncio.fixture(loop_scope="session")
async def office(browser: Browser) -> AsyncIterator[Office]:
    async with Workspace(MANIFEST) as workspace:
        client = AsyncWebClient(token=BOT_TOKEN, base_url=workspace.api_url)
        bot = Bot()
        handler = AsyncSocketModeHandler(build_app(client, bot), APP_TOKEN, web_client=client)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await workspace.wait_for(lambda: bool(workspace.connections))
        async with new_page(browser) as page:
            await page.goto(workspace.api_url.removesuffix("api/"))
            await page.wait_for_selector(".app.ready")
            yield Office(workspace, page, bot)
        await handler.close_async()  # type: ignore[no-untyped-call]


async def say(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("composer").press("Enter")


async def test_a_mention_is_answered_and_approved_in_a_modal(office: Office) -> None:
    page = office.page
    await say(page, "@ops why are refunds slow?")
    await page.get_by_test_id("thread-line").click()
    thread = page.get_by_test_id("thread-pane")
    await thread.get_by_text("Errors by endpoint").first.wait_for()
    assert await thread.get_by_text("It is the lock on orders.").count() == 1
    assert await thread.locator("[data-status=complete]").count() == 1
    await save_picture(page, "page-real-thread")
    await thread.get_by_role("button", name="Approve").click()
    name = page.locator('[data-block-id="name"] input')
    await name.fill("tony")
    await page.locator('[data-action-id="static_select"]').click()
    await page.get_by_role("option", name="Medium").click()
    await page.get_by_test_id("modal-submit").click()
    await page.get_by_text("Taken.").wait_for()
    await name.fill("ada")
    await page.locator('[data-action-id="file_input"]').set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": b"a\n1\n"}
    )
    await page.get_by_role("listitem").filter(has_text="a.csv").wait_for()
    await page.get_by_test_id("modal-submit").click()
    await page.get_by_test_id("modal").wait_for(state="hidden")
    values = office.bot.submitted[-1]
    assert values["name"]["plain_text_input"]["value"] == "ada"
    assert values["size"]["static_select"]["selected_option"]["value"] == "medium"
    assert values["files"]["file_input"]["files"][0]["name"] == "a.csv"


async def test_commands_shortcuts_files_and_reactions(office: Office) -> None:
    page = office.page
    await say(page, "/ops help")
    await page.get_by_test_id("ephemeral").get_by_text("You asked for help").wait_for()
    chooser = page.get_by_role("main").get_by_test_id("file-chooser")
    picture = (Path(__file__).parents[3] / "playground/workspace/static/img/icon.svg").read_bytes()
    await chooser.set_input_files({"name": "i.svg", "mimeType": "image/svg+xml", "buffer": picture})
    await say(page, "look at *this*")
    message = page.get_by_test_id("message").filter(has_text="look at")
    await message.hover()
    await message.get_by_role("button", name="React with eyes").click()
    await message.locator('[data-reaction="eyes"]').wait_for()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Investigate this").click()
    await office.workspace.wait_for(lambda: bool(office.bot.shortcuts))
    assert office.bot.shortcuts == [await message.get_attribute("data-ts")]
    assert await message.locator("a[download], .file-image").count() > 0


async def test_the_home_is_published_when_its_tab_is_opened(office: Office) -> None:
    await office.page.locator(".sidebar-section").last.get_by_role("link").click()
    await office.page.get_by_role("link", name="Home").click()
    await office.page.get_by_text("Good morning, Ana").wait_for()
