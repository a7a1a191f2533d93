"""One-time links to the forms that take credentials."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id, sealed
from bot.store.tables.base import Base, Scoped


class Ticket(Scoped, Base):
    """A one-time link, for one person. `digest` is of its secret, `browser` of the cookie that the
    first browser got which opened it.

    `connection_id` is reserved where the ticket is for a new connection, so it refers to no row
    yet. `draft` keeps, sealed, what was typed and tested but not saved yet.
    """

    __tablename__ = "tickets"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    member_id: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    purpose: Mapped[str] = mapped_column(String(16))
    connector: Mapped[str] = mapped_column(String(64))
    connection_id: Mapped[str] = mapped_column(Id)
    channel: Mapped[str] = mapped_column(String(32), default="")
    browser: Mapped[str] = mapped_column(String(64), default="")
    draft: Mapped[bytes] = sealed(lambda row: f"{row.organisation_id}/ticket/{row.id}")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]
