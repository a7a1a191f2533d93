"""Keeps sign-ins good: renews access tokens ahead of their end, one renewer at a time.

A refresh token that rotates is good for one request, and losing its answer loses the sign-in. So
whoever renews holds a lease in the database, counts the request before it leaves, and puts the
new tokens in the place of the old in one unit of work, if these are still those that it sent.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

import structlog
from sqlalchemy import inspect, or_, select, update

from bot.connecting.oauth.apps import App, OAuthApps
from bot.connecting.oauth.requests import Refusal, TokenEndpoint, ask, tokens_in
from bot.connecting.oauth.wire import Lost, Wire
from bot.connectors.errors import NotAllowed, NotSignedIn, Unavailable
from bot.connectors.oauth import OAuth
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.gate.kinds import kind_of
from bot.gate.opening import owner_of
from bot.store.database import Store
from bot.store.racing import again_if_raced
from bot.store.tables import Connection, ConnectionStatus, TokenState
from bot.store.vault import SealBroken, Vault

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=45)
"""How long one renewer may take; its request ends well before."""

MOST_SENDS = 2
"""How often a rotating refresh token leaves at most. The second is for a request that was lost on
its way there; after that only a person can sign in again."""

PATIENCE = timedelta(seconds=25)
"""How long a call waits for another's renewal."""

POLL = 0.1
AGAIN = timedelta(seconds=30)
"""How long nobody tries again after a renewal that failed for the moment."""

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Held:
    """A signed-in connection as it is stored now."""

    row: Connection
    state: TokenState
    oauth: OAuth
    granted: dict[str, Any]

    def lasts(self, now: datetime) -> bool:
        return self.state.expires_at is None or self.state.expires_at > now

    def is_fresh(self, now: datetime) -> bool:
        return self.state.renew_at is None or self.state.renew_at > now

    @property
    def renewable(self) -> bool:
        return bool(self.granted.get("refresh_token") or self.oauth.exchange)


class TokenKeeper:
    """Gives connections with tokens that are good, whoever asks, in whatever process."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        apps: OAuthApps,
        wire: Wire,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._store = store
        self._vault = vault
        self._apps = apps
        self._wire = wire
        self._pause = pause
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def fresh(self, connection: Connection) -> Connection:
        """The connection, its access token renewed if it is about to end.

        Raises:
            NotSignedIn: somebody has to sign in again.
            Unavailable: the token ended, and its server cannot be asked now.
        """
        # One that is not stored yet is being tested: its tokens are new.
        if _oauth_of(connection) is None or inspect(connection).transient:
            return connection
        held = await self._look(connection)
        if held is None or held.is_fresh(self._store.clock()):
            return connection if held is None else held.row
        turn = self._turns.setdefault(connection.id, asyncio.Lock())
        async with turn:  # those of this process one after the other: the second finds it done
            return await self._renewed(connection)

    async def renewed(self, connection: Connection) -> Connection | None:
        """The connection after its service refused an access token before its stored end: renewed
        once, by one process. None where there is no sign-in to renew.

        Args:
            connection: as it was used, with the token that was refused.

        Raises:
            NotSignedIn: somebody has to sign in again.
            Unavailable: the sign-in server cannot be asked now.
        """
        if _oauth_of(connection) is None or inspect(connection).transient:
            return None
        held = await self._look(connection)
        if held is None or not held.renewable:
            return None
        async with self._store.writing(held.row.organisation_id) as session:
            now = self._store.clock()
            # Only where it is still the refused one: another call may have renewed it by now.
            await session.execute(
                update(TokenState)
                .where(TokenState.connection_id == connection.id)
                .where(TokenState.of == _hash(connection.credentials))
                .values(expires_at=now, renew_at=now)
                .execution_options(synchronize_session=False)
            )
        return await self.fresh(connection)

    async def revoke(self, connection: Connection) -> None:
        """Takes a sign-in back at its server, as far as it lets us. Raises Lost."""
        oauth = _oauth_of(connection)
        granted = self._open(connection) if oauth else {}
        url, token = granted.get("revoke_url"), _longest_lived(granted)
        if oauth is None or not url or not token:
            return
        app = await self._app(connection.organisation_id, oauth, granted)
        hint = "refresh_token" if granted.get("refresh_token") else "access_token"
        place = TokenEndpoint(oauth, url, granted.get("client_auth") or oauth.client, app)
        answer = await ask(self._wire, place, {"token": token, "token_type_hint": hint})
        log.info("token.revoked", connection=connection.id, status=answer.status)

    # Finding out how things are

    async def _look(self, connection: Connection) -> Held | None:
        """The connection as it is stored; None if it was not signed in to, but has a key."""
        async with self._store.reading(connection.organisation_id) as session:
            row = await session.get(Connection, connection.id)
            state = await session.get(TokenState, connection.id)
        oauth = _oauth_of(row) if row is not None else None
        if row is None or oauth is None or not row.credentials:
            return None
        granted = self._open(row)
        if not granted.get("access_token"):
            return None
        of = _hash(row.credentials)
        if state is None or state.of != of:
            state = await again_if_raced(partial(self._begin, row, granted, of))
        if state is None:
            return await self._look(connection)
        return Held(row, state, oauth, granted)

    async def _begin(self, row: Connection, granted: dict[str, Any], of: str) -> TokenState | None:
        """The state of tokens that were not seen before: a new sign-in, or a new seal. None where
        they are others by now: begun anew, those that were renewed would be used once more."""
        stored = select(Connection.credentials).where(Connection.id == row.id)
        async with self._store.writing(row.organisation_id) as session:
            now_stored = await session.scalar(stored.with_for_update(key_share=True))
            if now_stored is None or _hash(now_stored) != of:
                return None
            state = await session.get(TokenState, row.id)
            if state is None:
                state = TokenState(connection_id=row.id, of="")
                session.add(state)
            if state.of != of:
                _start(state, granted, of)
        return state

    def _open(self, row: Connection) -> dict[str, Any]:
        try:
            return self._vault.open(row.credentials, owner=owner_of(row))
        except SealBroken as error:
            raise NotSignedIn(str(error)) from None

    # Renewing

    async def _renewed(self, connection: Connection) -> Connection:
        clock = self._store.clock
        waited = timedelta()
        while True:
            held = await self._look(connection)
            if held is None:
                return connection
            if held.is_fresh(clock()):
                return held.row
            early = held.row if held.lasts(clock()) else None
            if not await self._may_try(held):
                if early is not None:
                    return early
                raise Unavailable(
                    f"The sign-in of {place_of(held.row)} could not be renewed a moment ago.",
                    "Try again in a minute.",
                    sent=False,
                )
            holder = await self._lease(held)
            if holder:
                return await self._renew(held, holder) or early or held.row
            if early is not None:
                return early  # another process is at it
            if waited >= PATIENCE:
                raise Unavailable(
                    f"The sign-in of {place_of(held.row)} is still being renewed.",
                    "Try again in a moment.",
                    sent=False,
                )
            await self._pause(POLL)
            waited += timedelta(seconds=POLL)

    async def _may_try(self, held: Held) -> bool:
        """Whether to ask for new tokens now. Raises NotSignedIn where that makes no sense."""
        state, now = held.state, self._store.clock()
        if state.problem:
            raise NotSignedIn(state.problem, "Reconnect it.")
        if not held.renewable:
            if held.lasts(now):
                return False
            raise await self._end(held, "has ended, and its service renews none")
        if held.oauth.rotates and state.sent >= MOST_SENDS:
            free = state.held_until is None or state.held_until <= now
            if free:
                raise await self._end(held, "was lost on the way while it was renewed")
            return not held.lasts(now)
        return state.not_before is None or state.not_before <= now

    async def _lease(self, held: Held) -> str:
        """Makes us the only one to renew, and counts the request before it leaves."""
        now, me = self._store.clock(), self._store.ids()
        free = or_(TokenState.held_until.is_(None), TokenState.held_until <= now)
        async with self._store.writing(held.row.organisation_id) as session:
            won = await session.execute(
                update(TokenState)
                .where(TokenState.connection_id == held.row.id)
                .where(TokenState.of == held.state.of, free)
                .values(holder=me, held_until=now + LEASE, sent=TokenState.sent + 1)
                .returning(TokenState.connection_id)
                .execution_options(synchronize_session=False)
            )
            return me if won.scalar() else ""

    async def _renew(self, held: Held, holder: str) -> Connection | None:
        """Renews, with the lease in hand. None where the old token has to do for now."""
        place = place_of(held.row)
        lasts = held.lasts(self._store.clock())
        try:
            tokens = await self._new_tokens(held)
        except Lost as lost:
            await self._release(held, holder, answered=not lost.sent)
            if lost.sent and held.oauth.rotates and held.state.sent + 1 >= MOST_SENDS:
                raise await self._end(held, "was lost on the way while it was renewed") from None
            if lasts:
                return None
            words = f"The sign-in of {place} could not be renewed: {lost.words}."
            raise Unavailable(words, "Try again in a minute.", sent=False) from None
        except Refusal as refusal:
            await self._release(held, holder, answered=True)
            if refusal.ends_the_grant:
                raise await self._end(held, f"was refused by its service: {refusal}") from None
            if lasts:
                return None
            if refusal.is_about_the_app:
                raise NotAllowed(
                    f"{held.oauth.title} does not accept the OAuth app's id and secret.",
                    "An owner enters them anew with /ops oauth.",
                ) from None
            words = f"The sign-in of {place} could not be renewed: {refusal}."
            raise Unavailable(words, "Try again in a minute.", sent=False) from None
        return await self._keep(held, tokens)

    async def _new_tokens(self, held: Held) -> dict[str, str]:
        granted, oauth = held.granted, held.oauth
        app = await self._app(held.row.organisation_id, oauth, granted)
        place = TokenEndpoint(
            oauth, granted["token_url"], granted.get("client_auth") or oauth.client, app
        )
        if granted.get("refresh_token"):
            fields = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}
            if granted.get("resource"):
                fields["resource"] = granted["resource"]
        else:
            fields = {"grant_type": oauth.exchange, oauth.exchange: granted["access_token"]}
        return tokens_in(await ask(self._wire, place, fields), self._store.clock())

    async def _app(self, organisation_id: str, oauth: OAuth, granted: dict[str, Any]) -> App:
        if granted.get("client_id"):  # the server registered us
            return App(granted["client_id"], granted.get("client_secret") or "")
        app = await self._apps.find(organisation_id, oauth)
        if app is None:
            raise NotAllowed(
                f"{oauth.title} needs an OAuth app, and there is none any more.",
                "An owner enters it with /ops oauth.",
            )
        return app

    async def _keep(self, held: Held, tokens: dict[str, str]) -> Connection:
        """Puts new tokens in the place of those they were got with, if these are still there."""
        async with self._store.writing(held.row.organisation_id) as session:
            found = select(Connection).where(Connection.id == held.row.id).with_for_update()
            row = (await session.scalars(found)).one()
            if row.removed_at is not None or not row.credentials:
                return row
            stored = self._open(row)
            if _longest_lived(stored) != _longest_lived(held.granted):
                return row  # somebody signed in anew meanwhile
            granted = {**stored, **tokens}
            row.credentials = self._vault.seal(granted, owner=owner_of(row))
            state = await session.get_one(TokenState, row.id)
            _start(state, granted, _hash(row.credentials))
        log.info("token.renewed", connection=row.id)
        return row

    async def _release(self, held: Held, holder: str, *, answered: bool) -> None:
        """Gives the lease back; a request that was answered, or never left, does not count."""
        async with self._store.writing(held.row.organisation_id) as session:
            state = await session.get_one(TokenState, held.row.id, with_for_update=True)
            if state.holder == holder:
                state.holder, state.held_until = "", None
                state.sent -= 1 if answered else 0
                state.not_before = self._store.clock() + AGAIN

    async def _end(self, held: Held, why: str) -> NotSignedIn:
        """Gives a sign-in up, once, until somebody signs in again."""
        words = f"The sign-in of {place_of(held.row)} {why}."
        now = self._store.clock()
        async with self._store.writing(held.row.organisation_id) as session:
            state = await session.get_one(TokenState, held.row.id)
            if state.of == held.state.of and not state.problem:
                state.problem = words
                row = await session.get_one(Connection, held.row.id)
                row.status, row.status_note = ConnectionStatus.RECONNECT, words
                row.failing_since = row.failing_since or now
                audit.record(
                    session,
                    Caller(CallerKind.SYSTEM, row.organisation_id, "tokens", "Quarterdeck"),
                    at=now,
                    action="renew",
                    outcome="failed",
                    connection_id=row.id,
                    sentence=words.rstrip("."),
                )
        return NotSignedIn(words, "Reconnect it.")


def _start(state: TokenState, granted: dict[str, Any], of: str) -> None:
    state.of = of
    state.expires_at = _moment(granted.get("expires_at"))
    state.renew_at = _moment(granted.get("renew_at"))
    state.holder, state.held_until = "", None
    state.sent, state.not_before, state.problem = 0, None, ""


def _oauth_of(connection: Connection) -> OAuth | None:
    kind = kind_of(connection)
    return kind.oauth if kind else None


def _longest_lived(granted: dict[str, Any]) -> str:
    return str(granted.get("refresh_token") or granted.get("access_token") or "")


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _hash(sealed: bytes) -> str:
    return hashlib.sha256(sealed).hexdigest()
