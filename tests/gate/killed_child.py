"""A process that carries out an approved write and kills itself at a named point of it.

Run as `python -m tests.gate.killed_child DATABASE RUN APPROVAL POINT`; see `test_killed.py`.
"""

from __future__ import annotations

import asyncio
import enum
import os
import signal
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import httpx

from bot.gate import approvals
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import Desk
from bot.gate.door import Gate
from bot.gate.opening import Opener
from bot.store.database import Store
from tests.fixtures_store import ORGANISATION, VAULT

AGENT = "debugger"


class Point(enum.StrEnum):
    """Where the process ends, in the order in which an execution gets there."""

    BEFORE_THE_CLAIM = "before the claim"
    WHILE_CLAIMING = "the claim is written but not committed"
    AFTER_THE_CLAIM = "the claim is committed, nothing is sent"
    BEFORE_SENDING = "the request is built, and no byte of it has left"
    HALF_SENT = "half of the request has left"
    SENT = "all of the request has left"
    ANSWERED = "the service has done it, and its answer is not read to its end"
    BEFORE_SETTLING = "the answer is read, and nothing is recorded"
    WHILE_SETTLING = "the outcome is written but not committed"
    AFTER_SETTLING = "the outcome is committed"


ON_THE_WIRE = {
    Point.BEFORE_SENDING: "http11.send_request_headers.started",
    Point.HALF_SENT: "http11.send_request_headers.complete",
    Point.SENT: "http11.send_request_body.complete",
    Point.ANSWERED: "http11.receive_response_headers.complete",
}
"""What httpcore calls the points of a request in its trace."""

BEFORE = {
    Point.BEFORE_THE_CLAIM: (approvals, "claim"),
    Point.AFTER_THE_CLAIM: (Desk, "target_of"),
    Point.BEFORE_SETTLING: (approvals, "settle"),
}
AFTER = {
    Point.WHILE_CLAIMING: (approvals, "claim"),
    Point.WHILE_SETTLING: (approvals, "settle"),
    Point.AFTER_SETTLING: (Gate, "execute"),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def lay_mine(point: Point) -> None:
    """Arranges that the process ends at this point."""
    if point in ON_THE_WIRE:
        _patch(httpx.AsyncHTTPTransport, "handle_async_request", _traced(ON_THE_WIRE[point]))
    elif point in BEFORE:
        _patch(*BEFORE[point], _dying_before)
    else:
        _patch(*AFTER[point], _dying_after)


def _patch(owner: Any, name: str, wrap: Callable[[Any], Any]) -> None:
    mock.patch.object(owner, name, wrap(getattr(owner, name))).start()


def _dying_before(_real: Any) -> Any:
    async def dying(*_arguments: Any, **_named: Any) -> None:
        die()

    return dying


def _dying_after(real: Any) -> Any:
    async def dying(*arguments: Any, **named: Any) -> None:
        await real(*arguments, **named)
        die()

    return dying


def _traced(deadly: str) -> Callable[[Any], Any]:
    async def trace(event: str, _info: object) -> None:
        if event == deadly:
            die()

    def wrap(real: Any) -> Any:
        async def handle(transport: object, request: httpx.Request) -> Any:
            if request.method != "GET":
                request.extensions = {**request.extensions, "trace": trace}
            return await real(transport, request)

        return handle

    return wrap


def store_at(database: str) -> Store:
    """The store as a process of its own opens it."""
    return Store(
        database,
        clock=lambda: datetime.now(UTC),
        ids=lambda: uuid.uuid4().hex,
        vault=VAULT,
    )


def gate_over(store: Store) -> tuple[Gate, Opener]:
    opener = Opener(VAULT, store.clock)
    return Gate(store, opener, approval_wait=timedelta(minutes=30)), opener


def agent(run_id: str) -> Caller:
    return Caller(CallerKind.AGENT, ORGANISATION, AGENT, "Debugger", "Ana", run_id)


async def execute(database: str, run_id: str, approval_id: str) -> None:
    gate, _ = gate_over(store_at(database))
    await gate.execute(agent(run_id), approval_id)


if __name__ == "__main__":
    lay_mine(Point(sys.argv[4]))
    asyncio.run(execute(*sys.argv[1:4]))
