"""The web address that a connection's service sends its events to.

Nothing signs what comes there, so the address itself is the secret: 256 random bits that can be
replaced. The store finds it by the ids in it and compares the rest in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.columns import sealed_for
from bot.store.database import Store
from bot.store.tables import Connection, Member, WebhookAddress
from bot.store.vault import Vault

PATH = "/hooks/{organisation_id}/{address_id}/{token}"
"""Where the web server listens for them."""

REMEMBERED = timedelta(seconds=2)
"""How long an address that was replaced elsewhere may still be taken."""

MOST_REMEMBERED = 1_000
_TOKEN_BYTES = 32


class WebhookAddresses:
    """Makes, shows, replaces and checks them."""

    def __init__(
        self,
        store: Store,
        public_url: str,
        *,
        tokens: Callable[[], str] = lambda: secrets.token_urlsafe(_TOKEN_BYTES),
    ) -> None:
        self._store = store
        self._public_url = public_url
        self._tokens = tokens
        self._known: dict[tuple[str, str], tuple[datetime, WebhookAddress | None]] = {}

    @property
    def reachable(self) -> bool:
        """Whether it is known how services reach us."""
        return bool(self._public_url)

    async def show(self, member: Member, connection: Connection) -> str:
        """The address of a connection; made when it is asked for the first time."""
        async with self._store.writing(connection.organisation_id) as session:
            row = await _of(session, connection.id)
            if row is None:
                row = self._new(member, connection)
                self._give_token(row)
                session.add(row)
            return self._address(row)

    async def rotate(self, member: Member, connection: Connection) -> str:
        """A new address; what is sent to the former one is refused from now on."""
        async with self._store.writing(connection.organisation_id) as session:
            row = await _of(session, connection.id)
            if row is None:
                row = self._new(member, connection)
                session.add(row)
            self._give_token(row)
            row.rotated_at = self._store.clock()
        self._known.clear()
        return self._address(row)

    async def connection_of(self, organisation_id: str, address_id: str, token: str) -> str | None:
        """The connection that an address is of; None where the token is not its token."""
        row = await self._found(organisation_id, address_id)
        known = row.digest if row is not None else _digest("")
        right = hmac.compare_digest(known, _digest(token))
        return row.connection_id if row is not None and right else None

    async def _found(self, organisation_id: str, address_id: str) -> WebhookAddress | None:
        """The row; in a storm it is looked up once in a while."""
        key, now = (organisation_id, address_id), self._store.clock()
        read_at, row = self._known.get(key, (now - REMEMBERED, None))
        if now - read_at < REMEMBERED:
            return row
        async with self._store.reading(organisation_id) as session:
            row = await session.get(WebhookAddress, address_id)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = (now, row)
        return row

    def _new(self, member: Member, connection: Connection) -> WebhookAddress:
        return WebhookAddress(
            id=self._store.ids(),
            organisation_id=connection.organisation_id,
            connection_id=connection.id,
            made_by=member.id,
            created_at=self._store.clock(),
        )

    def _give_token(self, row: WebhookAddress) -> None:
        token = self._tokens()
        row.digest = _digest(token)
        row.secret = self._vault.seal({"token": token}, owner=sealed_for(row))

    def _address(self, row: WebhookAddress) -> str:
        path = PATH.format(
            organisation_id=row.organisation_id,
            address_id=row.id,
            token=self._vault.open(row.secret, owner=sealed_for(row))["token"],
        )
        return f"{self._public_url}{path}"

    @property
    def _vault(self) -> Vault:
        assert self._store.vault is not None
        return self._store.vault


async def _of(session: AsyncSession, connection_id: str) -> WebhookAddress | None:
    wanted = select(WebhookAddress).where(WebhookAddress.connection_id == connection_id)
    found: WebhookAddress | None = await session.scalar(wanted)
    return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
