"""One-time links to the pages that take credentials.

A link's secret is told to one person in Slack, and only its digest is stored. Opening the link
shows a page with one button, so the programs that preview links change nothing. The button binds
the link to that browser by a cookie; from then on no other browser can use it. It ends after ten
minutes, or when something was saved through it.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.catalogue import all_kinds
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.people.limits import room_for_connection
from bot.people.refusals import note, require
from bot.store.columns import sealed_for
from bot.store.database import Store
from bot.store.rights import Right, may
from bot.store.tables import InstallationEvent, Member, Organisation, Ticket
from bot.store.vault import SealBroken, Vault

log = structlog.get_logger(__name__)

LIFETIME = timedelta(minutes=10)
KEPT = timedelta(days=7)
"""How long an ended ticket is kept: until then its link is told from a forged one."""

RECORD_EVERY = timedelta(minutes=1)
"""Refusals of the same kind within this time are one entry: a flood must not fill the record."""


class Purpose(enum.StrEnum):
    """What a ticket's form does."""

    ADD = "add"
    RECONNECT = "reconnect"
    EDIT = "edit"
    APP = "app"
    KNOWLEDGE = "knowledge"
    TEXT = "text"


DEEDS = {
    Purpose.ADD: "connect",
    Purpose.RECONNECT: "reconnect",
    Purpose.EDIT: "change the settings of",
    Purpose.APP: "register the OAuth app of",
    Purpose.KNOWLEDGE: "add files to",
    Purpose.TEXT: "write the knowledge of",
}
"""Each purpose as a verb, before the name of the service."""

OF_KNOWLEDGE = (Purpose.KNOWLEDGE, Purpose.TEXT)


def right_for(purpose: Purpose) -> Right:
    """What a person needs for a ticket, and still needs when it is used."""
    if purpose is Purpose.APP:
        return Right.MANAGE_ORGANISATION
    if purpose in OF_KNOWLEDGE:
        return Right.EDIT_KNOWLEDGE
    return Right.EDIT_CONNECTIONS


class Reason(enum.StrEnum):
    """Why a link is refused, in words that go on after "it"."""

    FORGED = "is none that was given out"
    EXPIRED = "had expired"
    USED = "had been used"
    OTHER_BROWSER = "was opened in another browser than before"
    CSRF = "was used by a form of another page"
    NOT_ALLOWED = "is of somebody who may not do this any more"


class Unusable(Exception):
    """A link cannot be used; that is on record already."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"The link {reason}.")
        self.reason = reason


@dataclass(frozen=True)
class Opening:
    """A ticket that was bound to a browser. `browser` is the value of that browser's cookie."""

    ticket: Ticket
    browser: str


def csrf_of(browser: str) -> str:
    """What every form of a browser carries; another site cannot know it."""
    return hashlib.sha256(f"csrf:{browser}".encode()).hexdigest()


class Tickets:
    """Gives links out, and tells which of them are good."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        public_url: Callable[[], str],
        *,
        secret: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        """`public_url` is asked late: a free port is known only once the server listens."""
        self._store = store
        self._vault = vault
        self._public_url = public_url
        self._secret = secret
        self._recorded: dict[tuple[str, str], datetime] = {}

    @property
    def over_https(self) -> bool:
        """Whether browsers reach us over https, so that cookies can be held to it."""
        return self._public_url().startswith("https://")

    async def issue(
        self,
        member: Member,
        purpose: Purpose,
        connector: str,
        *,
        connection_id: str = "",
        channel: str = "",
    ) -> str:
        """A link for one person.

        Args:
            connection_id: the connection that it is about; none for a new one.
            channel: where in Slack to say what became of it.

        Raises:
            Refused: the person may not, or the plan has no room.
        """
        now, secret = self._store.clock(), self._secret()
        async with self._store.writing(member.organisation_id) as session:
            actor = await require(session, member, right_for(purpose))
            if purpose is Purpose.ADD:
                await room_for_connection(session, member.organisation_id)
            await _sweep(session, now)
            ticket = Ticket(
                digest=_digest(secret),
                member_id=actor.id,
                purpose=purpose,
                connector=connector,
                connection_id=connection_id or self._store.ids(),
                channel=channel,
                draft=b"",
                created_at=now,
                expires_at=now + LIFETIME,
            )
            session.add(ticket)
            deed = f"got a one-time link to {_deed(ticket)}"
            note(session, actor, deed, at=now, action="link", about=ticket.connection_id)
        return f"{self._public_url()}/connect/{member.organisation_id}/{secret}"

    async def look(self, organisation_id: str, secret: str) -> Ticket:
        """The ticket of a link, and nothing changes. Raises Unusable."""
        await self._known(organisation_id)
        async with self._store.reading(organisation_id) as session:
            ticket = await _find(session, secret)
            reason = await self._problem(session, ticket)
        return await self._checked(organisation_id, ticket, reason)

    async def open(self, organisation_id: str, secret: str, browser: str) -> Opening:
        """Binds a link to the first browser that asks. Raises Unusable for every other.

        Args:
            browser: the browser's cookie for this link, if it has one.
        """
        await self._known(organisation_id)
        async with self._store.writing(organisation_id) as session:
            ticket = await _find(session, secret)
            reason = await self._problem(session, ticket)
            if ticket is not None and reason is None:
                if not ticket.browser:
                    browser = self._secret()
                    ticket.browser = _digest(browser)
                elif not _same(ticket.browser, browser):
                    reason = Reason.OTHER_BROWSER
        return Opening(await self._checked(organisation_id, ticket, reason), browser)

    async def admit(
        self, organisation_id: str, secret: str, browser: str, csrf: str | None = None
    ) -> Ticket:
        """The ticket, for the browser that it is bound to. Raises Unusable.

        Args:
            csrf: what a form carried; needed for everything that changes something.
        """
        await self._known(organisation_id)
        async with self._store.reading(organisation_id) as session:
            ticket = await _find(session, secret)
            reason = await self._problem(session, ticket)
        if ticket is not None and reason is None:
            if not browser or not _same(ticket.browser, browser):
                reason = Reason.OTHER_BROWSER
            elif csrf is not None and not _same(_digest(csrf_of(browser)), csrf):
                reason = Reason.CSRF
        return await self._checked(organisation_id, ticket, reason)

    async def spend(self, session: AsyncSession, ticket: Ticket) -> None:
        """Ends a ticket in the unit of work that saves what it was for.

        Raises:
            Unusable: it was used already; nothing of this unit of work may then stay.
        """
        spent = await session.execute(
            update(Ticket)
            .where(Ticket.id == ticket.id, Ticket.spent_at.is_(None))
            .values(spent_at=self._store.clock(), draft=b"")
            .execution_options(synchronize_session=False)
            .returning(Ticket.id)
        )
        if spent.scalar() is None:
            raise Unusable(Reason.USED)

    async def keep_draft(self, ticket: Ticket, values: dict[str, Any]) -> None:
        """Keeps what was typed, sealed, until the ticket ends."""
        sealed = self._vault.seal(values, owner=sealed_for(ticket)) if values else b""
        async with self._store.writing(ticket.organisation_id) as session:
            await session.execute(
                update(Ticket)
                .where(Ticket.id == ticket.id, Ticket.spent_at.is_(None))
                .values(draft=sealed)
            )
        ticket.draft = sealed

    def draft_of(self, ticket: Ticket) -> dict[str, Any]:
        """What was kept, or nothing."""
        if not ticket.draft:
            return {}
        try:
            return self._vault.open(ticket.draft, owner=sealed_for(ticket))
        except SealBroken:
            return {}

    async def sweep(self, organisation_id: str) -> None:
        """Forgets what was typed into forms that ended, and tickets that are long over."""
        async with self._store.writing(organisation_id) as session:
            await _sweep(session, self._store.clock())

    # Finding out, and putting on record

    async def _problem(self, session: AsyncSession, ticket: Ticket | None) -> Reason | None:
        if ticket is None:
            return Reason.FORGED
        if ticket.spent_at is not None:
            return Reason.USED
        if ticket.expires_at <= self._store.clock():
            return Reason.EXPIRED
        member = await session.get_one(Member, ticket.member_id)
        good = may(member, right_for(Purpose(ticket.purpose)))
        return None if good else Reason.NOT_ALLOWED

    async def _checked(
        self, organisation_id: str, ticket: Ticket | None, reason: Reason | None
    ) -> Ticket:
        if ticket is not None and reason is None:
            return ticket
        assert reason is not None
        await self._record(organisation_id, ticket, reason)
        raise Unusable(reason)

    async def _known(self, organisation_id: str) -> None:
        """Raises Unusable for an organisation that there is not; the installation records it."""
        async with self._store.looking() as session:
            if await session.get(Organisation, organisation_id) is not None:
                return
        if self._is_new("", Reason.FORGED):
            async with self._store.installation() as session:
                now = self._store.clock()
                detail = "a one-time link of an organisation that there is not"
                session.add(InstallationEvent(at=now, kind="link_refused", detail=detail))
        raise Unusable(Reason.FORGED)

    async def _record(self, organisation_id: str, ticket: Ticket | None, reason: Reason) -> None:
        log.warning("link.refused", reason=reason.name.lower())
        about = ticket.id if ticket else organisation_id
        if not self._is_new(about, reason):
            return
        async with self._store.writing(organisation_id) as session:
            whose = ""
            if ticket is not None:
                member = await session.get_one(Member, ticket.member_id)
                whose = f" for {member.name} to {_deed(ticket)}"
            audit.record(
                session,
                Caller(CallerKind.SYSTEM, organisation_id, "links", "Quarterdeck"),
                at=self._store.clock(),
                action="link",
                outcome="refused",
                sentence=f"A one-time link{whose} was refused: it {reason}",
                resource=ticket.connection_id if ticket else "",
            )

    def _is_new(self, about: str, reason: Reason) -> bool:
        """Whether such a refusal was not recorded a moment ago."""
        now = self._store.clock()
        self._recorded = {key: at for key, at in self._recorded.items() if now - at < RECORD_EVERY}
        key = (about, reason.name)
        if key in self._recorded:
            return False
        self._recorded[key] = now
        return True


async def _find(session: AsyncSession, secret: str) -> Ticket | None:
    found: Ticket | None = await session.scalar(
        select(Ticket).where(Ticket.digest == _digest(secret))
    )
    return found


async def _sweep(session: AsyncSession, now: datetime) -> None:
    await session.execute(
        update(Ticket).where(Ticket.expires_at <= now, Ticket.draft != b"").values(draft=b"")
    )
    await session.execute(delete(Ticket).where(Ticket.created_at < now - KEPT))


def _deed(ticket: Ticket) -> str:
    kind = all_kinds().get(ticket.connector)
    return f"{DEEDS[Purpose(ticket.purpose)]} {kind.title if kind else ticket.connector}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _same(digest: str, secret: str) -> bool:
    return hmac.compare_digest(digest, _digest(secret))
