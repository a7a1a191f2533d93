"""Agents, connections, and what the ones may do through the others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id, sealed
from bot.store.tables.base import Base, Scoped
from bot.store.tables.words import ConnectionStatus, Visibility


class Agent(Scoped, Base):
    """A named colleague. `handle` is the name as it is mentioned: lower case, no spaces.

    One whose `visibility` is "only me" exists for the member `created_by` alone. `prompt` is what
    the team wrote for one of the type custom; `description` stands in the place of its type's.
    """

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
    created_by: Mapped[str] = mapped_column(Id, default="", server_default=text("''"))
    visibility: Mapped[str] = mapped_column(
        String(16), default=Visibility.EVERYONE, server_default=Visibility.EVERYONE
    )
    description: Mapped[str] = mapped_column(default="", server_default=text("''"))
    prompt: Mapped[str] = mapped_column(default="", server_default=text("''"))


class AgentLink(Scoped, Base):
    """A colleague that an agent may ask: `connected_id` answers what `agent_id` asks."""

    __tablename__ = "agent_links"
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agents.id"), primary_key=True)
    connected_id: Mapped[str] = mapped_column(Id, ForeignKey("agents.id"), primary_key=True)


class ChannelDefault(Scoped, Base):
    """Who answers in a channel where the app is mentioned and no agent is named."""

    __tablename__ = "channel_defaults"
    organisation_id: Mapped[str] = mapped_column(
        Id, ForeignKey("organisations.id"), primary_key=True
    )
    team_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agents.id"), index=True)


class Pin(Scoped, Base):
    """What a member wants first in their Home tab: an agent, a daily report or a stored one."""

    __tablename__ = "pins"
    member_id: Mapped[str] = mapped_column(Id, ForeignKey("members.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject: Mapped[str] = mapped_column(Id, primary_key=True)
    pinned_at: Mapped[datetime]


class Connection(Scoped, Base):
    """One signed-in instance of a connector. `credentials` is sealed by the vault.

    `account` is who we are there, `test_mode` that the account holds test data, `expires_at` when
    the sign-in itself ends. `toolset` is what an MCP server offers, as far as an owner accepted it.
    A row that was removed stays, without its secrets, because approvals and the record refer to it.
    """

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("organisation_id", "label"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    connector: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(120))
    settings: Mapped[dict[str, Any]]
    credentials: Mapped[bytes] = sealed(lambda row: f"{row.organisation_id}/{row.id}")
    status: Mapped[str] = mapped_column(String(16), default=ConnectionStatus.UNTESTED)
    status_note: Mapped[str] = mapped_column(default="")
    checked_at: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    account: Mapped[str] = mapped_column(default="", server_default=text("''"))
    test_mode: Mapped[bool] = mapped_column(default=False, server_default="0")
    instructions: Mapped[str] = mapped_column(default="", server_default=text("''"))
    expires_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    toolset: Mapped[dict[str, Any] | None]


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
