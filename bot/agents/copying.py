"""What a copy of an agent takes over from the original beside its settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import (
    AgentLink,
    ApprovalPolicy,
    Grant,
    KnowledgeAttachment,
    KnowledgeText,
    ToolSwitch,
)


async def copy_company(session: AsyncSession, old: str, new: str) -> None:
    """Whom it may ask, and what it knows."""
    for table in (AgentLink, KnowledgeAttachment, KnowledgeText):
        await _copy(session, table, old, agent_id=new)


async def copy_access(session: AsyncSession, ids: Callable[[], str], old: str, new: str) -> None:
    """What it may reach, row by row as it stands, and who approves its writes."""
    for table in (Grant, ToolSwitch):
        await _copy(session, table, old, agent_id=new)
    await _copy(session, ApprovalPolicy, old, agent_id=new, id=ids())


async def _copy(session: AsyncSession, table: type[Any], old: str, **other: str) -> None:
    """Rows of one agent once more, with other values in some columns."""
    columns = {one.key for one in table.__table__.columns} - set(other)
    rows = await session.scalars(select(table).where(table.agent_id == old))
    for row in rows.all():
        session.add(table(**{one: getattr(row, one) for one in columns}, **other))
