"""The one-time forms: where credentials are typed, tested and saved. They never leave again.

What was typed into a secret field is held, sealed, for the life of the link, so that a test or a
mistake elsewhere does not ask for it again; the page itself only ever says that it is held.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from bot.connecting.connections import (
    LONGEST_INSTRUCTIONS,
    Connections,
    OtherAccount,
    Wish,
)
from bot.connecting.labels import LONGEST as LONGEST_LABEL
from bot.connecting.labels import read_label
from bot.connecting.tickets import DEEDS, OF_KNOWLEDGE, Purpose, Tickets, Unusable, csrf_of
from bot.connectors.base import Auth, Connector, Form, is_secret
from bot.connectors.catalogue import all_kinds
from bot.connectors.errors import ConnectorError, Invalid, Throttled, Unavailable
from bot.connectors.oauth import vendors
from bot.gate.opening import parse_form
from bot.gate.redaction import Redactor
from bot.people.refusals import Refused
from bot.store.database import Store
from bot.store.tables import Connection, Member, Organisation, Ticket
from bot.web import pages
from bot.web.fields import Field, fields_of, shown

PATH = r"/connect/{organisation:[\w-]{1,32}}/{secret:[\w-]{20,100}}"
LARGEST_FILE = 64 * 1024

_PAGES = (Purpose.APP, *OF_KNOWLEDGE)
"""What has a page of its own, of its own name."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Values = dict[str, str]


@dataclass(frozen=True)
class Typed:
    """What a form was sent with. Credentials are in clear: it lives for one request."""

    credentials: Values = field(default_factory=dict)
    settings: Values = field(default_factory=dict)
    label: str = ""
    instructions: str = ""

    @property
    def wish(self) -> Wish:
        return Wish(self.credentials, self.settings, self.label, self.instructions)


@dataclass(frozen=True)
class Said:
    """What the page says above the form."""

    words: str = ""
    good: bool = False
    offer: str = ""  # a further button: "untested" or "other_account"


class Forms:
    """The routes of the forms."""

    def __init__(self, store: Store, tickets: Tickets, connections: Connections) -> None:
        self._store = store
        self._tickets = tickets
        self._connections = connections

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(PATH, guarded(self._landing))
        app.router.add_post(f"{PATH}/open", guarded(self._open))
        app.router.add_get(f"{PATH}/form", guarded(self._show))
        app.router.add_post(f"{PATH}/form", guarded(self._submit))

    async def admitted(self, request: web.Request) -> tuple[Ticket, str]:
        """The ticket of a request and its browser; a POST has to carry the form's token.

        Raises:
            Unusable: it is not for this browser, or not good any more.
        """
        organisation_id, secret = _address(request)
        ticket = await self._tickets.look(organisation_id, secret)
        browser = request.cookies.get(_cookie(ticket), "")
        csrf = None
        if request.method == "POST":
            csrf = str((await request.post()).get("csrf", ""))
        return await self._tickets.admit(organisation_id, secret, browser, csrf), browser

    # The pages

    async def _landing(self, request: web.Request) -> web.Response:
        """What a link shows at first. Nothing happens before its button is pressed."""
        ticket = await self._tickets.look(*_address(request))
        async with self._store.reading(ticket.organisation_id) as session:
            member = await session.get_one(Member, ticket.member_id)
            organisation = await session.get_one(Organisation, ticket.organisation_id)
        return pages.render(
            "landing.html.j2",
            deed=f"{DEEDS[Purpose(ticket.purpose)].capitalize()} {_title(ticket)}",
            person=member.name,
            organisation=organisation.name,
            until=ticket.expires_at,
            action=f"{request.path}/open",
        )

    async def _open(self, request: web.Request) -> web.Response:
        organisation_id, secret = _address(request)
        ticket = await self._tickets.look(organisation_id, secret)
        cookie = request.cookies.get(_cookie(ticket), "")
        opening = await self._tickets.open(organisation_id, secret, cookie)
        onward = request.path.removesuffix("open") + _page_of(ticket)
        response = web.Response(status=303, headers={**pages.HEADERS, "Location": onward})
        left = ticket.expires_at - self._store.clock()
        response.set_cookie(
            _cookie(ticket),
            opening.browser,
            max_age=max(int(left.total_seconds()), 1),
            path="/",
            httponly=True,
            samesite="Strict",
            secure=self._tickets.over_https,
        )
        return response

    async def _show(self, request: web.Request) -> web.Response:
        ticket, browser = await self.admitted(request)
        stored = await self._stored(ticket)
        typed = Typed()
        if stored is not None:
            settings = {name: str(value) for name, value in stored.settings.items()}
            plain = self._connections.plain(stored)
            credentials = {name: str(value) for name, value in plain.items()}
            typed = Typed(credentials, settings, stored.label, stored.instructions)
        return self._page(request, ticket, browser, typed, Said(), {})

    async def _submit(self, request: web.Request) -> web.Response:
        ticket, browser = await self.admitted(request)
        kind, data = _kind(ticket), await request.post()
        typed = _with_held(read_typed(kind, data), self._tickets.draft_of(ticket))
        errors = mistakes(ticket, kind, typed)
        await self._tickets.keep_draft(ticket, _secrets(kind, typed, errors))
        said = Said("Something is not filled in right; look at what is marked below.")
        if not errors:
            done = await self._attempt(ticket, typed, str(data.get("action", "")))
            if isinstance(done, Connection):
                return self._done(ticket, done)
            said, errors = done
        redactor = Redactor(_secrets(kind, typed, {}).values())  # a service may repeat a key
        said = replace(said, words=redactor.text(said.words))
        errors = {name: redactor.text(words) for name, words in errors.items()}
        return self._page(request, ticket, browser, typed, said, errors)

    async def _attempt(
        self, ticket: Ticket, typed: Typed, action: str
    ) -> Connection | tuple[Said, dict[str, str]]:
        """What was saved; or what to say, and at which fields."""
        try:
            done = await self._do(ticket, typed, action)
        except Invalid as error:
            words = str(Invalid(error.message, error.remedy)) or "Look at what is marked below."
            return Said(words), _by_field(_kind(ticket), error)
        except (Unavailable, Throttled) as error:
            return Said(str(error), offer="untested"), {}
        except OtherAccount as other:
            return Said(_other_account(other), offer="other_account"), {}
        except (ConnectorError, Refused) as error:
            return Said(str(error)), {}
        return done if isinstance(done, Connection) else (done, {})

    async def _do(self, ticket: Ticket, typed: Typed, action: str) -> Connection | Said:
        if action == "test":
            health = await self._connections.probe(ticket, typed.wish)
            mode = " Its data is test data." if health.test_mode else ""
            return Said(f"It works: {health.account}.{mode}", good=True)
        wish = replace(
            typed.wish,
            untested_ok=action == "save_untested",
            other_account_ok=action == "save_other_account",
        )
        return await self._connections.save(ticket, wish)

    def _page(
        self,
        request: web.Request,
        ticket: Ticket,
        browser: str,
        typed: Typed,
        said: Said,
        errors: Mapping[str, str],
    ) -> web.Response:
        kind, purpose = _kind(ticket), Purpose(ticket.purpose)
        kept = self._tickets.draft_of(ticket)
        credentials: list[Field] = []
        if purpose is not Purpose.EDIT:
            credentials = fields_of(
                kind.Credentials, "c", values=typed.credentials, kept=kept, errors=errors
            )
        settings = fields_of(kind.Settings, "s", values=typed.settings, kept={}, errors=errors)
        base = request.path.removesuffix("/form")
        return pages.render(
            "form.html.j2",
            status=422 if errors else 200,
            kind=kind,
            deed=f"{DEEDS[purpose].capitalize()} {kind.title}",
            purpose=purpose.value,
            said=said,
            errors=errors,
            credentials=credentials,
            settings=settings,
            settings_open=purpose is Purpose.EDIT or _touched(kind, typed, errors),
            label=typed.label,
            label_most=LONGEST_LABEL,
            instructions=typed.instructions,
            instructions_most=LONGEST_INSTRUCTIONS,
            sign_in=f"{base}/sign-in" if kind.oauth is not None else "",
            by_key=bool(credentials) or kind.auth is Auth.NONE or purpose is Purpose.EDIT,
            csrf=csrf_of(browser),
            action=request.path,
            until=ticket.expires_at,
        )

    def _done(self, ticket: Ticket, saved: Connection) -> web.Response:
        return pages.render(
            "done.html.j2",
            connection=saved,
            kind=_kind(ticket),
            new=ticket.purpose == Purpose.ADD,
        )

    async def _stored(self, ticket: Ticket) -> Connection | None:
        async with self._store.reading(ticket.organisation_id) as session:
            return await session.get(Connection, ticket.connection_id)


def guarded(handler: Handler) -> Handler:
    """A handler whose refusals become pages."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Unusable as unusable:
            return pages.refusal(unusable)
        except Refused as refused:
            return pages.notice("That is not possible", str(refused), status=409)

    return handle


def read_typed(kind: type[Connector], data: MultiDictProxy[Any]) -> Typed:
    """What a form was sent with; empty fields that may be left out are left out."""
    return Typed(
        _read(kind.Credentials, "c", data),
        _read(kind.Settings, "s", data),
        _text(data.get("label")),
        _text(data.get("instructions")),
    )


def mistakes(ticket: Ticket, kind: type[Connector], typed: Typed) -> dict[str, str]:
    """What is wrong, by field."""
    errors: dict[str, str] = {}
    if ticket.purpose != Purpose.EDIT:
        errors |= _mistakes(kind.Credentials, "c", typed.credentials)
    errors |= _mistakes(kind.Settings, "s", typed.settings)
    if len(typed.instructions) > LONGEST_INSTRUCTIONS:
        errors["instructions"] = f"has {len(typed.instructions):,} characters"
    try:
        read_label(typed.label)
    except Invalid as error:
        errors |= error.fields
    return errors


def _mistakes(form: type[Form], prefix: str, values: Values) -> dict[str, str]:
    try:
        parse_form(form, values)
    except Invalid as error:
        return {f"{prefix}:{name}": words for name, words in error.fields.items()}
    return {}


def _by_field(kind: type[Connector], error: Invalid) -> dict[str, str]:
    """A refusal's messages at the fields of the page."""
    found = {}
    for name, words in error.fields.items():
        if name in kind.Credentials.model_fields:
            found[f"c:{name}"] = words
        elif name in kind.Settings.model_fields:
            found[f"s:{name}"] = words
        else:
            found[name] = words
    return found


def _touched(kind: type[Connector], typed: Typed, errors: Mapping[str, str]) -> bool:
    """Whether somebody should look at the settings: one is needed, was changed, or is wrong."""
    fields = kind.Settings.model_fields
    return any(
        info.is_required()
        or f"s:{name}" in errors
        or typed.settings.get(name, str(info.default)) != str(info.default)
        for name, info in fields.items()
    )


def _read(form: type[Form], prefix: str, data: MultiDictProxy[Any]) -> Values:
    values: Values = {}
    for name, info in shown(form):
        text = _text(data.get(f"{prefix}:{name}")) or _file(data.get(f"{prefix}:{name}:file"))
        if text or info.is_required():
            values[name] = text
    return values


def _text(value: Any) -> str:
    # Browsers send line breaks as CRLF.
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def _file(value: Any) -> str:
    if not isinstance(value, web.FileField):
        return ""
    return value.file.read(LARGEST_FILE).decode(errors="replace").strip()


def _with_held(typed: Typed, held: Mapping[str, Any]) -> Typed:
    """With the secrets that were typed before, where none was typed now."""
    credentials = dict(typed.credentials)
    for full, value in held.items():
        name = full.removeprefix("c:")
        if not credentials.get(name):
            credentials[name] = str(value)
    return replace(typed, credentials=credentials)


def _secrets(kind: type[Connector], typed: Typed, errors: Mapping[str, str]) -> dict[str, Any]:
    """The secrets that are good as far as anybody can tell, for the next time."""
    return {
        f"c:{name}": value
        for name, value in typed.credentials.items()
        if value and is_secret(kind.Credentials, name) and f"c:{name}" not in errors
    }


def _other_account(other: OtherAccount) -> str:
    return (
        f"These credentials are of another account: {other.now}, before it was {other.before}. "
        "Agents and reports that use this connection would see the other account's data."
    )


def _kind(ticket: Ticket) -> type[Connector]:
    kind = all_kinds().get(ticket.connector)
    if kind is None:
        raise Refused("The package of this connector is not installed any more.")
    return kind


def _title(ticket: Ticket) -> str:
    """The service that a link is about; an app may be for one without a connector yet."""
    if ticket.purpose == Purpose.APP and ticket.connector in vendors():
        return vendors()[ticket.connector].title
    if ticket.purpose in OF_KNOWLEDGE:
        return ticket.connector
    return _kind(ticket).title


def _page_of(ticket: Ticket) -> str:
    return ticket.purpose if ticket.purpose in _PAGES else "form"


def _address(request: web.Request) -> tuple[str, str]:
    return request.match_info["organisation"], request.match_info["secret"]


def _cookie(ticket: Ticket) -> str:
    return cookie_of(ticket.id)


def cookie_of(ticket_id: str) -> str:
    """The name of the cookie that binds a link to a browser."""
    return f"qd-{ticket_id}"
