"""What went wrong with a model provider, in words for people.

Importing this imports pydantic-ai, which takes seconds: do it in a thread.
"""

from __future__ import annotations

from typing import Any

from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelTimeoutError,
    ModelUnavailableError,
)

from bot.agents.messages import ModelFailed
from bot.agents.models.providers import Endpoint
from bot.agents.models.retry import Busy

LONGEST_QUOTE = 200
"""Characters. What is longer may be an echo of the request, so it is left out altogether."""

_TIMED_OUT = 408
_FAULT = 500

# The first class that an error is an instance of decides.
_FINAL: dict[type[ModelAPIError], str] = {
    ModelAuthenticationError: (
        "The model provider does not accept the API key, or the key may not use {model}. "
        "Check the key in the bot's settings, then start the bot again."
    ),
    ModelQuotaExceededError: (
        "The model provider's account is out of credit. Top it up in the provider's console."
    ),
    ModelContextWindowExceededError: (
        "The conversation has become too long for {model}. Start a new thread, or ask for less."
    ),
    ModelNotFoundError: (
        "The model provider does not know {model}.{words} Choose another model in the settings."
    ),
}
_TRANSIENT: dict[type[ModelAPIError], str] = {
    ModelRateLimitError: (
        "The model provider's rate limit is reached.{words} Try again in a minute."
    ),
    ModelUnavailableError: "The model provider is overloaded. Try again in a minute.",
    ModelTimeoutError: "The model provider did not answer in time. Try again in a minute.",
    ModelConnectionError: (
        "The connection to the model provider failed or broke off. Try again in a minute; if it "
        "stays so, check the bot's network."
    ),
}


def failure_of(error: Exception, endpoint: Endpoint) -> ModelFailed:
    """The failure that people are told of. It never quotes the API key or the request."""
    if not isinstance(error, ModelAPIError):
        return _failed("The model provider's answer cannot be read. Try again.", transient=True)
    blanks = {"model": endpoint.model, "words": _words(error, endpoint)}
    for kind, text in _FINAL.items():
        if isinstance(error, kind):
            return _failed(text.format(**blanks), transient=False)
    for kind, text in _TRANSIENT.items():
        if isinstance(error, kind):
            return Busy(text.format(**blanks), retry_after=error.retry_after or 0.0)
    return _other(error, blanks["words"])


def _other(error: ModelAPIError, words: str) -> ModelFailed:
    if not isinstance(error, ModelHTTPError):
        return _failed("The model provider's answer cannot be read. Try again.", transient=True)
    if error.status_code == _TIMED_OUT or error.status_code >= _FAULT:
        text = f"The model provider has a fault (HTTP {error.status_code}). Try again in a minute."
        return Busy(text, retry_after=error.retry_after or 0.0)
    text = f"The model provider refused the request (HTTP {error.status_code}).{words}"
    return _failed(f"{text} Ask in another way or check the bot's settings.", transient=False)


def _failed(text: str, *, transient: bool) -> ModelFailed:
    return ModelFailed(text, transient=transient)


def _words(error: ModelAPIError, endpoint: Endpoint) -> str:
    """The provider's own message without the key; empty where it is missing or long."""
    message = " ".join(_message(error.body).split())
    if not message or len(message) > LONGEST_QUOTE:
        return ""
    return f" It says: “{message.replace(endpoint.api_key.get_secret_value(), '…')}”."


def _message(body: Any) -> str:
    reported = body.get("error", body) if isinstance(body, dict) else None
    message = reported.get("message") if isinstance(reported, dict) else None
    return message if isinstance(message, str) else ""
