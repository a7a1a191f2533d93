"""The HTTP client that connectors share: where to send, how to sign in, what an error means."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import stamina

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

MAX_BODY = 4 * 1024 * 1024
"""Bytes taken of one answer. A page of 250 resources of a usual API stays well below."""

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_WAIT = 20.0
"""Seconds that we wait at most for a `Retry-After`; beyond it people are told instead."""

Json = Any
Explain = Callable[[int, Json], tuple[str, dict[str, str]]]
Judge = Callable[[int, Json], ConnectorError | None]


def plain_words(status: int, body: Json) -> tuple[str, dict[str, str]]:
    """The words and field errors in an error body of no particular shape."""
    if isinstance(body, dict):
        for key in ("message", "error", "detail", "errors"):
            if isinstance(body.get(key), str):
                return body[key], {}
    return "", {}


@dataclass(frozen=True)
class ServiceClient:
    """Requests to one service for one call.

    Safe requests are repeated up to `attempts` times on 429, 5xx and broken connections, with
    backoff and `Retry-After`; anything else is sent once, because its effect may have happened.

    `explain` finds the words of an error body. `judge` is for services whose status codes do not
    say enough: where it gives an error, that one is raised. `auth` signs each request anew.
    """

    service: str
    base_url: str
    client: httpx.AsyncClient
    headers: Mapping[str, str] = field(default_factory=dict)
    explain: Explain = plain_words
    judge: Judge | None = None
    auth: httpx.Auth | None = None
    attempts: int = 3
    first_wait: float = 0.3

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Json:
        return await self.request("GET", path, params=params)

    async def post(self, path: str, body: Json = None) -> Json:
        return await self.request("POST", path, body=body)

    async def ask(self, path: str, body: Json = None) -> Json:
        """A POST that only reads, so that it may be repeated as a GET is."""
        return await self.request("POST", path, body=body, safe=True)

    async def patch(self, path: str, body: Json = None) -> Json:
        return await self.request("PATCH", path, body=body)

    async def delete(self, path: str) -> Json:
        return await self.request("DELETE", path)

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Json = None,
        safe: bool = False,
    ) -> Json:
        """The parsed JSON answer; None where the service answers without a body.

        `safe` says that the request changes nothing, whatever its method.

        Raises:
            ConnectorError: of the kind that fits the answer, in words for people.
        """

        async def once() -> Json:
            return await self._send(method, path, params, body)

        if method not in SAFE and not safe:
            return await once()
        return await _repeat(once, self.attempts, self.first_wait)

    async def _send(
        self, method: str, path: str, params: Mapping[str, Any] | None, body: Json
    ) -> Json:
        url = self.base_url.rstrip("/") + path
        query = {key: _query(value) for key, value in (params or {}).items() if value is not None}
        try:
            async with self.client.stream(
                method,
                url,
                params=query or None,
                json=body,
                headers=dict(self.headers),
                auth=self.auth,
                timeout=TIMEOUT,
                follow_redirects=False,
            ) as response:
                content = await self._read(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise Unavailable(
                f"{self.service} could not be reached at {_host(self.base_url)}.",
                "Check the address of the connection and the network, then try again.",
                sent=False,
            ) from None
        except httpx.TimeoutException:
            raise Unavailable(
                f"{self.service} did not answer within {TIMEOUT.read:.0f} seconds.",
                "Try again in a moment.",
            ) from None
        except httpx.HTTPError:
            raise Unavailable(
                f"The connection to {self.service} broke off.", "Try again in a moment."
            ) from None
        return self._understand(response, content)

    async def _read(self, response: httpx.Response) -> bytes:
        content = b""
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > MAX_BODY:
                raise TooBig(
                    f"{self.service} answered with more than {MAX_BODY // 1024 // 1024} MB.",
                    "Ask for a shorter period or fewer items.",
                )
        return content

    def _understand(self, response: httpx.Response, content: bytes) -> Json:
        if response.status_code == 204 or (response.is_success and not content):
            return None
        try:
            parsed = json.loads(content)
        except ValueError:
            parsed = None
            if response.is_success:
                raise Unavailable(
                    f"{self.service} answered with {_looks_like(response, content)} "
                    "instead of data.",
                    "The address may be wrong, or a proxy or sign-in page stands in front of it.",
                ) from None
        if response.is_success:
            return parsed
        if response.status_code == 404 and _is_page(response, content):
            raise NotFound(
                f"{self.service} answered with a web page that says there is nothing there.",
                "The address of the connection may be wrong.",
            )
        raise self._failure(response, parsed)

    def _failure(self, response: httpx.Response, body: Json) -> ConnectorError:
        status = response.status_code
        if self.judge and (judged := self.judge(status, body)):
            return judged
        words, fields = self.explain(status, body)
        said = f' It says: "{words[:300]}".' if words else ""
        name = self.service
        if 300 <= status < 400:
            return Unavailable(
                f"{name} redirected the request elsewhere.",
                "Check the address of the connection.",
            )
        match status:
            case 401:
                return NotSignedIn(
                    f"{name} no longer accepts this connection's credentials.{said}",
                    "Reconnect it with a current token.",
                )
            case 403:
                return NotAllowed(
                    f"{name} says that the connected account may not do this.{said}",
                    "Use an account or plan with that right.",
                )
            case 404:
                return NotFound(
                    f"{name} knows no such resource.{said}",
                    "It may have been deleted or belong to another team; list again.",
                )
            case 409:
                return Conflict(f"{name} refused, because the state has moved.{said}")
            case 400 | 422:
                return Invalid(f"{name} refused the request.{said}", fields=fields)
            case 413:
                return TooBig(f"{name} found the request too large.", "Ask for less at once.")
            case 429:
                return Throttled(
                    f"{name} asks us to slow down.",
                    "Try again in a minute.",
                    wait=_retry_after(response),
                )
        return Unavailable(
            f"{name} failed with HTTP status {status}.{said}", "Try again in a moment."
        )


async def _repeat(once: Callable[[], Awaitable[Json]], attempts: int, first_wait: float) -> Json:
    def again(error: Exception) -> bool | timedelta:
        if isinstance(error, Throttled):
            if error.wait is None:
                return True
            return timedelta(seconds=error.wait) if error.wait <= LONGEST_WAIT else False
        return isinstance(error, Unavailable)

    async for attempt in stamina.retry_context(
        on=again, attempts=attempts, wait_initial=first_wait, wait_max=5.0, timeout=45.0
    ):
        with attempt:
            return await once()
    raise AssertionError("unreachable")


def _retry_after(response: httpx.Response) -> float | None:
    """The seconds of `Retry-After` (RFC 9110, 10.2.3: a number, or a date beside `Date`)."""
    value = response.headers.get("Retry-After", "")
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        later = parsedate_to_datetime(value) - parsedate_to_datetime(response.headers["Date"])
    except (ValueError, KeyError, TypeError):
        return None
    return max(later.total_seconds(), 0.0)


def _query(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _host(url: str) -> str:
    return httpx.URL(url).host or url


def _is_page(response: httpx.Response, content: bytes) -> bool:
    return "html" in response.headers.get("Content-Type", "") or content.lstrip()[:1] == b"<"


def _looks_like(response: httpx.Response, content: bytes) -> str:
    return "a web page" if _is_page(response, content) else "something that is not JSON"
