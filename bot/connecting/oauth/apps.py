"""The OAuth apps of an installation: one a vendor, entered by an owner or in the environment."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.oauth import OAuth, vendors
from bot.people.refusals import note, require
from bot.store.columns import sealed_for
from bot.store.database import Store
from bot.store.rights import Right
from bot.store.tables import Member, OAuthApp
from bot.store.vault import SealBroken, Vault


@dataclass(frozen=True)
class App:
    """An app: its id, its secret, and what else belongs to it, such as a developer token."""

    client_id: str
    client_secret: str = field(repr=False, default="")
    more: Mapping[str, str] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class Listed:
    """A service and what its sign-in needs, as people see it."""

    oauth: OAuth
    ready: bool
    from_environment: bool
    redirect_uri: str


def parse_apps(value: SecretStr | None) -> dict[str, App]:
    """The apps of the environment: `{"gitlab": {"client_id": "…", "client_secret": "…"}}`.

    Raises:
        ValueError: naming what is wrong, never the value.
    """
    if value is None:
        return {}
    try:
        given = json.loads(value.get_secret_value())
        found = {vendor: {str(k): str(v) for k, v in one.items()} for vendor, one in given.items()}
    except (ValueError, AttributeError):
        raise ValueError("it is no JSON object of apps by vendor") from None
    known = {one.app for one in vendors().values()}
    for vendor, app in found.items():
        if vendor not in known:
            raise ValueError(f"there is no vendor {vendor!r}; there are {', '.join(sorted(known))}")
        if not app.get("client_id"):
            raise ValueError(f"{vendor} has no client_id")
    return {
        vendor: App(one.pop("client_id"), one.pop("client_secret", ""), one)
        for vendor, one in found.items()
    }


class OAuthApps:
    """Keeps the apps. What an owner entered comes before what the environment has."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        public_url: Callable[[], str],
        environment: Mapping[str, App] | None = None,
    ) -> None:
        self._store = store
        self._vault = vault
        self._public_url = public_url
        self._environment = dict(environment or {})

    def redirect_uri(self, callback: str) -> str:
        """The exact address that a vendor sends people back to."""
        return f"{self._public_url()}/oauth/{callback}/callback"

    async def find(self, organisation_id: str, oauth: OAuth) -> App | None:
        """The app for a service, if there is one."""
        async with self._store.reading(organisation_id) as session:
            row = await session.scalar(select(OAuthApp).where(OAuthApp.vendor == oauth.app))
        if row is None:
            return self._environment.get(oauth.app)
        try:
            kept = self._vault.open(row.secrets, owner=sealed_for(row))
        except SealBroken:
            return None
        secret = str(kept.pop("client_secret", ""))
        return App(row.client_id, secret, {name: str(value) for name, value in kept.items()})

    async def needs_app(self, organisation_id: str, oauth: OAuth) -> bool:
        """Whether an owner has to register an app before anybody can sign in."""
        return not oauth.registers and await self.find(organisation_id, oauth) is None

    async def listing(self, organisation_id: str) -> list[Listed]:
        """Every declared service, with whether its app is there."""
        return [
            Listed(
                oauth=oauth,
                ready=not await self.needs_app(organisation_id, oauth),
                from_environment=oauth.app in self._environment,
                redirect_uri=self.redirect_uri(oauth.app),
            )
            for oauth in vendors().values()
        ]

    async def keep(
        self,
        member: Member,
        oauth: OAuth,
        app: App,
        also: Callable[[AsyncSession], Awaitable[None]],
    ) -> None:
        """Keeps an app that an owner entered, in place of one before.

        Args:
            also: what belongs into the same unit of work.

        Raises:
            Refused: the person may not.
        """
        secrets: dict[str, Any] = {"client_secret": app.client_secret, **app.more}
        async with self._store.writing(member.organisation_id) as session:
            actor = await require(session, member, Right.MANAGE_ORGANISATION)
            await also(session)
            row = await session.scalar(select(OAuthApp).where(OAuthApp.vendor == oauth.app))
            if row is None:
                row = OAuthApp(
                    id=self._store.ids(),
                    organisation_id=member.organisation_id,
                    vendor=oauth.app,
                )
                session.add(row)
            row.client_id = app.client_id
            row.secrets = self._vault.seal(secrets, owner=sealed_for(row))
            row.changed_by, row.changed_at = actor.id, self._store.clock()
            deed = f"entered the OAuth app for {oauth.title}"
            note(session, actor, deed, at=self._store.clock(), action="oauth_app", about=row.id)
