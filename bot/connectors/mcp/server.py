"""An MCP server that somebody connected by its address (streamable HTTP).

Its tools are what it lists. Those that do not declare that they only read count as writes, so a
person approves each call; those that declare themselves destructive need full access.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.connectors.base import (
    Access,
    Area,
    Auth,
    Category,
    Connector,
    Form,
    Tool,
    form_field,
)
from bot.connectors.errors import Invalid, NotAllowed
from bot.connectors.mcp import arguments as schemas
from bot.connectors.mcp.session import Conversations
from bot.connectors.netguard import GuardedTransport
from bot.connectors.oauth import Granted, OAuth
from bot.connectors.results import Document, Health, Preview, Result, Rows
from bot.connectors.toolset import SEPARATOR, kept

MAX_TEXT = 12_000
"""Characters of a result's text."""

MAX_ROWS = 500


ADDRESS = r"https?://[^\s/?#@]+(/[^\s#]*)?"
ADDRESS_HELP = "is a web address such as https://mcp.example.com/mcp"


class McpCredentials(Granted):
    token: SecretStr | None = form_field(
        "Token",
        help="If the server takes one. Leave it empty to sign in, or for a server without either.",
        default=None,
    )


class McpSettings(Form):
    url: str = form_field(
        "Address",
        help="The server's address for streamable HTTP, such as https://mcp.example.com/mcp.",
        pattern=ADDRESS,
        pattern_help=ADDRESS_HELP,
    )
    category: Category = form_field(
        "Category", help="Decides which types of agents may use it.", default=Category.MONITORING
    )


class RemoteTool(Tool[Any, Any, Any]):
    """A tool as its server described it and an owner accepted it."""

    def __init__(self, said: Mapping[str, Any], server: str) -> None:
        # Not the base's: there is no method to read the declaration from.
        self.name = str(said["name"])
        self.title = str(said["title"])
        self.hash = str(said["hash"])
        self.verb = str(said["verb"])
        self.area = AREA.name
        self.access = Access(said["access"])
        self.by_method = None
        self.method, self.path = "POST", "tools/call"
        shown = f"“{self.title}” of {server}".replace("{", "{{").replace("}", "}}")
        self.action, self.past = f"use {shown}", f"used {shown}"
        self.description = f"{said['description'] or self.title}\n\n(A tool of {server}.)"
        self._schema = dict(said["schema"])

    @property
    def has_preview(self) -> bool:
        return self.access > Access.READ

    @cached_property
    def schema(self) -> dict[str, Any]:
        return {**self._schema, "type": "object"}

    def parse(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return schemas.check(self.verb, self.schema, arguments)

    async def call(self, connector: McpServer, arguments: Mapping[str, Any]) -> Result:
        return await connector.use(self, arguments)

    async def look_ahead(
        self, connector: McpServer, arguments: Mapping[str, Any]
    ) -> Preview | None:
        return await connector.look_at(self)


AREA = Area("tools", "Tools")


class McpServer(Connector):
    slug = "mcp"
    title = "MCP server"
    category = Category.MONITORING
    auth = Auth.MCP
    docs = "https://modelcontextprotocol.io"
    areas = (AREA,)
    Credentials = McpCredentials
    Settings = McpSettings
    oauth = OAuth(
        service="mcp",
        app="mcp",
        title="MCP server",
        category=Category.MONITORING,
        resource="{url}",
        registers=True,
        client="none",
    )
    digest: ClassVar[str] = ""

    @classmethod
    def for_connection(
        cls, settings: Mapping[str, Any], toolset: Mapping[str, Any] | None
    ) -> type[Connector]:
        category = Category(settings.get("category") or cls.category)
        base: Any = cls  # for mypy, which takes no class for hashable
        if not toolset or "digest" not in toolset:
            return _bare(base, category)
        return _made(base, str(toolset["digest"]), category, _Toolset(toolset))

    @classmethod
    def tool_name(cls, verb: str) -> str:
        return f"{cls.slug}{SEPARATOR}{verb}"

    @property
    def _server(self) -> Conversations:
        address = urlsplit(self.settings.url)
        if address.scheme != "https" and not self.link.reach.allows(address.hostname or ""):
            raise NotAllowed(
                f"{address.hostname} is not reached over https, so nothing was sent.",
                "Use its https address, or have QUARTERDECK_PRIVATE_HOSTS allow the host.",
            )
        bearer = self.credentials.token or self.credentials.access_token
        headers = {"Authorization": f"Bearer {bearer.get_secret_value()}"} if bearer else {}
        way = GuardedTransport(self.link.reach, self.link.resolver)
        return Conversations(self.title, self.settings.url, headers, way)

    async def check(self) -> Health:
        name, listed = await self._server.tools()
        account = name or str(urlsplit(self.settings.url).hostname)
        return Health(account, tools=[_plain(tool) for tool in listed])

    async def look_at(self, tool: RemoteTool) -> Preview:
        """Whether the tool is still what was accepted. What a call does, no server tells before."""
        _, listed = await self._server.tools()
        found = next((one for one in listed if one.name == tool.name), None)
        obstacle = ""
        if found is None:
            obstacle = "the server does not offer this tool any more"
        elif kept(_plain(found), self.slug)["hash"] != tool.hash:
            obstacle = "the server has changed this tool since an owner accepted it"
        return Preview(self.title, state=tool.hash, obstacle=obstacle, done=None)

    async def use(self, tool: RemoteTool, arguments: Mapping[str, Any]) -> Result:
        answer = await self._server.use(tool.name, arguments)
        text = "\n".join(_words(part) for part in answer.content)
        if answer.is_error:
            raise Invalid(f"{self.title} says: {text[:1000] or 'it failed'}")
        cut = "" if len(text) <= MAX_TEXT else f"{len(text) - MAX_TEXT} characters of the text"
        return _shaped(tool.title, answer.structured_content, text[:MAX_TEXT], cut)


class _Toolset(dict[str, Any]):
    """A toolset as an argument of a cache: its digest, beside it, tells it from others."""

    def __init__(self, toolset: Mapping[str, Any]) -> None:
        super().__init__(toolset)

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self["digest"])


@lru_cache(maxsize=500)
def _made(
    base: type[McpServer], digest: str, category: Category, toolset: _Toolset
) -> type[McpServer]:
    name = str(toolset["title"]) or base.title
    said = {"slug": toolset["slug"], "title": name, "category": category, "digest": digest}
    kind: type[McpServer] = type("McpServerOfConnection", (base,), said)
    remote = [RemoteTool(one, name) for one in toolset["tools"]]
    kind.tools = {one.verb: one for one in remote}
    return kind


@lru_cache
def _bare(base: type[McpServer], category: Category) -> type[McpServer]:
    return type("McpServerUntested", (base,), {"slug": base.slug, "category": category})


def _plain(tool: Any) -> dict[str, Any]:
    """A listed tool as plain values, whatever the client's classes are."""
    notes = tool.annotations
    return {
        "name": tool.name,
        "title": tool.title or (notes.title if notes else None),
        "description": tool.description,
        "schema": tool.input_schema,
        "read_only": notes.read_only_hint if notes else None,
        "destructive": notes.destructive_hint if notes else None,
    }


def _words(part: Any) -> str:
    """One piece of an answer as text. What is no text is named, not shown."""
    if part.type == "text":
        return str(part.text)
    if part.type == "resource":
        inside = getattr(part.resource, "text", None)
        return str(inside) if inside else f"[{part.resource.uri}: not text]"
    if part.type == "resource_link":
        return f"[{part.name}: {part.uri}]"
    return f"[{part.type}: not shown]"


def _left_out(rows: int) -> str:
    return f"{rows - MAX_ROWS} more rows" if rows > MAX_ROWS else ""


def _shaped(title: str, structured: Any, text: str, cut: str) -> Result:
    """Rows where the answer is a list of things, else the text as it is."""
    inside = structured.get("result", structured) if isinstance(structured, dict) else structured
    if isinstance(inside, list) and inside and all(isinstance(one, dict) for one in inside):
        return Rows(inside[:MAX_ROWS], title=title, cut=_left_out(len(inside)))
    return Document({}, title=title, text=text, cut=cut)
