"""One conversation with an MCP server: list its tools, or use one, by the official client.

A conversation lasts for one call. Nothing that a server asks back (sampling, roots, elicitation)
is offered to it, and what it says of itself never becomes an instruction.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx

from bot.connectors.errors import (
    ConnectorError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
    TooBig,
    Unavailable,
)

if TYPE_CHECKING:
    from mcp import Client

    from bot.connectors.mcp.transport import Seen

WAIT = 30.0
"""Seconds for one answer."""

MOST_PAGES = 20
"""Pages of a list of tools."""


class Conversations:
    """Opens conversations with one server."""

    def __init__(
        self, title: str, url: str, headers: Mapping[str, str], way: httpx.AsyncBaseTransport
    ) -> None:
        """`way` is the transport that requests take."""
        self._title = title
        self._url = url
        self._headers = {"Accept-Encoding": "identity", **headers}
        self._way = way

    async def tools(self) -> tuple[str, list[Any]]:
        """The server's own name, and all its tools.

        Raises:
            ConnectorError: with what to do.
        """
        async with self._open() as client:
            info = client.server_info
            listed: list[Any] = []
            cursor: str | None = None
            for _ in range(MOST_PAGES):
                page = await client.list_tools(cursor=cursor)
                listed += page.tools
                cursor = page.next_cursor
                if not cursor:
                    break
            return (info.title or info.name) if info else "", listed

    async def use(self, tool: str, arguments: Mapping[str, Any]) -> Any:
        """The result of one call (`mcp.types.CallToolResult`). Raises ConnectorError."""
        from mcp.types import CallToolRequest, CallToolRequestParams, CallToolResult

        params = CallToolRequestParams(name=tool, arguments=dict(arguments))
        async with self._open() as client:
            # Not `call_tool`: it lists all tools first, to check the answer against a schema.
            return await client.session.send_request(CallToolRequest(params=params), CallToolResult)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Client]:
        import httpx2
        from mcp import Client
        from mcp.client.streamable_http import streamable_http_client
        from mcp.types import Implementation

        from bot.connectors.mcp.transport import Crossing, Seen

        seen = Seen()
        try:
            async with (
                httpx2.AsyncClient(
                    transport=Crossing(self._way, seen),
                    headers=self._headers,
                    timeout=httpx2.Timeout(WAIT, connect=10.0),
                    trust_env=False,
                ) as http,
                Client(
                    streamable_http_client(self._url, http_client=http),
                    client_info=Implementation(name="Quarterdeck", version="1"),
                    read_timeout_seconds=WAIT,
                    cache=None,
                ) as client,
            ):
                yield client
        except ConnectorError:
            raise
        except Exception as error:
            raise self._understood(error, seen) from None

    def _understood(self, error: Exception, seen: Seen) -> ConnectorError:
        """What went wrong, from what was seen on the way: the client's errors say little."""
        name = self._title
        if seen.refused is not None:
            return NotAllowed(
                seen.refused.message,
                "Whoever runs Quarterdeck can allow it with QUARTERDECK_PRIVATE_HOSTS.",
            )
        if seen.too_big:
            return TooBig(f"{name} answered with too much.", "Ask for less.")
        match seen.last:
            case 401:
                return NotSignedIn(
                    f"{name} no longer accepts this connection's sign-in.", "Reconnect it."
                )
            case 403:
                return NotAllowed(
                    f"{name} says that the connected account may not do this.",
                    "Use an account with that right.",
                )
            case 404 | 405:
                return NotFound(
                    f"There is no MCP server at the address of {name}.", "Check the address."
                )
            case 429:
                return Throttled(f"{name} asks us to slow down.", "Try again in a minute.")
        if not seen.statuses:
            return Unavailable(
                f"{name} could not be reached.",
                "Check the address of the connection and the network, then try again.",
                sent=seen.sent,
            )
        said = _words(error)
        return Unavailable(f"{name} failed{said}.", "Try again in a moment.")


def _words(error: BaseException) -> str:
    """What the server itself said, of an error that it answered with."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    told = getattr(error, "error", None)
    message = str(getattr(told, "message", "")).strip().rstrip(".")
    return f': "{message[:300]}"' if message else ""
