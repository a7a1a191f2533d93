"""Approvals, and the record of everything."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id, sealed
from bot.store.tables.base import Base, Scoped
from bot.store.tables.words import ApprovalState


class Approval(Scoped, Base):
    """A person's decision on exactly one write, and what became of it.

    `digest` binds it to connection, tool and arguments; `state_seen` is what the resource's
    state was when the card was drawn. Several writes of one step share a `card`; `needed` is how
    many different people have to approve, and `reason` what was said with a denial.

    An agent's request has the run and the call that it comes from. A person's own press and a
    report's ticket have a `key` instead, which makes them once; a ticket also names the standing
    approval and the slot that it counts for. Where no run has a thread, the card's place is here.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        UniqueConstraint("run_id", "call_id"),
        UniqueConstraint("organisation_id", "key"),
    )
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    run_id: Mapped[str | None] = mapped_column(Id, ForeignKey("runs.id"), index=True)
    call_id: Mapped[str] = mapped_column(String(128), default="")
    agent_id: Mapped[str | None] = mapped_column(Id, ForeignKey("agents.id"))
    key: Mapped[str | None] = mapped_column(String(160))
    standing_id: Mapped[str | None] = mapped_column(Id, ForeignKey("standing_approvals.id"))
    slot_id: Mapped[str | None] = mapped_column(Id, ForeignKey("slots.id"))
    requested_by: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    connection_id: Mapped[str] = mapped_column(Id, ForeignKey("connections.id"))
    tool: Mapped[str] = mapped_column(String(128))
    arguments: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    action: Mapped[str]
    past: Mapped[str]
    resource: Mapped[str]
    link: Mapped[str] = mapped_column(default="")
    changes: Mapped[list[Any]]
    state_seen: Mapped[str]
    state: Mapped[str] = mapped_column(String(16), default=ApprovalState.PENDING, index=True)
    area: Mapped[str] = mapped_column(String(64), default="")
    needed: Mapped[int] = mapped_column(default=1)
    card: Mapped[str] = mapped_column(Id, default="")
    card_ts: Mapped[str] = mapped_column(String(32), default="")
    channel_id: Mapped[str] = mapped_column(String(32), default="")
    thread_ts: Mapped[str] = mapped_column(String(32), default="")
    reason: Mapped[str] = mapped_column(default="")
    reminded_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(Id, ForeignKey("members.id"))
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Consent(Scoped, Base):
    """One person's yes to an approval that may need several."""

    __tablename__ = "consents"
    approval_id: Mapped[str] = mapped_column(Id, ForeignKey("approvals.id"), primary_key=True)
    member_id: Mapped[str] = mapped_column(Id, ForeignKey("members.id"), primary_key=True)
    at: Mapped[datetime]


class AuditEntry(Scoped, Base):
    """What happened, in one plain sentence and in its parts. Never changed.

    `sequence` counts from 1 in each organisation; `hash` covers the entry and the hash before it.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (UniqueConstraint("organisation_id", "sequence"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    caller_kind: Mapped[str] = mapped_column(String(16))
    caller_id: Mapped[str] = mapped_column(String(64), default="")
    caller: Mapped[str]
    asked_by: Mapped[str] = mapped_column(default="")
    action: Mapped[str] = mapped_column(String(64))
    connection_id: Mapped[str] = mapped_column(Id, default="")
    tool: Mapped[str] = mapped_column(String(128), default="")
    resource: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(String(32))
    sentence: Mapped[str]
    run_id: Mapped[str] = mapped_column(Id, default="")
    duration_ms: Mapped[int | None]


class AuditCheckpoint(Scoped, Base):
    """A place in the chain, sealed with the vault so that nobody else can move it.

    There are two: `head` is the newest entry, `start` the last one that pruning removed.
    """

    __tablename__ = "audit_checkpoints"
    organisation_id: Mapped[str] = mapped_column(
        Id, ForeignKey("organisations.id"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    seal: Mapped[bytes] = sealed(lambda row: f"{row.organisation_id}/audit/{row.kind}")
    made_at: Mapped[datetime]
