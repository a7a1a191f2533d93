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
