"""Services that incidents come from, and what the house reads there by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.connectors.errors import ConnectorError
from bot.connectors.results import Row
from bot.gate.calls import Caller, CallerKind, ToolReturn
from bot.gate.kinds import kind_of
from bot.store.tables import Connection

_NEEDED = frozenset({"get_incident", "list_incidents"})


def has_incidents(connection: Connection) -> bool:
    """Whether a connection's service knows incidents, by the tools of its connector."""
    kind = kind_of(connection)
    return kind is not None and kind.tools.keys() >= _NEEDED


class Reads(Protocol):
    """The gate, as far as incidents see it."""

    async def read_from(
        self, caller: Caller, connection_id: str, verb: str, arguments: Mapping[str, Any]
    ) -> ToolReturn: ...


class CannotRead(Exception):
    """A service did not say. `kind` is that of the connector's error, "NotFound" say."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


@dataclass(frozen=True)
class Source:
    """One connection, read in the name of somebody."""

    reads: Reads
    caller: Caller
    connection_id: str

    async def document(self, verb: str, **arguments: Any) -> tuple[Row, str]:
        """One thing's fields, and its page. Raises CannotRead."""
        data = await self._read(verb, arguments)
        return dict(data["data"]), str(data.get("link") or "")

    async def rows(self, verb: str, **arguments: Any) -> tuple[list[Row], str]:
        """A table, and what was cut from it. Raises CannotRead."""
        data = await self._read(verb, arguments)
        return list(data["rows"]), str(data.get("cut") or "")

    async def _read(self, verb: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        try:
            returned = await self.reads.read_from(self.caller, self.connection_id, verb, arguments)
        except ConnectorError as error:
            raise CannotRead(type(error).__name__, str(error)) from None
        if returned.failed or returned.data is None:
            raise CannotRead(returned.problem, returned.text)
        return returned.data


def system(organisation_id: str) -> Caller:
    """The house itself, as the gate puts it on record."""
    return Caller(CallerKind.SYSTEM, organisation_id, "incidents", "Quarterdeck")
