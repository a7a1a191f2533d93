"""The one service through which connections are tested, saved, renamed and removed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connecting.labels import default_label, free_label, is_taken, read_label
from bot.connecting.tickets import Purpose, Tickets
from bot.connectors.base import Connector
from bot.connectors.catalogue import all_kinds
from bot.connectors.errors import Invalid, Throttled, Unavailable
from bot.connectors.results import Health
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.gate.door import Gate
from bot.gate.opening import Opener, parse_form
from bot.gate.toolsets import keep_tools
from bot.people.limits import room_for_connection
from bot.people.refusals import Refused, note, require
from bot.scheduling.queue import Claim, JobQueue
from bot.store.crew import there_for
from bot.store.database import Store
from bot.store.rights import Right
from bot.store.tables import (
    Agent,
    ApprovalPolicy,
    Connection,
    ConnectionStatus,
    Grant,
    Member,
    Ticket,
    ToolSwitch,
)

log = structlog.get_logger(__name__)

SAVED = "connection_saved"
"""The kind of job that tells in Slack what was saved, and asks which agents get it."""

PART = "connection_part"
"""The kind of job that ends a removed connection: revokes what can be revoked, wipes the rest."""

LONGEST_INSTRUCTIONS = 2000
REVOKE_TIMEOUT = 30.0

Revoke = Callable[[Connection], Awaitable[None]]
"""Takes a connection's sign-in back at its service."""


@dataclass(frozen=True)
class Wish:
    """What a form asks for. `credentials` are in clear and are never kept like that.

    `other_account_ok`: it was asked about another account than before. `untested_ok`: save it
    although the service did not answer.
    """

    credentials: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    instructions: str = ""
    other_account_ok: bool = False
    untested_ok: bool = False


class OtherAccount(Exception):
    """The new credentials are of another account than the ones before."""

    def __init__(self, before: str, now: str) -> None:
        super().__init__(f"another account: {now}, before {before}")
        self.before = before
        self.now = now


class Connections:
    """Everything that people do to connections."""

    def __init__(
        self,
        store: Store,
        opener: Opener,
        gate: Gate,
        tickets: Tickets,
        queue: JobQueue,
        wake: Callable[[], None],
        revoke: Revoke | None = None,
    ) -> None:
        self._store = store
        self._opener = opener
        self._gate = gate
        self._tickets = tickets
        self._queue = queue
        self._wake = wake
        self._revoke = revoke

    async def probe(self, ticket: Ticket, wish: Wish) -> Health:
        """Tests what a form holds, without saving it.

        Raises:
            Invalid: naming the fields.
            ConnectorError: what the service said.
        """
        candidate = await self._candidate(ticket, wish)
        async with self._store.reading(ticket.organisation_id) as session:
            member = await session.get_one(Member, ticket.member_id)
        caller = Caller(CallerKind.PERSON, ticket.organisation_id, member.id, member.name)
        try:
            return await self._gate.probe(caller, candidate)
        finally:
            if ticket.purpose == Purpose.ADD:
                await self._opener.forget(candidate.id)

    async def save(self, ticket: Ticket, wish: Wish) -> Connection:
        """Tests and saves, and spends the ticket. What refers to the connection stays as it is.

        Raises:
            Invalid: naming the fields.
            ConnectorError: the test failed, and nothing was saved.
            OtherAccount: the account differs, and nobody was asked about that yet.
            Refused: the person may not (any more), or the plan has no room.
            Unusable: the ticket was used meanwhile.
        """
        candidate = await self._candidate(ticket, wish)
        health: Health | None = None
        try:
            health = await self.probe(ticket, wish)
        except (Unavailable, Throttled):
            if not wish.untested_ok:
                raise
        await self._refuse_other_account(ticket, wish, health)
        async with self._store.writing(ticket.organisation_id) as session:
            member = await session.get_one(Member, ticket.member_id)
            member = await require(session, member, Right.EDIT_CONNECTIONS)
            await self._tickets.spend(session, ticket)
            row = await self._row(session, ticket, wish, candidate, member)
            _keep_health(row, health, self._store.clock())
            if not row.label:
                row.label = await free_label(session, default_label(_kind(ticket), row.account))
            session.add(row)
            await session.flush()
            if health is not None:
                await keep_tools(session, row, health)
            self._note(session, ticket, row, member)
            await self._put(session, SAVED, row.id, _news(ticket, member))
        self._wake()
        return row

    async def rename(self, member: Member, connection_id: str, label: str) -> Connection:
        """Gives a connection another label. Raises Refused or Invalid."""
        label = read_label(label)
        async with self._store.writing(member.organisation_id) as session:
            member = await require(session, member, Right.EDIT_CONNECTIONS)
            row = await _present(session, connection_id)
            if not label:
                raise Invalid("", fields={"label": "must not be empty"})
            await _refuse_taken(session, label, row.id)
            before, row.label = place_of(row), label
            deed = f"renamed the connection {before} to {label}"
            now = self._store.clock()
            note(session, member, deed, at=now, action="connection", about=row.id)
        return row

    def plain(self, connection: Connection) -> dict[str, Any]:
        """What a form for new credentials may begin with: all of the old ones but secrets."""
        return self._opener.plain(connection)

    async def users_of(self, organisation_id: str, connection_id: str) -> list[str]:
        """The names of the agents that have access to a connection."""
        async with self._store.reading(organisation_id) as session:
            return (await agents_by_connection(session)).get(connection_id, [])

    async def remove(self, member: Member, connection_id: str) -> Connection:
        """Takes a connection away from everybody at once; its secrets go with the next job.

        The row stays without them, since approvals and the record refer to it.
        """
        async with self._store.writing(member.organisation_id) as session:
            member = await require(session, member, Right.EDIT_CONNECTIONS)
            row = await _present(session, connection_id)
            place = place_of(row)
            for table in (Grant, ToolSwitch, ApprovalPolicy):
                await session.execute(delete(table).where(table.connection_id == row.id))
            row.removed_at = self._store.clock()
            row.label = f"{row.label[:LABEL_KEPT]} (removed {row.id[:8]})"
            row.settings, row.instructions = {}, ""
            deed = f"removed the connection {place}"
            note(session, member, deed, at=row.removed_at, action="connection", about=row.id)
            await self._put(session, PART, row.id, row.id)
        self._wake()
        return row

    async def part(self, claim: Claim) -> None:
        """The handler of `connection_part` jobs."""
        async with self._store.reading(claim.organisation_id) as session:
            row = await session.get_one(Connection, claim.subject)
        if self._revoke is not None and row.credentials:
            try:
                async with asyncio.timeout(REVOKE_TIMEOUT):
                    await self._revoke(row)
            except Exception as error:  # whatever it is, the secrets go
                log.warning("connection.not_revoked", connection=row.id, error=type(error).__name__)
        async with self._store.writing(claim.organisation_id) as session:
            row = await session.get_one(Connection, claim.subject)
            row.credentials = b""
        await self._opener.forget(row.id)

    # Parts of saving

    async def _candidate(self, ticket: Ticket, wish: Wish) -> Connection:
        """The connection as it would be, outside of the store. Raises Invalid."""
        kind = _kind(ticket)
        parse_form(kind.Settings, wish.settings)
        if len(wish.instructions) > LONGEST_INSTRUCTIONS:
            words = f"have {len(wish.instructions):,} characters; {LONGEST_INSTRUCTIONS:,} fit"
            raise Invalid("", fields={"instructions": words})
        candidate = Connection(
            id=ticket.connection_id,
            organisation_id=ticket.organisation_id,
            connector=kind.slug,
            label=read_label(wish.label) or kind.title,
            settings=dict(wish.settings),
            test_mode=False,
        )
        if ticket.purpose == Purpose.EDIT:
            stored = await self._stored(ticket)
            candidate.settings = _hidden(kind, stored.settings) | candidate.settings
            _refuse_new_address(kind, stored.settings, candidate.settings)
            candidate.credentials = stored.credentials
        else:
            candidate.credentials = self._opener.seal(candidate, wish.credentials)
        return candidate

    async def _stored(self, ticket: Ticket) -> Connection:
        async with self._store.reading(ticket.organisation_id) as session:
            return await _present(session, ticket.connection_id)

    async def _refuse_other_account(
        self, ticket: Ticket, wish: Wish, health: Health | None
    ) -> None:
        if ticket.purpose != Purpose.RECONNECT or health is None or wish.other_account_ok:
            return
        before = (await self._stored(ticket)).account
        if before and before != health.account:
            raise OtherAccount(before, health.account)

    async def _row(
        self,
        session: AsyncSession,
        ticket: Ticket,
        wish: Wish,
        candidate: Connection,
        member: Member,
    ) -> Connection:
        label = read_label(wish.label)
        if label:
            await _refuse_taken(session, label, candidate.id)
        if ticket.purpose == Purpose.ADD:
            await room_for_connection(session, ticket.organisation_id)
            row = candidate
            row.label, row.account = label, ""
            row.created_by, row.created_at = member.id, self._store.clock()
        else:
            row = await _present(session, ticket.connection_id)
            row.settings, row.label = candidate.settings, label or row.label
            if ticket.purpose == Purpose.RECONNECT:
                row.credentials, row.expires_at = candidate.credentials, None
        row.instructions = wish.instructions.strip()
        return row

    def _note(self, session: AsyncSession, ticket: Ticket, row: Connection, member: Member) -> None:
        deed = {
            Purpose.ADD: "connected",
            Purpose.RECONNECT: "reconnected",
            Purpose.EDIT: "changed the settings of",
        }[Purpose(ticket.purpose)]
        words = f"{deed} {place_of(row)}"
        now = self._store.clock()
        note(session, member, words, at=now, action="connection", about=row.id)

    async def _put(self, session: AsyncSession, kind: str, lock: str, subject: str) -> None:
        organisation_id = session.sync_session.info["organisation_id"]
        await self._queue.put(
            session, organisation_id=organisation_id, kind=kind, subject=subject, lock=lock
        )


LABEL_KEPT = 90
"""Characters of a removed connection's label that stay before the note that it was removed."""


async def agents_by_connection(session: AsyncSession, member_id: str = "") -> dict[str, list[str]]:
    """The names of the agents that have access and are there for a member, by connection id."""
    names: dict[str, list[str]] = {}
    allowed = select(ToolSwitch.connection_id, ToolSwitch.agent_id).where(ToolSwitch.on.is_(True))
    granted = select(Grant.connection_id, Grant.agent_id)
    pairs = {tuple(row) for table in (granted, allowed) for row in await session.execute(table)}
    agents = await session.scalars(
        select(Agent).where(Agent.archived_at.is_(None), there_for(member_id)).order_by(Agent.name)
    )
    for agent in agents:
        for connection_id in sorted(one for one, whose in pairs if whose == agent.id):
            names.setdefault(connection_id, []).append(agent.name)
    return names


def _kind(ticket: Ticket) -> type[Connector]:
    kind = all_kinds().get(ticket.connector)
    if kind is None:
        raise Refused(f"The connector {ticket.connector!r} is not installed any more.")
    return kind


def _keep_health(row: Connection, health: Health | None, now: Any) -> None:
    """What the test said."""
    row.checked_at, row.next_check_at = now, None
    if health is None:
        row.status, row.status_note = ConnectionStatus.UNTESTED, "saved without a test"
    else:
        row.status, row.status_note = ConnectionStatus.CONNECTED, health.account
        row.account, row.test_mode = health.account, health.test_mode
        row.expires_at = health.expires_at or row.expires_at
        row.failing_since = row.warned_at = None


def _news(ticket: Ticket, member: Member) -> str:
    return json.dumps(
        {
            "connection": ticket.connection_id,
            "member": member.id,
            "purpose": ticket.purpose,
            "channel": ticket.channel,
        }
    )


async def _present(session: AsyncSession, connection_id: str) -> Connection:
    row = await session.get(Connection, connection_id, populate_existing=True)
    if row is None or row.removed_at is not None:
        raise Refused("This connection was removed. `/ops connections` lists what there is.")
    return row


async def _refuse_taken(session: AsyncSession, label: str, but: str) -> None:
    if await is_taken(session, label, but):
        raise Invalid("", fields={"label": "is that of another connection"})


def _hidden(kind: type[Connector], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that are on no form, as a sign-in found them out: without a label."""
    fields = kind.Settings.model_fields
    return {name: value for name, value in settings.items() if not fields[name].title}


def _refuse_new_address(
    kind: type[Connector], before: Mapping[str, Any], now: Mapping[str, Any]
) -> None:
    """Stored secrets must not be sent elsewhere by somebody who never knew them."""
    old, new = parse_form(kind.Settings, before), parse_form(kind.Settings, now)
    changed = {
        name: "decides where the stored key is sent, so changing it needs the key typed again: "
        "use /ops connections reconnect"
        for name, value in new
        if value != getattr(old, name) and _is_address(name, value, getattr(old, name))
    }
    if changed:
        raise Invalid("", fields=changed)


def _is_address(name: str, *values: Any) -> bool:
    by_name = any(part in name for part in ("url", "endpoint", "host", "address", "domain"))
    return by_name or any(isinstance(value, str) and "://" in value for value in values)
