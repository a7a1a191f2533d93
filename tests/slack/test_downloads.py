"""Files of Slack: fetched with the token from Slack's own hosts, and from nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.downloads import CannotFetch, _is_slacks, fetch_file


@dataclass
class Peer:
    """Slack's API and its file host in one; `file` is what it tells of the file."""

    file: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    seen: list[str] = field(default_factory=list)
    base: str = ""

    async def info(self, _request: web.Request) -> web.Response:
        if self.error:
            return web.json_response({"ok": False, "error": self.error})
        return web.json_response({"ok": True, "file": self.file})

    async def content(self, request: web.Request) -> web.Response:
        self.seen.append(request.headers.get("Authorization", ""))
        what = request.match_info["what"]
        if what == "moved":
            return web.Response(status=302, headers={"Location": f"{self.base}files/good"})
        if what == "away":
            return web.Response(status=302, headers={"Location": "https://evil.example/"})
        if what == "round":
            return web.Response(status=302, headers={"Location": f"{self.base}files/round"})
        if what == "login":
            return web.Response(text="<p>Sign in</p>", content_type="text/html")
        status = {"down": 503, "gone": 404}.get(what, 200)
        return web.Response(body=b"heron", status=status, content_type="text/plain")


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    made = Peer()
    app = web.Application()
    app.router.add_route("*", "/api/files.info", made.info)
    app.router.add_get("/files/{what}", made.content)
    async with TestServer(app) as server:
        made.base = str(server.make_url("/"))
        yield made


async def fetched(peer: Peer, what: str, most: int = 100) -> bytes:
    if what:
        peer.file = {"url_private_download": f"{peer.base}files/{what}"}
    client = AsyncWebClient(token="xoxb-1", base_url=f"{peer.base}api/")
    return await fetch_file(client, "F1", most)


@pytest.mark.parametrize("what", ["good", "moved"])
async def test_a_file_comes_with_the_token(peer: Peer, what: str) -> None:
    assert await fetched(peer, what) == b"heron"
    assert set(peer.seen) == {"Bearer xoxb-1"}


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("login", "files:read"),
        ("gone", "404"),
        ("away", "kept outside of Slack"),
        ("round", "from one address to the next"),
        ("", "only has a link"),
    ],
)
async def test_what_is_no_file_is_told(peer: Peer, what: str, words: str) -> None:
    with pytest.raises(CannotFetch, match=words):
        await fetched(peer, what)


async def test_a_file_that_is_larger_than_it_said_is_cut_off(peer: Peer) -> None:
    with pytest.raises(CannotFetch, match="more than"):
        await fetched(peer, "good", most=4)


async def test_a_file_host_that_is_down_is_tried_again_later(peer: Peer) -> None:
    with pytest.raises(aiohttp.ClientError):
        await fetched(peer, "down")


@pytest.mark.parametrize(("error", "words"), [("missing_scope", "files:read"), ("x", r"\(x\)")])
async def test_a_refusal_of_slack_is_told(peer: Peer, error: str, words: str) -> None:
    peer.error = error
    with pytest.raises(CannotFetch, match=words):
        await fetched(peer, "good")


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://files.slack.com/files-pri/T1-F1/a.pdf", True),
        ("https://slack.com/x", True),
        ("http://files.slack.com/x", False),
        ("https://files.slack.com.evil.example/x", False),
        ("https://evilslack.com/x", False),
        ("https://files.slack.com@evil.example/x", False),
        ("file:///etc/passwd", False),
    ],
)
def test_the_token_goes_to_slacks_hosts_alone(url: str, good: bool) -> None:
    assert _is_slacks(url, "https://slack.com/api/") is good
