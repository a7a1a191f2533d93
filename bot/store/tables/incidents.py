"""Incidents: what services reported, what is true of it, and which channel gets to see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id, sealed
from bot.store.tables.base import Base, Scoped
from bot.store.tables.words import IncidentState


class Incident(Scoped, Base):
    """An incident as its service last told it, and its place in Slack.

    `labels` is its metadata by key, `facts` all that was read. One that `folded_into` names another
    is told of in that one's thread, whose `times` counts it; it has no channel of its own. `drawn`
    is a digest of the card as it stands in Slack.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        UniqueConstraint("connection_id", "external_id"),
        Index("ix_incidents_connection_id_last_active_at", "connection_id", "last_active_at"),
    )
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    connection_id: Mapped[str] = mapped_column(Id, ForeignKey("connections.id"))
    external_id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(default="")
    cause: Mapped[str] = mapped_column(default="")
    cause_key: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(String(16), default=IncidentState.STARTED, index=True)
    started_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str] = mapped_column(default="")
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str] = mapped_column(default="")
    monitor_id: Mapped[str] = mapped_column(String(64), default="")
    monitor: Mapped[str] = mapped_column(default="")
    monitor_group: Mapped[str] = mapped_column(default="")
    team: Mapped[str] = mapped_column(default="")
    severity: Mapped[str] = mapped_column(default="")
    labels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    link: Mapped[str] = mapped_column(default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problem: Mapped[str] = mapped_column(default="")
    folded_into: Mapped[str | None] = mapped_column(Id, ForeignKey("incidents.id"), index=True)
    times: Mapped[int] = mapped_column(default=1)
    route_id: Mapped[str | None] = mapped_column(Id, ForeignKey("incident_routes.id"))
    channel_id: Mapped[str] = mapped_column(String(32), default="")
    card_ts: Mapped[str] = mapped_column(String(32), default="")
    conversation_id: Mapped[str | None] = mapped_column(Id, ForeignKey("conversations.id"))
    drawn: Mapped[str] = mapped_column(String(64), default="")
    run_id: Mapped[str | None] = mapped_column(Id, ForeignKey("runs.id"))
    summary_ts: Mapped[str] = mapped_column(String(32), default="")
    last_active_at: Mapped[datetime]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class IncidentEvent(Scoped, Base):
    """Something that a service told, as it came; also what could not be understood.

    `key` is a digest of the body, so that a repetition counts up `times` instead of making a row.
    `about` says what kind of thing it is of, `verb` what happened to it.
    """

    __tablename__ = "incident_events"
    __table_args__ = (
        UniqueConstraint("connection_id", "key"),
        Index("ix_incident_events_connection_id_external_id", "connection_id", "external_id"),
    )
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    connection_id: Mapped[str] = mapped_column(Id, ForeignKey("connections.id"))
    key: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(16))
    about: Mapped[str] = mapped_column(String(16))
    verb: Mapped[str] = mapped_column(String(32))
    external_id: Mapped[str] = mapped_column(String(64), default="")
    payload: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(default="")
    times: Mapped[int] = mapped_column(default=1)
    received_at: Mapped[datetime] = mapped_column(index=True)
    last_received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


class IncidentRoute(Scoped, Base):
    """Which incidents a channel gets; of those that match, the one with the lowest position counts.

    `by` is team, monitor, group, severity, metadata (with its `key`) or everything. With an agent,
    that agent looks into a new incident at once. Without a connection it is for all of them.
    """

    __tablename__ = "incident_routes"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    position: Mapped[int]
    connection_id: Mapped[str | None] = mapped_column(Id, ForeignKey("connections.id"))
    by: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(default="")
    value: Mapped[str] = mapped_column(default="")
    team_id: Mapped[str] = mapped_column(String(32))
    channel_id: Mapped[str] = mapped_column(String(32))
    agent_id: Mapped[str | None] = mapped_column(Id, ForeignKey("agents.id"))
    created_by: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class WebhookAddress(Scoped, Base):
    """The address that a connection's service sends its events to.

    What comes is checked against `digest`; `secret` is sealed, for who may see it again.
    """

    __tablename__ = "webhook_addresses"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    connection_id: Mapped[str] = mapped_column(Id, ForeignKey("connections.id"), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    secret: Mapped[bytes] = sealed(lambda row: f"{row.organisation_id}/{row.id}")
    made_by: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    rotated_at: Mapped[datetime | None]
