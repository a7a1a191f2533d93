"""The tables.

A table of an organisation derives from `Scoped`; the store then adds the organisation to every
query and every row (see `database.py`). The few others say why they stand outside.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.store.columns import Id, Instant


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy reads it as a class attribute)
        datetime: Instant(),
        dict[str, Any]: JSON,
        list[Any]: JSON,
        str: Text(),
        bytes: LargeBinary(),
    }


class Scoped:
    """Mixin of every table whose rows belong to one organisation."""

    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), index=True)


class Role(enum.StrEnum):
    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class RunState(enum.StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"  # for a person's decision
    DONE = "done"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        return self in (RunState.DONE, RunState.FAILED)


class ApprovalState(enum.StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # by the one who asked
    EXECUTING = "executing"  # the request may have left: never send it again
    DONE = "done"
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"


class JobState(enum.StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ConnectionStatus(enum.StrEnum):
    UNTESTED = "untested"
    CONNECTED = "connected"
    RECONNECT = "reconnect"
    FAILING = "failing"


# Outside of any organisation: what exists before one is known, and the machinery.


class Organisation(Base):
    """The tenant itself.

    `invited_only` keeps members of the Slack workspace out until they are invited. `budget` is
    what its models may cost in a month (US dollars), none for no bound.
    """

    __tablename__ = "organisations"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    plan: Mapped[str] = mapped_column(String(16), default="scale")
    invited_only: Mapped[bool] = mapped_column(default=False)
    budget: Mapped[float | None]
    audit_days: Mapped[int | None]
    created_at: Mapped[datetime]


class Workspace(Base):
    """A Slack workspace that the app is installed in: the way from an event to its organisation."""

    __tablename__ = "workspaces"
    team_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    name: Mapped[str]
    bot_user_id: Mapped[str]
    created_at: Mapped[datetime]


class Channel(Base):
    """A Slack channel that belongs to another organisation than its workspace's default one, or
    whose owner allowed outsiders. It leads from an event to its organisation, so it stands outside.
    """

    __tablename__ = "channels"
    team_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    outsiders_allowed: Mapped[bool] = mapped_column(default=False)


class DirectChoice(Base):
    """Which organisation a person's direct messages belong to, where it is not the default one."""

    __tablename__ = "direct_choices"
    team_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))


class SeenEvent(Base):
    """A delivery of Slack's that has had its effect; its key holds the workspace."""

    __tablename__ = "seen_events"
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


class InstallationEvent(Base):
    """Something on record that belongs to no organisation, such as a refused signature."""

    __tablename__ = "installation_events"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    detail: Mapped[str]


class Job(Base):
    """Work for any worker. Workers serve all organisations, so the queue stands outside."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_state_available_at", "state", "available_at"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str]
    lock: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16), default=JobState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    available_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    error: Mapped[str] = mapped_column(default="")


# Of an organisation.


class Member(Scoped, Base):
    """A person of a Slack workspace with a role in the organisation.

    `refreshed_at` is when name, email and time zone were last read from Slack; `outsider` says why
    this account is not served ("a guest"), and is empty for those who are.
    """

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("organisation_id", "user_id"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    timezone: Mapped[str] = mapped_column(default="UTC")
    role: Mapped[str] = mapped_column(String(16), default=Role.VIEWER)
    joined_at: Mapped[datetime]
    refreshed_at: Mapped[datetime | None]
    outsider: Mapped[str] = mapped_column(default="")
    removed_at: Mapped[datetime | None]


class Invitation(Scoped, Base):
    """An offer to one person, by Slack account or by email address, to become a member."""

    __tablename__ = "invitations"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    team_id: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[str] = mapped_column(String(32), default="")
    email: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(String(16), default=Role.VIEWER)
    invited_by: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


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


class Approval(Scoped, Base):
    """A person's decision on exactly one write, and what became of it.

    `digest` binds it to connection, tool and arguments; `state_seen` is what the resource's
    state was when the card was drawn. Several writes of one step share a `card`; `needed` is how
    many different people have to approve, and `reason` what was said with a denial.
    """

    __tablename__ = "approvals"
    __table_args__ = (UniqueConstraint("run_id", "call_id"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    run_id: Mapped[str] = mapped_column(Id, ForeignKey("runs.id"), index=True)
    call_id: Mapped[str] = mapped_column(String(128))
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agents.id"))
    requested_by: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    connection_id: Mapped[str] = mapped_column(Id, ForeignKey("connections.id"))
    tool: Mapped[str] = mapped_column(String(128))
    arguments: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    action: Mapped[str]
    past: Mapped[str]
    resource: Mapped[str]
    link: Mapped[str] = mapped_column(default="")
    changes: Mapped[list[Any]]
    state_seen: Mapped[str]
    state: Mapped[str] = mapped_column(String(16), default=ApprovalState.PENDING, index=True)
    area: Mapped[str] = mapped_column(String(64), default="")
    needed: Mapped[int] = mapped_column(default=1)
    card: Mapped[str] = mapped_column(Id, default="")
    card_ts: Mapped[str] = mapped_column(String(32), default="")
    reason: Mapped[str] = mapped_column(default="")
    reminded_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(Id, ForeignKey("members.id"))
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Consent(Scoped, Base):
    """One person's yes to an approval that may need several."""

    __tablename__ = "consents"
    approval_id: Mapped[str] = mapped_column(Id, ForeignKey("approvals.id"), primary_key=True)
    member_id: Mapped[str] = mapped_column(Id, ForeignKey("members.id"), primary_key=True)
    at: Mapped[datetime]


class AuditEntry(Scoped, Base):
    """What happened, in one plain sentence and in its parts. Never changed.

    `sequence` counts from 1 in each organisation; `hash` covers the entry and the hash before it.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (UniqueConstraint("organisation_id", "sequence"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    caller_kind: Mapped[str] = mapped_column(String(16))
    caller_id: Mapped[str] = mapped_column(String(64), default="")
    caller: Mapped[str]
    asked_by: Mapped[str] = mapped_column(default="")
    action: Mapped[str] = mapped_column(String(64))
    connection_id: Mapped[str] = mapped_column(Id, default="")
    tool: Mapped[str] = mapped_column(String(128), default="")
    resource: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(String(32))
    sentence: Mapped[str]
    run_id: Mapped[str] = mapped_column(Id, default="")
    duration_ms: Mapped[int | None]


class AuditCheckpoint(Scoped, Base):
    """A place in the chain, sealed with the vault so that nobody else can move it.

    There are two: `head` is the newest entry, `start` the last one that pruning removed.
    """

    __tablename__ = "audit_checkpoints"
    organisation_id: Mapped[str] = mapped_column(
        Id, ForeignKey("organisations.id"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    seal: Mapped[bytes]
    made_at: Mapped[datetime]


class Usage(Scoped, Base):
    """A counter of a month (UTC, "2026-11"): `messages` or `reports`."""

    __tablename__ = "usage"
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(
        Id, ForeignKey("organisations.id"), primary_key=True
    )
    count: Mapped[int] = mapped_column(default=0)


class StandingApproval(Scoped, Base):
    """An owner's recorded consent that a report makes tickets by itself, within bounds."""

    __tablename__ = "standing_approvals"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    subscription_id: Mapped[str] = mapped_column(Id, ForeignKey("subscriptions.id"))
    connection_id: Mapped[str] = mapped_column(Id, ForeignKey("connections.id"))
    tool: Mapped[str] = mapped_column(String(128))
    project: Mapped[str]
    most_a_run: Mapped[int]
    given_by: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    given_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Subscription(Scoped, Base):
    """A report that a channel gets every day at a local time."""

    __tablename__ = "subscriptions"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(32))
    report: Mapped[str] = mapped_column(String(32))
    hour: Mapped[int]
    minute: Mapped[int]
    timezone: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class Slot(Scoped, Base):
    """One due moment of a subscription. The unique row makes it fire once."""

    __tablename__ = "slots"
    __table_args__ = (UniqueConstraint("subscription_id", "slot"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    subscription_id: Mapped[str] = mapped_column(Id, ForeignKey("subscriptions.id"))
    slot: Mapped[str] = mapped_column(String(64))
    message_ts: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
