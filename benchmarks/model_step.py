"""What a step costs that streams from a model: ours, saved, against the raw Anthropic SDK.

    python -m benchmarks.model_step [steps]

Both ask the same fake Anthropic, which runs in a process of its own, with the same conversation
and 40 tools. Their steps alternate, so that a busy machine is unfair to neither. A step is one
request and one streamed response with text and two calls; ours is also saved, first the response
and then the results of its calls, to a SQLite file as the loop saves them. Memory is that of a
process of its own which has many runs in the air at once, each waiting for its model.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp import web
from anthropic import AsyncAnthropic
from pydantic import SecretStr

from bot.agents.memory import saved_reply, saved_return
from bot.agents.messages import Asked, Replied, Request, Returned, ToolCall, ToolReturn, ToolSpec
from bot.agents.models.direct import DirectModel
from bot.agents.models.providers import Endpoint, anthropic
from bot.connectors.base import Access
from bot.store.database import Base, Store
from bot.store.tables import Agent, Conversation, Member, Organisation, Run
from bot.store.tables import Step as SavedStep
from bot.store.vault import Vault
from tests.agents.models import fake_anthropic as play

STEPS = 200
WARM_UP = 20
TOOLS = 40
CHUNKS = 30
EARLIER_STEPS = 5
TARGET = 2.0
AT_ONCE = 100
"""Runs in the air while memory is measured."""

LONG_THOUGHT = 4.0
"""Seconds that the model takes meanwhile."""

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


def thinks(seconds: float) -> play.Answer:
    """Answers after a while."""

    async def answer(fake: play.FakeAnthropic, request: web.Request) -> web.StreamResponse:
        if seconds:
            await asyncio.sleep(seconds)
        return await play.streams(ANSWER)(fake, request)

    return answer


async def serve(pipe: Connection, seconds: float) -> None:
    fake = play.FakeAnthropic()
    async with fake.serving():
        pipe.send(fake.url)
        while not pipe.poll():
            missing = 2 * AT_ONCE - len(fake.script)
            fake.plays(*[thinks(seconds)] * missing)
            fake.seen.clear()
            await asyncio.sleep(0.02)


def serve_alone(pipe: Connection, seconds: float) -> None:
    asyncio.run(serve(pipe, seconds))


@asynccontextmanager
async def saving() -> AsyncIterator[Callable[[object], Coroutine[Any, Any, None]]]:
    """Saves replies, one step after another, of one run in a new database."""
    numbers = count()
    with tempfile.TemporaryDirectory() as folder:
        clock, vault = (lambda: datetime.now(UTC)), Vault({"1": bytes(32)}, "1")
        url = f"sqlite+aiosqlite:///{folder}/steps.db"
        store = Store(url, clock=clock, ids=lambda: uuid4().hex, vault=vault)
        async with store.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        await _add_run(store)

        async def save(replied: object) -> None:
            assert isinstance(replied, Replied)
            await _save(store, next(numbers), replied)

        try:
            yield save
        finally:
            await store.close()


async def _add_run(store: Store) -> None:
    at = {"created_at": store.clock()}
    async with store.installation() as session:
        session.add(Organisation(id="o", name="Harbor", **at))
    async with store.writing("o") as session:
        session.add(Agent(id="a", name="A", handle="a", type="custom", icon=":mag:", **at))
        session.add(Member(id="m", user_id="U1", name="Dana", joined_at=store.clock()))
        await session.flush()
        place = {"team_id": "T1", "channel_id": "C1", "thread_ts": "1.0"}
        session.add(Conversation(id="c", agent_id="a", **place, **at))
        await session.flush()
        asked = {"asked_by": "m", "question": "Why?", "source_ts": "1.0"}
        session.add(Run(id="r", conversation_id="c", agent_id="a", **asked, **at))


async def _save(store: Store, number: int, replied: Replied) -> None:
    async with store.writing("o") as session:
        row = SavedStep(run_id="r", number=number, replied=saved_reply(replied), returned={})
        row.complete, row.model, row.created_at = False, replied.model, store.clock()
        row.input_tokens, row.output_tokens = replied.usage.input, replied.usage.output
        row.cached_tokens = replied.usage.cached
        session.add(row)
    results = [ToolReturn(one.id, one.name, "a row of a result\n" * 40) for one in replied.calls]
    async with store.writing("o") as session:
        kept = await session.get_one(SavedStep, row.id)
        kept.returned = {one.call_id: saved_return(one) for one in results}
        kept.complete = True


async def timed(step: Step) -> tuple[float, float]:
    """Milliseconds of one step: by the clock, and of this process's CPU."""
    clock, cpu = time.perf_counter(), time.process_time()
    await step()
    return (time.perf_counter() - clock) * 1000, (time.process_time() - cpu) * 1000


async def measure(url: str, steps: int) -> dict[str, list[tuple[float, float]]]:
    request = conversation()
    mine, theirs = ours(url, request), raw(url, await body_of(request))
    async with saving() as save:

        async def saved() -> None:
            await save(await mine())

        contenders: dict[str, Step] = {"ours, saved": saved, "ours": mine, "raw SDK": theirs}
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
        for number in range(WARM_UP + steps):
            for name, step in contenders.items():
                figures = await timed(step)
                if number >= WARM_UP:
                    taken[name].append(figures)
    return taken


def resident() -> int:
    """Kilobytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


async def _held(contender: str, url: str) -> float:
    """Kilobytes of each of many runs that wait for their model at once."""
    request = conversation()
    step = ours(url, request) if contender == "ours" else raw(url, await body_of(request))
    await step()
    before = resident()
    running = [asyncio.create_task(_awaited(step)) for _ in range(AT_ONCE)]
    most = before
    while not all(one.done() for one in running):
        await asyncio.sleep(0.05)
        most = max(most, resident())
    for one in running:
        one.result()
    return (most - before) / AT_ONCE


async def _awaited(step: Step) -> None:
    await step()


def held_alone(pipe: Connection, contender: str, url: str) -> None:
    pipe.send(asyncio.run(_held(contender, url)))


def memory(spawned: multiprocessing.context.SpawnContext) -> dict[str, float]:
    """Kilobytes a run, by contender; each is measured in a process of its own."""
    with served(spawned, LONG_THOUGHT) as url:
        found: dict[str, float] = {}
        for contender in ("ours", "raw SDK"):
            here, there = spawned.Pipe()
            process = spawned.Process(target=held_alone, args=(there, contender, url))
            process.start()
            found[contender] = here.recv()
            process.join(10)
        return found


def cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "unknown CPU"


def report(taken: dict[str, list[tuple[float, float]]], held: dict[str, float]) -> None:
    print(f"{cpu_name()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{TOOLS} tools, {len(taken['ours'])} steps each, alternating; fake server on loopback")
    medians: dict[str, tuple[float, float]] = {}
    for name, figures in taken.items():
        clock, cpu = ([figure[part] for figure in figures] for part in (0, 1))
        medians[name] = statistics.median(clock), statistics.median(cpu)
        p95 = statistics.quantiles(clock, n=20)[-1]
        print(
            f"{name:11} {medians[name][0]:6.2f} ms/step (p95 {p95:.2f}), "
            f"CPU {medians[name][1]:.2f} ms/step"
        )
    for name in ("ours", "ours, saved"):
        clock_ratio, cpu_ratio = (medians[name][n] / medians["raw SDK"][n] for n in (0, 1))
        met = "met" if clock_ratio <= TARGET else "missed"
        print(f"{name:11} / raw {clock_ratio:.2f} (CPU {cpu_ratio:.2f}); at most {TARGET:g}: {met}")
    each = ", ".join(f"{name} {kilobytes:.0f} KB" for name, kilobytes in held.items())
    ratio = held["ours"] / held["raw SDK"]
    print(f"memory of each of {AT_ONCE} runs at once: {each}; ratio {ratio:.2f}")


@contextmanager
def served(spawned: multiprocessing.context.SpawnContext, seconds: float = 0) -> Iterator[str]:
    """A fake Anthropic in a process of its own, which thinks for some seconds."""
    here, there = spawned.Pipe()
    server = spawned.Process(target=serve_alone, args=(there, seconds), daemon=True)
    server.start()
    try:
        yield here.recv()
    finally:
        here.send("stop")
        server.join(5)


def main() -> None:
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else STEPS
    spawned = multiprocessing.get_context("spawn")
    with served(spawned) as url:
        taken = asyncio.run(measure(url, steps))
    report(taken, memory(spawned))


if __name__ == "__main__":
    main()
