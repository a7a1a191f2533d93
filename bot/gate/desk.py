"""What the gate's parts share: finding out what a call means, and whether it is allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.connectors.base import Access, Connector, Tool
from bot.connectors.catalogue import all_connectors
from bot.connectors.errors import ConnectorError, NotFound, NotSignedIn
from bot.connectors.results import Health
from bot.gate import audit
from bot.gate.calls import Caller, ToolCall
from bot.gate.grants import CONNECTION_ARGUMENT, Offer, offers_for
from bot.gate.opening import Opened, Opener
from bot.store.database import Store
from bot.store.tables import Approval, Connection, ConnectionStatus

Timer = Callable[[], float]


@dataclass(frozen=True)
class Target:
    """A call that was found to be allowed: through what, and with which arguments."""

    kind: type[Connector]
    tool: Tool[Any, Any, Any]
    connection: Connection
    arguments: dict[str, Any]

    @property
    def name(self) -> str:
        return self.kind.tool_name(self.tool.verb)

    @property
    def place(self) -> str:
        return place_of(self.connection)


def place_of(connection: Connection) -> str:
    """A connection as sentences name it, "Better Stack (Demo)": its service and its label."""
    kind = all_connectors().get(connection.connector)  # its package may have been removed
    title = kind.title if kind else connection.connector
    label = connection.label
    return label if label.lower().startswith(title.lower()) else f"{title} ({label})"


class Desk:
    """Looks calls up in the grants, opens connections, keeps their status and the record."""

    def __init__(self, store: Store, opener: Opener, timer: Timer) -> None:
        self.store = store
        self._opener = opener
        self._timer = timer

    def started(self) -> float:
        return self._timer()

    def open(self, connection: Connection) -> Opened:
        return self._opener.open(connection)

    async def offers(self, caller: Caller) -> dict[str, Offer]:
        """The tools that an agent's grants reach, by name."""
        async with self.store.reading(caller.organisation_id) as session:
            return {offer.name: offer for offer in await offers_for(session, caller.id)}

    async def target(self, caller: Caller, call: ToolCall, *, writing: bool) -> Target:
        """What a call means, if it is allowed. A refusal is recorded.

        Raises:
            NotFound: no grant reaches the tool.
            Invalid: its arguments are wrong.
        """
        offer = (await self.offers(caller)).get(call.name)
        if offer is None or (offer.tool.access > Access.READ) != writing:
            await self._refuse(caller, call)
            raise NotFound(
                f"{caller.name} has no access to {call.name}.",
                "An owner can grant it with /ops access.",
            )
        arguments = dict(call.arguments)
        connection = _choose(offer, arguments)
        return Target(offer.kind, offer.tool, connection, offer.tool.parse(arguments))

    async def target_of(self, caller: Caller, approval: Approval) -> Target:
        """An approved call, if it is allowed still.

        Raises:
            NotFound: the grant was taken away.
        """
        offer = (await self.offers(caller)).get(approval.tool)
        for connection in () if offer is None else offer.connections.values():
            if connection.id == approval.connection_id and offer is not None:
                return Target(offer.kind, offer.tool, connection, dict(approval.arguments))
        raise NotFound("The access to this was taken away in the meantime.")

    async def keep_failure(self, connection: Connection, error: ConnectorError) -> None:
        """Marks a connection whose credentials were refused in the middle of its work."""
        if isinstance(error, NotSignedIn):
            await self.keep_status(connection, error)

    async def keep_status(self, connection: Connection, seen: Health | ConnectorError) -> None:
        async with self.store.writing(connection.organisation_id) as session:
            row = await session.get_one(Connection, connection.id)
            row.checked_at = self.store.clock()
            if isinstance(seen, Health):
                row.status, row.status_note = ConnectionStatus.CONNECTED, seen.account
            elif isinstance(seen, NotSignedIn):
                row.status, row.status_note = ConnectionStatus.RECONNECT, str(seen)
            else:
                row.status, row.status_note = ConnectionStatus.FAILING, str(seen)

    async def record(
        self,
        caller: Caller,
        action: str,
        outcome: str,
        sentence: str,
        *,
        connection_id: str = "",
        tool: str = "",
        resource: str = "",
        started: float | None = None,
    ) -> None:
        """An audit entry in a unit of work of its own."""
        lasted = None if started is None else round((self._timer() - started) * 1000)
        async with self.store.writing(caller.organisation_id) as session:
            audit.record(
                session,
                caller,
                at=self.store.clock(),
                action=action,
                outcome=outcome,
                sentence=sentence,
                connection_id=connection_id,
                tool=tool,
                resource=resource,
                duration_ms=lasted,
            )

    async def _refuse(self, caller: Caller, call: ToolCall) -> None:
        name = call.name[:128]
        sentence = f"{audit.who(caller)} was refused {name}: no grant reaches it"
        await self.record(caller, "refuse", "refused", sentence, tool=name)


def _choose(offer: Offer, arguments: dict[str, Any]) -> Connection:
    """The connection that a call names, where there are several; takes the argument out."""
    held = list(offer.connections.values())
    if len(held) == 1:
        return held[0]
    label = arguments.pop(CONNECTION_ARGUMENT, None)
    if not isinstance(label, str) or label not in offer.connections:
        raise NotFound(
            f"There is no connection {label!r} with {offer.name}.",
            f"Choose one of: {', '.join(offer.connections)}.",
        )
    return offer.connections[label]
