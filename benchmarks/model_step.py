"""How long a step takes that streams from a model: ours against the raw Anthropic SDK.

    python -m benchmarks.model_step [steps]

Both ask the same fake Anthropic, which runs in a process of its own, with the same conversation
and 40 tools. Their steps alternate, so that a busy machine is unfair to neither. A step is one
request and one streamed response with text and two calls.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import platform
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from anthropic import AsyncAnthropic
from pydantic import SecretStr

from bot.agents.messages import Asked, Replied, Request, Returned, ToolCall, ToolReturn, ToolSpec
from bot.agents.models.direct import DirectModel
from bot.agents.models.providers import Endpoint, anthropic
from bot.connectors.base import Access
from tests.agents.models import fake_anthropic as play

STEPS = 200
WARM_UP = 20
TOOLS = 40
CHUNKS = 30
EARLIER_STEPS = 5
TARGET = 2.0
KEY = "benchmark"

Step = Callable[[], Awaitable[object]]

ANSWER = play.calling(
    play.text(*["A few words of it. "] * CHUNKS),
    play.tool_use("toolu_a", "tool_1", '{"query": "checkout', ' errors", "limit"', ": 20}"),
    play.tool_use("toolu_b", "tool_2", '{"query": "payments"}'),
)


def schema() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "What to look for"},
            "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
            "since": {"type": "string", "format": "date-time", "description": "From when on"},
            "labels": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["query"],
        "additionalProperties": False,
    }


def conversation() -> Request:
    tools = [
        ToolSpec(f"tool_{n}", f"Looks for things of kind {n}.", schema(), Access.READ)
        for n in range(TOOLS)
    ]
    turns: list[Asked | Replied | Returned] = [Asked("Why is checkout slow?", "Dana")]
    for n in range(EARLIER_STEPS):
        call = ToolCall(f"toolu_{n}", "tool_1", {"query": "checkout"})
        turns.append(Replied("Let me look.", [call]))
        turns.append(Returned([ToolReturn(call.id, call.name, "a row of a result\n" * 40)]))
    return Request("You are the debugger. " * 50, turns, tools, datetime.now(UTC))


def ours(url: str, request: Request) -> Step:
    model = DirectModel(Endpoint("claude-sonnet-5-5", SecretStr(KEY), url), anthropic)

    async def show(text: str) -> None:
        pass

    async def step() -> object:
        return await model.respond(request, show)

    return step


def raw(url: str, body: dict[str, Any]) -> Step:
    """The SDK's own streaming helper, sent what our model sent."""
    client = AsyncAnthropic(api_key=KEY, base_url=url, max_retries=0)

    async def step() -> object:
        async with client.messages.stream(**body) as stream:
            async for _ in stream.text_stream:
                pass
            return await stream.get_final_message()

    return step


async def body_of(request: Request) -> dict[str, Any]:
    """What our model sends for the request, so that the raw SDK can send the same."""
    fake = play.FakeAnthropic()
    async with fake.serving():
        fake.plays(play.streams(ANSWER))
        await ours(fake.url, request)()
    return {name: value for name, value in fake.last.items() if name != "stream"}


async def serve(pipe: Connection) -> None:
    fake = play.FakeAnthropic()
    async with fake.serving():
        pipe.send(fake.url)
        while not pipe.poll():
            missing = 100 - len(fake.script)
            fake.plays(*[play.streams(ANSWER)] * missing)
            fake.seen.clear()
            await asyncio.sleep(0.02)


def serve_alone(pipe: Connection) -> None:
    asyncio.run(serve(pipe))


async def timed(step: Step) -> tuple[float, float]:
    """Milliseconds of one step: by the clock, and of this process's CPU."""
    clock, cpu = time.perf_counter(), time.process_time()
    await step()
    return (time.perf_counter() - clock) * 1000, (time.process_time() - cpu) * 1000


async def measure(url: str, steps: int) -> dict[str, list[tuple[float, float]]]:
    request = conversation()
    contenders = {"ours": ours(url, request), "raw SDK": raw(url, await body_of(request))}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for number in range(WARM_UP + steps):
        for name, step in contenders.items():
            figures = await timed(step)
            if number >= WARM_UP:
                taken[name].append(figures)
    return taken


def cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "unknown CPU"


def report(taken: dict[str, list[tuple[float, float]]]) -> None:
    print(f"{cpu_name()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{TOOLS} tools, {len(taken['ours'])} steps each, alternating; fake server on loopback")
    medians: dict[str, tuple[float, float]] = {}
    for name, figures in taken.items():
        clock, cpu = ([figure[part] for figure in figures] for part in (0, 1))
        medians[name] = statistics.median(clock), statistics.median(cpu)
        p95 = statistics.quantiles(clock, n=20)[-1]
        print(
            f"{name:8} {medians[name][0]:6.2f} ms/step (p95 {p95:.2f}), "
            f"CPU {medians[name][1]:.2f} ms/step"
        )
    clock_ratio, cpu_ratio = (medians["ours"][n] / medians["raw SDK"][n] for n in (0, 1))
    met = "met" if clock_ratio <= TARGET else "missed"
    print(f"ratio    {clock_ratio:.2f} (CPU {cpu_ratio:.2f}); target at most {TARGET:g}: {met}")


def main() -> None:
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else STEPS
    spawned = multiprocessing.get_context("spawn")
    here, there = spawned.Pipe()
    server = spawned.Process(target=serve_alone, args=(there,), daemon=True)
    server.start()
    try:
        report(asyncio.run(measure(here.recv(), steps)))
    finally:
        here.send("stop")
        server.join(5)


if __name__ == "__main__":
    main()
