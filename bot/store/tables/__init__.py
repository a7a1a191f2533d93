"""The tables.

A table of an organisation derives from `Scoped`; the store then adds the organisation to every
query and every row (see `database.py`). The few others, in `installation.py`, say why they stand
outside.
"""

from bot.store.tables.approvals import Approval, AuditCheckpoint, AuditEntry, Consent
from bot.store.tables.base import Base, Scoped
from bot.store.tables.crew import Agent, ApprovalPolicy, Connection, Grant, ToolSwitch
from bot.store.tables.installation import (
    Channel,
    DirectChoice,
    InstallationEvent,
    Job,
    Organisation,
    SeenEvent,
    Workspace,
)
from bot.store.tables.people import Invitation, Member, Usage
from bot.store.tables.reports import Slot, StandingApproval, Subscription
from bot.store.tables.talks import Conversation, Run, Step
from bot.store.tables.words import ApprovalState, ConnectionStatus, JobState, Role, RunState

__all__ = [
    "Agent",
    "Approval",
    "ApprovalPolicy",
    "ApprovalState",
    "AuditCheckpoint",
    "AuditEntry",
    "Base",
    "Channel",
    "Connection",
    "ConnectionStatus",
    "Consent",
    "Conversation",
    "DirectChoice",
    "Grant",
    "InstallationEvent",
    "Invitation",
    "Job",
    "JobState",
    "Member",
    "Organisation",
    "Role",
    "Run",
    "RunState",
    "Scoped",
    "SeenEvent",
    "Slot",
    "StandingApproval",
    "Step",
    "Subscription",
    "ToolSwitch",
    "Usage",
    "Workspace",
]
