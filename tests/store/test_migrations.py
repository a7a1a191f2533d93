"""The migrations make exactly the tables that the models describe."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from bot.store.database import Store
from bot.store.migrate import is_current, migrate
from bot.store.tables import Base
from bot.store.tables.knowledge_index import described
from tests.fixtures_store import MovableClock, counted_ids


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(
        f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", clock=MovableClock(), ids=counted_ids()
    )
    yield store
    await store.close()


async def test_an_empty_file_gets_the_schema_of_the_models(empty: Store) -> None:
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


async def test_sqlite_keeps_its_promises(empty: Store) -> None:
    """Readers do not wait for writers, what is committed is on the disk, references hold."""
    async with empty.engine.connect() as connection:
        found = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
