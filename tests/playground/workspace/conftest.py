"""A local workspace for each test, a client with the app's token, and Bolt apps on its wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import yaml
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Delays, Workspace
from playground.workspace.manifest import Manifest, parse_manifest
from playground.workspace.model import Json
from tests.playground.workspace.helpers import Clock, RawSocket

MANIFEST = Path(__file__).parent / "manifest.yml"
Connect = Callable[[], Awaitable[None]]
OpenSocket = Callable[[], Awaitable[RawSocket]]


@pytest.fixture
def manifest_data() -> Json:
    """The fixture manifest as a dict, to change before parsing."""
    data: Json = yaml.safe_load(MANIFEST.read_text())
    return data


@pytest.fixture
def manifest(manifest_data: Json) -> Manifest:
    return parse_manifest(manifest_data)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def delays() -> Delays:
    """Slack's, but an app that does not answer is given up soon. Tests override this."""
    return Delays(acknowledge=1.0)


@pytest.fixture
async def ws(manifest: Manifest, clock: Clock, delays: Delays) -> AsyncIterator[Workspace]:
    workspace = Workspace(manifest, clock=clock, delays=delays)
    await workspace.start()
    yield workspace
    await workspace.stop()


@pytest.fixture
def client(ws: Workspace) -> AsyncWebClient:
    return AsyncWebClient(token=BOT_TOKEN, base_url=ws.api_url)


@pytest.fixture
def bolt(client: AsyncWebClient) -> AsyncApp:
    """A Bolt app that is not connected yet: register listeners, then `await connect()`."""
    return AsyncApp(client=client, signing_secret=SIGNING_SECRET)


@pytest.fixture
async def connect(ws: Workspace, bolt: AsyncApp, client: AsyncWebClient) -> AsyncIterator[Connect]:
    handlers: list[AsyncSocketModeHandler] = []

    async def connect() -> None:
        handler = AsyncSocketModeHandler(bolt, APP_TOKEN, web_client=client)
        handlers.append(handler)
        wanted = ws.connections + 1
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await ws.wait_for(lambda: ws.connections == wanted)

    yield connect
    for handler in handlers:
        await handler.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture
async def open_socket(ws: Workspace) -> AsyncIterator[OpenSocket]:
    """Socket Mode connections without Bolt, for what Bolt hides."""
    sockets: list[RawSocket] = []

    async def open_socket() -> RawSocket:
        client = AsyncWebClient(token=APP_TOKEN, base_url=ws.api_url)
        answer = await client.apps_connections_open(app_token=APP_TOKEN)
        socket = RawSocket(answer["url"])
        sockets.append(socket)
        await socket.open()
        return socket

    yield open_socket
    for socket in sockets:
        await socket.close()
