"""The words that columns hold: roles and states."""

from __future__ import annotations

import enum


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
    STOPPED = "stopped"  # by a person

    @property
    def ended(self) -> bool:
        return self in (RunState.DONE, RunState.FAILED, RunState.STOPPED)


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


class IncidentState(enum.StrEnum):
    STARTED = "started"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    DELETED = "deleted"  # its service knows it no more

    @property
    def over(self) -> bool:
        return self in (IncidentState.RESOLVED, IncidentState.DELETED)


class PressState(enum.StrEnum):
    """How far a press of an incident's button is."""

    NEW = "new"
    SENDING = "sending"  # it may be at the service any moment
    WAITING = "waiting"  # for somebody else's approval
    DONE = "done"
    NOTHING = "nothing"  # somebody was faster
    REFUSED = "refused"
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"

    @property
    def settled(self) -> bool:
        return self not in (PressState.NEW, PressState.SENDING, PressState.WAITING)


class ProseKind(enum.StrEnum):
    """What a language model wrote words for."""

    REPORT = "report"
    SUMMARY = "summary"  # of an incident

    @property
    def words(self) -> str:
        return {"report": "Reports", "summary": "Summaries of incidents"}[self]


class Visibility(enum.StrEnum):
    """For whom an agent exists."""

    EVERYONE = "everyone"
    ONLY_ME = "only_me"
