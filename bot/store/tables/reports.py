"""Subscriptions to reports, and their slots."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id
from bot.store.tables.base import Base, Scoped


class Subscription(Scoped, Base):
    """A report that a channel gets every day at a local time.

    `sources` are the ids of the connections that it reads; None for all that fit.
    """

    __tablename__ = "subscriptions"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(32))
    report: Mapped[str] = mapped_column(String(32))
    hour: Mapped[int]
    minute: Mapped[int]
    timezone: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    sources: Mapped[list[Any] | None]
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class Slot(Scoped, Base):
    """One due moment of a subscription. The unique row makes it fire once."""

    __tablename__ = "slots"
    __table_args__ = (UniqueConstraint("subscription_id", "slot"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    subscription_id: Mapped[str] = mapped_column(Id, ForeignKey("subscriptions.id"))
    slot: Mapped[str] = mapped_column(String(64))
    message_ts: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]


class StandingApproval(Scoped, Base):
    """An owner's recorded consent that a report makes tickets by itself, within bounds."""

    __tablename__ = "standing_approvals"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    subscription_id: Mapped[str] = mapped_column(Id, ForeignKey("subscriptions.id"))
    connection_id: Mapped[str] = mapped_column(Id, ForeignKey("connections.id"))
    tool: Mapped[str] = mapped_column(String(128))
    project: Mapped[str]
    most_a_run: Mapped[int]
    given_by: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    given_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
