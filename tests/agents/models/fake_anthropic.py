"""A scripted Anthropic on loopback, with the wire format of its Messages API.

Events are those of https://platform.claude.com/docs/en/build-with-claude/streaming, errors those
of https://platform.claude.com/docs/en/api/errors. Each request plays the next answer of the script.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

JSON = dict[str, Any]
Event = tuple[str, JSON]
Answer = Callable[["FakeAnthropic", web.Request], Awaitable[web.StreamResponse]]

MODEL = "claude-sonnet-5-5"


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    headers: dict[str, str]
    body: JSON


@dataclass
class FakeAnthropic:
    script: list[Answer] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def plays(self, *answers: Answer) -> None:
        self.script.extend(answers)

    @property
    def last(self) -> JSON:
        return self.seen[-1].body

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_post("/v1/messages", self._messages)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        try:
            yield
        finally:
            self.closing.set()
            await runner.cleanup()

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(Seen(dict(request.headers), await request.json()))
        answer = self.script.pop(0) if self.script else error(500, "api_error", "nothing scripted")
        return await answer(self, request)


# Blocks of a message: each is its events, for the index that it gets.
Block = Callable[[int], list[Event]]


def text(*chunks: str) -> Block:
    return _block({"type": "text", "text": ""}, [_delta("text_delta", text=c) for c in chunks])


def thinking(words: str, signature: str) -> Block:
    return _block(
        {"type": "thinking", "thinking": "", "signature": ""},
        [_delta("thinking_delta", thinking=words), _delta("signature_delta", signature=signature)],
    )


def tool_use(call_id: str, name: str, *json_chunks: str) -> Block:
    return _block(
        {"type": "tool_use", "id": call_id, "name": name, "input": {}},
        [_delta("input_json_delta", partial_json=chunk) for chunk in ("", *json_chunks)],
    )


def searched(call_id: str, query: str) -> Block:
    """A search that Anthropic itself made."""
    start = {"type": "server_tool_use", "id": call_id, "name": "web_search", "input": {}}
    return _block(start, [_delta("input_json_delta", partial_json=json.dumps({"query": query}))])


def found(call_id: str, *pages: tuple[str, str]) -> Block:
    """What it found: addresses and titles."""
    results = [
        {"type": "web_search_result", "url": url, "title": title, "encrypted_content": "c2VhbGVk"}
        for url, title in pages
    ]
    start = {"type": "web_search_tool_result", "tool_use_id": call_id, "content": results}
    return _block(start, [])


def cited(words: str, url: str, title: str) -> Block:
    """A text that a page supports."""
    citation = {
        "type": "web_search_result_location",
        "url": url,
        "title": title,
        "encrypted_index": "c2VhbGVk",
        "cited_text": words,
    }
    return _block(
        {"type": "text", "text": "", "citations": []},
        [{"type": "citations_delta", "citation": citation}, _delta("text_delta", text=words)],
    )


def message(
    *blocks: Block,
    stop_reason: str = "end_turn",
    usage: JSON | None = None,
    stop_details: JSON | None = None,
) -> list[Event]:
    """The events of a whole message."""
    counted = {
        "input_tokens": 25,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        **(usage or {}),
    }
    events: list[Event] = [_start(counted), ("ping", {"type": "ping"})]
    for index, block in enumerate(blocks):
        events += block(index)
    delta = {"stop_reason": stop_reason, "stop_sequence": None, "stop_details": stop_details}
    final = {**counted, "output_tokens": 15, **(usage or {})}
    events.append(("message_delta", {"type": "message_delta", "delta": delta, "usage": final}))
    events.append(("message_stop", {"type": "message_stop"}))
    return events


def calling(*blocks: Block, **more: Any) -> list[Event]:
    return message(*blocks, stop_reason="tool_use", **more)


def streams(events: Sequence[Event]) -> Answer:
    """Answers with these events, and ends as HTTP wants it."""

    async def play(fake: FakeAnthropic, request: web.Request) -> web.StreamResponse:
        response = await _opened(request)
        await _write(response, events)
        await response.write_eof()
        return response

    return play


def says(*chunks: str) -> Answer:
    return streams(message(text(*chunks)))


def breaks_off(events: Sequence[Event]) -> Answer:
    """Answers with these events, then drops the connection."""

    async def play(fake: FakeAnthropic, request: web.Request) -> web.StreamResponse:
        response = await _opened(request)
        await _write(response, events)
        assert request.transport is not None
        request.transport.close()
        return response

    return play


def falls_silent(events: Sequence[Event] = ()) -> Answer:
    """Answers with these events, then with nothing any more while the connection stays open."""

    async def play(fake: FakeAnthropic, request: web.Request) -> web.StreamResponse:
        response = await _opened(request)
        await _write(response, events)
        await fake.closing.wait()
        return response

    return play


def pings(every: float, times: int, then: Sequence[Event]) -> Answer:
    """Keeps the line alive for a while before it answers."""

    async def play(fake: FakeAnthropic, request: web.Request) -> web.StreamResponse:
        response = await _opened(request)
        await _write(response, then[:1])
        for _ in range(times):
            await asyncio.sleep(every)
            await _write(response, [("ping", {"type": "ping"})])
        await _write(response, then[1:])
        await response.write_eof()
        return response

    return play


def garbled(events: Sequence[Event]) -> Answer:
    """Answers with these events, then with one that is no JSON."""

    async def play(fake: FakeAnthropic, request: web.Request) -> web.StreamResponse:
        response = await _opened(request)
        await _write(response, events)
        await response.write(b'event: content_block_delta\ndata: {"type": "content_bl\n\n')
        await response.write_eof()
        return response

    return play


def error(status: int, kind: str, words: str, headers: dict[str, str] | None = None) -> Answer:
    async def play(fake: FakeAnthropic, request: web.Request) -> web.StreamResponse:
        body = {"type": "error", "error": {"type": kind, "message": words}, "request_id": "req_1"}
        return web.json_response(body, status=status, headers=headers)

    return play


def echoes_key(status: int) -> Answer:
    """A careless proxy: its error quotes the key and the request."""

    async def play(fake: FakeAnthropic, request: web.Request) -> web.StreamResponse:
        words = f"bad request: {request.headers['Authorization']} {await request.text()}"
        body = {"error": {"type": "invalid_request_error", "message": words}, "sent": words}
        return web.json_response(body, status=status)

    return play


def in_stream_error(kind: str, words: str) -> Event:
    return ("error", {"type": "error", "error": {"type": kind, "message": words}})


def _start(usage: JSON) -> Event:
    opening: JSON = {
        "id": "msg_013Zva2CMHLNnXjNJJKqJ2EF",
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": MODEL,
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**usage, "output_tokens": 1},
    }
    return ("message_start", {"type": "message_start", "message": opening})


def _block(start: JSON, deltas: Iterable[JSON]) -> Block:
    def at(index: int) -> list[Event]:
        opening = {"type": "content_block_start", "index": index, "content_block": start}
        events: list[Event] = [("content_block_start", opening)]
        events += [
            ("content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta})
            for delta in deltas
        ]
        return [
            *events,
            ("content_block_stop", {"type": "content_block_stop", "index": index}),
        ]

    return at


def _delta(kind: str, **fields: str) -> JSON:
    return {"type": kind, **fields}


async def _opened(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    await response.prepare(request)
    return response


async def _write(response: web.StreamResponse, events: Iterable[Event]) -> None:
    for name, data in events:
        await response.write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())
