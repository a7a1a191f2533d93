"""Members, invitations, and what an organisation used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id
from bot.store.tables.base import Base, Scoped
from bot.store.tables.words import Role


class Member(Scoped, Base):
    """A person of a Slack workspace with a role in the organisation.

    `refreshed_at` is when name, email and time zone were last read from Slack; `outsider` says why
    this account is not served ("a guest"), and is empty for those who are.
    """

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("organisation_id", "user_id"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    timezone: Mapped[str] = mapped_column(default="UTC")
    role: Mapped[str] = mapped_column(String(16), default=Role.VIEWER)
    joined_at: Mapped[datetime]
    refreshed_at: Mapped[datetime | None]
    outsider: Mapped[str] = mapped_column(default="")
    removed_at: Mapped[datetime | None]


class Invitation(Scoped, Base):
    """An offer to one person, by Slack account or by email address, to become a member."""

    __tablename__ = "invitations"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    team_id: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[str] = mapped_column(String(32), default="")
    email: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(String(16), default=Role.VIEWER)
    invited_by: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Usage(Scoped, Base):
    """A counter of a month (UTC, "2026-11"): `messages` or `reports`."""

    __tablename__ = "usage"
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(
        Id, ForeignKey("organisations.id"), primary_key=True
    )
    count: Mapped[int] = mapped_column(default=0)
