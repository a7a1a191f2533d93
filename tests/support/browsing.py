"""The pages of the house as browsers use them, without a browser: cookies, forms, links."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer

from bot.connecting.tickets import Purpose
from bot.store.tables import Member
from bot.web.forms import Forms
from bot.web.server import web_app
from tests.support.connectors import TOKEN
from tests.support.desk import Desk


@dataclass
class Shown:
    """A page as it came."""

    status: int
    text: str
    headers: Any

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]*)"', self.text)
        return found[1] if found else ""

    @property
    def words(self) -> str:
        return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", self.text).split()))


@dataclass
class Site:
    """The pages over a desk. Each browser has cookies of its own."""

    desk: Desk
    server: TestServer

    async def link(
        self, member: Member, purpose: Purpose = Purpose.ADD, connection: str = ""
    ) -> str:
        """The path of a new link."""
        url = await self.desk.services.tickets.issue(
            member, purpose, "lamp", connection_id=connection, channel="C1"
        )
        return url.removeprefix("https://ops.example")

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        # The cookies are Secure, as the installation is reached over https; here there is none.
        home = self.server.make_url("/")
        jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=[str(home)])
        async with aiohttp.ClientSession(home, cookie_jar=jar) as client:
            yield Browser(client)


@dataclass
class Browser:
    """One browser of one person."""

    client: aiohttp.ClientSession

    async def get(self, path: str, **more: Any) -> Shown:
        return await _shown(await self.client.get(path, **more))

    async def head(self, path: str) -> int:
        return (await self.client.head(path)).status

    async def post(self, path: str, **fields: Any) -> Shown:
        return await _shown(await self.client.post(path, data=fields))

    async def open(self, path: str) -> Shown:
        """Opens a link and presses its button."""
        await self.get(path)
        return await self.post(f"{path}/open")

    async def send(self, path: str, action: str = "save", **fields: str) -> Shown:
        """Fills the open form in and sends it; `key` is good unless it is given."""
        csrf = fields.pop("csrf", "") or (await self.get(f"{path}/form")).csrf
        key = fields.pop("key", TOKEN)
        named = {name.replace("__", ":"): value for name, value in fields.items()}
        return await self.post(
            f"{path}/form", **{"csrf": csrf, "action": action, "c:key": key}, **named
        )


async def _shown(response: aiohttp.ClientResponse) -> Shown:
    return Shown(response.status, await response.text(), response.headers)


@asynccontextmanager
async def site_of(desk: Desk) -> AsyncIterator[Site]:
    async def ready() -> str:
        return ""

    services = desk.services
    forms = Forms(services.store, services.tickets, services.connections)
    server = TestServer(web_app(slack=None, ready=ready, forms=forms))
    async with server:
        yield Site(desk, server)
