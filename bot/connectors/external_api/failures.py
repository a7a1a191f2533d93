"""What an answer's status means for the one who asked."""

from __future__ import annotations

from collections.abc import Callable

from bot.connectors.errors import (
    Conflict,
    ConnectorError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
    TooBig,
    Unavailable,
)
from bot.connectors.external_api.body import show
from bot.connectors.external_api.exchange import Answer
from bot.connectors.http import plain_words


def failure(answer: Answer, *, writing: bool, hide: Callable[[str], str]) -> ConnectorError | None:
    """The error that an answer is, None where it is a result.

    A read that finds nothing, or was asked for wrongly, is a result: its body says more about that
    than an error can. A write that was refused is never a result, as it would count as done.

    Args:
        hide: takes the connection's key out of the service's words.
    """
    status, host = answer.status, answer.url.host
    said = hide(_said(answer))
    match status:
        case 401:
            return NotSignedIn(
                f"{host} does not accept this connection's sign-in.{said}",
                "Reconnect it with a current key, or check the kind of sign-in.",
            )
        case 403:
            return NotAllowed(
                f"{host} says that the connected account may not do this.{said}",
                "Use an account or key with that right.",
            )
        case 429:
            wait = answer.headers.get("Retry-After", "")
            return Throttled(
                f"{host} asks us to slow down.",
                f"Try again in {wait} seconds." if wait.isdigit() else "Try again in a minute.",
                wait=float(wait) if wait.isascii() and wait.isdigit() else None,
            )
    if status >= 500:
        return Unavailable(
            f"{host} failed with HTTP status {status}.{said}", "Try again in a moment."
        )
    return _refusal(answer, said) if writing else None


def _refusal(answer: Answer, said: str) -> ConnectorError | None:
    status, host = answer.status, answer.url.host
    match status:
        case 301 | 302:
            return Unavailable(
                f"{host} answered with a redirect, so it is not sure what it did.",
                "Check in the service; if that address has moved, use the new one.",
            )
        case 307 | 308:
            return Conflict(
                f"{host} wants the request sent elsewhere, which was not done.",
                "Propose it again with the new path.",
            )
        case 404 | 410:
            return NotFound(f"{host} has nothing at that path.{said}", "Check the path.")
        case 409 | 412:
            return Conflict(f"{host} refused, because the state has moved.{said}")
        case 413:
            return TooBig(f"{host} found the request too large.{said}", "Send less at once.")
    return Invalid(f"{host} refused with HTTP status {status}.{said}") if status >= 400 else None


def _said(answer: Answer) -> str:
    """The service's own words, shortened."""
    shown = show(answer)
    words, _ = plain_words(answer.status, shown.value)
    words = words or (shown.text if shown.form in ("json", "text") else "")
    words = " ".join(words.split())
    return f' It says: "{words[:300]}".' if words else ""
