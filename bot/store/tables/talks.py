"""Conversations, runs and steps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id
from bot.store.tables.base import Base, Scoped
from bot.store.tables.words import RunState


class Conversation(Scoped, Base):
    """One Slack thread, or one thread of a direct message. Its place never changes."""

    __tablename__ = "conversations"
    __table_args__ = (
        # With the organisation: a channel that moves to another begins its threads anew there.
        UniqueConstraint("organisation_id", "team_id", "channel_id", "thread_ts"),
    )
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    team_id: Mapped[str] = mapped_column(String(32))
    channel_id: Mapped[str] = mapped_column(String(32))
    thread_ts: Mapped[str] = mapped_column(String(32))
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agents.id"))
    direct: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Run(Scoped, Base):
    """One question being answered."""

    __tablename__ = "runs"
    __table_args__ = (UniqueConstraint("conversation_id", "source_ts"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(Id, ForeignKey("conversations.id"), index=True)
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agents.id"))
    asked_by: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    source_ts: Mapped[str] = mapped_column(String(32))
    question: Mapped[str]
    state: Mapped[str] = mapped_column(String(16), default=RunState.QUEUED, index=True)
    progress_ts: Mapped[str] = mapped_column(String(32), default="")
    answer: Mapped[str] = mapped_column(default="")
    answered_ts: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Step(Scoped, Base):
    """One response of the model (`replied`) and the results of its calls so far (`returned`)."""

    __tablename__ = "steps"
    __table_args__ = (UniqueConstraint("run_id", "number"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    run_id: Mapped[str] = mapped_column(Id, ForeignKey("runs.id"), index=True)
    number: Mapped[int]
    replied: Mapped[dict[str, Any]]
    returned: Mapped[dict[str, Any]]
    complete: Mapped[bool] = mapped_column(default=False)
    model: Mapped[str]
    input_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    cached_tokens: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
