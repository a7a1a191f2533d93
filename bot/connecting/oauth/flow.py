"""One sign-in from the button to the tokens: sent to a vendor once, let back in once.

The state that goes along is a random secret of which only the hash is stored. It is good for ten
minutes and one use, for one person and browser, one connection and one server: an answer of any
other is refused, and that is on record.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select, update

from bot.connecting.oauth.apps import App, OAuthApps
from bot.connecting.oauth.departure import (
    SignInFailed,
    authorize_url,
    callback_of,
    client_for,
)
from bot.connecting.oauth.discovery import NotDiscovered, endpoints
from bot.connecting.oauth.journey import Landed, SignInRefused, Start, Why
from bot.connecting.oauth.lookups import Option, Unanswered, options
from bot.connecting.oauth.requests import Refusal, TokenEndpoint, ask, tokens_in
from bot.connecting.oauth.wire import Lost, Wire
from bot.connectors.oauth import OAuth
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.store.columns import sealed_for
from bot.store.database import Store
from bot.store.tables import Member, Organisation, SignIn
from bot.store.vault import SealBroken, Vault

log = structlog.get_logger(__name__)

LIFETIME = timedelta(minutes=10)
KEPT = timedelta(days=7)
RECORD_EVERY = timedelta(minutes=1)
"""Refusals of the same kind within this time are one entry: a flood must not fill the record."""

LONGEST_ANSWER = 4096
"""Characters of a code or an error that a vendor sends back."""


class SignIns:
    """Sends people to vendors, and lets them back in."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        apps: OAuthApps,
        wire: Wire,
        *,
        secret: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._store = store
        self._vault = vault
        self._apps = apps
        self._wire = wire
        self._secret = secret
        self._recorded: dict[tuple[str, Why], datetime] = {}

    async def begin(self, start: Start) -> str:
        """The address at which the person gives their consent.

        Raises:
            SignInFailed: with what to do.
        """
        try:
            where = await endpoints(self._wire, start.oauth, start.settings)
        except NotDiscovered as error:
            raise SignInFailed(str(error)) from None
        callback = start.oauth.app if not where.resource else callback_of(where.issuer)
        redirect = self._apps.redirect_uri(callback)
        app, own = await client_for(
            self._wire, self._apps, start.organisation_id, start.oauth, where, redirect
        )
        secret, verifier = self._secret(), self._secret() + self._secret()
        state = f"{start.organisation_id}.{secret}"
        held = {
            "verifier": verifier,
            "redirect": redirect,
            "settings": dict(start.settings),
            "kept": dict(start.kept),
            "app": {"id": app.client_id, "secret": app.client_secret, "more": dict(app.more)},
            "own": own,
            "where": {
                "token": where.token,
                "revoke": where.revoke,
                "client": where.client,
                "resource": where.resource,
                "pkce": where.pkce,
                "names_itself": where.names_itself,
            },
        }
        await self._put(start, secret, callback, where.issuer, held)
        return authorize_url(start.oauth, where, app, redirect, state, verifier)

    async def whose(self, state: str) -> SignIn | None:
        """The sign-in that a state names, so that its browser's cookie can be looked for."""
        organisation_id, secret = _parts(state)
        if not await self._is_known(organisation_id):
            return None
        async with self._store.reading(organisation_id) as session:
            row: SignIn | None = await session.scalar(
                select(SignIn).where(SignIn.digest == _digest(secret))
            )
        return row

    async def finish(
        self,
        callback: str,
        query: Mapping[str, str],
        browser: str,
        oauth_of: Callable[[str], OAuth],
    ) -> Landed:
        """Takes a vendor's answer, at most once, and exchanges its code.

        Args:
            browser: the cookie of the browser that it came back in.
            oauth_of: a connector's declaration.

        Raises:
            SignInRefused: the answer is not one that was asked for.
            SignInFailed: it is, but says no.
        """
        row = await self._admitted(callback, query, browser)
        oauth = oauth_of(row.connector)
        held = self._open(row)
        if query.get("error"):
            raise SignInFailed(_said_no(oauth, query))
        tokens = await self._exchange(row, oauth, held, query["code"])
        granted = _granted(tokens, held)
        landed = Landed(row, granted, held["settings"], held["kept"])
        return await self._with_options(landed, oauth, held)

    async def chosen(self, sign_in: str, option: str, browser: str, organisation_id: str) -> Landed:
        """Goes on after the person chose one of several. Raises SignInRefused."""
        row = await self.find(organisation_id, sign_in)
        if row is None or not row.choosing or not row.held:
            raise await self._refused(organisation_id, row, Why.USED if row else Why.FORGED)
        if not _same(row.browser, browser):
            raise await self._refused(organisation_id, row, Why.OTHER_BROWSER)
        if row.expires_at <= self._store.clock():
            raise await self._refused(organisation_id, row, Why.EXPIRED)
        held = self._open(row)
        fills = next((one["fills"] for one in held["options"] if one["id"] == option), None)
        if fills is None:
            raise await self._refused(organisation_id, row, Why.FORGED)
        settings = {**held["settings"], **fills}
        return Landed(row, held["granted"], settings, held["kept"])

    async def find(self, organisation_id: str, sign_in: str) -> SignIn | None:
        """A sign-in by its id; it says nothing of who asks."""
        if not await self._is_known(organisation_id):
            return None
        async with self._store.reading(organisation_id) as session:
            return await session.get(SignIn, sign_in)

    async def done(self, sign_in: SignIn) -> None:
        """Forgets the secrets of a sign-in that came to its end."""
        async with self._store.writing(sign_in.organisation_id) as session:
            row = await session.get_one(SignIn, sign_in.id)
            row.held, row.choosing = b"", False

    # Beginning

    async def _put(
        self, start: Start, secret: str, callback: str, issuer: str, held: Mapping[str, Any]
    ) -> None:
        now = self._store.clock()
        row = SignIn(
            id=self._store.ids(),
            organisation_id=start.organisation_id,
            digest=_digest(secret),
            ticket_id=start.ticket_id,
            member_id=start.member_id,
            connector=start.connector,
            callback=callback,
            issuer=issuer,
            browser=_digest(start.browser),
            created_at=now,
            expires_at=now + LIFETIME,
        )
        row.held = self._vault.seal(held, owner=sealed_for(row))
        async with self._store.writing(start.organisation_id) as session:
            await session.execute(
                update(SignIn).where(SignIn.expires_at <= now, SignIn.held != b"").values(held=b"")
            )
            await session.execute(delete(SignIn).where(SignIn.created_at < now - KEPT))
            session.add(row)

    # Coming back

    async def _admitted(self, callback: str, query: Mapping[str, str], browser: str) -> SignIn:
        """The sign-in that an answer belongs to, which is spent by it. Raises SignInRefused."""
        row = await self.whose(query.get("state", ""))
        organisation_id, _ = _parts(query.get("state", ""))
        if row is None:
            raise await self._refused(organisation_id, None, Why.FORGED)
        if not _same(row.browser, browser):
            raise await self._refused(organisation_id, row, Why.OTHER_BROWSER)
        if row.spent_at is not None or not await self._spend(row):
            raise await self._refused(organisation_id, row, Why.USED)
        if row.expires_at <= self._store.clock():
            raise await self._refused(organisation_id, row, Why.EXPIRED)
        if not self._same_server(row, callback, query):
            raise await self._refused(organisation_id, row, Why.MIX_UP)
        if not query.get("error") and not 0 < len(query.get("code", "")) <= LONGEST_ANSWER:
            raise await self._refused(organisation_id, row, Why.NO_CODE)
        return row

    def _same_server(self, row: SignIn, callback: str, query: Mapping[str, str]) -> bool:
        """Whether an answer came from the server that was asked (RFC 9207, RFC 9700 4.4)."""
        if not hmac.compare_digest(callback, row.callback):
            return False
        named = query.get("iss")
        if named is None:
            return not self._open(row)["where"]["names_itself"]
        return not row.issuer or named.rstrip("/") == row.issuer.rstrip("/")

    async def _spend(self, row: SignIn) -> bool:
        async with self._store.writing(row.organisation_id) as session:
            spent = await session.execute(
                update(SignIn)
                .where(SignIn.id == row.id, SignIn.spent_at.is_(None))
                .values(spent_at=self._store.clock())
                .returning(SignIn.id)
                .execution_options(synchronize_session=False)
            )
            return spent.scalar() is not None

    async def _exchange(
        self, row: SignIn, oauth: OAuth, held: Mapping[str, Any], code: str
    ) -> dict[str, str]:
        where, app = held["where"], _app(held)
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": held["redirect"],
        }
        if where["pkce"]:
            fields["code_verifier"] = held["verifier"]
        if where["resource"]:
            fields["resource"] = where["resource"]
        place = TokenEndpoint(oauth, where["token"], where["client"], app)
        try:
            tokens = tokens_in(await ask(self._wire, place, fields), self._store.clock())
            if oauth.exchange:  # for tokens that last
                more = {"grant_type": oauth.exchange, oauth.exchange: tokens["access_token"]}
                tokens = tokens_in(await ask(self._wire, place, more), self._store.clock())
        except Lost as lost:
            raise SignInFailed(
                f"{oauth.title} gave no tokens: {lost.words}. Begin again from Slack."
            ) from None
        except Refusal as refusal:
            if refusal.ends_the_grant:  # a forged code, or one that was used elsewhere
                await self._refused(row.organisation_id, row, Why.WRONG_CODE)
            raise SignInFailed(f"{oauth.title} gave no tokens: {refusal}.") from None
        return tokens

    async def _with_options(self, landed: Landed, oauth: OAuth, held: Mapping[str, Any]) -> Landed:
        """What the consent covers: the only one is taken, several are put before the person."""
        if oauth.choice is None:
            return landed
        token = str(landed.credentials["access_token"])
        try:
            found = await options(
                self._wire, oauth, oauth.choice, token, landed.settings, _app(held)
            )
        except Unanswered as error:
            raise SignInFailed(str(error)) from None
        if len(found) == 1:
            settings = {**landed.settings, **found[0].fills}
            return Landed(landed.sign_in, landed.credentials, settings, landed.kept)
        return await self.wait(landed, found)

    async def wait(self, landed: Landed, options: Sequence[Option]) -> Landed:
        """Keeps a consent, sealed, while the person is asked what it is for."""
        row = landed.sign_in
        waiting = {
            "settings": dict(landed.settings),
            "kept": dict(landed.kept),
            "granted": dict(landed.credentials),
            "options": [one.stored() for one in options],
        }
        async with self._store.writing(row.organisation_id) as session:
            kept = await session.get_one(SignIn, row.id)
            kept.held, kept.choosing = self._vault.seal(waiting, owner=sealed_for(row)), True
        return Landed(row, landed.credentials, landed.settings, landed.kept, tuple(options))

    def _open(self, row: SignIn) -> dict[str, Any]:
        try:
            return self._vault.open(row.held, owner=sealed_for(row))
        except SealBroken:
            raise SignInFailed("This sign-in was ended. Begin again from Slack.") from None

    async def _refused(self, organisation_id: str, row: SignIn | None, why: Why) -> SignInRefused:
        """Puts a refusal on record; one that names no organisation goes to the log alone."""
        log.warning("sign_in.refused", reason=why.name.lower())
        about = row.id if row else organisation_id
        if await self._is_known(organisation_id) and self._is_new(about, why):
            await self._record(organisation_id, row, why)
        return SignInRefused(why)

    def _is_new(self, about: str, why: Why) -> bool:
        """Whether such a refusal was not recorded a moment ago."""
        now = self._store.clock()
        recent = {key: at for key, at in self._recorded.items() if now - at < RECORD_EVERY}
        self._recorded = {(about, why): now, **recent}
        return (about, why) not in recent

    async def _is_known(self, organisation_id: str) -> bool:
        async with self._store.looking() as session:
            return await session.get(Organisation, organisation_id) is not None

    async def _record(self, organisation_id: str, row: SignIn | None, why: Why) -> None:
        async with self._store.writing(organisation_id) as session:
            whose = ""
            if row is not None:
                member = await session.get_one(Member, row.member_id)
                whose = f" of {member.name} to {row.connector}"
            audit.record(
                session,
                Caller(CallerKind.SYSTEM, organisation_id, "sign_ins", "Quarterdeck"),
                at=self._store.clock(),
                action="sign_in",
                outcome="refused",
                sentence=f"The answer to a sign-in{whose} was refused: it {why}",
            )


def _granted(tokens: Mapping[str, str], held: Mapping[str, Any]) -> dict[str, Any]:
    """The credentials of a connection that was signed in to."""
    where = held["where"]
    return {
        **tokens,
        **held["own"],
        "client_auth": where["client"],
        "token_url": where["token"],
        "revoke_url": where["revoke"],
        "resource": where["resource"],
    }


def _app(held: Mapping[str, Any]) -> App:
    app = held["app"]
    return App(app["id"], app["secret"], app["more"])


def _said_no(oauth: OAuth, query: Mapping[str, str]) -> str:
    if query["error"] == "access_denied":
        return f"Nothing was connected: the consent was not given at {oauth.title}."
    said = (query.get("error_description") or query["error"])[:300]
    return f"{oauth.title} did not sign you in: {said}."


def _parts(state: str) -> tuple[str, str]:
    organisation_id, _, secret = state[:200].partition(".")
    return organisation_id, secret


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _same(digest: str, secret: str) -> bool:
    return hmac.compare_digest(digest, _digest(secret))
