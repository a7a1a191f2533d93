"""The tool of a connection that names a page, against servers of the tests' own."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpcore
import pytest
from aiohttp import web

from bot.connectors.addresses import Resolver, resolve
from bot.connectors.base import (
    Access,
    Area,
    Auth,
    Category,
    Connector,
    Form,
    Link,
    NoFields,
    form_field,
)
from bot.connectors.errors import Invalid, NotAllowed, NotFound, Unavailable
from bot.connectors.external_api import ExternalApi, exchange
from bot.connectors.pages.reading import MAX_READ
from tests.connectors.external_api.support import KEY, connect
from tests.connectors.helpers import run
from tests.connectors.network import PUBLIC, Dialer, Names, Site, site

API = "https://api.example.com/v1"
DOCS = "https://docs.example.com/api"
PAGE = '<h1>Things</h1><p>Use /things.</p><a href="/api/errors">E</a> <a href="/admin">no</a>'
SIGN_INS: list[dict[str, Any]] = [
    {"auth": "bearer", "token": KEY},
    {"auth": "api_key", "name": "X-Api-Key", "value": KEY},
    {"auth": "basic", "user": "ana", "password": KEY},
    {"auth": "query", "name": "key", "value": KEY},
]


def html(text: str = PAGE) -> web.Response:
    return web.Response(text=text, content_type="text/html")


def of(docs_url: str, resolver: Resolver = resolve, **given: Any) -> Any:
    return connect(API, docs_url=docs_url, resolver=resolver, **given)


async def read(docs: str, answer: web.Response, **arguments: Any) -> Any:
    """What the tool returns where a server gives this answer, once."""

    async def answering(request: web.Request) -> web.Response:
        return answer

    async with site(answering) as server:
        return await run(of(server.url + docs), "read_web_page", **arguments)


@pytest.fixture
def dialer(monkeypatch: pytest.MonkeyPatch) -> Dialer:
    """Stands where connections are opened, so that none is missed."""
    standing = Dialer()
    monkeypatch.setattr(httpcore, "AnyIOBackend", lambda: standing)
    return standing


async def test_a_page_comes_as_text_with_its_headings_and_the_pages_below() -> None:
    result = await read("/api", html())
    assert result.text == "# Things\nUse /things.\nE no"
    assert result.data["headings"] == ["1: Things"]
    [link] = result.data["pages"]
    assert link.endswith("/api/errors")
    assert result.data["part"] == "1 of 1"
    assert result.title == f"read the page {result.data['page'].removeprefix('http://')}"


async def test_a_page_below_is_read_by_its_address() -> None:
    async def answering(request: web.Request) -> web.Response:
        return html(f"<p>{request.path}</p>")

    async with site(answering) as server:
        page = f"{server.url}/api/errors"
        result = await run(of(f"{server.url}/api"), "read_web_page", page=page)
    assert (result.text, result.data["page"]) == ("/api/errors", page)


async def test_a_long_page_is_gone_on_with() -> None:
    text = "".join(f"<h2>Part {n}</h2>" + "<p>word</p>" * 900 for n in range(4))
    first = await read("/", html(text))
    assert first.cut == "2 more parts; go on with part 2"
    assert (await read("/", html(text), part=3)).data["pages"] is None
    later = await read("/", html(text), heading="Part 2")
    assert later.text.startswith("## Part 2\nword")


@pytest.mark.parametrize(
    ("kind", "text", "seen"),
    [
        ("text/plain", "a <b>\nc", "a <b>\nc"),
        ("text/markdown", "# A\n```\n# not a heading\n```", "# A\n```\n# not a heading\n```"),
        ("application/json", '{"a": 1}', '{"a": 1}'),
        ("application/problem+json", '{"a": 1}', '{"a": 1}'),
        ("application/yaml", "a: 1", "a: 1"),
        ("text/x-yaml", "a: 1", "a: 1"),
        (
            "application/yaml",
            "openapi: '3'\ninfo: {title: Bills}\npaths: {/b: {get: {summary: All}}}",
            "Bills\nGET /b · All",
        ),
        (
            "application/json",
            '{"openapi": "3", "paths": {"/b": {"get": {"summary": "All"}}}}',
            "GET /b · All",
        ),
    ],
)
async def test_text_markdown_and_data_are_read(kind: str, text: str, seen: str) -> None:
    result = await read("/", web.Response(text=text, content_type=kind))
    assert result.text == seen
    assert result.data["headings"] == (["1: A"] if kind == "text/markdown" else None)


@pytest.mark.parametrize(
    "kind",
    [
        "application/octet-stream",
        "application/pdf",
        "image/svg+xml",
        "text/javascript",
        "text/css",
        "multipart/form-data",
        "application/xml",
    ],
)
async def test_other_kinds_are_not_read(kind: str) -> None:
    answer = web.Response(body=b"hello", headers={"Content-Type": kind})
    with pytest.raises(Invalid, match="of a kind that is not read"):
        await read("/", answer)


async def test_a_page_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFound, match="HTTP status 404"):
        await read("/", web.Response(status=404))
    with pytest.raises(NotFound, match="names no page"):
        await run(connect(API), "read_web_page")


async def test_no_key_no_cookie_and_nothing_else_goes_along() -> None:
    async def answering(request: web.Request) -> web.Response:
        response = html()
        response.set_cookie("session", "s1")
        if request.path == "/api":
            response = web.Response(status=302, headers={"Location": "/api/"})
            response.set_cookie("session", "s1")
        return response

    async with site(answering) as server:
        for sign_in in SIGN_INS:
            connection = of(f"{server.url}/api", **sign_in)
            await run(connection, "read_web_page")
            await run(connection, "read_web_page")
    assert len(server.requests) == 4 * len(SIGN_INS)
    for request in server.requests:
        assert set(request.headers) == {"Host", "Accept", "Accept-Encoding", "User-Agent"}
        assert KEY not in json.dumps(dict(request.headers)) + str(request.url)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/api",
        "https://docs.example.com/other",
        "https://docs.example.com:8443/api",
        "https://ana@docs.example.com/api",
        "%2e%2e/admin",
        "http://169.254.169.254/",
        "https://api.example.com/v1/customers",
    ],
)
async def test_other_pages_are_refused_before_anything_is_sent(dialer: Dialer, wanted: str) -> None:
    names = Names()
    with pytest.raises(NotAllowed) as refused:
        await run(of(DOCS, names), "read_web_page", page=wanted)
    assert f"{DOCS} and the pages below {DOCS}/" in str(refused.value)
    assert (names.asked, dialer.dialled) == ([], [])


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/api",
        "http://docs.example.com/api",
        "https://docs.example.com/admin",
        "//169.254.169.254/latest/meta-data/",
        "http://127.0.0.1/",
        "/api/%2e%2e/admin",
        "/api?data=secret",
        "https://api.example.com/v1/",
        "gopher://docs.example.com/api",
    ],
)
async def test_a_redirect_to_another_page_is_not_followed(dialer: Dialer, location: str) -> None:
    async def redirect(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    async with site(redirect) as server:
        dialer.port = server.port
        names = Names({"docs.example.com": [PUBLIC], "api.example.com": [PUBLIC]})
        with pytest.raises(NotAllowed, match="not followed"):
            await run(of(DOCS, names), "read_web_page")
    assert len(server.requests) == len(dialer.dialled) == 1


async def test_redirects_end() -> None:
    async def redirect(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"/api/{len(server.requests)}"})

    server: Site
    async with site(redirect) as server:
        with pytest.raises(Unavailable, match="redirected more than 5 times"):
            await run(of(f"{server.url}/api"), "read_web_page")
    assert len(server.requests) == 6


@pytest.mark.parametrize("address", ["10.0.0.7", "127.0.0.1", "169.254.169.254", "fd00::1"])
async def test_a_name_that_leads_inside_is_refused(dialer: Dialer, address: str) -> None:
    names = Names({"docs.example.com": [PUBLIC, address]})
    with pytest.raises(NotAllowed, match="nothing was sent"):
        await run(of(DOCS, names, allowed=""), "read_web_page")
    assert dialer.dialled == []


async def test_a_name_that_leads_elsewhere_a_moment_later_leads_nowhere(dialer: Dialer) -> None:
    """Each connection goes to the address that was checked for it, and to no other."""
    answers = [[PUBLIC], ["127.0.0.1"]]

    async def rebinding(host: str, port: int) -> list[str]:
        return answers.pop(0)

    async def closes(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/api/2", "Connection": "close"})

    async with site(closes) as server:
        dialer.port = server.port
        with pytest.raises(NotAllowed, match="loopback"):
            await run(of(DOCS, rebinding, allowed=""), "read_web_page")
    assert dialer.dialled == [(PUBLIC, 443)]
    assert len(server.requests) == 1


async def test_a_page_that_never_ends_is_read_to_a_bound() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        try:
            while True:
                await response.write(b"word\n" * 20_000)
        except ConnectionError:
            return response

    async with site(endless) as server:
        result = await run(of(server.url), "read_web_page")
    assert len(result.text) <= 8000
    assert "all after the first 2 MB" in result.cut
    assert int(result.data["part"].split()[-1]) <= MAX_READ // 7000


async def test_a_page_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "TIMEOUT", 0.2)
    over = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        await over.wait()
        return html()

    async with site(slow) as server:
        with pytest.raises(Unavailable, match="did not answer within"):
            await run(of(server.url), "read_web_page")
        over.set()


# What names a page is data on a field.


class Manual(Form):
    handbook: str = form_field("Handbook", help="Its address.", default="", page="books")


class Library(Connector):
    slug = "library"
    title = "Library"
    category = Category.EXTERNAL_API
    auth = Auth.KEY
    areas = (Area("books", "Books"),)
    Settings = Manual


async def test_another_connector_needs_one_line() -> None:
    tool = Library.tools["read_web_page"]
    assert (tool.area, tool.access) == ("books", Access.READ)
    library = Library(Library.Credentials(), Manual(handbook="http://10.0.0.7/"), _link())
    assert library.pages() == ["http://10.0.0.7/"]
    with pytest.raises(NotAllowed, match="not encrypted"):
        await run(library, "read_web_page")


def test_only_connectors_that_name_a_page_have_the_tool() -> None:
    silent: Any = type("Silent", (Library,), {"Settings": NoFields})
    assert list(silent.tools) == []
    assert ExternalApi.tools["read_web_page"].area == "api"


def _link() -> Link:
    link: Link = connect(API).link
    return link
