"""Outside of any organisation: what exists before one is known, and the machinery."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id
from bot.store.tables.base import Base
from bot.store.tables.words import JobState


class Organisation(Base):
    """The tenant itself.

    `invited_only` keeps members of the Slack workspace out until they are invited. `budget` is
    what its models may cost in a month (US dollars), none for no bound.
    """

    __tablename__ = "organisations"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    plan: Mapped[str] = mapped_column(String(16), default="scale")
    invited_only: Mapped[bool] = mapped_column(default=False)
    budget: Mapped[float | None]
    audit_days: Mapped[int | None]
    created_at: Mapped[datetime]


class Workspace(Base):
    """A Slack workspace that the app is installed in: the way from an event to its organisation."""

    __tablename__ = "workspaces"
    team_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    name: Mapped[str]
    bot_user_id: Mapped[str]
    created_at: Mapped[datetime]


class Channel(Base):
    """A Slack channel that belongs to another organisation than its workspace's default one, or
    whose owner allowed outsiders. It leads from an event to its organisation, so it stands outside.
    """

    __tablename__ = "channels"
    team_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    outsiders_allowed: Mapped[bool] = mapped_column(default=False)


class DirectChoice(Base):
    """Which organisation a person's direct messages belong to, where it is not the default one."""

    __tablename__ = "direct_choices"
    team_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))


class SeenEvent(Base):
    """A delivery of Slack's that has had its effect; its key holds the workspace."""

    __tablename__ = "seen_events"
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


class InstallationEvent(Base):
    """Something on record that belongs to no organisation, such as a refused signature."""

    __tablename__ = "installation_events"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    detail: Mapped[str]


class Job(Base):
    """Work for any worker. Workers serve all organisations, so the queue stands outside."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_state_available_at", "state", "available_at"),
        Index("ix_jobs_lock_state", "lock", "state"),
        # Never two of one lock, whatever two workers at once believe to have seen.
        Index(
            "uq_jobs_lock_running",
            "lock",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str]
    lock: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default=JobState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    available_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    error: Mapped[str] = mapped_column(default="")
