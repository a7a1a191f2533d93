"""Things that are good for a short time: trigger ids and response URLs."""

from __future__ import annotations

from dataclasses import dataclass

from playground.workspace.ids import Clock, Ids
from playground.workspace.timing import Delays


class TicketError(Exception):
    """`code` is Slack's word for what is wrong with the ticket."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Trigger:
    issued: float
    app_id: str
    user_id: str
    view_id: str | None
    used: bool = False


class Triggers:
    """trigger_id: 3 seconds, one use, only for the app that it was given to."""

    def __init__(self, clock: Clock, ids: Ids, delays: Delays) -> None:
        self._clock = clock
        self._ids = ids
        self._delays = delays
        self._known: dict[str, Trigger] = {}

    def issue(self, app_id: str, user_id: str, view_id: str | None = None) -> str:
        digits = self._ids.digits
        key = f"{digits(13)}.{digits(12)}.{self._ids.secret(32).lower()}"
        self._known[key] = Trigger(self._clock(), app_id, user_id, view_id)
        return key

    def redeem(self, key: str, app_id: str) -> Trigger:
        trigger = self._known.get(key)
        if trigger is None or trigger.app_id != app_id:
            raise TicketError("invalid_trigger_id")
        if trigger.used:
            raise TicketError("exchanged_trigger_id")
        if self._clock() - trigger.issued > self._delays.trigger:
            raise TicketError("expired_trigger_id")
        trigger.used = True
        return trigger


@dataclass
class ResponseUrl:
    """Where an app may answer an interaction, and what that interaction was about."""

    issued: float
    app_id: str
    user_id: str
    channel_id: str
    message_ts: str | None = None
    ephemeral_id: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class ResponseUrls:
    """5 uses within 30 minutes (docs.slack.dev, "Handling user interaction")."""

    MAX_USES = 5

    def __init__(self, clock: Clock, ids: Ids, delays: Delays) -> None:
        self._clock = clock
        self._ids = ids
        self._delays = delays
        self._known: dict[str, ResponseUrl] = {}

    def issue(
        self,
        app_id: str,
        user_id: str,
        channel_id: str,
        *,
        message_ts: str | None = None,
        ephemeral_id: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """Returns the path of the URL below the workspace's address."""
        path = f"T/{self._ids.digits(12)}/{self._ids.secret(24)}"
        self._known[path] = ResponseUrl(
            self._clock(), app_id, user_id, channel_id, message_ts, ephemeral_id, thread_ts
        )
        return path

    def peek(self, path: str) -> ResponseUrl:
        """What the URL is about, without using it."""
        return self._known[path]

    def redeem(self, path: str) -> ResponseUrl:
        known = self._known.get(path)
        if known is None:
            raise TicketError("invalid_url")
        if self._clock() - known.issued > self._delays.response_url:
            raise TicketError("expired_url")
        if known.uses >= self.MAX_USES:
            raise TicketError("used_url")
        known.uses += 1
        return known


class SocketTickets:
    """apps.connections.open hands out a URL that opens one connection, soon."""

    def __init__(self, clock: Clock, ids: Ids, delays: Delays) -> None:
        self._clock = clock
        self._ids = ids
        self._delays = delays
        self._known: dict[str, tuple[str, float]] = {}

    def issue(self, app_id: str) -> str:
        ticket = self._ids.uuid()
        self._known[ticket] = (app_id, self._clock())
        return ticket

    def redeem(self, ticket: str) -> str | None:
        """The app that may connect, or None."""
        app_id, issued = self._known.pop(ticket, ("", 0.0))
        fresh = self._clock() - issued <= self._delays.socket_ticket
        return app_id if app_id and fresh else None
