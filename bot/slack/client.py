"""The Web API client that everything is sent with."""

from __future__ import annotations

from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

TIMEOUT = 15
"""Seconds for one call to Slack."""

RATE_LIMIT_RETRIES = 3


def web_client(token: str, api_url: str) -> AsyncWebClient:
    """A client that waits as `Retry-After` says when Slack asks it to slow down."""
    client = AsyncWebClient(token=token, base_url=api_url, timeout=TIMEOUT)
    client.retry_handlers.append(
        AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_RETRIES)
    )
    return client
