"""Keeping an answer as a report, and finding the reports that were kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.directives.results import Table
from bot.agents.directives.wishes import directives_of
from bot.agents.house_tools import At
from bot.agents.titling import as_title
from bot.store.tables import Member, StoredReport

MOST_ROWS = 500
"""Rows of one table that a report keeps."""

REFERENCE = 6
"""Characters of an id by which people name a report."""


def reference(report_id: str) -> str:
    return report_id[-REFERENCE:].lower()


async def store_report(
    session: AsyncSession,
    at: At,
    report_id: str,
    text: str,
    tables: Sequence[Table],
    now: datetime,
    *,
    private: bool,
) -> None:
    """Adds the report of a run. One that is `private` only its asker may read."""
    session.add(
        StoredReport(
            id=report_id,
            title=title_of(at, text),
            text=text,
            data=[{**asdict(one), "rows": list(one.rows)[:MOST_ROWS]} for one in tables],
            made_by=at.asker.id,
            agent_id=at.agent.id,
            conversation_id=at.conversation.id,
            run_id=at.run.id,
            private=private,
            created_at=now,
        )
    )


def title_of(at: At, text: str) -> str:
    """A heading that the answer begins with, or else the question."""
    heading = re.match(r"#{1,6}\s+(.+)", text)
    title = heading[1] if heading else directives_of(at.run).question
    return as_title(title, 120) or "Report"


async def newest(session: AsyncSession, member: Member, most: int) -> list[StoredReport]:
    """The reports that a member may read, the newest first."""
    found = (
        select(StoredReport)
        .where(readable(member))
        .order_by(StoredReport.created_at.desc())
        .limit(most)
    )
    return list(await session.scalars(found))


async def find_report(session: AsyncSession, member: Member, said: str) -> StoredReport | None:
    """The report of a reference, if the member may read it."""
    wanted = said.strip("`# ").lower()
    if not re.fullmatch(r"[0-9a-z-]{4,36}", wanted):
        return None
    found: StoredReport | None = await session.scalar(
        select(StoredReport)
        .where(readable(member), StoredReport.id.iendswith(wanted, autoescape=True))
        .order_by(StoredReport.created_at.desc())
        .limit(1)
    )
    return found


def readable(member: Member) -> ColumnElement[bool]:
    """The condition for reports that a member may read."""
    return or_(StoredReport.private.is_(False), StoredReport.made_by == member.id)
