"""Delivery to the app's request URL: signature, retries, answers."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import SIGNING_SECRET, Delays, Workspace
from playground.workspace.model import Json
from tests.playground.workspace.helpers import INCIDENTS

Serve = Callable[[web.Application, str], Any]


@pytest.fixture
def clock() -> Callable[[], float]:
    """Bolt compares the signature's time with the real one."""
    return time.time


@pytest.fixture
def delays() -> Delays:
    return Delays(acknowledge=0.2, retries=(0.01, 0.01, 0.01))


@pytest.fixture
async def serve(ws: Workspace) -> AsyncIterator[Serve]:
    """Serves an app on a free port and has the workspace deliver to a path of it."""
    runners: list[web.AppRunner] = []

    async def serve(app: web.Application, path: str) -> None:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ws.use_http(f"http://127.0.0.1:{runner.addresses[0][1]}{path}")

    yield serve
    for runner in runners:
        await runner.cleanup()


class Receiver:
    """Records requests and answers what it is told."""

    def __init__(self, *answers: web.Response | int) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.app = web.Application()
        self.app.router.add_post("/slack/events", self._receive)

    async def _receive(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append((headers, await request.read()))
        answer = self.answers.pop(0) if self.answers else 200
        return web.Response(status=answer) if isinstance(answer, int) else answer


def bolt_server(bolt: AsyncApp) -> web.Application:
    return bolt.web_app(path="/slack/events", port=3000)


async def test_bolt_answers_a_mention(ws: Workspace, bolt: AsyncApp, serve: Serve) -> None:
    seen: list[str] = []

    @bolt.event("app_mention")
    async def mentioned(event: Json, say: Any) -> None:
        seen.append(event["type"])
        await say(text="looking", thread_ts=event["ts"])

    @bolt.event("message")
    async def message(event: Json) -> None:
        seen.append(event["type"])

    await serve(bolt_server(bolt), "/slack/events")
    ts = ws.post("ana", "#incidents", "@ops why?")

    await ws.wait_for(lambda: len(ws.messages("#incidents", ts)) == 2)
    await ws.wait_for(lambda: {"app_mention", "message"} <= set(seen))


async def test_bolt_answers_a_command_and_a_click(
    ws: Workspace, bolt: AsyncApp, serve: Serve, client: AsyncWebClient
) -> None:
    clicked: list[Json] = []

    @bolt.command("/ops")
    async def ops(ack: Any, command: Json) -> None:
        await ack(f"help for {command['text']}")

    @bolt.action("approve")
    async def approve(ack: Any, action: Json) -> None:
        await ack()
        clicked.append(action)

    await serve(bolt_server(bolt), "/slack/events")
    await ws.command("ana", "#incidents", "/ops agents")
    button = {
        "type": "button",
        "action_id": "approve",
        "value": "7",
        "text": {"type": "plain_text", "text": "Approve"},
    }
    posted = await client.chat_postMessage(
        channel=INCIDENTS, text="?", blocks=[{"type": "actions", "elements": [button]}]
    )
    await ws.click("ana", "#incidents", posted["ts"], "approve")

    assert ws.ephemerals("ana")[0]["text"] == "help for agents"
    assert [action["value"] for action in clicked] == ["7"]


async def test_every_request_is_signed(ws: Workspace, serve: Serve) -> None:
    receiver = Receiver()
    await serve(receiver.app, "/slack/events")

    ws.post("ana", "#incidents", "hello")
    await ws.command("ana", "#incidents", "/ops help")

    await ws.wait_for(lambda: len(receiver.requests) == 2)
    verifier = SignatureVerifier(SIGNING_SECRET)
    for headers, body in receiver.requests:
        assert verifier.is_valid_request(body, headers)
        assert not verifier.is_valid_request(body + b" ", headers)


async def test_bolt_with_another_secret_refuses(
    ws: Workspace, client: AsyncWebClient, serve: Serve
) -> None:
    stranger = AsyncApp(client=client, signing_secret="another-secret")
    await serve(bolt_server(stranger), "/slack/events")

    ws.post("ana", "#incidents", "hello")

    await ws.wait_for(lambda: len(ws.deliveries) == 4)
    assert {delivery.failed for delivery in ws.deliveries} == {"http_error"}


async def test_a_failure_is_tried_again_three_times_with_number_and_reason(
    ws: Workspace, serve: Serve
) -> None:
    receiver = Receiver(500, 500, 500, 500)
    await serve(receiver.app, "/slack/events")

    ws.post("ana", "#incidents", "hello")

    await ws.wait_for(lambda: len(ws.deliveries) == 4)
    numbers = [headers.get("x-slack-retry-num") for headers, _ in receiver.requests]
    assert numbers == [None, "1", "2", "3"]
    assert receiver.requests[1][0]["x-slack-retry-reason"] == "http_error"
    assert len({body for _, body in receiver.requests}) == 1


class TestRetriesAtOnce:
    @pytest.fixture
    def delays(self) -> Delays:
        return Delays(acknowledge=0.2, retries=(0.0, 0.0, 0.0))

    async def test_an_answer_can_forbid_them(self, ws: Workspace, serve: Serve) -> None:
        no_retry = web.Response(status=500, headers={"x-slack-no-retry": "1"})
        receiver = Receiver(no_retry)
        await serve(receiver.app, "/slack/events")

        ws.post("ana", "#incidents", "hello")
        await ws.wait_for(lambda: ws.deliveries)
        ws.post("ana", "#incidents", "the next")
        await ws.wait_for(lambda: len(ws.deliveries) >= 2)

        texts = [delivery.payload["event"]["text"] for delivery in ws.deliveries]
        assert texts == ["hello", "the next"]


async def test_a_slow_app_is_an_http_timeout(ws: Workspace, serve: Serve) -> None:
    app = web.Application()

    async def never(request: web.Request) -> web.Response:
        await ws.wait_for(lambda: False, timeout=1)
        return web.Response()

    app.router.add_post("/slack/events", never)
    await serve(app, "/slack/events")

    ws.post("ana", "#incidents", "hello")

    await ws.wait_for(lambda: ws.deliveries)
    assert ws.deliveries[0].failed == "http_timeout"


async def test_an_app_that_is_not_there_is_a_failed_connection(ws: Workspace) -> None:
    ws.use_http("http://127.0.0.1:9/slack/events")

    ws.post("ana", "#incidents", "hello")

    await ws.wait_for(lambda: ws.deliveries)
    assert ws.deliveries[0].failed == "connection_failed"


async def test_bolt_passes_the_verification_of_its_url(
    ws: Workspace, bolt: AsyncApp, serve: Serve
) -> None:
    await serve(bolt_server(bolt), "/slack/events")

    assert await ws.verify_request_url()


async def test_a_url_that_does_not_answer_the_challenge_fails_it(
    ws: Workspace, serve: Serve
) -> None:
    await serve(Receiver().app, "/slack/events")

    assert not await ws.verify_request_url()


def test_nothing_is_ever_sent_off_this_machine(ws: Workspace) -> None:
    with pytest.raises(ValueError, match="not on this machine"):
        ws.use_http("https://hooks.example.com/slack/events")
