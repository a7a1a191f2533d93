"""A real store on a new SQLite file, with a clock that tests move.

Import the fixtures into a `conftest.py` to use them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.store.database import Base, Store
from bot.store.tables import Member, Organisation, Role
from bot.store.vault import Vault

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
"""A Sunday, 09:00 in Lisbon and 10:00 in Berlin."""

ORGANISATION = "harbor"
OTHER_ORGANISATION = "labs"
VAULT = Vault({"1": bytes(range(32))}, "1")


class MovableClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Moves on by the arguments of `timedelta`."""
        self.now += timedelta(**by)

    def set(self, now: datetime) -> None:
        self.now = now


def counted_ids() -> Callable[[], str]:
    """An id source whose ids are in the order in which they were given."""
    numbers = count(1)
    return lambda: f"{next(numbers):032}"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The address of the store, for a second process that shares it."""
    return f"sqlite+aiosqlite:///{tmp_path / 'quarterdeck.db'}"


@pytest.fixture
async def store(database: str, clock: MovableClock) -> AsyncIterator[Store]:
    """A store with two organisations in it."""
    made = Store(database, clock=clock, ids=counted_ids(), vault=VAULT)
    async with made.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with made.installation() as session:
        for name in (ORGANISATION, OTHER_ORGANISATION):
            session.add(Organisation(id=name, name=name.title(), created_at=clock()))
    yield made
    await made.close()


@pytest.fixture
async def ana(store: Store) -> Member:
    """A member in Lisbon."""
    return await add_member(store, "ana", "Ana", "Europe/Lisbon")


async def add_member(
    store: Store, key: str, name: str, timezone: str, organisation: str = ORGANISATION
) -> Member:
    now = store.clock()
    member = Member(
        id=key,
        user_id=f"U{key.upper()}",
        name=name,
        timezone=timezone,
        role=Role.OWNER,
        joined_at=now,
        refreshed_at=now,
    )
    async with store.writing(organisation) as session:
        session.add(member)
    return member
