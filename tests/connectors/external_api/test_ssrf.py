"""Nobody leads a connection into our own network, or away from its base URL.

Tries each line of data/ssrf.txt, and that each line of data/ssrf_honest.txt passes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpcore
import pytest
from aiohttp import web
from pydantic import ValidationError

from bot.connectors.errors import Invalid, NotAllowed, Unavailable
from tests.connectors.external_api.support import connect
from tests.connectors.helpers import run
from tests.connectors.network import PUBLIC, Dialer, Names, site

DATA = Path(__file__).parents[1] / "data"
BASE = "https://api.example.com/v1"
NAMES = {
    "api.example.com": [PUBLIC],
    "localhost": ["127.0.0.1", "::1"],
    "127.0.0.1.localtest": ["127.0.0.1"],
    "internal.example.com": [PUBLIC, "10.0.0.7"],
    "metadata.google.internal": ["169.254.169.254"],
}


def lines(name: str, place: str) -> list[Any]:
    split = (line.partition(" ") for line in (DATA / name).read_text().splitlines())
    return [
        pytest.param(_unescaped(what.strip()), id=what.strip())
        for where, _, what in split
        if where == place
    ]


def _unescaped(text: str) -> str:
    simple = {"\\t": "\t", "\\r": "\r", "\\n": "\n", "\\\\": "\\"}
    pattern = r"\\(?:u[0-9a-f]{4}|[trn\\])"
    return re.sub(pattern, lambda m: simple.get(m[0]) or chr(int(m[0][2:], 16)), text)


@pytest.fixture
def dialer(monkeypatch: pytest.MonkeyPatch) -> Dialer:
    """Stands where connections are opened, so that none is missed."""
    standing = Dialer()
    monkeypatch.setattr(httpcore, "AnyIOBackend", lambda: standing)
    return standing


def test_the_corpus_is_as_large_as_promised() -> None:
    every = [len(lines("ssrf.txt", p)) for p in ("base", "path", "redirect", "address")]
    assert sum(every) >= 150
    assert min(every) >= 20


@pytest.mark.parametrize("url", lines("ssrf.txt", "base"))
async def test_a_base_url_that_leads_inside_is_refused(dialer: Dialer, url: str) -> None:
    with pytest.raises((ValidationError, NotAllowed)):
        await connect(url, resolver=Names(NAMES), allowed="").check()
    assert dialer.dialled == []


@pytest.mark.parametrize("url", lines("ssrf_honest.txt", "base"))
async def test_an_honest_base_url_is_reached(dialer: Dialer, url: str) -> None:
    host = re.sub(r":\d+$", "", url.lower().split("/")[2])
    names = Names({host: [PUBLIC]} if not re.fullmatch(r"[\d.]+|\[.*\]", host) else {})
    with pytest.raises(Unavailable):
        await connect(url, resolver=names, allowed="").check()
    assert len(dialer.dialled) == 1


@pytest.mark.parametrize("path", lines("ssrf.txt", "path"))
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_path_that_leads_elsewhere_is_refused(
    dialer: Dialer, method: str, path: str
) -> None:
    names = Names(NAMES)
    with pytest.raises(Invalid):
        await run(connect(BASE, resolver=names), "request", method=method, path=path)
    assert (names.asked, dialer.dialled) == ([], [])


@pytest.mark.parametrize("path", lines("ssrf_honest.txt", "path"))
async def test_an_honest_path_is_requested_below_the_base(dialer: Dialer, path: str) -> None:
    async with site(_empty) as server:
        dialer.port = server.port
        await run(connect(BASE, resolver=Names(NAMES)), "request", method="GET", path=path)
    [request] = server.requests
    assert re.match(r"/v1(/|\?|$)", request.raw_path)
    assert request.headers["Host"] == "api.example.com"
    assert dialer.dialled == [(PUBLIC, 443)]


@pytest.mark.parametrize("location", lines("ssrf.txt", "redirect"))
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_that_leads_elsewhere_is_not_followed(
    dialer: Dialer, status: int, location: str
) -> None:
    async def redirect(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": location})

    async with site(redirect) as server:
        dialer.port = server.port
        connector = connect(
            BASE, resolver=Names(NAMES), auth="api_key", name="X-Key", value="secret-key"
        )
        with pytest.raises(NotAllowed, match="not followed"):
            await run(connector, "request", method="GET", path="/start")
    assert len(server.requests) == 1
    assert len(dialer.dialled) == 1


@pytest.mark.parametrize("location", lines("ssrf_honest.txt", "redirect"))
async def test_an_honest_redirect_is_followed(dialer: Dialer, location: str) -> None:
    async def redirect(request: web.Request) -> web.Response:
        if len(server.requests) == 1:
            return web.Response(status=302, headers={"Location": location})
        return web.json_response({"arrived": True})

    async with site(redirect) as server:
        dialer.port = server.port
        result = await run(
            connect(BASE, resolver=Names(NAMES)), "request", method="GET", path="/start"
        )
    assert '"arrived": true' in result.text
    assert len(server.requests) == 2


@pytest.mark.parametrize("address", lines("ssrf.txt", "address"))
@pytest.mark.parametrize("others", [[], [PUBLIC]], ids=["alone", "beside a public one"])
async def test_a_name_that_leads_inside_is_refused(
    dialer: Dialer, address: str, others: list[str]
) -> None:
    names = Names({"api.example.com": [*others, address]})
    with pytest.raises(NotAllowed, match=r"is an? .*nothing was sent"):
        await run(
            connect(BASE, resolver=names, allowed=""), "request", method="GET", path="/customers"
        )
    assert dialer.dialled == []


@pytest.mark.parametrize("address", lines("ssrf_honest.txt", "address"))
async def test_a_name_that_leads_outside_is_reached(dialer: Dialer, address: str) -> None:
    names = Names({"api.example.com": [address]})
    with pytest.raises(Unavailable):
        await run(connect(BASE, resolver=names, allowed=""), "request", method="GET", path="/")
    assert dialer.dialled == [(address, 443)]


async def _empty(request: web.Request) -> web.Response:
    return web.json_response({})
