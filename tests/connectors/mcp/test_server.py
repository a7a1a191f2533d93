"""An MCP server without OAuth, over the guarded way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.connectors.addresses import Reach
from bot.connectors.base import Access, Category, Connector, Link
from bot.connectors.catalogue import all_connectors, kind_of
from bot.connectors.errors import Invalid, NotAllowed, NotFound, NotSignedIn, TooBig, Unavailable
from bot.connectors.mcp.server import McpCredentials, McpServer, McpSettings
from bot.connectors.mcp.session import Conversations
from bot.connectors.results import Document, Rows
from bot.connectors.toolset import merge
from tests.support.servers_of_others import listening, served

OPEN = Reach.of(["127.0.0.1"])


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    from fastmcp import FastMCP

    server: Any = FastMCP("Harbour")
    reads = {"annotations": {"readOnlyHint": True}}

    @server.tool(**reads)  # type: ignore[untyped-decorator]
    def boats() -> list[dict[str, Any]]:
        """The boats."""
        return [{"name": "Alba", "length": 12}, {"name": "Brisa", "length": 9}]

    @server.tool(**reads)  # type: ignore[untyped-decorator]
    def log(lines: int) -> str:
        """The log."""
        return "wind from the west\n" * lines

    @server.tool  # type: ignore[untyped-decorator]
    def sink(boat: str) -> str:
        """Sinks."""
        raise ValueError(f"{boat} is not ours")

    listener, port = listening()
    with served(server.http_app(), listener):
        yield f"http://127.0.0.1:{port}/mcp"


def connector(kind: type[Connector], url: str, reach: Reach = OPEN, token: str = "") -> Any:
    link = Link(httpx.AsyncClient(), reach=reach)
    credentials = McpCredentials(token=SecretStr(token) if token else None)
    return kind(credentials, McpSettings(url=url), link)


async def known(url: str) -> type[Connector]:
    health = await connector(McpServer, url).check()
    toolset = merge(None, health.tools or (), "mcp_harbour", health.account)
    found = kind_of("mcp", {"url": url, "category": "databases"}, toolset)
    assert found is not None
    return found


async def test_its_tools_become_tools_of_this_connection(url: str) -> None:
    kind = await known(url)
    assert kind.title == "Harbour"
    assert kind.category is Category.DATABASES
    assert {verb: tool.access for verb, tool in kind.tools.items()} == {
        "boats": Access.READ,
        "log": Access.READ,
        "sink": Access.WRITE,
    }
    assert kind.tool_name("boats") == "mcp_harbour__boats"
    assert "mcp" not in all_connectors()


async def test_a_list_of_things_becomes_rows(url: str) -> None:
    kind = await known(url)
    found = await kind.tools["boats"].call(connector(kind, url), {})
    assert isinstance(found, Rows)
    assert found.rows[0] == {"name": "Alba", "length": 12}


async def test_long_text_is_cut_and_says_so(url: str) -> None:
    kind = await known(url)
    found = await kind.tools["log"].call(connector(kind, url), {"lines": 5000})
    assert isinstance(found, Document)
    assert len(found.text) <= 12_000
    assert "characters" in found.cut


async def test_what_a_tool_says_of_its_failure_is_told(url: str) -> None:
    kind = await known(url)
    with pytest.raises(Invalid, match="Alba is not ours"):
        await kind.tools["sink"].call(connector(kind, url), {"boat": "Alba"})


async def test_a_write_says_before_that_nobody_can_tell_afterwards(url: str) -> None:
    kind = await known(url)
    preview = await kind.tools["sink"].look_ahead(connector(kind, url), {"boat": "Alba"})
    assert preview is not None
    assert preview.done is None
    assert preview.obstacle == ""
    assert not kind.tools["boats"].has_preview


async def test_a_private_address_is_refused() -> None:
    with pytest.raises(NotAllowed, match=r"loopback.*QUARTERDECK_PRIVATE_HOSTS"):
        await connector(McpServer, "https://127.0.0.1:1/mcp", Reach()).check()


async def test_a_token_does_not_leave_without_tls() -> None:
    with pytest.raises(NotAllowed, match="not reached over https"):
        await connector(McpServer, "http://mcp.example.com/mcp", token="t" * 20).check()


async def test_a_name_that_leads_inside_is_refused_as_it_is_connected_to() -> None:
    """Rebinding: whatever the name led to before, what counts is where this connection goes."""

    async def resolver(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    link = Link(httpx.AsyncClient(), resolver=resolver)
    settings = McpSettings(url="https://mcp.example.com/mcp")
    with pytest.raises(NotAllowed, match=r"leads to 127\.0\.0\.1"):
        await McpServer(McpCredentials(), settings, link).check()


async def test_nothing_at_the_address_and_nobody_there_are_told_apart(url: str) -> None:
    with pytest.raises(NotFound):
        await connector(McpServer, url.replace("/mcp", "/nothing")).check()
    with pytest.raises(Unavailable, match="could not be reached"):
        await connector(McpServer, "http://127.0.0.1:9/mcp").check()


def over(answer: httpx.Response, asked: list[httpx.Request]) -> Conversations:
    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer

    headers = {"Authorization": "Bearer a-token"}
    way = httpx.MockTransport(handle)
    return Conversations("Harbour", "https://mcp.example.com/mcp", headers, way)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(401), NotSignedIn),
        (httpx.Response(403), NotAllowed),
        (httpx.Response(404), NotFound),
        (httpx.Response(500), Unavailable),
        (httpx.Response(302, headers={"location": "https://evil.example/"}), Unavailable),
        (httpx.Response(200, text="<html>", headers={"content-type": "text/html"}), Unavailable),
        (httpx.Response(200, content=b"x", headers={"content-encoding": "br"}), Unavailable),
        (
            httpx.Response(
                200, content=b" " * 5_000_000, headers={"content-type": "application/json"}
            ),
            TooBig,
        ),
    ],
    ids=["401", "403", "404", "500", "redirect", "page", "packed", "huge"],
)
async def test_bad_answers_become_words(answer: httpx.Response, error: type[Exception]) -> None:
    asked: list[httpx.Request] = []
    with pytest.raises(error):
        await over(answer, asked).tools()
    assert {one.url.host for one in asked} == {"mcp.example.com"}
    assert asked[0].headers["authorization"] == "Bearer a-token"
