"""What people did to incidents with the buttons of their cards, and what was posted of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id
from bot.store.tables.base import Base, Scoped
from bot.store.tables.words import PressState


class IncidentPress(Scoped, Base):
    """A person's press of a button on an incident's card.

    `key` is what Slack's payload tells it by, so that a redelivery makes no second one. `words` is
    what it came to so far; `tries` counts requests that were found not to have been done.
    """

    __tablename__ = "incident_presses"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[str] = mapped_column(Id, ForeignKey("incidents.id"), index=True)
    member_id: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    key: Mapped[str] = mapped_column(String(160))
    action: Mapped[str] = mapped_column(String(32))
    arguments: Mapped[dict[str, Any]]
    channel_id: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), default=PressState.NEW)
    words: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class IncidentPost(Scoped, Base):
    """A message of an incident in Slack, once for its `key`: the card, or a line of its story.

    `ts` is empty from before it is sent until Slack has answered; `shown` is what it shows.
    """

    __tablename__ = "incident_posts"
    __table_args__ = (UniqueConstraint("incident_id", "key"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[str] = mapped_column(Id, ForeignKey("incidents.id"))
    key: Mapped[str] = mapped_column(String(160))
    shown: Mapped[str]
    ts: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime]
