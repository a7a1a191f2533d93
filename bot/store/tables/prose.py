"""What language models wrote into things of ours, outside of any agent's run."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Dollars, Id
from bot.store.tables.base import Base, Scoped


class Prose(Scoped, Base):
    """One response: what it is for, as the model wrote it, and what it took.

    `subject` is the report's subscription or the incident; `version` is which state of it the
    words are about. `byline` names the model as people read it; `cost` is as a step's.
    """

    __tablename__ = "prose"
    __table_args__ = (Index("ix_prose_kind_subject", "kind", "subject"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(Id)
    version: Mapped[str] = mapped_column(String(64), default="")
    text: Mapped[str]
    byline: Mapped[str]
    model: Mapped[str]
    input_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    cached_tokens: Mapped[int] = mapped_column(default=0)
    cost: Mapped[Decimal | None] = mapped_column(Dollars)
    created_at: Mapped[datetime] = mapped_column(index=True)
