"""Reads one connection for a report: a few things at a time, and with a note of every failure."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bot.connectors.errors import ConnectorError
from bot.connectors.results import Row
from bot.gate.calls import Caller, ToolReturn

AT_ONCE = 4
"""Reads of one connection at the same time."""

_NAMED = 3


class Reads(Protocol):
    """The gate, as far as reports see it."""

    async def read_from(
        self, caller: Caller, connection_id: str, verb: str, arguments: Mapping[str, Any]
    ) -> ToolReturn: ...


class Reader:
    """Reads of one connection. What fails becomes a gap with its reason instead of an error."""

    def __init__(self, reads: Reads, caller: Caller, connection_id: str) -> None:
        self._reads = reads
        self._caller = caller
        self._connection_id = connection_id
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._missing: dict[str, list[str]] = {}

    async def rows(self, what: str, verb: str, **arguments: Any) -> tuple[list[Row], str] | None:
        """A table and what was cut from it; None where it could not be read."""
        data = await self._read(what, verb, arguments)
        return None if data is None else (list(data["rows"]), str(data["cut"]))

    async def fields(self, what: str, verb: str, **arguments: Any) -> Row | None:
        """One thing's fields; None where it could not be read."""
        data = await self._read(what, verb, arguments)
        return None if data is None else dict(data["data"])

    def miss(self, what: str, why: str) -> None:
        """Notes that something is not in the report. `what` goes on a list if `why` is the same."""
        listed = self._missing.setdefault(why, [])
        if what not in listed:
            listed.append(what)

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is missing and why, a sentence for each reason."""
        return tuple(f"{_some(what)}: {why}" for why, what in self._missing.items())

    async def _read(
        self, what: str, verb: str, arguments: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        try:
            async with self._turns:
                returned = await self._reads.read_from(
                    self._caller, self._connection_id, verb, arguments
                )
        except ConnectorError as error:
            self.miss(what, str(error))
            return None
        if returned.failed or returned.data is None:
            self.miss(what, returned.text)
            return None
        return returned.data


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
