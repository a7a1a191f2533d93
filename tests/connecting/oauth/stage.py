"""A small organisation with everything that signing in takes, over the real pages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx
from aiohttp import web
from sqlalchemy import select

from bot.connecting.connections import Connections
from bot.connecting.oauth.apps import App, OAuthApps
from bot.connecting.oauth.flow import SignIns
from bot.connecting.oauth.tokens import TokenKeeper
from bot.connecting.oauth.wire import Answer, Wire
from bot.connecting.tickets import Purpose, Tickets
from bot.connectors.addresses import Reach
from bot.connectors.base import Access, Area, Auth, Category, Connector, Form, form_field, tool
from bot.connectors.http import ServiceClient
from bot.connectors.oauth import Choice, Granted, OAuth, Question
from bot.connectors.results import Document, Health
from bot.gate.door import Gate
from bot.gate.opening import Opener
from bot.scheduling.queue import TableQueue
from bot.store.database import Store
from bot.store.tables import AuditEntry, Connection, Member
from bot.web.forms import Forms
from bot.web.oauth import SignInPages
from bot.web.pages import add_static
from tests.fixtures_store import ORGANISATION, VAULT, MovableClock

PRIVATE = Reach.of(["localhost", "127.0.0.1"])


class BeaconSettings(Form):
    issuer: str = form_field("Issuer")
    station: str = form_field("Station", default="")


class Beacon(Connector):
    """A service whose people are those of an OpenID provider."""

    slug = "beacon"
    title = "Beacon"
    category = Category.MONITORING
    auth = Auth.OAUTH
    areas = (Area("me", "Me"),)
    Credentials = Granted
    Settings = BeaconSettings
    oauth: ClassVar[OAuth | None] = OAuth(
        service="beacon",
        app="beacon",
        title="Beacon",
        category=Category.MONITORING,
        issuer="{issuer}",
        scopes=("openid", "email"),
        client="basic",
        questions=(Question(name="issuer", label="Issuer"),),
    )

    @property
    def service(self) -> ServiceClient:
        token = self.credentials.access_token.get_secret_value()
        return ServiceClient(
            "Beacon",
            self.settings.issuer,
            self.link.client,
            headers={"Authorization": f"Bearer {token}"},
        )

    async def check(self) -> Health:
        return Health((await self.service.get("/userinfo"))["sub"])

    @tool(area="me", access=Access.READ, method="GET", path="/userinfo")
    async def whoami(self) -> Document:
        """Who signed in."""
        return Document({"sub": (await self.service.get("/userinfo"))["sub"]}, "Me")


class Harbors(Beacon):
    """The same, where a consent covers several stations."""

    slug = "harbors"
    title = "Harbors"
    oauth = OAuth(
        **{
            **Beacon.oauth.model_dump(),  # type: ignore[union-attr]
            "service": "harbors",
            "title": "Harbors",
            "choice": Choice(
                what="station",
                url="{issuer}/stations",
                items="found",
                id="id",
                label="name",
                fills={"station": "id"},
            ),
        }
    )


class CountingWire(Wire):
    """Counts what it sends; may lose answers, or answer by itself."""

    def __init__(self, reach: Reach = PRIVATE) -> None:
        super().__init__(reach)
        self.posts: list[dict[str, Any]] = []
        self.answers: dict[str, Answer | Exception] = {}
        self.lose: list[Exception] = []

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        found = self.answers.get(urlsplit(url).path)
        if isinstance(found, Answer):
            return found
        return await super().get(url, headers)

    async def post(
        self,
        url: str,
        fields: Mapping[str, Any],
        *,
        as_json: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        self.posts.append({"url": url, **fields})
        await asyncio.sleep(0)
        answer = await super().post(url, fields, as_json=as_json, headers=headers)
        if self.lose:
            raise self.lose.pop(0)  # it arrived, and its answer did not
        return answer

    @property
    def refreshes(self) -> list[dict[str, Any]]:
        return [one for one in self.posts if one.get("grant_type") == "refresh_token"]


@dataclass
class Browser:
    """A person's browser on our pages: keeps cookies, follows what a page leads on to."""

    base: str
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)

    async def get(self, path: str) -> httpx.Response:
        return await self._send("GET", path)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self._send("POST", path, fields)

    async def _send(
        self, method: str, path: str, fields: Mapping[str, str] | None = None
    ) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.base, cookies=self.cookies) as client:
            answer = await client.request(method, path, data=fields, follow_redirects=True)
            self.cookies = client.cookies
            return answer

    async def back(self, callback: str, query: Mapping[str, str]) -> httpx.Response:
        """Comes back from a vendor, and goes on to where the page leads."""
        address = str(httpx.URL(f"/oauth/{callback}/callback", params=dict(query)))
        return await self.get(leads_to(await self.get(address)))


def leads_to(page: httpx.Response) -> str:
    """Where a page leads on to."""
    found = re.search(r'href="([^"]+)"[^>]*>[^<]*</a>', page.text)
    assert page.status_code == 200, page.text
    assert found, page.text
    return unescape(found[1])


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return unescape(found[1])


@dataclass
class Stage:
    store: Store
    clock: MovableClock
    wire: CountingWire
    opener: Opener
    apps: OAuthApps
    keeper: TokenKeeper
    gate: Gate
    tickets: Tickets
    connections: Connections
    sign_ins: SignIns
    ana: Member
    address: list[str]

    @property
    def base(self) -> str:
        return self.address[0]

    def browser(self) -> Browser:
        return Browser(self.base)

    async def link(self, connector: str, purpose: Purpose = Purpose.ADD, about: str = "") -> str:
        made = await self.tickets.issue(self.ana, purpose, connector, connection_id=about)
        return urlsplit(made).path

    async def open(self, browser: Browser, link: str) -> httpx.Response:
        return await browser.post(f"{link}/open")

    async def leave(self, browser: Browser, connector: str, **settings: str) -> str:
        """Opens a link, presses “Sign in”, and gives the vendor's address."""
        page = await self.set_out(browser, await self.link(connector), **settings)
        return leads_to(page)

    async def set_out(self, browser: Browser, link: str, **settings: str) -> httpx.Response:
        form = await self.open(browser, link)
        fields = {f"s:{name}": value for name, value in settings.items()}
        return await browser.post(f"{link}/sign-in", csrf=hidden(form, "csrf"), **fields)

    async def saved(self) -> list[Connection]:
        async with self.store.reading(ORGANISATION) as session:
            found = await session.scalars(select(Connection).order_by(Connection.created_at))
            return list(found)

    async def sentences(self) -> list[str]:
        async with self.store.reading(ORGANISATION) as session:
            rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence))
            return [row.sentence for row in rows]

    def secrets(self, row: Connection) -> dict[str, Any]:
        return VAULT.open(row.credentials, owner=f"{row.organisation_id}/{row.id}")


def build_stage(store: Store, clock: MovableClock, ana: Member) -> tuple[Stage, web.Application]:
    wire = CountingWire()
    opener = Opener(VAULT, clock, PRIVATE)
    address = ["http://127.0.0.1"]
    environment = {"beacon": App("beacon-app", "a-beacon-secret")}
    apps = OAuthApps(store, VAULT, lambda: address[0], environment)
    keeper = TokenKeeper(store, VAULT, apps, wire)
    wait = timedelta(minutes=30)
    gate = Gate(store, opener, approval_wait=wait, freshen=keeper.fresh, renew=keeper.renewed)
    tickets = Tickets(store, VAULT, lambda: address[0])
    queue = TableQueue(store)
    connections = Connections(store, opener, gate, tickets, queue, lambda: None, keeper.revoke)
    sign_ins = SignIns(store, VAULT, apps, wire)
    forms = Forms(store, tickets, connections)
    app = web.Application()
    forms.add_to(app)
    add_static(app)
    SignInPages(store, tickets, connections, forms, sign_ins, apps).add_to(app)
    stage = Stage(
        store, clock, wire, opener, apps, keeper, gate, tickets, connections, sign_ins, ana, address
    )
    return stage, app
