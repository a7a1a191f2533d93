"""The way of the MCP client's requests: over a transport of `httpx`, so over the guarded one.

The official client speaks `httpx2`, our guard `httpx`. Instead of a second guard, each request
crosses over: the connection is made by `netguard`, to an address that was checked then.

Imports `httpx2`, so only what talks to a server imports this.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

import httpx
import httpx2

from bot.connectors.errors import ConnectorError

Mapped = Callable[[], AbstractContextManager[None]]

MAX_BODY = 4 * 1024 * 1024
"""Bytes taken of one answer."""


@dataclass
class Seen:
    """What passed, for telling afterwards why the client failed: it hides much of it."""

    statuses: list[int] = field(default_factory=list)
    refused: ConnectorError | None = None
    too_big: bool = False
    sent: bool = False

    @property
    def last(self) -> int:
        """The last status that was not a success."""
        return next((one for one in reversed(self.statuses) if one >= 400), 0)


class Crossing(httpx2.AsyncBaseTransport):
    """Hands a request of `httpx2` to a transport of `httpx`, and its answer back."""

    def __init__(self, inner: httpx.AsyncBaseTransport, seen: Seen) -> None:
        self._inner = inner
        self._seen = seen

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        content = await request.aread()
        theirs = httpx.Request(
            request.method,
            str(request.url),
            headers=request.headers.raw,
            content=content,
            extensions={"timeout": request.extensions.get("timeout", {})},
        )
        with self._as_httpx2(request):
            answer = await self._inner.handle_async_request(theirs)
        self._seen.sent = True
        self._seen.statuses.append(answer.status_code)
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            await answer.aclose()
            raise httpx2.RemoteProtocolError("the answer is packed", request=request)
        return httpx2.Response(
            answer.status_code,
            headers=answer.headers.raw,
            stream=_Body(answer, self._seen, lambda: self._as_httpx2(request)),
            request=request,
        )

    async def aclose(self) -> None:
        await self._inner.aclose()

    @contextmanager
    def _as_httpx2(self, request: httpx2.Request) -> Iterator[None]:
        try:
            yield
        except httpx.RequestError as error:
            self._seen.sent = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            kind = getattr(httpx2, type(error).__name__, httpx2.TransportError)
            raise kind(str(error), request=request) from error
        except ConnectorError as error:
            self._seen.refused = error
            raise httpx2.ConnectError("the address is refused", request=request) from error


class _Body(httpx2.AsyncByteStream):
    def __init__(self, answer: httpx.Response, seen: Seen, mapped: Mapped) -> None:
        self._answer = answer
        self._seen = seen
        self._mapped = mapped

    async def __aiter__(self) -> AsyncIterator[bytes]:
        taken = 0
        with self._mapped():
            stream = self._answer.stream
            assert isinstance(stream, httpx.AsyncByteStream)
            async for part in stream:
                taken += len(part)
                if taken > MAX_BODY:
                    self._seen.too_big = True
                    raise httpx.ReadError("the answer is too long")
                yield part

    async def aclose(self) -> None:
        await self._answer.aclose()
