"""The migrations make exactly the tables that the models describe."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, inspect, text

from bot.store.database import Store
from bot.store.migrate import alembic_config, is_current, migrate
from bot.store.tables import Base, Organisation
from bot.store.tables.knowledge_index import described
from tests.fixtures_store import MovableClock, counted_ids
from tests.servers import Server, new_database

OLD_JOB = text(
    "INSERT INTO jobs (organisation_id, kind, subject, lock, state, attempts, fence, available_at, "
    "created_at, error) VALUES ('o', 'run', 'x', 'talk', :state, 0, 1, '', '', '')"
)


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(
        f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", clock=MovableClock(), ids=counted_ids()
    )
    yield store
    await store.close()


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "compare_server_default": True,
            "include_name": described,
        },
    )
    return list(compare_metadata(context, Base.metadata))


async def test_an_empty_file_gets_the_schema_of_the_models(empty: Store) -> None:
    await migrate(empty.engine)
    async with empty.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_unique_rows_are_unique_in_the_migrated_schema_too(
    empty: Store, store: Store
) -> None:
    """What makes things happen once; the comparison above does not look at all of it."""

    def constraints(connection: Connection) -> dict[str, set[tuple[str, ...]]]:
        found = inspect(connection)
        return {
            table: {tuple(one["column_names"]) for one in found.get_unique_constraints(table)}
            for table in Base.metadata.tables
        }

    await migrate(empty.engine)
    async with empty.engine.connect() as migrated, store.engine.connect() as made:
        assert await migrated.run_sync(constraints) == await made.run_sync(constraints)


async def test_a_database_is_current_only_after_its_migration(empty: Store) -> None:
    assert not await is_current(empty.engine)
    await migrate(empty.engine)
    assert await is_current(empty.engine)
    await migrate(empty.engine)
    assert await is_current(empty.engine)


@pytest.fixture
async def at_once(postgres_server: Server) -> AsyncIterator[list[Store]]:
    """Four processes that start on one new database of PostgreSQL's."""
    with new_database(postgres_server) as name:
        url = postgres_server.url("postgresql+psycopg", name)
        stores = [Store(url, clock=MovableClock(), ids=counted_ids()) for _ in range(4)]
        yield stores
        for store in stores:
            await store.close()


async def test_of_several_migrations_at_once_one_is_carried_out(at_once: list[Store]) -> None:
    await asyncio.gather(*(migrate(one.engine) for one in at_once))
    assert await is_current(at_once[0].engine)


async def test_an_empty_database_of_postgresql_gets_the_schema_of_the_models(
    at_once: list[Store],
) -> None:
    await migrate(at_once[0].engine)
    async with at_once[0].engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_two_jobs_of_a_lock_that_run_when_the_database_is_migrated_are_sorted_out(
    empty: Store,
) -> None:
    """Before 0003 nothing in the database itself kept them apart."""

    def to(connection: Connection, revision: str) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with empty.engine.begin() as connection:
        await connection.run_sync(to, "0002")
        organisation = insert(Organisation).values(id="o", name="O", created_at=MovableClock()())
        await connection.execute(organisation)
        for state in ("running", "queued", "running"):
            await connection.execute(OLD_JOB, {"state": state})
        await connection.run_sync(to, "head")
        rows = await connection.execute(text("SELECT state FROM jobs ORDER BY id"))
        assert [row.state for row in rows] == ["running", "queued", "queued"]


async def test_sqlite_keeps_its_promises(empty: Store) -> None:
    """Readers do not wait for writers, what is committed is on the disk, references hold."""
    async with empty.engine.connect() as connection:
        found = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
