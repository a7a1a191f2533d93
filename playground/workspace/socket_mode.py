"""Socket Mode: connections of apps, envelopes, acknowledgements, disconnects on demand."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from playground.workspace.changes import AppChanged
from playground.workspace.delivery import NotAcknowledgedError, Shipment
from playground.workspace.model import Json
from playground.workspace.world import World

MOST_CONNECTIONS = 10
_EVENTS = "events_api"


@dataclass(eq=False)
class Connection:
    app_id: str
    socket: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[object]] = field(default_factory=dict)
    draining: bool = False


class SocketHub:
    def __init__(self, world: World) -> None:
        self._world = world
        self._connections: list[Connection] = []

    def connections(self, app_id: str) -> int:
        return len(self._usable(app_id))

    def _usable(self, app_id: str) -> list[Connection]:
        return [c for c in self._connections if c.app_id == app_id and not c.draining]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        app_id = self._world.sockets.redeem(request.query.get("ticket", ""))
        if app_id is None:
            return web.Response(status=403, text="This socket URL was used or is too old.")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(app_id, socket)
        if self.connections(app_id) >= MOST_CONNECTIONS:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        await self._run(connection)
        return socket

    async def _run(self, connection: Connection) -> None:
        self._connections.append(connection)
        try:
            await connection.socket.send_json(self._hello(connection.app_id))
            self._world.changes.announce(AppChanged(connection.app_id))
            async for message in connection.socket:
                if message.type == WSMsgType.TEXT:
                    _acknowledge(connection, str(message.data))
        finally:
            self._connections.remove(connection)
            for future in connection.waiting.values():
                if not future.done():
                    future.set_exception(NotAcknowledgedError("connection_failed"))
            self._world.changes.announce(AppChanged(connection.app_id))

    def _hello(self, app_id: str) -> Json:
        return {
            "type": "hello",
            "num_connections": self.connections(app_id),
            "debug_info": {"host": "local-workspace", "approximate_connection_time": 18060},
            "connection_info": {"app_id": app_id},
        }

    async def ship(self, shipment: Shipment) -> object:
        """Any one connection gets it, in turn. Raises NotAcknowledgedError."""
        usable = self._usable(shipment.app.id)
        if not usable:
            raise NotAcknowledgedError("connection_failed")
        connection = usable[0]
        self._connections.remove(connection)
        self._connections.append(connection)
        envelope = self._envelope(shipment)
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = future
        try:
            async with asyncio.timeout(self._world.delays.acknowledge):
                await connection.socket.send_json(envelope)
                return await future
        except TimeoutError as error:
            raise NotAcknowledgedError("timeout") from error
        except ConnectionError as error:
            raise NotAcknowledgedError("connection_failed") from error
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    def _envelope(self, shipment: Shipment) -> Json:
        envelope: Json = {
            "envelope_id": self._world.ids.uuid(),
            "type": shipment.kind,
            "payload": shipment.payload,
            "accepts_response_payload": _takes_payload(shipment),
        }
        if shipment.kind == _EVENTS:
            envelope |= {"retry_attempt": shipment.attempt, "retry_reason": shipment.reason}
        return envelope

    async def disconnect(self, app_id: str, reason: str) -> None:
        """Asks the app's connections to come back; `warning` only announces it."""
        for connection in self._usable(app_id):
            connection.draining = reason != "warning"
            await connection.socket.send_json(_disconnect(reason))

    async def close(self) -> None:
        for connection in list(self._connections):
            connection.draining = True
            await connection.socket.close()


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "local-workspace"}}


def _takes_payload(shipment: Shipment) -> bool:
    if shipment.kind == "interactive":
        return shipment.payload["type"] in ("view_submission", "block_suggestion")
    return shipment.kind == "slash_commands"


def _acknowledge(connection: Connection, text: str) -> None:
    """Whatever is no acknowledgement of ours is ignored, as Slack does."""
    try:
        data: Any = json.loads(text)
    except ValueError:
        return
    if not isinstance(data, dict):
        return
    future = connection.waiting.get(str(data.get("envelope_id")))
    if future and not future.done():
        future.set_result(data.get("payload"))
