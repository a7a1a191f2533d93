"""What a Google error means.

`{"error": {"code", "message", "status", "details"}}`, in a list where the answer is a stream.
Source: https://cloud.google.com/apis/design/errors and https://google.aip.dev/193
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.connectors.errors import (
    ConnectorError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
    Unavailable,
)
from bot.connectors.http import Json

CONSOLES = ("https://console.cloud.google.com/", "https://console.developers.google.com/")
"""Addresses in an error are passed on only if they lead there."""


@dataclass(frozen=True)
class Judge:
    """Turns the error bodies of one API into our kinds of errors.

    `role` is the least role that the service account needs, in the words of the console.
    """

    service: str
    project: str
    role: str

    def __call__(self, status: int, body: Json) -> ConnectorError | None:
        error = error_of(body)
        if error is None:
            return None
        words = str(error.get("message") or "")
        match error.get("status"):
            case "UNAUTHENTICATED":
                return NotSignedIn(
                    "Google does not accept the service account's sign-in.",
                    "Make a new key for the account and reconnect.",
                )
            case "PERMISSION_DENIED":
                return self._denied(error)
            case "NOT_FOUND":
                return NotFound(f"{self.service} knows no such thing. It says: {_quoted(words)}")
            case "RESOURCE_EXHAUSTED":
                return Throttled(
                    f"The project's quota for {self.service} is used up for now.",
                    "Try again in a minute.",
                )
            case "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE":
                return Invalid(f"{self.service} refused the request. It says: {_quoted(words)}")
            case "DEADLINE_EXCEEDED" | "UNAVAILABLE" | "INTERNAL" | "ABORTED" | "CANCELLED":
                return Unavailable(
                    f"{self.service} could not answer in time.",
                    "Ask for less at once, or try again in a moment.",
                )
        return None

    def _denied(self, error: Mapping[str, Any]) -> NotAllowed:
        reason, facts = _info(error)
        if reason == "SERVICE_DISABLED":
            address = str(facts.get("activationUrl") or "")
            link = f" at {address}" if address.startswith(CONSOLES) else ""
            return NotAllowed(
                f"The API of {self.service} is not enabled in the project {self.project}.",
                f"Enable it{link}, wait a few minutes, and try again.",
            )
        missing = facts.get("permission")
        lacks = f"lacks the permission {missing}" if missing else "may not do this"
        return NotAllowed(
            f"The service account {lacks} in the project {self.project}.",
            f"Give it the role {self.role} in IAM, and check that the project ID is right.",
        )


def error_of(body: Json) -> Mapping[str, Any] | None:
    """The error in an answer, or None. In a stream it may follow after parts that went well."""
    for part in body if isinstance(body, list) else [body]:
        error = part.get("error") if isinstance(part, dict) else None
        if isinstance(error, dict):
            return error
    return None


def _info(error: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The reason and the facts of `google.rpc.ErrorInfo`, which tell machines what happened."""
    for detail in error.get("details") or ():
        if isinstance(detail, dict) and str(detail.get("@type")).endswith("google.rpc.ErrorInfo"):
            return str(detail.get("reason")), detail.get("metadata") or {}
    return "", {}


def _quoted(words: str) -> str:
    return f'"{words[:800]}"' if words else "nothing more."
