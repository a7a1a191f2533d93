"""Runs a connector's tools the way the gate does: parsed, then called or looked ahead."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx

from bot.connectors.base import Connector, Link
from bot.connectors.results import Document, Preview, Rows

NOW = datetime(2026, 5, 13, 14, 21, tzinfo=UTC)

Answer = Callable[[httpx.Request], httpx.Response]


def connect(
    connector: type[Connector],
    client: httpx.AsyncClient,
    *,
    credentials: dict[str, str],
    settings: dict[str, str] | None = None,
) -> Any:
    """An instance as the gate makes it, with its forms checked and the clock at `NOW`."""
    return connector(
        connector.Credentials(**credentials),
        connector.Settings(**(settings or {})),
        Link(client, clock=lambda: NOW),
    )


async def run(connector: Connector, verb: str, **arguments: Any) -> Any:
    tool = connector.tools[verb]
    return await tool.call(connector, tool.parse(arguments))


async def rows(connector: Connector, verb: str, **arguments: Any) -> list[dict[str, Any]]:
    result = await run(connector, verb, **arguments)
    assert isinstance(result, Rows)
    return list(result.rows)


async def document(connector: Connector, verb: str, **arguments: Any) -> dict[str, Any]:
    result = await run(connector, verb, **arguments)
    assert isinstance(result, Document)
    return result.data


async def look_ahead(connector: Connector, verb: str, **arguments: Any) -> Preview:
    tool = connector.tools[verb]
    preview = await tool.look_ahead(connector, tool.parse(arguments))
    assert preview is not None
    return preview


def everything_said(result: Rows | Document | Preview) -> str:
    """All that leaves a connector with a result, to look for what must not."""
    return json.dumps(vars(result), default=vars)


class Service:
    """A service on the far side of a `MockTransport`: gives the answers in turn, keeps requests."""

    def __init__(self, *answers: httpx.Response | Exception | Answer) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)
