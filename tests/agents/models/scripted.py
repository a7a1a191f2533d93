"""A scripted provider on loopback: each request plays the next answer of the script."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

JSON = dict[str, Any]
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: JSON


@dataclass
class ScriptedProvider:
    """Answers POST requests to any address."""

    script: list[Answer] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""

    def plays(self, *answers: Answer) -> None:
        self.script.extend(answers)

    @property
    def last(self) -> JSON:
        return self.seen[-1].body

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Self]:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_post("/{path:.*}", self._asked)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _asked(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(Seen(request.path, dict(request.headers), await request.json()))
        answer = self.script.pop(0) if self.script else fails(500, {"error": "nothing scripted"})
        return await answer(request)


def streams(events: Sequence[JSON], *, named: bool = False, end: str = "") -> Answer:
    """Answers with these events. `named` ones carry their type as the name of the event."""

    async def play(request: web.Request) -> web.StreamResponse:
        response = await _opened(request)
        for event in events:
            await response.write(_line(event, named=named))
        if end:
            await response.write(f"data: {end}\n\n".encode())
        await response.write_eof()
        return response

    return play


def breaks_off(events: Sequence[JSON], *, named: bool = False) -> Answer:
    """Answers with these events, then drops the connection."""

    async def play(request: web.Request) -> web.StreamResponse:
        response = await _opened(request)
        for event in events:
            await response.write(_line(event, named=named))
        await asyncio.sleep(0)
        assert request.transport is not None
        request.transport.close()
        return response

    return play


def fails(status: int, body: JSON, headers: dict[str, str] | None = None) -> Answer:
    async def play(request: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status, headers=headers)

    return play


def _line(event: JSON, *, named: bool) -> bytes:
    name = f"event: {event['type']}\n" if named else ""
    return f"{name}data: {json.dumps(event)}\n\n".encode()


async def _opened(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    await response.prepare(request)
    return response
