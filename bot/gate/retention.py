"""How long the audit log is kept: what is older is pruned, by command or once a day."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.store.chain import NotSealed, Point, remove_through
from bot.store.database import Store
from bot.store.people import organisations
from bot.store.tables import AuditEntry, Organisation
from bot.store.verification import Tampered, verify

log = structlog.get_logger(__name__)

PRUNE_EVERY = timedelta(days=1)

KEEP_ALL = 0
"""As an organisation's number of days: everything, whatever the installation's default is."""


class Retention:
    """Prunes every organisation's record once a day. `run` is a task of the house's."""

    def __init__(
        self,
        store: Store,
        default_days: int | None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`default_days` is for organisations without a setting of their own; None keeps all."""
        self._store = store
        self._default = default_days
        self._sleep = sleep

    async def run(self) -> None:
        while True:
            try:
                await self.prune_all()
            except Exception:  # the next day makes up for it
                log.exception("audit.not_pruned")
            await self._sleep(PRUNE_EVERY.total_seconds())

    async def prune_all(self) -> None:
        """Prunes what is due. A record that was tampered with is left as it is."""
        for organisation in await organisations(self._store):
            try:
                await self._prune(organisation)
            except Tampered as found:
                log.error("audit.tampered", organisation=organisation.name, found=str(found))  # noqa: TRY400
            except Exception:  # the others are pruned all the same
                log.exception("audit.not_pruned", organisation=organisation.name)

    async def _prune(self, organisation: Organisation) -> None:
        days = kept_days(organisation, self._default)
        if days:
            caller = Caller(CallerKind.SYSTEM, organisation.id, "retention", "Quarterdeck")
            removed = await prune(self._store, caller, days)
            if removed:
                log.info("audit.pruned", organisation=organisation.name, entries=removed)


def kept_days(organisation: Organisation, default: int | None) -> int | None:
    """For how many days an organisation's record is kept; None for ever."""
    own = organisation.audit_days
    return (default if own is None else own) or None


async def prune(store: Store, caller: Caller, days: int, *, force: bool = False) -> int:
    """Removes the caller's organisation's entries that are older than `days`, and records that.

    Args:
        force: prune also where the record is not what was recorded, and say so on record.

    Returns:
        How many entries were removed.

    Raises:
        Tampered: the record is not whole, and pruning would hide it. Nothing was removed.
    """
    now = store.clock()
    before = now - timedelta(days=days)
    if store.vault is None:
        raise NotSealed("this store was opened without the vault, so it cannot prune")
    async with store.reading(caller.organisation_id) as session:
        if await _last_before(session, before) is None:
            return 0
        problem = (await verify(session, store.vault)).problem
    if problem and not force:
        raise Tampered(problem)
    async with store.writing(caller.organisation_id) as session:
        point = await _last_before(session, before)
        if point is None:  # another process was faster
            return 0
        removed = await _count_to(session, point)
        await remove_through(session, point, now=now)
        _record(session, caller, now=now, days=days, point=point, problem=problem)
    return removed


def _record(
    session: AsyncSession, caller: Caller, *, now: datetime, days: int, point: Point, problem: str
) -> None:
    although = f", although it was not whole: {problem}" if problem else ""
    audit.record(
        session,
        caller,
        at=now,
        action="prune",
        outcome="done",
        sentence=(
            f"{audit.who(caller)} pruned the record up to entry {point.sequence}, "
            f"to keep {days} days{although}"
        ),
    )


async def _last_before(session: AsyncSession, before: datetime) -> Point | None:
    """The last entry of those at the beginning that are all older."""
    kept = await session.scalar(
        select(func.min(AuditEntry.sequence)).where(AuditEntry.at >= before.astimezone(UTC))
    )
    old = select(AuditEntry.sequence, AuditEntry.hash).order_by(AuditEntry.sequence.desc())
    if kept is not None:
        old = old.where(AuditEntry.sequence < kept)
    found = (await session.execute(old.limit(1))).first()
    return Point(found.sequence, found.hash) if found else None


async def _count_to(session: AsyncSession, point: Point) -> int:
    counted = select(func.count()).select_from(AuditEntry)
    return await session.scalar(counted.where(AuditEntry.sequence <= point.sequence)) or 0
