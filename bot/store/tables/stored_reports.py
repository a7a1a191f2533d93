"""Reports that somebody had made in a conversation, with `#report`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id
from bot.store.tables.base import Base, Scoped


class StoredReport(Scoped, Base):
    """An answer that was kept, with the rows that it rests on; one a run.

    One that is `private` was made where not everyone reads; only who asked for it finds it again.
    """

    __tablename__ = "stored_reports"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str]
    data: Mapped[list[Any]]
    made_by: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agents.id"))
    conversation_id: Mapped[str] = mapped_column(Id, ForeignKey("conversations.id"), index=True)
    run_id: Mapped[str] = mapped_column(Id, ForeignKey("runs.id"), unique=True)
    private: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(index=True)
