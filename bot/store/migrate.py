"""Brings a database to the newest schema, and tells whether it is there."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


LOCK = 0x51444D49
"""The number of the lock that PostgreSQL keeps while one process migrates."""


async def migrate(engine: AsyncEngine) -> None:
    """Runs the migrations that are missing. Of several processes at once one does."""

    def upgrade(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with engine.begin() as connection:
        await connection.run_sync(upgrade)


async def is_current(engine: AsyncEngine) -> bool:
    """Whether the database has the schema that this version of the code expects."""

    def revision(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with engine.connect() as connection:
        head = ScriptDirectory.from_config(alembic_config()).get_current_head()
        return await connection.run_sync(revision) == head


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
