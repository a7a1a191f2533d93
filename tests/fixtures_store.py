"""A real store on a new SQLite file, or on an emptied database of PostgreSQL's, with a clock that
tests move.

Import the fixtures into a `conftest.py` to use them. On which databases a test runs, its marker
says, or the command line; see `tests/conftest.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest

from bot.store.database import Base, Store
from bot.store.tables import Member, Organisation, Role
from bot.store.vault import Vault

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
"""A Sunday, 09:00 in Lisbon and 10:00 in Berlin."""

ORGANISATION = "harbor"
OTHER_ORGANISATION = "labs"
OTHERS_OUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
COUNT_ANEW = "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
on_both_databases = pytest.mark.databases(SQLITE, POSTGRESQL)
on_postgresql = pytest.mark.databases(POSTGRESQL)
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
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of the store, for a second process that shares it."""
    if getattr(request, "param", SQLITE) == SQLITE:
        yield f"sqlite+aiosqlite:///{tmp_path / 'quarterdeck.db'}"
        return
    address: str = request.getfixturevalue("postgres_tables")
    empty(address)
    yield address


def empty(address: str) -> None:
    """Removes all rows, which takes a few milliseconds; making all tables anew takes a second."""
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    with psycopg.connect(address.replace("+psycopg", "")) as connection:
        connection.execute(OTHERS_OUT)
        connection.execute(";".join(f'DELETE FROM "{name}"' for name in tables))
        connection.execute(COUNT_ANEW)


@pytest.fixture
async def store(database: str, clock: MovableClock) -> AsyncIterator[Store]:
    """A store with two organisations in it."""
    made = Store(database, clock=clock, ids=counted_ids(), vault=VAULT)
    await prepare(made)
    yield made
    await made.close()


async def prepare(store: Store) -> None:
    """Makes the tables where there are none yet, and the organisations."""
    if store.engine.dialect.name == SQLITE:
        async with store.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
    async with store.installation() as session:
        for name in (ORGANISATION, OTHER_ORGANISATION):
            session.add(Organisation(id=name, name=name.title(), created_at=store.clock()))


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
