"""The way of one call over the hosted server: finds the tool, calls it, shapes what comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.connectors.base import Access
from bot.connectors.better_stack.hosted import routes
from bot.connectors.better_stack.hosted.answers import (
    SERVICE,
    body,
    flat_rows,
    parsed,
    refusal,
    words_of,
)
from bot.connectors.better_stack.hosted.arguments import fill
from bot.connectors.better_stack.hosted.routes import Offered, OurTool
from bot.connectors.errors import NotAllowed
from bot.connectors.http import Json, ServiceClient
from bot.connectors.mcp.session import Conversations
from bot.connectors.results import Document, Result, Row, Rows
from bot.connectors.toolset import kept

MAX_ROWS = 100


class Hosted:
    """One call's use of the server. `acting` is the tool of ours that is being carried out."""

    def __init__(
        self, conversations: Conversations, tools: Iterable[OurTool], offered: Offered
    ) -> None:
        self._conversations = conversations
        self._tools = list(tools)
        self._offered = offered
        self.acting: OurTool | None = None

    async def listing(self) -> list[dict[str, Any]]:
        """What the server lists, as plain values.

        Its descriptions are left out: no model reads them, so they need not be watched either.
        """
        _, listed = await self._conversations.tools()
        return [_plain(tool) for tool in listed]

    def knows(self, listed: Iterable[Mapping[str, Any]]) -> None:
        """Goes by a listing that was just made."""
        self._offered = offered_in(listed)

    async def offered(self) -> Offered:
        """What was listed when the connection was tested; asked for where that never was."""
        if not self._offered:
            self._offered = offered_in(await self.listing())
        return self._offered

    async def send(
        self, method: str, path: str, params: Mapping[str, Any] | None, sent: Json
    ) -> Json:
        """A request of the REST API, as the tool that does the same carries it."""
        offered = await self.offered()
        way = routes.route(method, path, self._tools, self.acting, offered)
        if way is None:
            raise NotAllowed(
                f"{SERVICE} offers no tool for this, so nothing was sent.", routes.NEEDS_TOKEN
            )
        schema = offered[way.tool]["schema"]
        values = {**way.ids, **(params or {}), **(sent or {})}
        pages = schema.get("properties") or {}
        if values.get("page", 1) != 1 and "page" not in pages:
            return {"data": []}  # it gave all that it gives at once
        answer = await self._use(way.tool, fill(way.tool, schema, values, tuple(way.ids)))
        return None if method == "DELETE" else body(answer, way.kind, many=way.many)

    async def query(self, sql: str, source: str) -> list[Row]:
        """The rows of a query that was found to only read."""
        offered = await self.offered()
        name = routes.query_tool(offered)
        if name is None:
            raise NotAllowed(f"{SERVICE} offers no tool for SQL.", routes.NEEDS_TOKEN)
        schema = offered[name]["schema"]
        values: dict[str, Any] = {"sql": sql}
        if "source_id" in (schema.get("properties") or {}):
            values["source_id"] = source
        found = parsed(await self._use(name, fill(name, schema, values)))
        inside = found.get("data", found) if isinstance(found, dict) else found
        return flat_rows(inside)

    async def whole(self, theirs: str, tool: OurTool, arguments: Mapping[str, Any]) -> Result:
        """What one of their tools does as a whole, with the arguments of ours."""
        schema = (await self.offered())[theirs]["schema"]
        answer = await self._use(theirs, fill(theirs, schema, arguments, routes.ids_of(tool)))
        title = tool.verb.replace("_", " ").capitalize()
        rows = flat_rows(parsed(answer))
        if tool.access > Access.READ:
            return Document(rows[0] if rows else {}, title=title)
        cut = f"Only the first {MAX_ROWS} of {len(rows)}." if len(rows) > MAX_ROWS else ""
        return Rows(_even(rows[:MAX_ROWS]), title=title, cut=cut)

    async def _use(self, name: str, arguments: Mapping[str, Any]) -> Any:
        answer = await self._conversations.use(name, arguments)
        if answer.is_error:
            raise refusal(words_of(answer) or "it failed")
        return answer


@dataclass(frozen=True)
class HostedClient(ServiceClient):
    """The client of the areas, whose requests are carried by the hosted server's tools."""

    hosted: Hosted = field(kw_only=True)

    async def _send(
        self, method: str, path: str, params: Mapping[str, Any] | None, body: Json
    ) -> Json:
        return await self.hosted.send(method, path, params, body)


@dataclass(frozen=True)
class HostedWarehouse:
    """SQL by a tool of the hosted server, for one source."""

    hosted: Hosted
    source: str

    async def rows(self, sql: str) -> list[Row]:
        return await self.hosted.query(sql, self.source)


def offered_in(listed: Iterable[Mapping[str, Any]]) -> Offered:
    """What a server lists, by name, with what each tool needs."""
    return {str(one["name"]): kept(one, "better_stack") for one in listed if one.get("name")}


def _plain(tool: Any) -> dict[str, Any]:
    notes = tool.annotations
    destructive = notes is not None and notes.destructive_hint is True
    # A tool of this vendor that says nothing is known by its name; one that says so writes.
    writes = notes is not None and notes.read_only_hint is False
    return {
        "name": tool.name,
        "schema": tool.input_schema,
        "read_only": not writes,
        "destructive": destructive and writes,
    }


def _even(rows: list[Row]) -> list[Row]:
    """Rows with the same names each, as a table has them."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in names} for row in rows]
