"""What people thought of answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id
from bot.store.tables.base import Base, Scoped


class Feedback(Scoped, Base):
    """One person's thumb, up or down, on one answer. Pressed again, the last one counts."""

    __tablename__ = "feedback"
    run_id: Mapped[str] = mapped_column(Id, ForeignKey("runs.id"), primary_key=True)
    member_id: Mapped[str] = mapped_column(Id, ForeignKey("members.id"), primary_key=True)
    good: Mapped[bool]
    at: Mapped[datetime]
