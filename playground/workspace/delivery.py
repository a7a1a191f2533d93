"""Brings events, commands and interactions to an app, over a socket or HTTP, with retries."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Literal, Protocol

from playground.workspace.changes import Delivered
from playground.workspace.model import App, Channel, Installation, Json
from playground.workspace.world import World

Kind = Literal["events_api", "slash_commands", "interactive"]


class NotAcknowledgedError(Exception):
    """`reason` as in x-slack-retry-reason: http_timeout, connection_failed, http_error, …"""

    def __init__(self, reason: str, *, no_retry: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.no_retry = no_retry

    @property
    def shown(self) -> str:
        """The word that a person sees in Slack."""
        return "operation_timeout" if "timeout" in self.reason else "dispatch_failed"


@dataclass(frozen=True)
class Shipment:
    """One attempt to bring something to an app."""

    app: App
    kind: Kind
    payload: Json
    attempt: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Delivery:
    """What came of a shipment; `failed` is empty when the app acknowledged."""

    kind: Kind
    payload: Json
    attempt: int
    failed: str


class Carrier(Protocol):
    async def ship(self, shipment: Shipment) -> object:
        """The app's answer (JSON, text or None). Raises NotAcknowledgedError."""


class Deliverer:
    def __init__(self, world: World, socket: Carrier, http: Carrier) -> None:
        self._world = world
        self._socket = socket
        self._http = http
        self.log: deque[Delivery] = deque(maxlen=2000)

    def event(self, installation: Installation, event: Json, channel: Channel | None) -> None:
        app = self._world.apps[installation.app_id]
        envelope = self._envelope(app, installation, event, channel)
        self._world.tasks.start(self._deliver(app, envelope))

    def _envelope(
        self, app: App, installation: Installation, event: Json, channel: Channel | None
    ) -> Json:
        return {
            "token": app.verification_token,
            "team_id": installation.team_id,
            "context_team_id": installation.team_id,
            "context_enterprise_id": None,
            "api_app_id": app.id,
            "event": event,
            "type": "event_callback",
            "event_id": self._world.ids.make("Ev"),
            "event_time": int(self._world.clock()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": installation.team_id,
                    "user_id": installation.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
            "event_context": f"4-{self._world.ids.secret(40)}",
        }

    async def _deliver(self, app: App, envelope: Json) -> None:
        """Three retries; an answer with x-slack-no-retry ends them."""
        reason = ""
        for attempt, wait in enumerate((0.0, *self._world.delays.retries)):
            if wait:
                await asyncio.sleep(wait)
            try:
                await self._ship(Shipment(app, "events_api", envelope, attempt, reason))
            except NotAcknowledgedError as error:
                reason = error.reason
                if error.no_retry:
                    return
            else:
                return

    async def ask(self, app: App, kind: Kind, payload: Json) -> object:
        """Commands and interactions: one attempt. Raises NotAcknowledgedError."""
        return await self._ship(Shipment(app, kind, payload))

    async def again(self, app: App, envelope: Json, attempt: int = 1) -> None:
        """Sends an event once more as Slack does after a lost acknowledgement."""
        await self._ship(Shipment(app, "events_api", envelope, attempt, "http_timeout"))

    async def _ship(self, shipment: Shipment) -> object:
        carrier = self._socket if shipment.app.delivery == "socket" else self._http
        try:
            answer = await carrier.ship(shipment)
        except NotAcknowledgedError as error:
            self._record(shipment, error.reason)
            raise
        self._record(shipment, "")
        return answer

    def _record(self, shipment: Shipment, failed: str) -> None:
        self.log.append(Delivery(shipment.kind, shipment.payload, shipment.attempt, failed))
        self._world.changes.announce(Delivered(shipment.kind, failed))
