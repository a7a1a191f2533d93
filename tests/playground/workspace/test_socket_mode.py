"""Socket Mode: what goes over the wire, redelivery, several connections, reconnects."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import APP_TOKEN, Delays, Workspace
from playground.workspace.model import Json
from tests.playground.workspace.conftest import Connect, OpenSocket
from tests.playground.workspace.helpers import INCIDENTS, error_of


@pytest.fixture
def delays() -> Delays:
    return Delays(acknowledge=0.05, retries=(0.01, 0.01, 0.01))


async def test_bolt_answers_a_mention_in_its_thread(
    ws: Workspace, bolt: AsyncApp, connect: Connect
) -> None:
    seen: list[str] = []

    @bolt.event("app_mention")
    async def mentioned(event: Json, say: Any) -> None:
        seen.append("app_mention")
        await say(text="looking", thread_ts=event["ts"])

    @bolt.event("message")
    async def message(event: Json) -> None:
        seen.append("message")

    await connect()
    ts = ws.post("ana", "#incidents", "@ops why?")

    await ws.wait_for(lambda: len(ws.messages("#incidents", ts)) == 2)
    await ws.wait_for(lambda: len(seen) == 2)
    assert ws.messages("#incidents", ts)[1]["text"] == "looking"


async def test_the_first_message_is_a_hello(ws: Workspace, open_socket: OpenSocket) -> None:
    socket = await open_socket()

    assert socket.hello["type"] == "hello"
    assert socket.hello["num_connections"] == 1
    assert socket.hello["connection_info"] == {"app_id": "A0QUARTERDECK"}


async def test_a_socket_url_opens_one_connection(ws: Workspace) -> None:
    client = AsyncWebClient(base_url=ws.api_url)
    url = (await client.apps_connections_open(app_token=APP_TOKEN))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url):
            pass
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_a_bot_token_opens_no_socket(client: AsyncWebClient) -> None:
    token = client.token or ""
    assert await error_of(client.apps_connections_open(app_token=token)) == "not_allowed_token_type"


async def test_without_an_acknowledgement_the_same_event_comes_again(
    ws: Workspace, open_socket: OpenSocket
) -> None:
    socket = await open_socket()
    ws.post("ana", "#incidents", "hello")

    deliveries = [await socket.next() for _ in range(4)]

    assert [d["retry_attempt"] for d in deliveries] == [0, 1, 2, 3]
    assert [d["retry_reason"] for d in deliveries] == ["", "timeout", "timeout", "timeout"]
    assert len({d["payload"]["event_id"] for d in deliveries}) == 1
    assert len({d["envelope_id"] for d in deliveries}) == 4


async def test_after_an_acknowledgement_it_does_not(ws: Workspace, open_socket: OpenSocket) -> None:
    socket = await open_socket()
    ws.post("ana", "#incidents", "hello")
    await socket.ack(await socket.next())
    await ws.wait_for(lambda: ws.deliveries)

    ws.post("ana", "#incidents", "the next")

    assert (await socket.next())["payload"]["event"]["text"] == "the next"


async def test_an_event_can_be_sent_again_on_demand(
    ws: Workspace, bolt: AsyncApp, connect: Connect
) -> None:
    seen: list[str] = []

    @bolt.event("message")
    async def message(body: Json) -> None:
        seen.append(body["event_id"])

    await connect()
    ws.post("ana", "#incidents", "hello")
    await ws.wait_for(lambda: seen)

    await ws.redeliver(seen[0])

    await ws.wait_for(lambda: len(seen) == 2)
    assert seen[0] == seen[1]


async def test_each_event_goes_to_one_connection_in_turn(
    ws: Workspace, open_socket: OpenSocket
) -> None:
    one, two = await open_socket(), await open_socket()
    await ws.wait_for(lambda: ws.connections == 2)
    for text in ("first", "second"):
        ws.post("ana", "#incidents", text)

    first, second = await asyncio.gather(one.next(), two.next())

    texts = {envelope["payload"]["event"]["text"] for envelope in (first, second)}
    assert texts == {"first", "second"}


async def test_an_eleventh_connection_is_turned_away(
    ws: Workspace, open_socket: OpenSocket
) -> None:
    for _ in range(10):
        await open_socket()

    assert (await open_socket()).hello["reason"] == "too_many_websockets"
    assert ws.connections == 10


async def test_a_connection_that_dies_hands_its_event_to_another(
    ws: Workspace, open_socket: OpenSocket
) -> None:
    first, second = await open_socket(), await open_socket()
    ws.post("ana", "#incidents", "hello")
    await first.next()
    await first.close()

    again = await second.next()

    assert (again["retry_attempt"], again["retry_reason"]) == (1, "connection_failed")


async def test_bolt_comes_back_when_asked_to_reconnect(
    ws: Workspace, bolt: AsyncApp, connect: Connect
) -> None:
    seen: list[str] = []

    @bolt.event("message")
    async def message(event: Json) -> None:
        seen.append(event["text"])

    await connect()
    await ws.disconnect("refresh_requested")
    await ws.wait_for(lambda: len(ws.calls("apps.connections.open")) == 2 and ws.connections == 1)

    ws.post("ana", "#incidents", "still here?")

    await ws.wait_for(lambda: seen == ["still here?"])


async def test_pings_are_answered_with_their_text(ws: Workspace, open_socket: OpenSocket) -> None:
    client = AsyncWebClient(base_url=ws.api_url)
    url = (await client.apps_connections_open(app_token=APP_TOKEN))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url, autoping=False) as one:
        await one.receive_json()
        await one.ping(b"sdk-ping-pong:1.5")
        pong = await one.receive(timeout=2)

    assert pong.type == aiohttp.WSMsgType.PONG
    assert bytes(pong.data) == b"sdk-ping-pong:1.5"


async def test_a_command_that_nobody_acknowledges_is_an_operation_timeout(
    ws: Workspace, open_socket: OpenSocket
) -> None:
    await open_socket()

    await ws.command("ana", "#incidents", "/ops help")

    (told,) = ws.ephemerals("ana")
    assert told["text"] == '/ops failed with the error "operation_timeout"'
    assert told["channel"] == INCIDENTS


async def test_an_app_that_is_not_connected_cannot_be_dispatched_to(ws: Workspace) -> None:
    await ws.command("ana", "#incidents", "/ops help")

    assert ws.ephemerals("ana")[0]["text"] == '/ops failed with the error "dispatch_failed"'
