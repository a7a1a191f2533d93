"""Conversations, runs and steps."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Dollars, Id
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
    """One question being answered.

    One that `read_only` is offered no tool that changes anything. `counted` says whether it counts
    as a message of a person, `max_steps` and `max_cost` (US dollars) bound it more than others.
    One with a parent is what an agent asked a colleague, and belongs to that call of the parent's.
    `stopped_by` is who wants it to end. Of one that was forgotten only its place, its people and
    what it cost remain.
    """

    __tablename__ = "runs"
    __table_args__ = (
        UniqueConstraint("conversation_id", "source_ts"),
        UniqueConstraint("parent_run_id", "parent_call_id"),
    )
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
    read_only: Mapped[bool] = mapped_column(default=False, server_default="0")
    counted: Mapped[bool] = mapped_column(default=True, server_default="1")
    max_steps: Mapped[int | None]
    max_cost: Mapped[float | None]
    parent_run_id: Mapped[str | None] = mapped_column(Id, ForeignKey("runs.id"), index=True)
    parent_call_id: Mapped[str | None] = mapped_column(String(128))
    stopped_by: Mapped[str | None] = mapped_column(Id, ForeignKey("members.id"))
    forgotten_at: Mapped[datetime | None]


class Step(Scoped, Base):
    """One response of the model (`replied`) and the results of its calls so far (`returned`).

    `cost` is what it cost at the prices of its day, none where these are unknown.
    """

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
    cost: Mapped[Decimal | None] = mapped_column(Dollars)
    created_at: Mapped[datetime]
