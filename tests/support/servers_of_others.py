"""Servers that others wrote, run here on loopback: OpenID Connect, and MCP with OAuth."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import uvicorn

from tests.servers import free_port


@contextmanager
def openid_provider() -> Iterator[str]:
    """The address of an OpenID provider that signs everybody in (oidc-provider-mock)."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        _await_answer(f"{address}/.well-known/openid-configuration", process)
        yield address
    finally:
        process.terminate()
        process.wait(15)


def _await_answer(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while True:
        with suppress(httpx.TransportError):
            httpx.get(address)
            return
        assert process.poll() is None, "the server ended at once"
        assert time.monotonic() < until, f"{address} did not answer"
        time.sleep(0.05)


@contextmanager
def served(app: Any, listener: socket.socket) -> Iterator[None]:
    """An ASGI application on a socket, in a thread with a loop of its own."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="on"))
    done = threading.Event()

    def run() -> None:
        try:
            asyncio.run(server.serve(sockets=[listener]))
        finally:
            done.set()

    threading.Thread(target=run, daemon=True).start()
    while not server.started:
        if done.wait(0.02):
            raise RuntimeError("the server ended at once")
    try:
        yield
    finally:
        server.should_exit = True
        done.wait(10)


def listening() -> tuple[socket.socket, int]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener, listener.getsockname()[1]


async def consent(address: str, who: str = "ola") -> dict[str, str]:
    """What a person's browser brings back after a consent at one of these servers."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(address)
        if answer.status_code == 200:  # a page that asks who one is
            answer = await browser.post(address, data={"sub": who})
    assert answer.is_redirect, answer.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}
