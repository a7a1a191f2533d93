"""What the gate's parts share: finding out what a call means, and whether it is allowed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select

from bot.connectors.base import Access, Connector, Tool, pages_named
from bot.connectors.catalogue import all_connectors
from bot.connectors.errors import ConnectorError, NotAllowed, NotFound, NotSignedIn
from bot.connectors.results import Health
from bot.gate import audit
from bot.gate.calls import Caller, ToolCall
from bot.gate.grants import CONNECTION_ARGUMENT, Held, Offer, closed_to, offers_for, only_reads
from bot.gate.kinds import kind_of
from bot.gate.opening import Opened, Opener, parse_form
from bot.gate.toolsets import keep_tools
from bot.store.database import Store
from bot.store.tables import Approval, AuditEntry, Connection, ConnectionStatus

T = TypeVar("T")
Timer = Callable[[], float]
Freshen = Callable[[Connection], Awaitable[Connection]]
"""Gives a connection with a sign-in that is still good. Raises ConnectorError if there is none."""


Renew = Callable[[Connection], Awaitable[Connection | None]]
"""Gives a connection whose sign-in was refused another one. None where there is no way to."""


async def never_renewed(connection: Connection) -> Connection | None:
    """For connections with a key: a person has to give another one."""
    return None


async def as_stored(connection: Connection) -> Connection:
    """For connections whose credentials do not end by themselves."""
    return connection


@dataclass(frozen=True)
class Target:
    """A call that was found to be allowed: through what, and with which arguments."""

    kind: type[Connector]
    tool: Tool[Any, Any, Any]
    connection: Connection
    arguments: dict[str, Any]
    access: Access

    @property
    def writes(self) -> bool:
        return self.access > Access.READ

    @property
    def name(self) -> str:
        return self.kind.tool_name(self.tool.verb)

    @property
    def place(self) -> str:
        return place_of(self.connection)


def place_of(connection: Connection) -> str:
    """A connection as sentences name it, "Better Stack (Demo)": its service and its label, and that
    its data is only for tests."""
    kind = kind_of(connection)  # its package may have been removed
    title = kind.title if kind else connection.connector
    label = connection.label
    place = label if label.lower().startswith(title.lower()) else f"{title} ({label})"
    return f"{place} · test data" if connection.test_mode else place


class Desk:
    """Looks calls up in the grants, opens connections, keeps their status and the record."""

    def __init__(
        self,
        store: Store,
        opener: Opener,
        timer: Timer,
        freshen: Freshen = as_stored,
        renew: Renew = never_renewed,
    ) -> None:
        self.store = store
        self._freshen = freshen
        self._renew = renew
        self._opener = opener
        self._timer = timer

    def started(self) -> float:
        return self._timer()

    def lasted(self, started: float) -> int:
        """Milliseconds since then."""
        return round((self._timer() - started) * 1000)

    async def open(self, connection: Connection) -> Opened:
        """Raises ConnectorError when the connection cannot be used."""
        return self._opener.open(await self._freshen(connection))

    async def reopen(self, opened: Opened) -> Opened | None:
        """The same after its sign-in was refused before its time: renewed once, if it can be.

        Raises:
            ConnectorError: it could not be renewed.
        """
        renewed = await self._renew(opened.connection)
        return self._opener.open(renewed) if renewed is not None else None

    async def twice(
        self, opened: Opened, call: Callable[[Opened], Awaitable[T]]
    ) -> tuple[T, Opened]:
        """A call that only reads; once more where its token was refused before its end and could
        be renewed. A write is never repeated."""
        try:
            return await call(opened), opened
        except NotSignedIn as error:
            hushed = opened.hushed(error)
            renewed = await self.reopen(opened)
            if renewed is None:
                raise hushed from None
        try:
            return await call(renewed), renewed
        except ConnectorError as error:
            raise renewed.hushed(error) from None

    async def after_refusal(self, opened: Opened, error: ConnectorError) -> ConnectorError:
        """What to say of a write that failed. One whose token was refused is not repeated, but its
        sign-in is renewed, so that nobody has to reconnect for nothing."""
        if not isinstance(error, NotSignedIn):
            return error
        try:
            renewed = await self.reopen(opened)
        except ConnectorError as worse:
            return worse
        if renewed is None:
            return error
        return NotAllowed("Its sign-in had ended early; it is renewed now.", "Ask again.")

    async def offers(self, caller: Caller) -> dict[str, Offer]:
        """The tools that an agent's grants reach, by name."""
        async with self.store.reading(caller.organisation_id) as session:
            reached = await offers_for(session, caller.id)
        offers = only_reads(reached) if caller.read_only else reached
        return {offer.name: offer for offer in offers}

    def has_work(self, offer: Offer) -> bool:
        """Whether there is anything to use a tool on: one that reads pages needs a connection that
        names a page. It stands in the form, so this opens it."""
        if not offer.tool.instead_of_fetch:
            return True
        return any(self._pages(offer, one) for one in offer.connections)

    def _pages(self, offer: Offer, connection: Connection) -> list[str]:
        plain = self._opener.plain(connection)
        forms = ((offer.kind.Credentials, plain), (offer.kind.Settings, connection.settings))
        return pages_named(forms)

    async def about(self, offer: Offer) -> str:
        """What its connections say of themselves, for services that a model cannot know."""
        if offer.kind.about is Connector.about:
            return ""
        said = [
            f"{one.label}: {(await self.open(one)).connector.about()}" for one in offer.connections
        ]
        return "\n".join(said)

    async def record_described(self, caller: Caller, offers: Iterable[Offer]) -> None:
        """Puts on record, once a run, that `about` or `has_work` opened credentials without a
        call."""
        described = {
            one.id: one
            for offer in offers
            if offer.kind.about is not Connector.about or offer.tool.instead_of_fetch
            for one in offer.connections
        }
        if not described:
            return
        async with self.store.reading(caller.organisation_id) as session:
            known = await session.scalars(
                select(AuditEntry.connection_id).where(
                    AuditEntry.run_id == caller.run_id, AuditEntry.action == "describe"
                )
            )
            new = described.keys() - set(known)
        for connection_id in sorted(new):
            place = place_of(described[connection_id])
            sentence = f"{audit.who(caller)} was told what {place} is; its credentials were opened"
            await self.record(caller, "describe", "done", sentence, connection_id=connection_id)

    async def target(self, caller: Caller, call: ToolCall) -> Target:
        """What a call means, if it is allowed. A refusal is recorded.

        Raises:
            NotFound: no grant reaches the tool, or not that far.
            Invalid: its arguments are wrong.
        """
        offer = (await self.offers(caller)).get(call.name)
        if offer is None:
            closed = await self._closed(caller, call.name)
            why = "its sign-in does not reach it" if closed else "no grant reaches it"
            await self._refuse(caller, call, why)
            raise closed or _no_access(caller, call.name)
        arguments = dict(call.arguments)
        try:
            held = _choose(offer, arguments)
            target = _target(offer, held, offer.tool.parse(arguments))
        except ConnectorError as error:
            await self._refuse(caller, call, error.message)
            raise
        if target.access > held.level:
            await self._refuse(caller, call, "its grant does not reach that far", target)
            raise _no_access(caller, call.name)
        return target

    async def _closed(self, caller: Caller, tool: str) -> NotAllowed | None:
        """Why a tool is unavailable although it is granted, if that is so."""
        async with self.store.reading(caller.organisation_id) as session:
            closed = await closed_to(session, caller.id, tool)
        if not closed:
            return None
        return NotAllowed(
            f"{tool} is not available with the sign-in of {', '.join(closed)}.",
            " ".join(dict.fromkeys(closed.values())),
        )

    async def target_of(self, caller: Caller, approval: Approval) -> Target:
        """An approved call, if it is allowed still.

        Raises:
            NotFound: the grant was taken away.
        """
        offer = (await self.offers(caller)).get(approval.tool)
        for held in () if offer is None else offer.held.values():
            if held.connection.id == approval.connection_id and offer is not None:
                target = _target(offer, held, dict(approval.arguments))
                if target.access <= held.level:
                    return target
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
                row.account, row.test_mode = seen.account, seen.test_mode
                row.expires_at = seen.expires_at or row.expires_at
                row.failing_since = None
                await keep_tools(session, row, seen)
                return
            row.failing_since = row.failing_since or self.store.clock()
            if isinstance(seen, NotSignedIn):
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
                duration_ms=None if started is None else self.lasted(started),
            )

    async def refuse_source(self, caller: Caller, connection: Connection) -> None:
        """Puts on record that a report wanted to read what nobody ticked for it."""
        await self.record(
            caller,
            "refuse",
            "refused",
            f"{audit.who(caller)} was refused to read {place_of(connection)}: "
            "it is not among its sources",
            connection_id=connection.id,
        )

    async def _refuse(
        self, caller: Caller, call: ToolCall, why: str, target: Target | None = None
    ) -> None:
        wish = _wish(call.name)
        place = f" in {target.place}" if target else ""
        await self.record(
            caller,
            "refuse",
            "refused",
            f"{audit.who(caller)} was refused {wish}{place}: {why}",
            connection_id=target.connection.id if target else "",
            tool=call.name,
        )


def _choose(offer: Offer, arguments: dict[str, Any]) -> Held:
    """The connection that a call names, where there are several; takes the argument out."""
    if len(offer.held) == 1:
        return next(iter(offer.held.values()))
    label = arguments.pop(CONNECTION_ARGUMENT, None)
    if not isinstance(label, str) or label not in offer.held:
        raise NotFound(
            f"There is no connection {label!r} with {offer.name}.",
            f"Choose one of: {', '.join(offer.held)}.",
        )
    return offer.held[label]


def _target(offer: Offer, held: Held, arguments: dict[str, Any]) -> Target:
    settings = parse_form(offer.kind.Settings, held.connection.settings)
    access = offer.tool.access_for(settings, arguments)
    return Target(offer.kind, offer.tool, held.connection, arguments, access)


def _wish(name: str) -> str:
    """A tool as sentences name it: "to list lamps (Lamp)"; one that does not exist by its name."""
    for kind in all_connectors().values():
        for verb in kind.tools:
            if kind.tool_name(verb) == name:
                return f"to {verb.replace('_', ' ')} ({kind.title})"
    return name[:128] or "a call without a name"


def _no_access(caller: Caller, tool: str) -> NotFound:
    return NotFound(
        f"{caller.name} has no access to {tool}.", "An owner can grant it with /ops access."
    )
