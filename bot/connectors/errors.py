"""The few ways in which a service can fail us, each with what a person can do about it."""

from __future__ import annotations

from collections.abc import Mapping


class ConnectorError(Exception):
    """A call to a service that gave no result.

    `message` says what happened and `remedy` what to do next; both are shown to people and given
    to the model, so neither may hold a secret or a piece of a raw answer.
    """

    kind = "error"

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class NotSignedIn(ConnectorError):
    """The service does not accept the connection's credentials (HTTP 401)."""

    kind = "not_signed_in"


class NotAllowed(ConnectorError):
    """The credentials are good, but may not do this (HTTP 403)."""

    kind = "not_allowed"


class NotFound(ConnectorError):
    """There is no such resource, or it belongs to another team (HTTP 404)."""

    kind = "not_found"


class Conflict(ConnectorError):
    """The resource's state has moved, so the action no longer fits (HTTP 409)."""

    kind = "conflict"


class Invalid(ConnectorError):
    """Arguments were refused, by us or by the service (HTTP 400, 422).

    `fields` maps an argument's name to what is wrong with it.
    """

    kind = "invalid"

    def __init__(
        self, message: str, remedy: str = "", *, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, remedy)
        self.fields = dict(fields or {})

    def __str__(self) -> str:
        details = "; ".join(f"{name}: {problem}" for name, problem in self.fields.items())
        return " ".join(part for part in (self.message, details, self.remedy) if part)


class Throttled(ConnectorError):
    """The service asks us to slow down (HTTP 429). `wait` is for how many seconds, if it says."""

    kind = "throttled"

    def __init__(self, message: str, remedy: str = "", *, wait: float | None = None) -> None:
        super().__init__(message, remedy)
        self.wait = wait


class Unavailable(ConnectorError):
    """The service cannot be reached, is failing, or did not answer in its own format.

    `sent` is false only where the request certainly never left: a write may then be tried again.
    """

    kind = "unavailable"

    def __init__(self, message: str, remedy: str = "", *, sent: bool = True) -> None:
        super().__init__(message, remedy)
        self.sent = sent


class TooBig(ConnectorError):
    """The answer is larger than we take in one call."""

    kind = "too_big"
