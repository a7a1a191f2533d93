"""How fast mentions are acknowledged: python -m benchmarks.acknowledge [seconds] [a second].

Signed events go over HTTP to a real bot process, in a steady stream, while it also answers them
(with the offline planner, against the sandbox). Everything shares this machine's cores, so the
figures are an upper bound of what the bot alone would need.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

from playground.workspace import SIGNING_SECRET
from tests.e2e.stage import Stage, staged

SETTLE = 6.0
"""Seconds after the first question: what is imported with it is no part of the figure."""

BETWEEN = 0.03
"""Seconds between the messages that are written beforehand."""

TARGET_MS = 200.0
"""The 99th percentile that the design asks for at 50 mentions a second."""


def event(number: int, stage: Stage, ts: str) -> str:
    workspace = stage.workspace
    return json.dumps(
        {
            "type": "event_callback",
            "team_id": "T0HARBOR",
            "api_app_id": "A0QUARTERDECK",
            "event_id": f"Ev{number:08}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": "T0HARBOR", "user_id": "U0OPSBOT", "is_bot": True}],
            "event": {
                "type": "app_mention",
                "user": workspace.person("ana").id,
                "channel": workspace.channel("#incidents").id,
                "text": "<@U0OPSBOT> debugger who is on call?",
                "ts": ts,
                "event_ts": ts,
            },
        }
    )


async def send(session: aiohttp.ClientSession, url: str, body: str) -> float:
    """Milliseconds until the bot acknowledged one event."""
    now = str(int(time.time()))
    base = f"v0:{now}:{body}".encode()
    signature = hmac.new(SIGNING_SECRET.encode(), base, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": now,
        "X-Slack-Signature": f"v0={signature}",
    }
    started = time.perf_counter()
    async with session.post(url, data=body, headers=headers) as answer:
        await answer.read()
        assert answer.status == 200, await answer.text()
    return (time.perf_counter() - started) * 1000


async def written(stage: Stage, count: int) -> list[str]:
    """Messages that stand in the channel, for the bot to answer below them. They name nobody, so
    that what the workspace itself tells of them leads to nothing."""
    found = []
    for _ in range(count):
        found.append(stage.say("ana", "who is on call?"))
        await asyncio.sleep(BETWEEN)
    return found


async def measure(seconds: float, rate: float) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        async with staged(Path(folder), "http") as stage, aiohttp.ClientSession() as session:
            url = f"{stage.bot.url}/slack/events"
            first, *others = await written(stage, 1 + int(seconds * rate))
            await send(session, url, event(0, stage, first))
            await asyncio.sleep(SETTLE)
            tasks = []
            begun = time.perf_counter()
            for number, ts in enumerate(others, 1):
                await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
                tasks.append(asyncio.create_task(send(session, url, event(number, stage, ts))))
            return list(await asyncio.gather(*tasks))


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    rate = float(sys.argv[2]) if len(sys.argv) > 2 else 50.0
    times = sorted(asyncio.run(measure(seconds, rate)))
    cuts = statistics.quantiles(times, n=100)
    print(
        f"machine: {platform.processor() or platform.machine()}, Python {platform.python_version()}"
    )
    print(f"{len(times)} mentions at {rate:g} a second")
    print(f"acknowledged: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms")
    print(f"p99 / target of {TARGET_MS:.0f} ms: {cuts[98] / TARGET_MS:.2f}")


if __name__ == "__main__":
    main()
