"""Commands, clicks, shortcuts, and answering through a response_url."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import BOT_TOKEN, Delays, PersonError, Workspace
from playground.workspace.manifest import parse_manifest
from playground.workspace.model import Json
from tests.playground.workspace.conftest import Connect, OpenSocket
from tests.playground.workspace.helpers import (
    ANA,
    INCIDENTS,
    Clock,
    actions,
    button,
    plain,
    section,
)


async def post_button(client: AsyncWebClient, *elements: Json) -> str:
    blocks = [section("Restart?"), actions(*(elements or (button(),)))]
    answer = await client.chat_postMessage(channel=INCIDENTS, text="Restart?", blocks=blocks)
    return str(answer["ts"])


@pytest.fixture
async def clicks(bolt: AsyncApp, connect: Connect) -> list[Json]:
    """Payloads of every click, which a connected Bolt app acknowledges."""
    payloads: list[Json] = []

    @bolt.action({"action_id": "approve"})
    @bolt.action({"action_id": "pick"})
    async def clicked(ack: Any, body: Json) -> None:
        await ack()
        payloads.append(body)

    @bolt.event("message")
    async def message() -> None: ...

    await connect()
    return payloads


# commands


async def test_a_command_is_answered_to_the_one_who_typed_it(
    ws: Workspace, bolt: AsyncApp, connect: Connect
) -> None:
    bodies: list[Json] = []

    @bolt.command("/ops")
    async def ops(ack: Any, command: Json) -> None:
        bodies.append(command)
        await ack("Here is help.")

    await connect()
    await ws.command("ana", "#incidents", "/ops help me")

    assert ws.ephemerals("ana")[0]["text"] == "Here is help."
    assert ws.messages("#incidents") == []
    (body,) = bodies
    assert (body["command"], body["text"]) == ("/ops", "help me")
    assert (body["user_id"], body["channel_name"]) == (ANA, "incidents")


async def test_names_in_a_command_arrive_as_the_manifest_says(
    ws: Workspace, open_socket: OpenSocket
) -> None:
    socket = await open_socket()
    typing = asyncio.create_task(ws.command("ana", "#incidents", "/ops access @bo in #product"))
    envelope = await socket.next()
    await socket.ack(envelope)
    await typing

    assert envelope["payload"]["text"] == "access <@U0HARBORBO|bo> in <#C0PRODUCT|product>"


async def test_a_command_can_be_answered_for_all_to_see(
    ws: Workspace, bolt: AsyncApp, connect: Connect
) -> None:
    @bolt.command("/ops")
    async def ops(ack: Any) -> None:
        await ack(text="Hello all", response_type="in_channel")

    await connect()
    await ws.command("ana", "#incidents", "/ops")

    assert [m["text"] for m in ws.messages("#incidents")] == ["Hello all"]


async def test_a_command_whose_answer_is_refused_says_why(
    ws: Workspace, bolt: AsyncApp, connect: Connect
) -> None:
    @bolt.command("/ops")
    async def ops(ack: Any) -> None:
        await ack(text="t", blocks=[{"type": "section"}])

    await connect()
    await ws.command("ana", "#incidents", "/ops")

    assert ws.ephemerals("ana")[0]["text"] == '/ops failed with the error "invalid_blocks"'


async def test_commands_do_not_work_in_threads(ws: Workspace) -> None:
    ts = ws.post("ana", "#incidents", "root")

    with pytest.raises(PersonError, match="not supported in threads"):
        await ws.command("ana", "#incidents", "/ops help", ts)


async def test_an_unknown_command_is_refused_by_slack(ws: Workspace) -> None:
    with pytest.raises(PersonError, match="/nope is not a valid command"):
        await ws.command("ana", "#incidents", "/nope")


async def test_people_of_other_companies_have_no_commands(ws: Workspace) -> None:
    with pytest.raises(PersonError, match="not a valid command"):
        await ws.command("eve", "#partner-lighthouse", "/ops help")


# clicks


async def test_a_click_says_who_what_and_where(
    ws: Workspace, client: AsyncWebClient, clicks: list[Json]
) -> None:
    ts = await post_button(client)

    await ws.click("bo", "#incidents", ts, "approve")

    body = clicks[0]
    assert body["user"]["username"] == "bo"
    assert body["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": INCIDENTS,
        "is_ephemeral": False,
    }
    assert body["message"]["ts"] == ts
    (action,) = body["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == (
        "approve",
        "buttons",
        "42",
    )
    assert body["response_url"].startswith(ws.url)


async def test_two_clicks_have_two_times(
    ws: Workspace, client: AsyncWebClient, clicks: list[Json]
) -> None:
    ts = await post_button(client)

    await ws.click("bo", "#incidents", ts, "approve")
    await ws.click("bo", "#incidents", ts, "approve")

    first, second = (body["actions"][0]["action_ts"] for body in clicks)
    assert first != second


async def test_a_choice_is_sent_with_its_option(
    ws: Workspace, client: AsyncWebClient, clicks: list[Json]
) -> None:
    select = {
        "type": "static_select",
        "action_id": "pick",
        "options": [{"text": plain("Debugger"), "value": "debugger"}],
    }
    ts = await post_button(client, select)

    await ws.click("bo", "#incidents", ts, "pick", "debugger")

    chosen = clicks[0]["actions"][0]["selected_option"]
    assert chosen == {"text": plain("Debugger"), "value": "debugger"}
    with pytest.raises(LookupError):
        await ws.click("bo", "#incidents", ts, "pick", "nobody")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda row: {"type": "container", "title": plain("More"), "child_blocks": [row]},
        lambda row: {"type": "carousel", "elements": [
            {"type": "card", "title": plain("One"), "actions": row["elements"]}
        ]},
    ],
)  # fmt: skip
async def test_buttons_inside_other_blocks_can_be_clicked(
    ws: Workspace, client: AsyncWebClient, clicks: list[Json], wrap: Any
) -> None:
    answer = await client.chat_postMessage(
        channel=INCIDENTS, text="?", blocks=[wrap(actions(button()))]
    )

    await ws.click("bo", "#incidents", answer["ts"], "approve")

    assert clicks[0]["actions"][0]["value"] == "42"


async def test_a_click_in_an_attachment_says_so(
    ws: Workspace, client: AsyncWebClient, clicks: list[Json]
) -> None:
    attachment = {"color": "#c00", "fallback": "?", "blocks": [actions(button())]}
    answer = await client.chat_postMessage(channel=INCIDENTS, text="?", attachments=[attachment])

    await ws.click("bo", "#incidents", answer["ts"], "approve")

    container = clicks[0]["container"]
    assert (container["type"], container["attachment_id"]) == ("message_attachment", 1)


async def test_a_click_in_an_ephemeral_message_carries_no_message(
    ws: Workspace, client: AsyncWebClient, clicks: list[Json]
) -> None:
    answer = await client.chat_postEphemeral(
        channel=INCIDENTS, user=ANA, text="?", blocks=[actions(button())]
    )

    await ws.click("ana", "#incidents", answer["message_ts"], "approve")

    assert clicks[0]["container"]["is_ephemeral"] is True
    assert "message" not in clicks[0]


async def test_outsiders_can_click(
    ws: Workspace, client: AsyncWebClient, clicks: list[Json]
) -> None:
    answer = await client.chat_postMessage(
        channel="C0PARTNER", text="?", blocks=[actions(button())]
    )

    await ws.click("eve", "#partner-lighthouse", answer["ts"], "approve")

    assert clicks[0]["user"]["team_id"] == "T0LIGHTHOUSE"


async def test_a_click_that_is_not_acknowledged_is_shown_as_failed(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ts = await post_button(client)

    with pytest.raises(PersonError, match="dispatch_failed"):
        await ws.click("bo", "#incidents", ts, "approve")


async def test_without_interactivity_a_click_goes_nowhere(
    manifest_data: Json, clock: Clock
) -> None:
    manifest_data["settings"]["interactivity"]["is_enabled"] = False
    async with Workspace(parse_manifest(manifest_data), clock=clock) as ws:
        ts = await post_button(AsyncWebClient(token=BOT_TOKEN, base_url=ws.api_url))
        with pytest.raises(PersonError, match="Interactivity is switched off"):
            await ws.click("bo", "#incidents", ts, "approve")


# response_url


async def answer(url: str, body: object) -> tuple[int, Json]:
    async with aiohttp.request("POST", url, json=body) as response:
        data: Json = await response.json()
        return response.status, data


async def test_bolts_respond_answers_only_to_the_clicker(
    ws: Workspace, bolt: AsyncApp, connect: Connect, client: AsyncWebClient
) -> None:
    @bolt.action("approve")
    async def approve(ack: Any, respond: Any) -> None:
        await ack()
        await respond("Not you.")

    await connect()
    ts = await post_button(client)
    await ws.click("bo", "#incidents", ts, "approve")

    told = await ws.wait_for(lambda: ws.ephemerals("bo"))
    assert told[0]["text"] == "Not you."
    assert ws.ephemerals("ana") == []


async def test_the_message_of_the_click_can_be_replaced_and_deleted(
    ws: Workspace, client: AsyncWebClient, clicks: list[Json]
) -> None:
    ts = await post_button(client)
    await ws.click("bo", "#incidents", ts, "approve")
    url = clicks[0]["response_url"]

    await answer(url, {"replace_original": True, "text": "Approved by Bo"})
    message = ws.message("#incidents", ts)
    await answer(url, {"delete_original": True})

    assert (message["text"], message["blocks"]) == ("Approved by Bo", [])
    assert ws.messages("#incidents") == []


async def test_an_ephemeral_message_is_replaced_only_this_way_and_stays_ephemeral(
    ws: Workspace, client: AsyncWebClient, clicks: list[Json]
) -> None:
    posted = await client.chat_postEphemeral(
        channel=INCIDENTS, user=ANA, text="?", blocks=[actions(button())]
    )
    await ws.click("ana", "#incidents", posted["message_ts"], "approve")

    replacement = {"replace_original": True, "response_type": "in_channel", "text": "Thanks"}
    await answer(clicks[0]["response_url"], replacement)

    assert [m["text"] for m in ws.ephemerals("ana")] == ["Thanks"]
    assert ws.messages("#incidents") == []


async def test_a_response_url_works_five_times(
    ws: Workspace, client: AsyncWebClient, clicks: list[Json]
) -> None:
    await ws.click("bo", "#incidents", await post_button(client), "approve")
    url = clicks[0]["response_url"]

    statuses = [(await answer(url, {"text": str(number)}))[0] for number in range(6)]

    assert statuses == [200] * 5 + [404]
    assert len(ws.ephemerals("bo")) == 5


async def test_a_response_url_lives_half_an_hour(
    ws: Workspace, client: AsyncWebClient, clicks: list[Json], clock: Clock
) -> None:
    await ws.click("bo", "#incidents", await post_button(client), "approve")
    clock.advance(30 * 60 + 1)

    status, body = await answer(clicks[0]["response_url"], {"text": "late"})

    assert (status, body["error"]) == (404, "expired_url")


async def test_what_is_wrong_in_an_answer_is_told(
    ws: Workspace, client: AsyncWebClient, clicks: list[Json]
) -> None:
    await ws.click("bo", "#incidents", await post_button(client), "approve")
    url = clicks[0]["response_url"]

    assert (await answer(url, {}))[1]["error"] == "no_text"
    assert (await answer(url, {"blocks": [{"type": "section"}]}))[1]["error"] == "invalid_blocks"
    assert (await answer(url, ["text"]))[1]["error"] == "invalid_payload"


# shortcuts


async def test_a_message_shortcut_brings_the_message(
    ws: Workspace, bolt: AsyncApp, connect: Connect
) -> None:
    bodies: list[Json] = []

    @bolt.shortcut("investigate_message")
    async def investigate(ack: Any, shortcut: Json) -> None:
        await ack()
        bodies.append(shortcut)

    @bolt.event("message")
    async def message() -> None: ...

    await connect()
    ts = ws.post("ana", "#incidents", "checkout is slow")
    await ws.message_shortcut("bo", "#incidents", ts, "investigate_message")

    (body,) = bodies
    assert (body["type"], body["message"]["text"]) == ("message_action", "checkout is slow")
    assert body["response_url"]


async def test_a_global_shortcut_has_no_channel(
    ws: Workspace, bolt: AsyncApp, connect: Connect
) -> None:
    bodies: list[Json] = []

    @bolt.shortcut("ask_question")
    async def ask(ack: Any, shortcut: Json) -> None:
        await ack()
        bodies.append(shortcut)

    await connect()
    await ws.global_shortcut("bo", "ask_question")

    assert "channel" not in bodies[0]
    assert "response_url" not in bodies[0]
    with pytest.raises(PersonError, match="No app here"):
        await ws.global_shortcut("bo", "investigate_message")


class TestAnAppThatHangs:
    @pytest.fixture
    def delays(self) -> Delays:
        return Delays(acknowledge=0.05)

    async def test_a_click_runs_into_a_timeout(
        self, ws: Workspace, bolt: AsyncApp, connect: Connect, client: AsyncWebClient
    ) -> None:
        @bolt.action("approve")
        async def never(body: Json) -> None: ...

        await connect()
        ts = await post_button(client)

        with pytest.raises(PersonError, match="operation_timeout"):
            await ws.click("bo", "#incidents", ts, "approve")
