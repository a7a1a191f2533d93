"""Slack delivers at least once; this makes an effect happen once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import SeenEvent

KEPT = timedelta(hours=48)
"""Slack's own retries end after an hour, its delayed ones after 24 (docs: Events API)."""


async def first_time(session: AsyncSession, key: str, now: datetime) -> bool:
    """Whether `key` is new; it is remembered with the unit of work that the effect is saved in."""
    insert = insert_postgresql if _is_postgresql(session) else insert_sqlite
    result = await session.execute(
        insert(SeenEvent)
        .values(key=key, seen_at=now)
        .on_conflict_do_nothing()
        .returning(SeenEvent.key)
    )
    return result.scalar() is not None


async def seen(session: AsyncSession, key: str) -> bool:
    """Whether `key` had its effect before."""
    return await session.scalar(select(SeenEvent.key).where(SeenEvent.key == key)) is not None


async def forget_old(session: AsyncSession, now: datetime) -> None:
    await session.execute(delete(SeenEvent).where(SeenEvent.seen_at < now - KEPT))


def _is_postgresql(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"
