"""Agents, connections, and what the ones may do through the others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id
from bot.store.tables.base import Base, Scoped
from bot.store.tables.words import ConnectionStatus


class Agent(Scoped, Base):
    """A named colleague. `handle` is the name as it is mentioned: lower case, no spaces."""

    __tablename__ = "agents"
    __table_args__ = (UniqueConstraint("organisation_id", "handle"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    handle: Mapped[str] = mapped_column(String(80))
    type: Mapped[str] = mapped_column(String(32))
    icon: Mapped[str]
    model: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class Connection(Scoped, Base):
    """One signed-in instance of a connector. `credentials` is sealed by the vault."""

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("organisation_id", "label"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    connector: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(120))
    settings: Mapped[dict[str, Any]]
    credentials: Mapped[bytes]
    status: Mapped[str] = mapped_column(String(16), default=ConnectionStatus.UNTESTED)
    status_note: Mapped[str] = mapped_column(default="")
    checked_at: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class Grant(Scoped, Base):
    """What an agent may do in one area of a connection. No row means off."""

    __tablename__ = "grants"
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agents.id"), primary_key=True)
    connection_id: Mapped[str] = mapped_column(Id, ForeignKey("connections.id"), primary_key=True)
    area: Mapped[str] = mapped_column(String(64), primary_key=True)
    level: Mapped[int]


class ToolSwitch(Scoped, Base):
    """One tool of a connection, on or off for an agent beside the level of its area."""

    __tablename__ = "tool_switches"
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agents.id"), primary_key=True)
    connection_id: Mapped[str] = mapped_column(Id, ForeignKey("connections.id"), primary_key=True)
    tool: Mapped[str] = mapped_column(String(128), primary_key=True)
    on: Mapped[bool]


class ApprovalPolicy(Scoped, Base):
    """Who may approve the writes of an agent, or through a connection.

    Exactly one of `agent_id` and `connection_id` is set. `people` are member ids, `user_group` a
    Slack user group, `on_call` the connection whose on-call person may approve. In `critical`
    areas two different people have to.
    """

    __tablename__ = "approval_policies"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    agent_id: Mapped[str | None] = mapped_column(Id, ForeignKey("agents.id"))
    connection_id: Mapped[str | None] = mapped_column(Id, ForeignKey("connections.id"))
    owners: Mapped[bool] = mapped_column(default=True)
    editors: Mapped[bool] = mapped_column(default=True)
    people: Mapped[list[Any]]
    user_group: Mapped[str] = mapped_column(String(32), default="")
    on_call: Mapped[str] = mapped_column(Id, default="")
    own_allowed: Mapped[bool] = mapped_column(default=True)
    critical: Mapped[list[Any]]
