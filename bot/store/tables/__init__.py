"""The tables.

A table of an organisation derives from `Scoped`; the store then adds the organisation to every
query and every row (see `database.py`). The few others, in `installation.py`, say why they stand
outside.
"""

from bot.store.tables.approvals import Approval, AuditCheckpoint, AuditEntry, Consent
from bot.store.tables.base import Base, Scoped
from bot.store.tables.connecting import Ticket
from bot.store.tables.crew import (
    Agent,
    AgentLink,
    ApprovalPolicy,
    ChannelDefault,
    Connection,
    Grant,
    Pin,
    ToolSwitch,
)
from bot.store.tables.feedback import Feedback
from bot.store.tables.incident_story import IncidentPost, IncidentPress
from bot.store.tables.incidents import Incident, IncidentEvent, IncidentRoute, WebhookAddress
from bot.store.tables.installation import (
    Channel,
    DirectChoice,
    InstallationEvent,
    Job,
    Organisation,
    SeenEvent,
    Workspace,
)
from bot.store.tables.knowledge import (
    KnowledgeAttachment,
    KnowledgeItem,
    KnowledgeKind,
    KnowledgePassage,
    KnowledgeState,
    KnowledgeText,
    KnowledgeUpload,
)
from bot.store.tables.models import ModelChoice, ModelRules, OwnModel
from bot.store.tables.oauth import OAuthApp, SignIn, TokenState
from bot.store.tables.people import Invitation, Member, Usage
from bot.store.tables.prose import Prose
from bot.store.tables.reports import Slot, StandingApproval, Subscription
from bot.store.tables.stored_reports import StoredReport
from bot.store.tables.talks import Conversation, Run, Step
from bot.store.tables.words import (
    ApprovalState,
    ConnectionStatus,
    IncidentState,
    JobState,
    PressState,
    ProseKind,
    Role,
    RunState,
    Visibility,
)

__all__ = [
    "Agent",
    "AgentLink",
    "Approval",
    "ApprovalPolicy",
    "ApprovalState",
    "AuditCheckpoint",
    "AuditEntry",
    "Base",
    "Channel",
    "ChannelDefault",
    "Connection",
    "ConnectionStatus",
    "Consent",
    "Conversation",
    "DirectChoice",
    "Feedback",
    "Grant",
    "Incident",
    "IncidentEvent",
    "IncidentPost",
    "IncidentPress",
    "IncidentRoute",
    "IncidentState",
    "InstallationEvent",
    "Invitation",
    "Job",
    "JobState",
    "KnowledgeAttachment",
    "KnowledgeItem",
    "KnowledgeKind",
    "KnowledgePassage",
    "KnowledgeState",
    "KnowledgeText",
    "KnowledgeUpload",
    "Member",
    "ModelChoice",
    "ModelRules",
    "OAuthApp",
    "Organisation",
    "OwnModel",
    "Pin",
    "PressState",
    "Prose",
    "ProseKind",
    "Role",
    "Run",
    "RunState",
    "Scoped",
    "SeenEvent",
    "SignIn",
    "Slot",
    "StandingApproval",
    "Step",
    "StoredReport",
    "Subscription",
    "Ticket",
    "TokenState",
    "ToolSwitch",
    "Usage",
    "Visibility",
    "WebhookAddress",
    "Workspace",
]
