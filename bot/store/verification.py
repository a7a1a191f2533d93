"""Looks for what was changed, removed or put into an audit log around the application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.chain import COVERED, HEAD, ORIGIN, RESEAL, Point, hash_of, opened
from bot.store.tables import AuditCheckpoint, AuditEntry
from bot.store.vault import SealBroken, Vault

PAGE = 1000
"""Entries that are read at a time."""


class Tampered(Exception):
    """The first place where the record is not what was recorded. Its text is a sentence."""


@dataclass(frozen=True)
class Verdict:
    """What was found. `problem` names the first bad place; without one the record is whole.

    `count` is how many entries were found good, `origin` where pruning left off, and `head` the
    last good one.
    """

    count: int
    origin: Point
    head: Point
    problem: str = ""


async def verify(session: AsyncSession, vault: Vault, known: Point | None = None) -> Verdict:
    """Checks an organisation's record from its beginning to its sealed end.

    Args:
        known: an entry's number and hash, as somebody noted them down before. One that was pruned
            since cannot be compared any more.
    """
    walk = _Walk(session, vault, known or Point())
    try:
        await walk.run()
    except Tampered as found:
        return Verdict(walk.count, walk.origin, walk.last, str(found))
    return Verdict(walk.count, walk.origin, walk.last)


class _Walk:
    def __init__(self, session: AsyncSession, vault: Vault, known: Point) -> None:
        self._session = session
        self._vault = vault
        self._known = known
        self.count = 0
        self.origin = self.last = Point()

    async def run(self) -> None:
        self.origin = self.last = await self._sealed(ORIGIN) or Point()
        self._compare(self.origin)
        async for entry in _entries(self._session):
            self._check(entry)
            self.last = Point(entry.sequence, entry.hash)
            self._compare(self.last)
            self.count += 1
        self._check_end(await self._sealed(HEAD))

    async def _sealed(self, kind: str) -> Point | None:
        row = await self._session.scalar(
            select(AuditCheckpoint).where(AuditCheckpoint.kind == kind)
        )
        try:
            return opened(row, self._vault) if row is not None else None
        except SealBroken:
            which = {HEAD: "end", ORIGIN: "pruned beginning"}[kind]
            raise Tampered(
                f"The seal on the record's {which} is broken: somebody changed it, "
                "or the encryption key is another one."
            ) from None

    def _check(self, entry: Row[Any]) -> None:
        number, expected = entry.sequence, self.last.sequence + 1
        if number < expected:
            raise Tampered(f"Entry {number} was put in: the record begins after it.")
        if number > expected:
            raise Tampered(f"{_entries_are(expected, number - 1)} missing.")
        if entry.hash != hash_of(entry, self.last.hash):
            raise Tampered(
                f"Entry {number} was changed, moved or put in, or the one before it was: "
                "it does not have the hash that it was recorded with."
            )
        if entry.action == RESEAL:
            raise Tampered(
                f"Entry {number} says that the record was found without a good seal there."
            )

    def _compare(self, point: Point) -> None:
        if point.sequence == self._known.sequence and point != self._known:
            raise Tampered(f"Entry {point.sequence} is not the one that was noted down.")

    def _check_end(self, head: Point | None) -> None:
        last = self.last
        if head is None:
            if last.sequence:
                raise Tampered(f"The seal on the record's end, entry {last.sequence}, is missing.")
        elif last.sequence < head.sequence:
            missing = _entries_are(last.sequence + 1, head.sequence)
            raise Tampered(f"{missing} missing from the record's end.")
        elif last.sequence > head.sequence:
            raise Tampered(
                f"Entry {head.sequence + 1} was put in: the record was sealed before it."
            )
        elif last.hash != head.hash:
            raise Tampered(
                f"Entry {last.sequence} is not the one that was sealed: it, or entries before it, "
                "were written anew."
            )
        if self._known.sequence > last.sequence:
            raise Tampered(f"Entry {self._known.sequence}, which was noted down, is missing.")


async def _entries(session: AsyncSession) -> AsyncIterator[Row[Any]]:
    columns = [getattr(AuditEntry, name) for name in ("at", "hash", *COVERED)]
    page = select(*columns).order_by(AuditEntry.sequence).limit(PAGE)
    rows = (await session.execute(page)).all()
    while rows:
        for row in rows:
            yield row
        after = page.where(AuditEntry.sequence > rows[-1].sequence)
        rows = (await session.execute(after)).all()


def _entries_are(first: int, last: int) -> str:
    return f"Entry {first} is" if first == last else f"Entries {first} to {last} are"
