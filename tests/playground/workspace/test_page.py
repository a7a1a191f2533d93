"""The protocol of the browser page: a snapshot, pushes, and what people do."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import Workspace
from playground.workspace.model import Json
from tests.playground.workspace.conftest import Connect
from tests.playground.workspace.helpers import (
    ANA,
    APP,
    BO,
    BOT,
    INCIDENTS,
    TEAM,
    actions,
    button,
    modal,
    section,
    text_input,
)

DANA = "U0HARBORDANA"


class Browser:
    """One person's page: what it was pushed, and what it posts."""

    def __init__(self, ws: Workspace, user: str, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._ws = ws
        self.user = user
        self._socket = socket
        self.snapshot: Json = {}
        self.pushed: list[Json] = []

    async def next(self, kind: str) -> Json:
        """The next push of this kind; others before it are passed over."""
        while True:
            push: Json = await self._socket.receive_json(timeout=3)
            self.pushed.append(push)
            if push["type"] == kind:
                return push

    async def do(self, verb: str, **data: Any) -> Json:
        url, body = f"{self._ws.url}/client/{verb}", {"user": self.user, **data}
        async with aiohttp.request("POST", url, json=body) as response:
            answer: Json = await response.json()
            return answer


OpenPage = Callable[[str], Awaitable[Browser]]


@pytest.fixture
async def open_page(ws: Workspace) -> AsyncIterator[OpenPage]:
    async with aiohttp.ClientSession() as session:

        async def open_page(user: str) -> Browser:
            socket = await session.ws_connect(f"{ws.url}/client/ws?user={user}")
            browser = Browser(ws, user, socket)
            browser.snapshot = await browser.next("snapshot")
            return browser

        yield open_page


@pytest.fixture
async def ana(open_page: OpenPage) -> Browser:
    return await open_page(ANA)


async def test_the_snapshot_shows_what_this_person_may_see(
    ws: Workspace, open_page: OpenPage
) -> None:
    ws.post("ana", "#incidents", "hello")

    ana, dana = await open_page(ANA), await open_page(DANA)

    assert ana.snapshot["team"] == {"id": TEAM, "name": "Harbor"}
    assert ana.snapshot["me"]["name"] == "ana"
    names = {c["name"] for c in ana.snapshot["channels"]}
    assert {"incidents", "product", "general", "ops-private"} <= names
    assert ana.snapshot["messages"][INCIDENTS][0]["channel"] == INCIDENTS
    seen = {c["name"] for c in dana.snapshot["channels"] if c["kind"] != "im"}
    assert seen == {"product", "general"}
    (app,) = ana.snapshot["apps"]
    assert app["commands"][0]["command"] == "/ops"
    assert app["connected"] is False


async def test_a_page_that_names_nobody_is_the_first_persons(ws: Workspace) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(f"{ws.url}/client/ws")
        assert (await socket.receive_json())["me"]["id"] == ANA
        await socket.close()


async def test_the_app_is_in_the_sidebar_from_the_start(ws: Workspace, ana: Browser) -> None:
    (direct,) = [c for c in ana.snapshot["channels"] if c["kind"] == "im"]

    assert (direct["id"], direct["with"]) == (ws.direct("ana"), BOT)


async def test_a_page_that_comes_back_finds_its_window_and_prompts(
    ws: Workspace, open_page: OpenPage, client: AsyncWebClient
) -> None:
    trigger = ws.world.triggers.issue(APP, ANA)
    view = (await client.views_open(trigger_id=trigger, view=modal()))["view"]
    await client.assistant_threads_setSuggestedPrompts(
        channel_id=ws.direct("ana"), prompts=[{"title": "What burns?", "message": "m"}]
    )

    ana = await open_page(ANA)

    assert (await ana.next("suggested_prompts"))["prompts"][0]["title"] == "What burns?"
    assert (await ana.next("view_opened"))["view"]["id"] == view["id"]


async def test_a_mention_of_an_app_that_is_not_there_is_told(ana: Browser) -> None:
    await ana.do("post", channel="C0GENERAL", text="@ops hello?")

    assert "@ops is not in #general" in (await ana.next("toast"))["text"]


async def test_the_page_loads_nothing_from_elsewhere(ws: Workspace) -> None:
    async with aiohttp.request("GET", f"{ws.url}/") as response:
        assert response.headers["Content-Security-Policy"] == "default-src 'self'"
        assert response.status == 200


async def test_a_post_reaches_everyone_who_may_see_it(open_page: OpenPage) -> None:
    ana, bo = await open_page(ANA), await open_page(BO)

    answer = await ana.do("post", channel=INCIDENTS, text="@ops hello")

    for page in (ana, bo):
        push = await page.next("message")
        assert (push["channel"], push["message"]["ts"]) == (INCIDENTS, answer["ts"])
    assert answer["ok"] is True


async def test_a_reply_also_changes_the_count_at_its_root(ana: Browser) -> None:
    root = (await ana.do("post", channel=INCIDENTS, text="root"))["ts"]
    await ana.do("post", channel=INCIDENTS, text="reply", thread_ts=root)

    changed = await ana.next("message_changed")

    assert (changed["message"]["ts"], changed["message"]["reply_count"]) == (root, 1)


async def test_private_things_are_pushed_to_their_person_only(
    ws: Workspace, open_page: OpenPage, client: AsyncWebClient
) -> None:
    ana, bo = await open_page(ANA), await open_page(BO)
    await client.chat_postEphemeral(channel=INCIDENTS, user=ANA, text="psst")
    ws.post("ana", "@ops", "just us")
    ws.post("ana", "#incidents", "for all")

    told = await ana.next("ephemeral")
    first_for_bo = await bo.next("message")

    assert told["message"]["text"] == "psst"
    assert told["message"]["ephemeral_id"]
    assert first_for_bo["message"]["text"] == "for all"
    assert [push["type"] for push in bo.pushed] == ["snapshot", "message"]


async def test_a_growing_message_brings_text_and_steps(
    ws: Workspace, ana: Browser, client: AsyncWebClient
) -> None:
    ts = ws.post("ana", "#incidents", "why?")
    stream = await client.chat_stream(
        channel=INCIDENTS, thread_ts=ts, recipient_user_id=ANA, recipient_team_id=TEAM
    )
    await stream.append(
        chunks=[
            {"type": "plan_update", "title": "Finding out"},
            {"type": "task_update", "id": "1", "title": "Logs", "status": "in_progress"},
            {"type": "markdown_text", "text": "Looking."},
        ]
    )

    await ana.next("message")
    message = (await ana.next("message"))["message"]
    assert message["markdown_text"] == "Looking."
    assert message["tasks"] == [{"id": "1", "title": "Logs", "status": "in_progress"}]
    assert message["plan_title"] == "Finding out"
    assert (await ana.next("session"))["status"] == "processing"


async def test_a_command_and_its_answer(ana: Browser, bolt: AsyncApp, connect: Connect) -> None:
    @bolt.command("/ops")
    async def ops(ack: Any) -> None:
        await ack("Here is help.")

    await connect()
    assert (await ana.next("app_changed"))["app"]["connected"] is True

    assert await ana.do("post", channel=INCIDENTS, text="/ops help") == {"ok": True}
    assert (await ana.next("ephemeral"))["message"]["text"] == "Here is help."


async def test_an_app_that_is_away_is_a_short_notice(ana: Browser) -> None:
    await ana.do("command", channel=INCIDENTS, text="/ops help")

    assert "dispatch_failed" in (await ana.next("toast"))["text"]


async def test_a_click_opens_a_modal_that_is_submitted(
    ws: Workspace, ana: Browser, bolt: AsyncApp, connect: Connect, client: AsyncWebClient
) -> None:
    values: list[Json] = []

    @bolt.action("approve")
    async def approve(ack: Any, body: Json) -> None:
        await ack()
        view = modal(text_input(), callback_id="form")
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @bolt.view("form")
    async def form(ack: Any, view: Json) -> None:
        values.append(view["state"]["values"])
        await ack()

    await connect()
    posted = await client.chat_postMessage(channel=INCIDENTS, text="?", blocks=[actions(button())])
    container = {"type": "message", "channel": INCIDENTS, "message_ts": posted["ts"]}
    clicked = await ana.do(
        "action",
        container=container,
        action={"type": "button", "action_id": "approve", "block_id": "buttons", "value": "forged"},
        state={"values": {}},
    )
    view = (await ana.next("view_opened"))["view"]

    empty = await ana.do("submit_view", view_id=view["id"], state={"values": {}})
    state = {"values": {"name": {"typed": {"type": "plain_text_input", "value": "Ana"}}}}
    sent = await ana.do("submit_view", view_id=view["id"], state=state)

    assert clicked == {"ok": True}
    assert empty["errors"] == {"name": "Please complete this required field."}
    assert sent == {"ok": True}
    assert (await ana.next("view_closed"))["view_id"] == view["id"]
    assert values[0]["name"]["typed"]["value"] == "Ana"


async def test_the_page_cannot_forge_a_buttons_value(
    ana: Browser, bolt: AsyncApp, connect: Connect, client: AsyncWebClient
) -> None:
    values: list[str] = []

    @bolt.action("approve")
    async def approve(ack: Any, action: Json) -> None:
        await ack()
        values.append(action["value"])

    await connect()
    posted = await client.chat_postMessage(channel=INCIDENTS, text="?", blocks=[actions(button())])
    container = {"type": "message", "channel": INCIDENTS, "message_ts": posted["ts"]}
    await ana.do("action", container=container, action={"action_id": "approve", "value": "forged"})
    wrong = await ana.do("action", container=container, action={"action_id": "delete_all"})

    assert values == ["42"]
    assert wrong["ok"] is False


async def test_nobody_uses_what_is_not_theirs(
    ws: Workspace, open_page: OpenPage, client: AsyncWebClient
) -> None:
    bo = await open_page(BO)
    posted = await client.chat_postEphemeral(
        channel=INCIDENTS, user=ANA, text="?", blocks=[actions(button())]
    )
    trigger = ws.world.triggers.issue(APP, ANA)
    view = (await client.views_open(trigger_id=trigger, view=modal()))["view"]
    mine = ws.post("ana", "#incidents", "mine")

    container = {"type": "message", "channel": INCIDENTS, "ephemeral_id": posted["message_ts"]}
    tries = [
        await bo.do("action", container=container, action={"action_id": "approve"}),
        await bo.do("submit_view", view_id=view["id"], state={}),
        await bo.do("edit", channel=INCIDENTS, ts=mine, text="yours"),
        await bo.do("delete", channel=INCIDENTS, ts=mine),
        await bo.do("post", channel=ws.direct("ana"), text="hello"),
    ]

    assert [answer["ok"] for answer in tries] == [False] * 5


async def test_editing_reacting_and_deleting(ana: Browser) -> None:
    ts = (await ana.do("post", channel=INCIDENTS, text="one"))["ts"]

    await ana.do("edit", channel=INCIDENTS, ts=ts, text="two")
    assert (await ana.next("message_changed"))["message"]["text"] == "two"
    await ana.do("react", channel=INCIDENTS, ts=ts, name="eyes")
    assert (await ana.next("message_changed"))["message"]["reactions"][0]["name"] == "eyes"
    await ana.do("delete", channel=INCIDENTS, ts=ts)
    assert (await ana.next("message_deleted"))["ts"] == ts


async def test_a_file_is_posted_and_fetched(ws: Workspace, ana: Browser) -> None:
    file = {
        "name": "log.txt",
        "mimetype": "text/plain",
        "base64": base64.b64encode(b"boom").decode(),
    }
    await ana.do("post", channel=INCIDENTS, text="see", files=[file])
    shown = (await ana.next("message"))["message"]["files"][0]

    async with aiohttp.request("GET", f"{ws.url}/files/{shown['id']}/log.txt") as response:
        assert await response.read() == b"boom"


async def test_the_home_tab_is_opened_and_published(
    ws: Workspace, ana: Browser, bolt: AsyncApp, connect: Connect
) -> None:
    @bolt.event("app_home_opened")
    async def opened(event: Json, client: AsyncWebClient) -> None:
        view = {"type": "home", "blocks": [section(f"Tab {event['tab']}")]}
        await client.views_publish(user_id=event["user"], view=view)

    await connect()
    answer = await ana.do("open", home=APP)

    home = await ana.next("home")
    assert home["view"]["blocks"][0]["text"]["text"] == "Tab home"
    assert answer["channel"] == ws.direct("ana")


async def test_the_bot_is_invited_and_removed(ws: Workspace, ana: Browser) -> None:
    await ana.do("invite_bot", channel="C0GENERAL", app_id=APP)
    changed = await ana.next("channel_changed")
    assert BOT in changed["channel"]["members"]

    await ana.do("kick_bot", channel="C0GENERAL", app_id=APP)
    assert BOT not in ws.channel("#general").members


async def test_statuses_and_prompts_are_pushed(
    ws: Workspace, ana: Browser, client: AsyncWebClient
) -> None:
    ts = ws.post("ana", "@ops", "why?")
    direct = ws.direct("ana")
    await client.assistant_threads_setStatus(channel_id=direct, thread_ts=ts, status="thinking")
    await client.assistant_threads_setSuggestedPrompts(
        channel_id=direct, prompts=[{"title": "What burns?", "message": "m"}]
    )

    assert (await ana.next("status"))["status"] == "thinking"
    assert (await ana.next("suggested_prompts"))["prompts"][0]["title"] == "What burns?"


async def test_a_form_of_another_site_can_do_nothing_here(ws: Workspace) -> None:
    url = f"{ws.url}/client/post"
    data = {"user": ANA, "channel": INCIDENTS, "text": "forged"}
    async with aiohttp.request("POST", url, data=data) as response:
        assert response.status == 415
    assert ws.messages("#incidents") == []


@pytest.mark.parametrize(
    ("verb", "body", "said"),
    [
        ("post", {"user": "U0NOBODY"}, "Say who you are"),
        ("post", {"user": ANA, "channel": "C0NOWHERE", "text": "x"}, "no such conversation"),
        ("post", {"user": ANA, "channel": INCIDENTS, "text": " "}, "Write something"),
        ("edit", {"user": ANA}, "lacks something"),
        ("dance", {"user": ANA}, "No such action"),
    ],
)
async def test_what_went_wrong_is_said_in_words(
    ws: Workspace, verb: str, body: Json, said: str
) -> None:
    async with aiohttp.request("POST", f"{ws.url}/client/{verb}", json=body) as response:
        answer = await response.json()

    assert answer["ok"] is False
    assert said in answer["error"]


async def test_a_page_for_nobody_is_not_opened(ws: Workspace) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(f"{ws.url}/client/ws?user={BOT}")
