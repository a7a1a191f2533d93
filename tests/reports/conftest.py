from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import stamina

from bot.gate.door import Gate
from bot.gate.opening import Opener
from bot.scheduling.queue import TableQueue
from bot.store.database import Store
from bot.store.tables import Connection
from bot.store.vault import Vault
from playground.betterstack.auth import TEAM_TOKEN
from playground.betterstack.server import Sandbox
from tests.fixtures_store import (
    ORGANISATION,
    START,
    MovableClock,
    ana,
    clock,
    database,
    store,
)

__all__ = ["ana", "clock", "database", "store"]


@pytest.fixture
def queue(store: Store) -> TableQueue:
    return TableQueue(store)


@pytest.fixture
async def sandbox(clock: MovableClock) -> AsyncIterator[Sandbox]:
    """Better Stack with a believable day in it, at the time of the test."""
    async with Sandbox(clock) as running:
        yield running


@pytest.fixture
async def opener() -> AsyncIterator[Opener]:
    made = Opener(Vault({"k1": secrets.token_bytes(32)}, "k1"))
    with stamina.set_testing(True, attempts=10, cap=True):  # repeats at once
        yield made
    await made.close()


@pytest.fixture
async def gate(store: Store, opener: Opener) -> Gate:
    return Gate(store, opener, approval_wait=timedelta(minutes=30))


async def connect(store: Store, opener: Opener, address: str, label: str = "Demo") -> str:
    """A Better Stack connection at an address; returns its id."""
    connection = Connection(
        id=store.ids(),
        organisation_id=ORGANISATION,
        connector="better_stack",
        label=label,
        settings={"base_url": address, "team_id": "t400"},
        created_at=START,
    )
    connection.credentials = opener.seal(connection, {"api_token": TEAM_TOKEN})
    async with store.writing(ORGANISATION) as session:
        session.add(connection)
    return connection.id


@pytest.fixture
async def connected(store: Store, opener: Opener, sandbox: Sandbox) -> str:
    """A connection to the sandbox."""
    return await connect(store, opener, sandbox.url)
