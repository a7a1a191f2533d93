"""A real store on a new SQLite file, or on an emptied database of PostgreSQL's, with a clock that
tests move.

Import the fixtures into a `conftest.py` to use them. On which databases a test runs, its marker
says, or the command line; see `tests/conftest.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, event

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
NO_HURRY_TO_DISK = "PRAGMA synchronous=OFF"
"""A test's database need not outlive a power failure, only its processes."""


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
        yield new_sqlite(tmp_path / "quarterdeck.db")
        return
    address: str = request.getfixturevalue("postgres_tables")
    empty(address)
    yield address


def new_sqlite(path: Path) -> str:
    """The address of a new database, with the tables and no rows."""
    path.write_bytes(_tables())
    return f"sqlite+aiosqlite:///{path}"


@cache
def _tables() -> bytes:
    """A file with all tables. To write it takes a millisecond, to make them all anew a hundred."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tables.db"
        engine = create_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            Base.metadata.create_all(connection)
        engine.dispose()
        return path.read_bytes()


def in_no_hurry(store: Store) -> Store:
    """A store whose commits do not wait for the disk, where it is on SQLite."""
    if store.engine.dialect.name == SQLITE:
        event.listen(store.engine.sync_engine, "connect", _relax)
    return store


def _relax(connection: Any, _record: Any) -> None:
    connection.cursor().execute(NO_HURRY_TO_DISK)


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
    made = in_no_hurry(Store(database, clock=clock, ids=counted_ids(), vault=VAULT))
    await add_organisations(made)
    yield made
    await made.close()


async def add_organisations(store: Store) -> None:
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
