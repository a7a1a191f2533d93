"""HTTP to an address that is not ours to trust: checked when it is connected to, not before.

A host is resolved once a connection, each address that it leads to is checked, and the connection
goes to an address that was checked. A name that leads elsewhere a moment later (rebinding) leads
nowhere. The name itself still goes into `Host` and into TLS, so certificates are held to it.

Nothing is followed, decoded, remembered or logged here: there are no redirects, cookies, proxies
from the environment or unix sockets.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpcore
import httpx

from bot.connectors.addresses import Reach, Resolver, resolve


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to the checked addresses of a host only."""

    def __init__(
        self,
        reach: Reach,
        resolver: Resolver = resolve,
        dialer: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        """`dialer` makes the connection to an address that was checked."""
        self._reach = reach
        self._resolver = resolver
        self._dialer = dialer or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # as httpcore declares it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises AddressRefused, or httpcore's errors for what cannot be reached in time."""
        options = list(socket_options or ())
        try:
            async with asyncio.timeout(timeout):
                found = self._reach.check(host, await self._resolver(host, port))
                # So that one dead address of several does not use up all the time there is.
                share = timeout / max(len(found), 1) if timeout else None
                return await self._dial(found, port, share, local_address, options)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"{host} could not be reached in time") from None
        except OSError:
            raise httpcore.ConnectError(f"{host} could not be found") from None

    async def _dial(
        self,
        addresses: Iterable[str],
        port: int,
        share: float | None,
        local_address: str | None,
        options: list[httpcore.SOCKET_OPTION],
    ) -> httpcore.AsyncNetworkStream:
        problem: Exception = OSError("no addresses")
        for address in addresses:
            try:
                return await self._dialer.connect_tcp(address, port, share, local_address, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  # as httpcore declares it
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("unix sockets are not reached")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class GuardedTransport(httpx.AsyncBaseTransport):
    """A transport for `httpx` that reaches only what `reach` allows.

    To be used by itself, one request after the other, where each address has to be looked at
    first; or in an `httpx.AsyncClient` with `follow_redirects` off or on, as every new host passes
    through the same check.
    """

    def __init__(
        self,
        reach: Reach,
        resolver: Resolver = resolve,
        *,
        dialer: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or _tls(),
            max_connections=10,
            network_backend=GuardedBackend(reach, resolver, dialer),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises AddressRefused, or the error of `httpx` that fits."""
        assert isinstance(request.stream, httpx.AsyncByteStream)
        url = request.url
        core = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx(request):
            answer = await self._pool.handle_async_request(core)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer, request),
            extensions=answer.extensions,
            request=request,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response, request: httpx.Request) -> None:
        self._answer = answer
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx(self._request):
            async for part in self._answer.aiter_stream():
                yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


_ERRORS: tuple[tuple[type[Exception], Any], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.WriteTimeout, httpx.WriteTimeout),
    (httpcore.TimeoutException, httpx.ReadTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.WriteError, httpx.WriteError),
    (httpcore.NetworkError, httpx.ReadError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
)


@contextmanager
def _as_httpx(request: httpx.Request) -> Iterator[None]:
    known = tuple(ours for ours, _ in _ERRORS)
    try:
        yield
    except known as error:
        theirs = next(theirs for ours, theirs in _ERRORS if isinstance(error, ours))
        raise theirs(str(error), request=request) from error


@cache
def _tls() -> ssl.SSLContext:
    """Made once: loading the certificate authorities takes some 20 ms."""
    return httpx.create_ssl_context(trust_env=False)
