"""What agents know beside what tools return: files, attached reports, and a text of theirs."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id
from bot.store.tables.base import Base, Scoped
from bot.store.tables.knowledge_index import PASSAGES


class KnowledgeKind(enum.StrEnum):
    """What an item was made of."""

    FILE = "file"
    REPORT = "report"


class KnowledgeState(enum.StrEnum):
    """How far an item is. Only one that is ready is attached to agents."""

    PENDING = "pending"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        return self in (KnowledgeState.READY, KnowledgeState.FAILED)


class KnowledgeItem(Scoped, Base):
    """A file of the organisation's library, or a stored report that an agent was given.

    `reason` says why it failed, or what of a ready one could not be read. `slack_file` is the file
    in Slack that its bytes come from, where they were not uploaded on a page.
    """

    __tablename__ = "knowledge_items"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default=KnowledgeState.PENDING)
    reason: Mapped[str] = mapped_column(default="")
    pages: Mapped[int] = mapped_column(default=0)
    characters: Mapped[int] = mapped_column(default=0)
    slack_file: Mapped[str] = mapped_column(String(32), default="")
    report_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("stored_reports.id", ondelete="CASCADE"), unique=True
    )
    added_by: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    created_at: Mapped[datetime]


class KnowledgeUpload(Scoped, Base):
    """The bytes of a file that was uploaded on a page, until they were read."""

    __tablename__ = "knowledge_uploads"
    item_id: Mapped[str] = mapped_column(
        Id, ForeignKey("knowledge_items.id", ondelete="CASCADE"), primary_key=True
    )
    content: Mapped[bytes]


class KnowledgePassage(Scoped, Base):
    """A few paragraphs of an item, with where they stand: `page` is 0 where there are no pages.

    Their words are indexed by the database itself; see `knowledge_index`.
    """

    __tablename__ = PASSAGES
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(
        Id, ForeignKey("knowledge_items.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int]
    page: Mapped[int] = mapped_column(default=0)
    heading: Mapped[str] = mapped_column(default="")
    text: Mapped[str]


class KnowledgeAttachment(Scoped, Base):
    """An item that an agent knows."""

    __tablename__ = "knowledge_attachments"
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agents.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(
        Id, ForeignKey("knowledge_items.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    attached_at: Mapped[datetime]


class KnowledgeText(Scoped, Base):
    """What the team wrote for one agent to know always."""

    __tablename__ = "knowledge_texts"
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agents.id"), primary_key=True)
    text: Mapped[str]
    changed_by: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    changed_at: Mapped[datetime]
