"""How much of a ten-step run's input is read from a provider's prompt cache.

    python -m benchmarks.caching

Each provider's scripted server keeps what a prefix cache would keep, and works out what it would
have read from the very requests that arrive: Anthropic's at the marks that the request sets,
OpenAI's and Google's at the longest beginning that they have seen before. Tokens are taken to be
four bytes each. What is printed is what our own steps were told and saved.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from benchmarks.model_step import schema
from bot.agents.messages import (
    Asked,
    Request,
    Returned,
    ToolCall,
    ToolReturn,
    ToolSpec,
    Turn,
    Usage,
)
from bot.agents.models.direct import DirectModel
from bot.agents.models.providers import CONNECTS, Endpoint
from bot.connectors.base import Access
from tests.agents.models import fake_anthropic as claude
from tests.agents.models import fake_google as gemini
from tests.agents.models import fake_openai as gpt
from tests.agents.models import scripted

STEPS = 10
TOOLS = 40
TARGET = 0.8
BYTES_A_TOKEN = 4
SMALLEST = 1024
"""Tokens: shorter beginnings are not cached (Anthropic, OpenAI)."""

GRAIN = 128
"""Tokens: OpenAI's cache grows by so many."""

LOOKBACK = 20
"""Blocks that Anthropic looks back from a mark for an earlier one."""

JSON = dict[str, Any]


@dataclass
class Marked:
    """Anthropic's cache: beginnings that end at a mark, found again within some blocks."""

    held: set[int] = field(default_factory=set)

    def read(self, body: JSON) -> tuple[int, int, int]:
        """Tokens in all, read from the cache, and written to it."""
        ends, marks = [], []
        so_far = b""
        for block in _blocks(body):
            mark = block.pop("cache_control", None)
            so_far += _bytes(block)
            ends.append((hash(so_far), _tokens(so_far)))
            if mark:
                marks.append(len(ends) - 1)
        reach = {at - back for at in marks for back in range(LOOKBACK)} & set(range(len(ends)))
        found = max((ends[at][1] for at in reach if ends[at][0] in self.held), default=0)
        written = max((ends[at][1] for at in marks), default=0)
        self.held |= {ends[at][0] for at in marks if ends[at][1] >= SMALLEST}
        return _tokens(so_far), found, max(written - found, 0)


@dataclass
class Longest:
    """OpenAI's and Google's cache: the longest beginning that was seen before."""

    seen: list[bytes] = field(default_factory=list)

    def read(self, parts: list[Any]) -> tuple[int, int]:
        """Tokens in all, and read from the cache."""
        whole = b"".join(_bytes(part) for part in parts)
        same = max((_common(whole, one) for one in self.seen), default=0) // BYTES_A_TOKEN
        self.seen.append(whole)
        return _tokens(whole), same // GRAIN * GRAIN if same >= SMALLEST else 0


def _blocks(body: JSON) -> Iterator[JSON]:
    """What Anthropic caches, in its order: tools, instructions, messages."""
    for tool in body.get("tools", ()):
        yield dict(tool)
    for block in body.get("system", ()):
        yield dict(block)
    for message in body["messages"]:
        for block in message["content"]:
            yield {"role": message["role"], **block}


def _bytes(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True).encode()


def _tokens(data: bytes) -> int:
    return len(data) // BYTES_A_TOKEN


def _common(one: bytes, other: bytes) -> int:
    """How many bytes two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


ANSWER = "I look further. " * 8


def anthropic(cache: Marked) -> claude.Answer:
    async def play(fake: claude.FakeAnthropic, request: web.Request) -> web.StreamResponse:
        total, read, written = cache.read(fake.last)
        usage = {
            "input_tokens": total - read - written,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
        }
        number = len(fake.seen)
        call = claude.tool_use(f"toolu_{number}", "tool_1", '{"query": "checkout"}')
        events = claude.calling(claude.text(ANSWER), call, usage=usage)
        return await claude.streams(events)(fake, request)

    return play


def openai(cache: Longest) -> scripted.Answer:
    async def play(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        total, read = cache.read([body.get("tools"), body.get("instructions"), *body["input"]])
        usage = {
            **gpt.USAGE,
            "input_tokens": total,
            "input_tokens_details": {"cached_tokens": read},
        }
        call = gpt.function_call(f"c{total}", "tool_1", '{"query": "checkout"}')
        return await gpt.streams(gpt.response(gpt.text(ANSWER), call, usage=usage))(request)

    return play


def google(cache: Longest) -> scripted.Answer:
    async def play(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        parts = [body.get("tools"), body.get("systemInstruction"), *body["contents"]]
        total, read = cache.read(parts)
        called = gemini.function_call("tool_1", {"query": "checkout"})
        last = gemini.chunk(called, finish="STOP")
        last["usageMetadata"] = {
            **gemini.USAGE,
            "promptTokenCount": total,
            "cachedContentTokenCount": read,
        }
        return await gemini.plays([gemini.chunk(gemini.text(ANSWER)), last])(request)

    return play


async def run(model: DirectModel) -> list[Usage]:
    """A run as the loop makes it: every step goes out with all that was before."""
    tools = [
        ToolSpec(f"tool_{n}", f"Looks for things of kind {n}.", schema(), Access.READ)
        for n in range(TOOLS)
    ]
    turns: list[Turn] = [Asked("Why is checkout slow?", "Dana", "Saturday, 09:00 UTC")]
    used: list[Usage] = []
    for number in range(STEPS):
        now = datetime.now(UTC)
        request = Request("You are the debugger. " * 80, list(turns), tools, now)
        reply = await model.respond(request, _silent)
        used.append(reply.usage)
        turns += [reply, Returned([_result(call, number) for call in reply.calls])]
    return used


def _result(call: ToolCall, number: int) -> ToolReturn:
    return ToolReturn(call.id, call.name, f"row {number} of a result\n" * 60)


async def _silent(_text: str) -> None: ...


async def measured(provider: str) -> list[Usage]:
    servers: dict[str, tuple[str, Any, Callable[[], Any]]] = {
        "anthropic": (claude.MODEL, claude.FakeAnthropic(), lambda: anthropic(Marked())),
        "openai": (gpt.MODEL, scripted.ScriptedProvider(), lambda: openai(Longest())),
        "google": (gemini.MODEL, scripted.ScriptedProvider(), lambda: google(Longest())),
    }
    name, server, answer = servers[provider]
    async with server.serving():
        server.plays(*[answer()] * STEPS)  # one cache for all steps
        model = DirectModel(Endpoint(name, SecretStr("benchmark"), server.url), CONNECTS[provider])
        try:
            return await run(model)
        finally:
            await model.aclose()


def share(used: list[Usage]) -> float:
    """The part of all input tokens that was read from the cache."""
    return sum(one.cached for one in used) / sum(one.input for one in used)


async def main() -> int:
    print(f"{STEPS} steps, {TOOLS} tools; tokens in, of which from the cache, by step")
    met = True
    for provider in ("anthropic", "openai", "google"):
        used = await measured(provider)
        part = share(used)
        met = met and part >= TARGET
        steps = " ".join(f"{one.input}/{one.cached}" for one in used)
        print(f"{provider:10} {part:6.1%}  {steps}")
    print(f"target at least {TARGET:.0%}: {'met' if met else 'missed'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
