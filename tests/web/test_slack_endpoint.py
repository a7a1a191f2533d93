"""Slack over HTTP: only what Slack signed gets in, and what did not is on record."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from sqlalchemy import select

from bot.manifest import EVENTS_PATH
from bot.store.database import Store
from bot.store.tables import InstallationEvent
from bot.web.server import MAX_BODY, web_app
from bot.web.slack import SlackEndpoint
from tests.fixtures_store import MovableClock

SECRET = "0123456789abcdef"
MENTION = {
    "type": "event_callback",
    "team_id": "T1",
    "event": {"type": "app_mention", "user": "U1", "text": "hi", "channel": "C1", "ts": "1.0"},
}


class Door:
    """The endpoint with a client in front of it; `events` are those that got in."""

    def __init__(self, client: TestClient[Any, Any], events: list[dict[str, Any]]) -> None:
        self.client = client
        self.events = events

    async def send(
        self,
        body: str | bytes,
        *,
        secret: str = SECRET,
        at: float | None = None,
        headers: dict[str, str] | None = None,
        kind: str = "application/json",
    ) -> ClientResponse:
        """Signs a body as Slack does (docs.slack.dev, "Verifying requests from Slack")."""
        raw = body if isinstance(body, bytes) else body.encode()
        stamp = str(int(at if at is not None else time.time()))
        digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256)
        signed = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest.hexdigest()}",
        }
        return await self.client.post(EVENTS_PATH, data=raw, headers={**signed, **(headers or {})})


@pytest.fixture
async def door(store: Store) -> AsyncIterator[Door]:
    events: list[dict[str, Any]] = []

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id="T1", bot_user_id="UBOT", bot_id="B1", bot_token="xoxb-1"
        )

    app = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)

    async def heard(event: dict[str, Any]) -> None:
        events.append(event)

    app.event("app_mention")(heard)

    async def fine() -> str:
        return ""

    endpoint = SlackEndpoint(app, store)
    async with TestClient(TestServer(web_app(slack=endpoint, ready=fine))) as client:
        yield Door(client, events)


async def recorded(store: Store) -> list[str]:
    async with store.installation() as session:
        return list(await session.scalars(select(InstallationEvent.detail)))


async def test_what_slack_signed_gets_in(door: Door, store: Store) -> None:
    answer = await door.send(json.dumps(MENTION))
    assert answer.status == 200
    assert [event["text"] for event in door.events] == ["hi"]
    assert await recorded(store) == []


async def test_the_address_is_confirmed_when_slack_asks(door: Door) -> None:
    answer = await door.send(json.dumps({"type": "url_verification", "challenge": "abc"}))
    assert answer.status == 200
    assert "abc" in await answer.text()


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"secret": "another secret"}, "a wrong signature or an old time stamp"),
        ({"at": time.time() - 301}, "a wrong signature or an old time stamp"),
        ({"at": time.time() + 3600}, "a wrong signature or an old time stamp"),
        ({"headers": {"X-Slack-Signature": ""}}, "no signature"),
        ({"headers": {"X-Slack-Signature": "v0=00"}}, "a wrong signature or an old time stamp"),
        ({"headers": {"X-Slack-Signature": "v0=ключ"}}, "no signature"),
        ({"headers": {"X-Slack-Request-Timestamp": ""}}, "no time stamp"),
        ({"headers": {"X-Slack-Request-Timestamp": "yesterday"}}, "no time stamp"),
        ({"headers": {"X-Slack-Request-Timestamp": "²"}}, "no time stamp"),
    ],
)
async def test_what_slack_did_not_sign_is_refused_and_recorded(
    door: Door, store: Store, how: dict[str, Any], reason: str
) -> None:
    answer = await door.send(json.dumps(MENTION), **how)
    assert answer.status == 401
    assert (await answer.json())["error"] == "The request is not signed by Slack, or too old."
    assert door.events == []
    [detail] = await recorded(store)
    assert detail.startswith(f"1 request(s) refused; the last: {reason}, from 127.0.0.1")


async def test_a_signature_of_another_body_is_refused(door: Door) -> None:
    signed = json.dumps(MENTION)
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:{signed}".encode(), hashlib.sha256)
    answer = await door.send(
        signed.replace("hi", "ho"), headers={"X-Slack-Signature": f"v0={digest.hexdigest()}"}
    )
    assert answer.status == 401
    assert door.events == []


async def test_without_any_header_of_slacks_it_is_refused(door: Door) -> None:
    answer = await door.client.post(EVENTS_PATH, data=json.dumps(MENTION))
    assert answer.status == 401


async def test_a_flood_of_forged_requests_does_not_fill_the_record(
    door: Door, store: Store, clock: MovableClock
) -> None:
    await asyncio.gather(*(door.send("{}", secret="another") for _ in range(25)))
    assert len(await recorded(store)) == 1
    clock.forward(seconds=10)
    await door.send("{}", secret="another")
    first, second = await recorded(store)
    assert first.startswith("1 request(s)")
    assert second.startswith("25 request(s)")


@pytest.mark.parametrize("body", ["", "{", "[1]", '"text"', "null", "\x00", b"\xff\xfe{}"])
async def test_what_is_not_json_is_refused_with_a_reason(door: Door, body: str | bytes) -> None:
    answer = await door.send(body)
    assert answer.status == 400
    assert (await answer.json())["error"]
    assert door.events == []


@pytest.mark.parametrize("payload", ["{broken", "[1]", "null", "[" * 100_000])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
async def test_a_form_with_a_broken_payload_is_refused_with_a_reason(
    door: Door, kind: str, payload: str
) -> None:
    answer = await door.send(urlencode({"payload": payload}), kind=kind)
    assert answer.status == 400


async def test_a_body_in_no_known_alphabet_is_refused(door: Door) -> None:
    answer = await door.send("{}", kind="application/json; charset=martian")
    assert answer.status == 400


async def test_an_enormous_body_is_refused(door: Door) -> None:
    body = BytesIO(b"x" * (MAX_BODY + 1))
    answer = await door.client.post(EVENTS_PATH, data=body)
    assert answer.status == 413


async def test_an_event_that_nothing_listens_to_does_not_break_it(door: Door) -> None:
    answer = await door.send(json.dumps({**MENTION, "event": {"type": "tokens_revoked"}}))
    assert answer.status in (200, 404)
