"""The gate itself. Nothing else in the house calls a connector's tools."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.connectors.base import Access
from bot.connectors.errors import ConnectorError, NotAllowed, Unavailable
from bot.connectors.results import Health
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind, ToolCall, ToolReturn, ToolSpec
from bot.gate.desk import (
    Desk,
    Freshen,
    Renew,
    Target,
    Timer,
    as_stored,
    never_renewed,
    place_of,
)
from bot.gate.kinds import kind_or_key_error
from bot.gate.opening import Opener
from bot.gate.policy import Approvers, GroupMembers, nobody_reads_groups
from bot.gate.presses import Presses, Pressing
from bot.gate.shape import as_data, as_text, summary
from bot.gate.system_reads import SYSTEM_READS
from bot.gate.tickets import Tickets
from bot.gate.writes import Writes
from bot.slack.addresses import hosts_in
from bot.store.database import Store
from bot.store.tables import Approval, Connection, Member, Subscription

READ_TIMEOUT = 60.0
"""Seconds for one read with all its pages and repetitions."""

PROBE_TIMEOUT = 20.0
"""Seconds for testing a connection while a person looks at its form."""

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
        groups: GroupMembers = nobody_reads_groups,
        timer: Timer = time.monotonic,
        freshen: Freshen = as_stored,
        renew: Renew = never_renewed,
    ) -> None:
        """`groups` asks Slack who is in a user group; `freshen` renews the tokens of a sign-in that
        is about to end, `renew` those that a service refused before their end."""
        self._store = store
        self._desk = Desk(store, opener, timer, freshen, renew)
        self._writes = Writes(self._desk, approval_wait)
        self.approvers = Approvers(store, groups, self.on_call)
        self._presses = Presses(self._desk, self._writes, self.approvers)
        self._tickets = Tickets(self._desk, self._writes)

    async def offered(self, caller: Caller) -> list[ToolSpec]:
        """The tools of an agent, as its model gets them."""
        reached = (await self._desk.offers(caller)).values()
        offers = [offer for offer in reached if self._desk.has_work(offer)]
        specs = [replace(offer, about=await self._desk.about(offer)).spec for offer in offers]
        await self._desk.record_described(caller, reached)
        return specs

    async def places(self, caller: Caller) -> list[str]:
        """The connections that an agent reaches, as sentences name them."""
        offers = (await self._desk.offers(caller)).values()
        return sorted({place_of(held) for offer in offers for held in offer.connections})

    async def hosts(self, caller: Caller) -> set[str]:
        """Where the connections that an agent reaches live, as far as their settings say."""
        offers = (await self._desk.offers(caller)).values()
        settings = [held.settings for offer in offers for held in offer.connections]
        return set(hosts_in([value for one in settings for value in one.values()]))

    async def preferences(self, caller: Caller) -> dict[str, str]:
        """What the team wrote for the connections that an agent reaches, by their names."""
        offers = (await self._desk.offers(caller)).values()
        held = {one.id: one for offer in offers for one in offer.connections if one.instructions}
        return dict(sorted((place_of(one), one.instructions) for one in held.values()))

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
            return await self._writes.propose(caller, requested_by, call, target)
        return await self._read(caller, target, call.id)

    async def read_from(
        self, caller: Caller, connection_id: str, verb: str, arguments: Mapping[str, Any]
    ) -> ToolReturn:
        """A read of a person, a report or the system, from a connection that it names itself. A
        report, whose `id` is its subscription's, reads the sources that were ticked for it.

        Args:
            verb: the tool's name without the connector's slug.
        """
        if caller.kind is CallerKind.AGENT:
            raise ValueError("an agent reads through its grants")
        async with self._store.reading(caller.organisation_id) as session:
            connection = await session.get_one(Connection, connection_id)
            report = await session.get(Subscription, caller.id)
        kind = kind_or_key_error(connection)
        tool = kind.tools[verb]
        if max(tool.levels) > Access.READ:
            raise ValueError(f"{verb} does not only read")
        if caller.kind is CallerKind.SYSTEM and kind.tool_name(verb) not in SYSTEM_READS:
            raise ValueError(f"{verb} is not among the reads of the system")
        if caller.kind is CallerKind.REPORT and not _reads(report, connection_id):
            await self._desk.refuse_source(caller, connection)
            raise NotAllowed(f"{place_of(connection)} is not among the report's sources.")
        target = Target(kind, tool, connection, tool.parse(arguments), Access.READ)
        return await self._read(caller, target, call_id=verb)

    async def execute(self, caller: Caller, approval_id: str) -> Approval:
        """Carries out a decided write at most once; see `Writes.execute`."""
        return await self._writes.execute(caller, approval_id)

    async def press(
        self,
        member: Member,
        connection_id: str,
        verb: str,
        arguments: Mapping[str, Any],
        *,
        key: str,
    ) -> Pressing:
        """A person's own press of a button that changes something at a service.

        Call it from a job, and again with the same key when the process died over it: a request
        that may have left is never sent again, and the outcome says honestly what became of it. It
        takes as long as the service does. Where the outcome is `WAITING`, post the approval's card
        with `CardDesk.post`; the press is carried out when it is approved.

        Args:
            verb: the tool's name without the connector's slug.
            key: what tells this press from all others of the organisation, up to 160 characters:
                its Slack event's id, say.
        """
        return await self._presses.press(member, connection_id, verb, arguments, key=key)

    async def finish_press(self, organisation_id: str, approval_id: str) -> Approval:
        """Carries out a press that was approved on its card, at most once."""
        return await self._presses.finish(organisation_id, approval_id)

    async def open_ticket(
        self,
        caller: Caller,
        slot_id: str,
        connection_id: str,
        verb: str,
        arguments: Mapping[str, Any],
        *,
        key: str,
    ) -> Pressing:
        """A ticket that a report makes by itself, under an owner's standing approval.

        It has to cover exactly this connection, tool and project, and the number of tickets of the
        slot. Otherwise nothing is sent, and the outcome is `REFUSED` with the reason, which belongs
        into the report. Call it again with the same key after a crash.

        Args:
            caller: the report; its `id` is the subscription's.
            slot_id: the due moment that the report is written for.
            key: what tells this ticket from all others of the organisation.
        """
        return await self._tickets.open(caller, slot_id, connection_id, verb, arguments, key=key)

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
        opened = await self._desk.open(connection)
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

    async def probe(self, caller: Caller, connection: Connection) -> Health:
        """Tests a connection that is not stored yet; only the record keeps that it was.

        Raises:
            ConnectorError: what is wrong with it.
        """
        started = self._desk.started()
        problem = ""
        try:
            return await self._health(connection, PROBE_TIMEOUT)
        except ConnectorError as error:
            problem = str(error)
            raise
        finally:
            await self._desk.record(
                caller,
                "check",
                "failed" if problem else "done",
                f"{audit.who(caller)} tested {place_of(connection)} before saving it: "
                f"{problem or 'it answered'}",
                connection_id=connection.id,
                started=started,
            )

    async def _health(self, connection: Connection, patience: float = READ_TIMEOUT) -> Health:
        opened = await self._desk.open(connection)
        try:
            async with asyncio.timeout(patience):
                health, opened = await self._desk.twice(opened, lambda one: one.connector.check())
        except ConnectorError as error:
            raise opened.hushed(error) from None
        except TimeoutError:
            raise _slow(place_of(connection), patience) from None
        return replace(health, account=opened.redactor.text(health.account))

    async def _read(self, caller: Caller, target: Target, call_id: str) -> ToolReturn:
        started = self._desk.started()
        deed = f"{audit.who(caller)} {audit.read_in_past(target.tool.verb)} in {target.place}"
        try:
            returned = await self._fetch(target, call_id)
            outcome, found = "done", summary(returned.data or {})
        except ConnectorError as error:
            await self._desk.keep_failure(target.connection, error)
            kind = type(error).__name__
            returned = ToolReturn(call_id, target.name, str(error), failed=True, problem=kind)
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
        opened = await self._desk.open(target.connection)
        try:
            async with asyncio.timeout(READ_TIMEOUT):
                result, opened = await self._desk.twice(
                    opened, lambda one: target.tool.call(one.connector, target.arguments)
                )
        except ConnectorError as error:
            raise opened.hushed(error) from None
        except TimeoutError:
            raise _slow(target.place) from None
        data = opened.redactor.values(as_data(result))
        if target.connection.test_mode:
            data["title"] = f"{data['title']} (test data)"
        return ToolReturn(call_id, target.name, as_text(data), data=data)


def _reads(report: Subscription | None, connection_id: str) -> bool:
    """Whether a subscription's report may read a connection. None ticked means all that fit."""
    return report is not None and (report.sources is None or connection_id in report.sources)


def _slow(place: str, patience: float = READ_TIMEOUT) -> Unavailable:
    return Unavailable(
        f"{place} did not answer within {patience:.0f} seconds.", "Try again in a moment."
    )
