"""The few requests that signing in takes, to addresses that are checked as they are connected to.

Nothing is followed and nothing repeated here: a code and a rotating refresh token are good for one
request, so whoever sends decides what a lost answer means.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.connectors.addresses import AddressRefused, Reach, Resolver, resolve
from bot.connectors.netguard import GuardedTransport

MAX_BODY = 512 * 1024
TIMEOUT = httpx.Timeout(15.0, connect=5.0)


class Lost(Exception):
    """No answer came. `sent` is false only where the request certainly never left."""

    def __init__(self, words: str, *, sent: bool) -> None:
        super().__init__(words)
        self.words = words
        self.sent = sent


@dataclass(frozen=True)
class Answer:
    """What a server said. `body` is its JSON, or nothing."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def values(self) -> dict[str, Any]:
        return self.body if isinstance(self.body, dict) else {}


class Wire:
    """Sends requests to authorisation servers. Hosts that are private must be in `reach`."""

    def __init__(self, reach: Reach, resolver: Resolver = resolve) -> None:
        self._reach = reach
        self._resolver = resolver

    def may_be_plain(self, url: str) -> bool:
        """Whether http without TLS will do: only for a private host that was allowed by name."""
        return self._reach.allows(urlsplit(url).hostname or "")

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Raises Lost."""
        return await self._send(httpx.Request("GET", self._safe(url), headers=_headers(headers)))

    async def post(
        self,
        url: str,
        fields: Mapping[str, Any],
        *,
        as_json: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Raises Lost."""
        body: dict[str, Any] = {"json": dict(fields)} if as_json else {"data": dict(fields)}
        url = self._safe(url)
        return await self._send(httpx.Request("POST", url, headers=_headers(headers), **body))

    def _safe(self, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and self.may_be_plain(url)):
            raise Lost(f"{parts.hostname or url} is not reached over https", sent=False)
        return url

    async def _send(self, request: httpx.Request) -> Answer:
        host = request.url.host
        try:
            async with httpx.AsyncClient(
                transport=GuardedTransport(self._reach, self._resolver),
                timeout=TIMEOUT,
                trust_env=False,
            ) as client:
                answer = await client.send(request, stream=True)
                try:
                    return Answer(answer.status_code, await _json(answer), answer.headers)
                finally:
                    await answer.aclose()
        except AddressRefused as error:
            raise Lost(error.message.rstrip("."), sent=False) from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol):
            raise Lost(f"{host} could not be reached", sent=False) from None
        except httpx.HTTPError:
            raise Lost(f"the answer of {host} was lost", sent=True) from None


def _headers(more: Mapping[str, str] | None) -> dict[str, str]:
    return {"Accept": "application/json", "Accept-Encoding": "identity", **(more or {})}


async def _json(answer: httpx.Response) -> Any:
    content = b""
    async for part in answer.aiter_raw():
        content += part
        if len(content) > MAX_BODY:
            raise httpx.ReadError("the answer is too long")
    try:
        return json.loads(content)
    except ValueError:
        return None
