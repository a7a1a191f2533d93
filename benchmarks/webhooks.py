"""A storm of webhooks: python -m benchmarks.webhooks [webhooks] [seconds].

They go to a real bot process, a tenth of them twice and all in a shuffled order, while Better
Stack's sandbox already has every incident in its last state, and a person asks a question in the
middle of it. Everything shares this machine's cores, so the figures are an upper bound of what the
bot alone would need.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import select

from bot.foundation import open_store, open_vault
from bot.incidents.addresses import WebhookAddresses
from bot.incidents.matching import By, Match, Wish
from bot.incidents.port import INCIDENT_CARD, INCIDENT_TRUTH
from bot.incidents.routes import Routes
from bot.settings import Settings
from bot.store.database import Store
from bot.store.people import organisations
from bot.store.tables import Connection, Incident, Job, JobState, Member, Role
from playground.betterstack.records import Incident as Told
from playground.betterstack.seed_names import TEAM
from playground.stage import Stage, staged

TARGET_MS = 100.0
"""In which a webhook is to be answered."""

QUESTION_SECONDS = 2.0
"""In which a question that is asked meanwhile is to be begun."""

PATIENCE = 120.0
QUESTION = "@debugger who is on call?"
KINDS = (INCIDENT_TRUTH, INCIDENT_CARD)
CAUSES = 20
"""The incidents share so many causes, so there are as many threads: Slack takes one post a second
in a channel."""

EVENTS = ("created", "acknowledged", "resolved")


@dataclass(frozen=True)
class Cards:
    """Threads that there should be, those that have a card, and messages in the channel."""

    threads: int
    drawn: int
    posted: int


@dataclass(frozen=True)
class Figures:
    """What a storm came to. `wrong` are the incidents that did not end in the right state."""

    answered_ms: Sequence[float]
    sent_in: float
    question_after: float
    settled_after: float
    incidents: int
    wrong: int
    cards: Cards


def bodies(told: Sequence[Told], chance: random.Random, count: int) -> list[str]:
    """Every event of every incident, a tenth of them twice, shuffled."""
    events = [(one, event) for one in told for event in EVENTS][: count - count // 10]
    events += chance.sample(events, count - len(events))
    chance.shuffle(events)
    return [
        json.dumps(
            {
                "event": event,
                "data": {
                    "id": str(one.id),
                    "type": "incident",
                    "attributes": {"name": one.name, "cause": one.cause},
                },
            }
        )
        for one, event in events
    ]


def happen(stage: Stage, chance: random.Random, count: int) -> list[Told]:
    """Incidents in the sandbox: a third open, a third acknowledged, a third over."""
    now = stage.sandbox.clock()
    told = []
    for number in range(count):
        one = Told(
            id=100_000 + number,
            team_name=TEAM,
            name=f"Service {number} is down",
            cause=f"Cause {number % CAUSES}",
            started_at=now - timedelta(minutes=5),
        )
        state = chance.choice(("Started", "Acknowledged", "Resolved"))
        one.status = state
        if state != "Started":
            one.acknowledged_at = now - timedelta(minutes=2)
        if state == "Resolved":
            one.resolved_at = now - timedelta(minutes=1)
        stage.sandbox.state.incidents[one.id] = one
        told.append(one)
    return told


async def prepare(store: Store, channel: str) -> str:
    """A route and the path that webhooks are sent to."""
    [organisation] = await organisations(store)
    async with store.writing(organisation.id) as session:
        owner = Member(user_id="U0BENCH", name="Bench", joined_at=store.clock(), role=Role.OWNER)
        session.add(owner)
    async with store.reading(organisation.id) as session:
        connection = (await session.scalars(select(Connection))).one()
    await Routes(store).add(owner, "T0HARBOR", Wish(Match(By.EVERYTHING), channel))
    return await WebhookAddresses(store, "").show(owner, connection)


async def send(session: aiohttp.ClientSession, url: str, body: str) -> float:
    started = time.perf_counter()
    async with session.post(url, data=body) as answer:
        await answer.read()
        assert answer.status == 200, await answer.text()
    return (time.perf_counter() - started) * 1000


async def storm(stage: Stage, store: Store, count: int, seconds: float) -> Figures:
    chance = random.Random(11)
    path = await prepare(store, stage.workspace.channel("#incidents").id)
    url = f"{stage.bot.url}{path}"
    warm = happen(stage, chance, 1)
    told = happen(stage, chance, -(-(count - count // 10) // len(EVENTS)))
    async with aiohttp.ClientSession() as session:
        await send(session, url, bodies(warm, chance, 3)[0])
        begun = time.perf_counter()
        question = asyncio.create_task(ask(stage, begun + seconds / 2))
        tasks = []
        for number, body in enumerate(bodies(told, chance, count)):
            due = begun + number * seconds / count
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(send(session, url, body)))
        answered = await asyncio.gather(*tasks)
        sent_in = time.perf_counter() - begun
    await settled(store)
    settled_after = time.perf_counter() - begun
    kept = await incidents(store)
    return Figures(
        answered_ms=sorted(answered),
        sent_in=sent_in,
        question_after=await question,
        settled_after=settled_after,
        incidents=len(kept),
        wrong=sum(not right(one, kept.get(str(one.id))) for one in told),
        cards=cards(stage, kept.values()),
    )


async def ask(stage: Stage, at: float) -> float:
    """Seconds from a question in the middle of the storm to the first sign of an answer."""
    await asyncio.sleep(max(0.0, at - time.perf_counter()))
    asked = time.perf_counter()
    thread = stage.say("ana", QUESTION, channel="#incidents")
    await stage.workspace.wait_for(
        lambda: bool(stage.bot_posts(thread, "#incidents")), timeout=PATIENCE
    )
    return time.perf_counter() - asked


async def settled(store: Store) -> None:
    """Returns when no work on incidents is left."""
    async with asyncio.timeout(PATIENCE):
        while await waiting(store):  # noqa: ASYNC110  (another process does the work)
            await asyncio.sleep(0.2)


async def waiting(store: Store) -> int:
    unfinished = (JobState.QUEUED, JobState.RUNNING)
    async with store.looking() as session:
        left = select(Job.id).where(Job.state.in_(unfinished), Job.kind.in_(KINDS))
        return len((await session.scalars(left)).all())


async def incidents(store: Store) -> dict[str, Incident]:
    [organisation] = await organisations(store)
    async with store.reading(organisation.id) as session:
        return {one.external_id: one for one in await session.scalars(select(Incident))}


def right(told: Told, kept: Incident | None) -> bool:
    return kept is not None and kept.state == told.status.lower()


def cards(stage: Stage, kept: Iterable[Incident]) -> Cards:
    """What stands in the channel for the threads that there should be."""
    threads = [one for one in kept if one.folded_into is None]
    posts = [one for one in stage.workspace.messages("#incidents", None) if one.get("bot_id")]
    return Cards(len(threads), len([one for one in threads if one.card_ts]), len(posts))


async def measure(count: int, seconds: float) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        async with staged(Path(folder), "http") as stage:
            settings = Settings(_env_file=None, QUARTERDECK_DATA_DIR=folder)  # type: ignore[call-arg]
            store = open_store(settings, open_vault(settings))
            try:
                return await storm(stage, store, count, seconds)
            finally:
                await store.close()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10.0
    figures = asyncio.run(measure(count, seconds))
    cuts = statistics.quantiles(figures.answered_ms, n=100)
    print(f"{count} webhooks sent in {figures.sent_in:.1f} s, of {figures.incidents} incidents")
    print(
        f"answered: p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, "
        f"slowest {figures.answered_ms[-1]:.1f} ms (target {TARGET_MS:.0f} ms)"
    )
    print(
        f"a question meanwhile was begun after {figures.question_after:.2f} s "
        f"(target {QUESTION_SECONDS:.0f} s)"
    )
    print(f"everything was done {figures.settled_after:.1f} s after the first webhook")
    print(f"incidents in a wrong state: {figures.wrong}")
    made = figures.cards
    print(f"threads: {made.threads}, with a card: {made.drawn}, messages: {made.posted}")


if __name__ == "__main__":
    main()
