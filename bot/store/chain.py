"""The chain of the audit log: each entry's hash covers it and the hash before it.

The newest entry's place is sealed with the vault (the `head`), and each new entry goes on from
what is sealed, not from what the table shows. So whoever changes the tables without the key leaves
a break that stays visible, however much is recorded afterwards. `verification.py` looks for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Delete, Insert, Row, Table, Update, delete, event, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql import visitors

from bot.store.tables import AuditCheckpoint, AuditEntry, Organisation
from bot.store.vault import SealBroken, Vault

COVERED = (
    "organisation_id",
    "sequence",
    "caller_kind",
    "caller_id",
    "caller",
    "asked_by",
    "action",
    "connection_id",
    "tool",
    "resource",
    "outcome",
    "sentence",
    "run_id",
    "duration_ms",
)
"""What the hash covers beside the moment and the hash before, in this order."""

HEAD = "head"
ORIGIN = "start"
RESEAL = "reseal"
"""The action of the entry that stands where a seal was found missing or broken."""

_DEFAULTS = ("caller_id", "asked_by", "connection_id", "tool", "resource", "run_id")
_WAITING = "audit_waiting"
_OPEN = "audit_open"


class Untouchable(Exception):
    """Something tried to change the record. Always a bug."""


class NotSealed(Exception):
    """A store without a vault was to keep a record. Always a bug of whoever opened it."""


@dataclass(frozen=True)
class Point:
    """A place in a chain: the number and the hash of an entry."""

    sequence: int = 0
    hash: str = "0" * 64


def hash_of(entry: AuditEntry | Row[Any], before: str) -> str:
    """SHA-256 over an entry's fields and the hash of the entry before it."""
    moment = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [before, moment, *(getattr(entry, name) for name in COVERED)]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=True).encode()).hexdigest()


def opened(row: AuditCheckpoint, vault: Vault) -> Point:
    """The place that a checkpoint was sealed for.

    Raises:
        SealBroken: it was changed, copied from elsewhere, or sealed with another key.
    """
    point = Point(**vault.open(row.seal, owner=_owner(row.organisation_id, row.kind)))
    if point != Point(row.sequence, row.hash):
        raise SealBroken(f"the {row.kind} of the record is not the one that was sealed")
    return point


async def remove_through(session: AsyncSession, point: Point, *, now: datetime) -> None:
    """Takes the entries up to a place off the chain, and seals that it goes on from there."""
    sync = session.sync_session
    with opened_up(sync):
        await session.execute(delete(AuditEntry).where(AuditEntry.sequence <= point.sequence))
        await session.run_sync(lambda _: _set_seal(sync, ORIGIN, point, now))
        await session.flush()


def watch(sessions: type[Session]) -> None:
    """Makes sessions link what is recorded in them, and refuse to change the record."""
    event.listen(sessions, "before_flush", _keep_aside)
    event.listen(sessions, "before_commit", _append)
    event.listen(sessions, "do_orm_execute", _refuse)


def _keep_aside(session: Session, _context: object, _instances: object) -> None:
    """Holds new entries back until the commit.

    Linking makes the writers of an organisation wait for each other. As the last thing in a unit
    of work that is short, and no two can wait for each other in a circle.
    """
    if session.info.get(_OPEN):
        return
    for row in [*session.dirty, *session.deleted]:
        if isinstance(row, AuditEntry | AuditCheckpoint) and (
            row in session.deleted or session.is_modified(row)
        ):
            raise Untouchable("what is on record is never changed")
    for row in list(session.new):
        if isinstance(row, AuditCheckpoint):
            raise Untouchable("only the chain itself makes checkpoints")
        if isinstance(row, AuditEntry):
            session.expunge(row)
            session.info.setdefault(_WAITING, []).append(row)


def _refuse(state: ORMExecuteState) -> None:
    if state.session.info.get(_OPEN):
        return
    kept = {AuditEntry.__tablename__, AuditCheckpoint.__tablename__}
    statement: Any = state.statement
    for part in visitors.iterate(statement):
        if isinstance(part, Insert | Update | Delete):
            target = part.table
            if isinstance(target, Table) and target.name in kept:
                raise Untouchable(f"{target.name} is never changed by a statement")


def _append(session: Session) -> None:
    """Links the entries of a unit of work in the order in which they were added."""
    if session.in_nested_transaction():
        return
    session.flush()
    entries: list[AuditEntry] = session.info.pop(_WAITING, [])
    if not entries:
        return
    _wait_for_turn(session)
    with opened_up(session), session.no_autoflush:
        point, trouble = _sealed_head(session)
        if trouble:
            entries.insert(0, _resealed(point, trouble, entries[0].at))
        for entry in entries:
            point = _link(session, entry, point)
        session.add_all(entries)
        _set_seal(session, HEAD, point, entries[-1].at)
        session.flush()


def _wait_for_turn(session: Session) -> None:
    """Lets one writer of the organisation link at a time, until its commit."""
    scope = session.info["organisation_id"]
    # Not the stronger lock: that one would collide with every row that refers to the organisation.
    # SQLite knows neither; there the unit of work holds the only write lock anyway.
    turn = select(Organisation.id).where(Organisation.id == scope).with_for_update(key_share=True)
    session.execute(turn)


def _link(session: Session, entry: AuditEntry, before: Point) -> Point:
    entry.organisation_id = session.info["organisation_id"]
    entry.sequence = before.sequence + 1
    for name in _DEFAULTS:  # the columns' own defaults come with the INSERT, after the hash
        if getattr(entry, name) is None:
            setattr(entry, name, "")
    entry.hash = hash_of(entry, before.hash)
    return Point(entry.sequence, entry.hash)


def _sealed_head(session: Session) -> tuple[Point, str]:
    """Where the chain goes on, and what is wrong with the seal that says so, if anything is."""
    row = session.get(AuditCheckpoint, (session.info["organisation_id"], HEAD))
    if row is not None:
        try:
            return opened(row, _vault(session)), ""
        except SealBroken:
            return _shown_head(session) or Point(), "broken"
    shown = _shown_head(session)
    return (Point(), "") if shown is None else (shown, "missing")


def _shown_head(session: Session) -> Point | None:
    """The newest place that the tables show, for want of one that is sealed."""
    newest = select(AuditEntry.sequence, AuditEntry.hash).order_by(AuditEntry.sequence.desc())
    origin = select(AuditCheckpoint.sequence, AuditCheckpoint.hash).where(
        AuditCheckpoint.kind == ORIGIN
    )
    found = session.execute(newest.limit(1)).first() or session.execute(origin).first()
    return Point(found.sequence, found.hash) if found else None


def _resealed(point: Point, trouble: str, at: datetime) -> AuditEntry:
    return AuditEntry(
        at=at,
        caller_kind="system",
        caller="Quarterdeck",
        action=RESEAL,
        outcome="failed",
        sentence=(
            f"Quarterdeck found the seal of this record {trouble} after entry {point.sequence} "
            f"and sealed it anew: what stands before may have been changed, {at:%H:%M} UTC."
        ),
    )


def _set_seal(session: Session, kind: str, point: Point, now: datetime) -> None:
    scope = session.info["organisation_id"]
    row = session.get(AuditCheckpoint, (scope, kind))
    if row is None:
        row = AuditCheckpoint(organisation_id=scope, kind=kind)
        session.add(row)
    row.sequence, row.hash, row.made_at = point.sequence, point.hash, now
    content = {"sequence": point.sequence, "hash": point.hash}
    row.seal = _vault(session).seal(content, owner=_owner(scope, kind))


def _vault(session: Session) -> Vault:
    vault: Vault | None = session.info.get("vault")
    if vault is None:
        raise NotSealed("this store was opened without the vault, so it cannot keep a record")
    return vault


def _owner(organisation_id: str, kind: str) -> str:
    return f"{organisation_id}/audit/{kind}"


@contextmanager
def opened_up(session: Session) -> Iterator[None]:
    """Lets this session change the record: for the chain itself, and for the rotation of keys."""
    session.info[_OPEN] = True
    try:
        yield
    finally:
        session.info[_OPEN] = False
