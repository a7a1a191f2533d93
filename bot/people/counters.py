"""What an organisation has used in a month (UTC): counters that only the month resets."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import Usage

MESSAGES = "messages"
"""Questions of people that started a run."""

REPORTS = "reports"
"""Reports that were completed."""

BUDGET_TOLD = "budget_told"
"""1 once the owners know that most of the month's budget is used."""


def month_of(moment: datetime) -> str:
    """The month's name in the counters: "2026-11"."""
    return moment.astimezone(UTC).strftime("%Y-%m")


def month_start(moment: datetime) -> datetime:
    """When the month of a moment began."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def resets_at(moment: datetime) -> datetime:
    """When the counters of a moment's month start again."""
    start = month_start(moment)
    later = start.month == 12
    return start.replace(year=start.year + later, month=1 if later else start.month + 1)


def reset_in_words(moment: datetime) -> str:
    """ "1 December 2026, 00:00 UTC" """
    at = resets_at(moment)
    return f"{at.day} {at:%B %Y}, 00:00 UTC"


async def count_up(
    session: AsyncSession, organisation_id: str, kind: str, now: datetime, most: int | None = None
) -> bool:
    """Counts one more, unless that would be more than `most`; False if it would.

    One statement does both, so that two at once cannot both be the last.
    """
    if most == 0:
        return False
    postgresql = session.get_bind().dialect.name == "postgresql"
    insert = (insert_postgresql if postgresql else insert_sqlite)(Usage)
    row = {"month": month_of(now), "kind": kind, "organisation_id": organisation_id, "count": 1}
    added = insert.values(**row).on_conflict_do_update(
        index_elements=["month", "kind", "organisation_id"],
        set_={"count": Usage.count + 1},
        where=None if most is None else Usage.count < most,
    )
    counted = await session.scalar(added.returning(Usage.count))
    return counted is not None


async def take_back(session: AsyncSession, kind: str, when: datetime) -> None:
    """Counts one less in the month of `when`: what was counted did not happen after all."""
    await session.execute(
        update(Usage)
        .where(Usage.month == month_of(when), Usage.kind == kind, Usage.count > 0)
        .values(count=Usage.count - 1)
        .execution_options(synchronize_session=False)
    )


async def used(session: AsyncSession, kind: str, now: datetime) -> int:
    """How many this month."""
    found = select(Usage.count).where(Usage.month == month_of(now), Usage.kind == kind)
    return await session.scalar(found) or 0
