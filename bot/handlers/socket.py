"""Socket Mode: the same app over a WebSocket, each payload in a task of its own."""

from __future__ import annotations

import asyncio
from time import time

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.store.traffic import Traffic


class Socket(AsyncSocketModeHandler):
    """Bolt's adapter handles one payload after another; a slow one would hold up all others."""

    def __init__(
        self, app: AsyncApp, app_token: str, web_client: AsyncWebClient, traffic: Traffic
    ) -> None:
        super().__init__(app, app_token=app_token, web_client=web_client)
        self._traffic = traffic
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        task = asyncio.create_task(self._serve(client, req))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def start(self) -> None:
        """Opens the connection; Slack's refusal of the token is a SlackApiError."""
        await self.client.connect()  # type: ignore[no-untyped-call]

    async def stop(self) -> None:
        """Closes the socket after what has arrived is done; the rest Slack sends again."""
        await self.client.disconnect()  # type: ignore[no-untyped-call]
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.client.close()  # type: ignore[no-untyped-call]

    async def _serve(self, client: SocketModeClient, req: SocketModeRequest) -> None:
        started = time()
        with self._traffic.urgent():
            response = await run_async_bolt_app(self.app, req)
            await send_async_response(client, req, response, started)
