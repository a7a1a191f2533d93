"""A process with a worker, for tests that kill or freeze it.

Run as `python -m tests.scheduling.worker_child DATABASE NAME LEASE [FREEZE]`. It prints a line for
each job that it did, and one for each that it lost to another. Each job writes once that it was
done, in a unit of work that holds its claim. With FREEZE the process stops itself before that.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from unittest import mock

import psycopg

from bot.scheduling.queue import Claim, LostClaim, TableQueue
from bot.scheduling.worker import Worker
from bot.store.database import Store
from bot.store.once import first_time
from tests.fixtures_store import ORGANISATION

OVERLAP = "overlap"


def store_at(database: str) -> Store:
    return Store(database, clock=lambda: datetime.now(UTC), ids=lambda: uuid.uuid4().hex)


def handler(
    database: str, store: Store, queue: TableQueue, name: str, *, freeze: bool
) -> Callable[[Claim], Awaitable[None]]:
    async def handle(claim: Claim) -> None:
        """The subject is "talk.number"; no two of one talk may be here at once, in any process."""
        talk = int(claim.subject.partition(".")[0])
        alone = await psycopg.AsyncConnection.connect(
            database.replace("+psycopg", ""), autocommit=True
        )
        async with alone:
            got = await alone.execute("SELECT pg_try_advisory_lock(%s)", [talk])
            if await got.fetchone() != (True,):
                print(f"{name} {OVERLAP} {claim.subject}", flush=True)
            await asyncio.sleep(0.01)
        if freeze:
            print(f"{name} freezes {claim.subject}", flush=True)
            os.kill(os.getpid(), signal.SIGSTOP)
        try:
            async with store.writing(ORGANISATION) as session:
                await first_time(session, f"{claim.subject} {name}", store.clock())
                await queue.hold(session, claim)
        except LostClaim:
            print(f"{name} lost {claim.subject}", flush=True)
            raise
        print(f"{name} did {claim.subject}", flush=True)

    return handle


async def give_up(claim: Claim) -> None:
    print(f"gave up {claim.subject}", flush=True)


async def main(database: str, name: str, lease: str, freeze: str = "") -> None:
    for module in ("queue", "worker"):
        mock.patch(f"bot.scheduling.{module}.LEASE", timedelta(seconds=float(lease))).start()
    store = store_at(database)
    queue = TableQueue(store)
    handle = handler(database, store, queue, name, freeze=bool(freeze))
    await Worker(queue, {"run": handle}, limit=4, give_up=give_up).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
