"""The pages of signing in: out to a vendor, back with a consent, and the choice of what it is for.

People come back from another site, and a cookie of `SameSite=Strict` does not. So the address that
vendors know only leads on to `finish`, which is a step within our own site.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.connecting.connections import Connections, OtherAccount, Wish
from bot.connecting.oauth.apps import App, OAuthApps
from bot.connecting.oauth.departure import SignInFailed
from bot.connecting.oauth.flow import SignIns
from bot.connecting.oauth.journey import Landed, SignInRefused, Start, Why
from bot.connecting.oauth.lookups import Option
from bot.connecting.tickets import Purpose, Tickets, csrf_of
from bot.connectors.base import Connector
from bot.connectors.catalogue import all_kinds
from bot.connectors.errors import ConnectorError
from bot.connectors.oauth import OAuth, vendors
from bot.gate.kinds import kind_or_key_error
from bot.people.refusals import Refused
from bot.store.database import Store
from bot.store.tables import Connection, Member, Ticket
from bot.web import pages
from bot.web.forms import PATH, Forms, cookie_of, guarded, mistakes, read_typed

BACK = r"/oauth/{callback:[a-z0-9_-]{1,60}}"
CHOOSE = "/oauth/choose"
THIS_ACCOUNT = "this"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SignInPages:
    """The routes of signing in."""

    def __init__(
        self,
        store: Store,
        tickets: Tickets,
        connections: Connections,
        forms: Forms,
        sign_ins: SignIns,
        apps: OAuthApps,
    ) -> None:
        self._store = store
        self._tickets = tickets
        self._connections = connections
        self._forms = forms
        self._sign_ins = sign_ins
        self._apps = apps

    def add_to(self, app: web.Application) -> None:
        app.router.add_post(f"{PATH}/sign-in", _guarded(self._begin))
        app.router.add_get(f"{BACK}/callback", _guarded(self._arrive))
        app.router.add_get(f"{BACK}/finish", _guarded(self._finish))
        app.router.add_post(CHOOSE, _guarded(self._choose))
        app.router.add_get(f"{PATH}/app", _guarded(self._app_form))
        app.router.add_post(f"{PATH}/app", _guarded(self._keep_app))

    # Out and back

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        ticket, browser = await self._forms.admitted(request)
        kind = _kind(ticket)
        oauth = _oauth_of(ticket.connector)
        typed = replace(read_typed(kind, await request.post()), credentials={})
        wrong = mistakes(ticket, kind, typed)
        if wrong:
            words = "; ".join(f"{name.removeprefix('s:')} {said}" for name, said in wrong.items())
            raise SignInFailed(f"Go back and correct the form: {words}.")
        kept = {
            "secret": request.match_info["secret"],
            "label": typed.label,
            "instructions": typed.instructions,
        }
        start = Start(
            organisation_id=ticket.organisation_id,
            member_id=ticket.member_id,
            ticket_id=ticket.id,
            connector=ticket.connector,
            browser=browser,
            oauth=oauth,
            settings=typed.settings,
            kept=kept,
        )
        return pages.onward(await self._sign_ins.begin(start), f"On to {oauth.title} to sign in.")

    async def _arrive(self, request: web.Request) -> web.StreamResponse:
        """Where a vendor sends people: only leads on, and looks at nothing."""
        target = request.rel_url.with_path(request.path.removesuffix("callback") + "finish")
        query = {name: request.query[name] for name in request.query}
        return pages.onward(str(target.with_query(query)), "Back from signing in. One moment.")

    async def _finish(self, request: web.Request) -> web.StreamResponse:
        browser = await self._browser(request, request.query.get("state", ""))
        landed = await self._sign_ins.finish(
            request.match_info["callback"], dict(request.query), browser, _oauth_of
        )
        if landed.options:
            return await self._ask(landed, browser)
        return await self._save(landed, browser)

    async def _choose(self, request: web.Request) -> web.StreamResponse:
        data = await request.post()
        organisation_id, _, sign_in = str(data.get("sign_in", "")).partition(".")
        browser = await self._browser_of(request, organisation_id, sign_in)
        if str(data.get("csrf", "")) != csrf_of(browser):
            raise SignInRefused(Why.OTHER_BROWSER)
        landed = await self._sign_ins.chosen(
            sign_in, str(data.get("option", "")), browser, organisation_id
        )
        return await self._save(landed, browser)

    async def _browser(self, request: web.Request, state: str) -> str:
        row = await self._sign_ins.whose(state)
        return request.cookies.get(cookie_of(row.ticket_id), "") if row else ""

    async def _browser_of(self, request: web.Request, organisation_id: str, sign_in: str) -> str:
        row = await self._sign_ins.find(organisation_id, sign_in)
        return request.cookies.get(cookie_of(row.ticket_id), "") if row else ""

    async def _save(self, landed: Landed, browser: str) -> web.StreamResponse:
        """Tests and saves what was signed in to; the ticket is good for this one effect."""
        organisation_id, kept = landed.sign_in.organisation_id, landed.kept
        ticket = await self._tickets.admit(organisation_id, kept["secret"], browser)
        wish = Wish(
            credentials=landed.credentials,
            settings=landed.settings,
            label=kept["label"],
            instructions=kept["instructions"],
            other_account_ok=bool(kept.get("other_account_ok")),
        )
        try:
            saved = await self._connections.save(ticket, wish)
        except OtherAccount as other:
            return await self._ask_about(landed, other, browser)
        except ConnectorError as error:
            raise SignInFailed(f"You signed in, but the test failed. {error}") from None
        await self._sign_ins.done(landed.sign_in)
        return await self._done(ticket, saved)

    async def _done(self, ticket: Ticket, saved: Connection) -> web.Response:
        kind = kind_or_key_error(saved)
        new = ticket.purpose == Purpose.ADD
        return pages.render("done.html.j2", connection=saved, kind=kind, new=new)

    async def _ask(self, landed: Landed, browser: str) -> web.Response:
        oauth = _oauth_of(landed.sign_in.connector)
        what = oauth.choice.what if oauth.choice else "account"
        words = f"Your consent covers several. Which {what} is this connection for?"
        return _choice(landed, browser, f"Choose a {what}", words)

    async def _ask_about(
        self, landed: Landed, other: OtherAccount, browser: str
    ) -> web.StreamResponse:
        option = Option(THIS_ACCOUNT, f"Yes, use {other.now} from now on", {})
        told = replace(landed, kept={**landed.kept, "other_account_ok": True})
        waiting = await self._sign_ins.wait(told, [option])
        words = (
            f"You signed in as {other.now}; before, this connection was {other.before}. Its agents "
            "and reports would go on with the new account. To keep the old one, close this page."
        )
        return _choice(waiting, browser, "Another account", words)

    # The app of a vendor

    async def _app_form(self, request: web.Request) -> web.StreamResponse:
        ticket, browser = await self._forms.admitted(request)
        oauth = _vendor(ticket)
        app = await self._apps.find(ticket.organisation_id, oauth)
        return pages.render(
            "oauth_app.html.j2",
            oauth=oauth,
            redirect_uri=self._apps.redirect_uri(oauth.app),
            client_id=app.client_id if app else "",
            csrf=csrf_of(browser),
            action=request.path,
            until=ticket.expires_at,
        )

    async def _keep_app(self, request: web.Request) -> web.StreamResponse:
        ticket, _ = await self._forms.admitted(request)
        oauth, data = _vendor(ticket), await request.post()
        app = App(
            _text(data.get("client_id")),
            _text(data.get("client_secret")),
            {name: _text(data.get(f"more:{name}")) for name in oauth.secrets},
        )
        if not app.client_id or not app.client_secret or not all(app.more.values()):
            raise SignInFailed("Go back and fill in every field.")
        async with self._store.reading(ticket.organisation_id) as session:
            member = await session.get_one(Member, ticket.member_id)
        await self._apps.keep(member, oauth, app, also=lambda one: self._tickets.spend(one, ticket))
        words = f"People can now sign in to {oauth.title} with /ops connections add."
        return pages.notice(f"The OAuth app for {oauth.title} is saved", words)


def _choice(landed: Landed, browser: str, title: str, words: str) -> web.Response:
    row = landed.sign_in
    return pages.render(
        "choose.html.j2",
        title=title,
        words=words,
        options=landed.options,
        sign_in=f"{row.organisation_id}.{row.id}",
        csrf=csrf_of(browser),
        action=CHOOSE,
    )


def _guarded(handler: Handler) -> Handler:
    """A handler whose refusals become pages."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except SignInRefused as refused:
            words = f"{refused} Begin again from Slack: /ops connections."
            return pages.notice("This sign-in is not let in", words, status=403)
        except SignInFailed as failed:
            return pages.notice("You are not signed in", str(failed), status=409)

    return guarded(handle)


def _kind(ticket: Ticket) -> type[Connector]:
    kind = all_kinds().get(ticket.connector)
    if kind is None:
        raise Refused("The package of this connector is not installed any more.")
    return kind


def _oauth_of(connector: str) -> OAuth:
    kind = all_kinds().get(connector)
    if kind is None or kind.oauth is None:
        raise SignInFailed("This service is not signed in to by OAuth.")
    return kind.oauth


def _vendor(ticket: Ticket) -> OAuth:
    oauth = vendors().get(ticket.connector)
    if oauth is None or ticket.purpose != Purpose.APP:
        raise SignInFailed("This link is not for an OAuth app.")
    return oauth


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
