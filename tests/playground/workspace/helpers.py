"""What the tests of the workspace share: a clock to set, a bare socket, short Slack errors."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from playground.workspace.model import Json

INCIDENTS, GENERAL, PRIVATE = "C0INCIDENTS", "C0GENERAL", "C0OPSPRIVATE"
TEAM, APP, BOT = "T0HARBOR", "A0QUARTERDECK", "U0OPSBOT"
ANA, BO, CHIDI, DANA = "U0HARBORANA", "U0HARBORBO", "U0HARBORCHIDI", "U0HARBORDANA"


class Clock:
    """Seconds since the epoch that only move when told to."""

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class RawSocket:
    """One Socket Mode connection, message by message."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = aiohttp.ClientSession()
        self.socket: aiohttp.ClientWebSocketResponse | None = None
        self.hello: Json = {}

    async def open(self) -> None:
        self.socket = await self._session.ws_connect(self._url)
        self.hello = await self.next()

    async def next(self) -> Json:
        assert self.socket is not None
        message: Json = await self.socket.receive_json(timeout=3)
        return message

    async def ack(self, envelope: Json, payload: object = None) -> None:
        assert self.socket is not None
        answer: Json = {"envelope_id": envelope["envelope_id"]}
        await self.socket.send_json(answer if payload is None else answer | {"payload": payload})

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.close()
        await self._session.close()


async def refusal(call: Awaitable[AsyncSlackResponse]) -> Json:
    """The body with which a call was refused; fails when it was not."""
    with pytest.raises(SlackApiError) as caught:
        await call
    data: Any = caught.value.response.data
    assert isinstance(data, dict)
    return data


async def error_of(call: Awaitable[AsyncSlackResponse]) -> str:
    return str((await refusal(call))["error"])


def section(text: str = "hello") -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str = "approve", value: str = "42", **fields: Any) -> Json:
    element = {"type": "button", "action_id": action_id, "value": value, "text": plain("Go")}
    return element | fields


def actions(*elements: Json, block_id: str = "buttons") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def modal(*blocks: Json, **fields: Any) -> Json:
    view = {"type": "modal", "title": plain("A form"), "submit": plain("Save")}
    return view | {"blocks": list(blocks) or [section()]} | fields


def text_input(block_id: str = "name", **fields: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "typed"} | fields
    return {"type": "input", "block_id": block_id, "label": plain("Name"), "element": element}
