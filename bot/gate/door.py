"""The gate itself. Nothing else in the house calls a connector's tools."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.connectors.base import Access
from bot.connectors.catalogue import all_connectors
from bot.connectors.errors import ConnectorError, Unavailable
from bot.connectors.results import Health
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind, ToolCall, ToolReturn, ToolSpec
from bot.gate.desk import Desk, Target, Timer, place_of
from bot.gate.opening import Opener
from bot.gate.shape import as_data, as_text, summary
from bot.gate.writes import Writes
from bot.store.database import Store
from bot.store.tables import Approval, Connection

READ_TIMEOUT = 60.0
"""Seconds for one read with all its pages and repetitions."""

ON_CALL_TIMEOUT = 10.0
"""Seconds for finding out who is on call; a card is waiting for it."""


class Gate:
    """Checks, makes and records every call to a service."""

    def __init__(
        self,
        store: Store,
        opener: Opener,
        *,
        approval_wait: timedelta,
        timer: Timer = time.monotonic,
    ) -> None:
        self._store = store
        self._desk = Desk(store, opener, timer)
        self._writes = Writes(self._desk, approval_wait)

    async def offered(self, caller: Caller) -> list[ToolSpec]:
        """The tools of an agent, as its model gets them."""
        offers = (await self._desk.offers(caller)).values()
        specs = [replace(offer, about=self._desk.about(offer)).spec for offer in offers]
        await self._desk.record_described(caller, offers)
        return specs

    async def places(self, caller: Caller) -> list[str]:
        """The connections that an agent reaches, as sentences name them."""
        offers = (await self._desk.offers(caller)).values()
        return sorted({place_of(held) for offer in offers for held in offer.connections})

    async def handle(
        self, caller: Caller, requested_by: str, call: ToolCall
    ) -> Approval | ToolReturn:
        """Takes an agent's call: makes a read, or puts a write before the people.

        Args:
            requested_by: the id of the member that the agent works for.
        """
        known = await self._writes.known(caller, call)
        if known is not None:
            return known
        try:
            target = await self._desk.target(caller, call)
        except ConnectorError as error:
            return ToolReturn(call.id, call.name, str(error), failed=True)
        if target.writes:
            return await self._writes.propose_to(caller, requested_by, call, target)
        return await self._read(caller, target, call.id)

    async def read(self, caller: Caller, call: ToolCall) -> ToolReturn:
        """Makes an agent's read. Whatever goes wrong comes back as words for the model."""
        try:
            target = await self._desk.target(caller, call)
        except ConnectorError as error:
            return ToolReturn(call.id, call.name, str(error), failed=True)
        if target.writes:
            return ToolReturn(call.id, call.name, f"{call.name} does not only read.", failed=True)
        return await self._read(caller, target, call.id)

    async def read_from(
        self, caller: Caller, connection_id: str, verb: str, arguments: Mapping[str, Any]
    ) -> ToolReturn:
        """A read of a person, a report or the system, from a connection that it names itself.

        Args:
            verb: the tool's name without the connector's slug.
        """
        if caller.kind is CallerKind.AGENT:
            raise ValueError("an agent reads through its grants")
        async with self._store.reading(caller.organisation_id) as session:
            connection = await session.get_one(Connection, connection_id)
        kind = all_connectors()[connection.connector]
        tool = kind.tools[verb]
        if max(tool.levels) > Access.READ:
            raise ValueError(f"{verb} does not only read")
        target = Target(kind, tool, connection, tool.parse(arguments), Access.READ)
        return await self._read(caller, target, call_id=verb)

    async def propose(
        self, caller: Caller, requested_by: str, call: ToolCall
    ) -> Approval | ToolReturn:
        """Puts an agent's write before the people; see `Writes.propose`."""
        return await self._writes.propose(caller, requested_by, call)

    async def execute(self, caller: Caller, approval_id: str) -> Approval:
        """Carries out a decided write at most once; see `Writes.execute`."""
        return await self._writes.execute(caller, approval_id)

    async def on_call(self, organisation_id: str, connection_id: str) -> Sequence[str]:
        """The e-mail addresses of who is on call now: one of the reads that the system may make.

        Raises:
            ConnectorError: the service did not say.
        """
        async with self._store.reading(organisation_id) as session:
            connection = await session.get_one(Connection, connection_id)
        caller = Caller(CallerKind.SYSTEM, organisation_id, "approvers", "Quarterdeck")
        started = self._desk.started()
        problem = ""
        try:
            return await self._on_call(connection)
        except ConnectorError as error:
            problem = error.message
            raise
        finally:
            await self._desk.record(
                caller,
                "read",
                "failed" if problem else "done",
                f"Quarterdeck looked up who is on call in {place_of(connection)}"
                + (f": it failed: {problem}" if problem else ""),
                connection_id=connection_id,
                started=started,
            )

    async def _on_call(self, connection: Connection) -> Sequence[str]:
        opened = self._desk.open(connection)
        try:
            async with asyncio.timeout(ON_CALL_TIMEOUT):
                return await opened.connector.on_call_emails()
        except ConnectorError as error:
            raise opened.hushed(error) from None
        except TimeoutError:
            raise _slow(place_of(connection)) from None

    async def check(self, caller: Caller, connection_id: str) -> Connection:
        """Tests a connection and keeps its status."""
        async with self._store.reading(caller.organisation_id) as session:
            connection = await session.get_one(Connection, connection_id)
        started = self._desk.started()
        problem = ""
        try:
            await self._desk.keep_status(connection, await self._health(connection))
        except ConnectorError as error:
            problem = str(error)
            await self._desk.keep_status(connection, error)
        await self._desk.record(
            caller,
            "check",
            "failed" if problem else "done",
            f"{audit.who(caller)} tested {place_of(connection)}: {problem or 'it answered'}",
            connection_id=connection.id,
            started=started,
        )
        async with self._store.reading(caller.organisation_id) as session:
            return await session.get_one(Connection, connection_id)

    async def _health(self, connection: Connection) -> Health:
        opened = self._desk.open(connection)
        try:
            async with asyncio.timeout(READ_TIMEOUT):
                return await opened.connector.check()
        except ConnectorError as error:
            raise opened.hushed(error) from None
        except TimeoutError:
            raise _slow(place_of(connection)) from None

    async def _read(self, caller: Caller, target: Target, call_id: str) -> ToolReturn:
        started = self._desk.started()
        deed = f"{audit.who(caller)} {audit.read_in_past(target.tool.verb)} in {target.place}"
        try:
            returned = await self._fetch(target, call_id)
            outcome, found = "done", summary(returned.data or {})
        except ConnectorError as error:
            await self._desk.keep_failure(target.connection, error)
            returned = ToolReturn(call_id, target.name, str(error), failed=True)
            outcome, found = "failed", f"it failed: {error.message}"
        await self._desk.record(
            caller,
            "read",
            outcome,
            f"{deed}: {found}",
            connection_id=target.connection.id,
            tool=target.name,
            resource=audit.given(target.arguments),
            started=started,
        )
        return returned

    async def _fetch(self, target: Target, call_id: str) -> ToolReturn:
        opened = self._desk.open(target.connection)
        try:
            async with asyncio.timeout(READ_TIMEOUT):
                result = await target.tool.call(opened.connector, target.arguments)
        except ConnectorError as error:
            raise opened.hushed(error) from None
        except TimeoutError:
            raise _slow(target.place) from None
        data = opened.redactor.values(as_data(result))
        return ToolReturn(call_id, target.name, as_text(data), data=data)


def _slow(place: str) -> Unavailable:
    return Unavailable(
        f"{place} did not answer within {READ_TIMEOUT:.0f} seconds.", "Try again in a moment."
    )
