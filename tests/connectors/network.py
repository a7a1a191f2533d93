"""Stand-ins for the network: names that lead where a test says, servers on loopback."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any

import httpcore
from aiohttp import web
from aiohttp.test_utils import TestServer

REAL = httpcore.AnyIOBackend
"""As it was before a test put a stand-in there."""

PUBLIC = "93.184.215.14"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Names:
    """A resolver that knows some names, and addresses as themselves. Keeps what it was asked."""

    def __init__(self, known: Mapping[str, Sequence[str]] | None = None) -> None:
        self.known = dict(known or {})
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if host in self.known:
            return self.known[host]
        try:
            return [str(ip_address(host))]
        except ValueError:
            raise OSError(f"no such host: {host}") from None


class Dialer(httpcore.AsyncNetworkBackend):
    """Keeps the addresses that were connected to, and connects to a server of the test instead.

    TLS is left out, so that a test can speak for any host.
    """

    def __init__(self, port: int | None = None) -> None:
        self.port = port
        self.dialled: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append((host, port))
        if self.port is None:
            raise httpcore.ConnectError("nothing there")
        return Untrusted(await REAL().connect_tcp("127.0.0.1", self.port))


class Untrusted(httpcore.AsyncNetworkStream):
    """A stream that says yes to TLS and goes on in the clear."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self.inner = inner
        self.names: list[str | None] = []

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self.inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self.inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self.inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.names.append(server_hostname)
        return self

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


class Site:
    """A real server on loopback. Keeps the requests that reached it, with their bodies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.requests: list[web.Request] = []
        self.bodies: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def site(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """Runs a handler for all paths and methods."""
    running: Site

    async def keep(request: web.Request) -> web.StreamResponse:
        running.requests.append(request)
        running.bodies.append(await request.read())
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", keep)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(ssl=tls)
    assert server.port is not None
    running = Site(server.port)
    try:
        yield running
    finally:
        await server.close()


def fresh(response: web.Response) -> web.Response:
    """The same answer once more: a server can send each object once only."""
    headers = {n: v for n, v in response.headers.items() if n != "Content-Length"}
    return web.Response(body=response.body, status=response.status, headers=headers)
