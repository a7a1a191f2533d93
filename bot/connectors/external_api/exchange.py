"""One question and its answer: sent to a checked address, in bounded time, read to a bound."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpx

from bot.connectors.addresses import Reach, Resolver
from bot.connectors.errors import Unavailable
from bot.connectors.external_api.address import Base
from bot.connectors.external_api.sign_in import SignIn
from bot.connectors.netguard import GuardedTransport

TIMEOUT = 15.0
"""Seconds for everything: finding the host, connecting, redirects, the whole body."""

CONNECT_TIMEOUT = 5.0
MAX_REDIRECTS = 5
SAFE = frozenset({"GET", "HEAD"})
UNPACKED = frozenset({"identity", "gzip", "x-gzip", "deflate"})
"""What `Content-Encoding` may say for a body to be read as text."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Answer:
    """What came back.

    `url` is where it came from in the end, without the key. `content` is unpacked; `whole` says
    that there is no more of it.
    """

    method: str
    url: httpx.URL
    status: int
    headers: httpx.Headers
    content: bytes
    whole: bool

    @property
    def media_type(self) -> str:
        return str(self.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


@dataclass(frozen=True)
class Exchange:
    """Sends requests below a base URL."""

    base: Base
    sign_in: SignIn
    reach: Reach
    resolver: Resolver

    async def send(
        self,
        method: str,
        url: httpx.URL,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        most: int,
    ) -> Answer:
        """Sends a request and reads at most `most` bytes of its answer.

        Redirects of GET and HEAD are followed as long as they stay below the base. Those of other
        methods come back as they are: a person decided on one request to one address.

        Raises:
            ConnectorError: the host may not be reached, cannot be, or redirects elsewhere.
        """
        host = self.base.host
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                GuardedTransport(self.reach, self.resolver) as transport,
            ):
                return await self._send(transport, method, url, dict(headers or {}), content, most)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise Unavailable(
                f"{host} could not be reached.",
                f"Check {self.base.called} and the network, then try again.",
                sent=False,
            ) from None
        except (TimeoutError, httpx.TimeoutException):
            raise Unavailable(
                f"{host} did not answer within {TIMEOUT:.0f} seconds.",
                "Ask for less at once, or try again in a moment.",
            ) from None
        except httpx.HTTPError:
            raise Unavailable(
                f"{host} broke the connection off, or does not speak HTTP there.",
                f"Check {self.base.called}, then try again.",
            ) from None

    async def _send(
        self,
        transport: GuardedTransport,
        method: str,
        url: httpx.URL,
        headers: dict[str, str],
        content: bytes,
        most: int,
    ) -> Answer:
        merged = httpx.Headers(_DEFAULTS)
        merged.update(headers)
        merged.update(self.sign_in.headers())
        for _ in range(MAX_REDIRECTS + 1):
            request = httpx.Request(
                method,
                self.sign_in.signed(url),
                headers=merged,
                content=content or None,
                extensions={"timeout": httpx.Timeout(TIMEOUT, connect=CONNECT_TIMEOUT).as_dict()},
            )
            response = await transport.handle_async_request(request)
            try:
                location = response.headers.get("Location")
                moved = response.status_code in _REDIRECTS and location
                if not moved or method not in SAFE:
                    body, whole = await _read(response, most)
                    return Answer(method, url, response.status_code, response.headers, body, whole)
                url = self.sign_in.unsigned(self.base.follow(url, location))
            finally:
                await response.aclose()
        raise Unavailable(
            f"{self.base.host} redirected more than {MAX_REDIRECTS} times.",
            f"Check the path, and {self.base.called}.",
        )


_DEFAULTS = {
    "Accept": "application/json, text/*;q=0.8, */*;q=0.5",
    # Some pack all the same, which `_unpacked` sees to; this keeps it rare.
    "Accept-Encoding": "identity",
    "User-Agent": "Quarterdeck",
}


async def _read(response: httpx.Response, most: int) -> tuple[bytes, bool]:
    content = b""
    async for part in _unpacked(response, most):
        content += part
        if len(content) > most:
            return content[:most], False
    return content, True


async def _unpacked(response: httpx.Response, most: int) -> AsyncIterator[bytes]:
    """The body, unpacked piece by piece: a small packed one can be a huge one in memory."""
    packed = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packed == "identity" or packed not in UNPACKED:
        async for part in response.aiter_raw():
            yield part
        return
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        async for part in response.aiter_raw():
            yield unpacker.decompress(part, most + 1)
    except zlib.error:
        raise httpx.DecodingError("not packed as it says") from None
