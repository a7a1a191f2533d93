"""The part of the connector that is signed in by OAuth: how its calls and previews are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.connectors.base import Connector
from bot.connectors.better_stack.hosted import routes
from bot.connectors.better_stack.hosted.answers import SERVICE, Prose
from bot.connectors.better_stack.hosted.routes import Offered, OurTool
from bot.connectors.better_stack.hosted.way import Hosted, HostedClient
from bot.connectors.errors import Invalid, NotAllowed
from bot.connectors.mcp.session import Conversations
from bot.connectors.netguard import GuardedTransport
from bot.connectors.results import Change, Document, Preview, Result

MAX_TEXT = 12_000
"""Characters of an answer in words."""

LONGEST_VALUE = 500


@dataclass(frozen=True)
class Listing:
    """What a sign-in's server lists. Its digest alone tells it from others."""

    digest: str
    tools: tuple[Mapping[str, Any], ...] = field(compare=False)


class ByMcp(Connector):
    """Goes over the hosted server where the connection has a sign-in instead of a token."""

    offered: ClassVar[Offered] = {}

    @cached_property
    def hosted(self) -> Hosted | None:
        token = self.credentials.access_token
        if self.credentials.api_token is not None or token is None:
            return None
        url = self.settings.mcp_url
        host = urlsplit(url).hostname or ""
        if not url.startswith("https://") and not self.link.reach.allows(host):
            raise NotAllowed(
                f"{host} is not reached over https, so nothing was sent.", "Use its https address."
            )
        headers = {"Authorization": f"Bearer {token.get_secret_value()}"}
        way = GuardedTransport(self.link.reach, self.link.resolver)
        talks = Conversations(SERVICE, url, headers, way)
        return Hosted(talks, type(self).tools.values(), self.offered)

    def hosted_client(self, hosted: Hosted) -> HostedClient:
        """What the areas use as the client of the REST API."""
        return HostedClient(
            service=SERVICE,
            base_url=self.settings.mcp_url,
            client=self.link.client,
            hosted=hosted,
        )

    async def carry_out(self, tool: OurTool, arguments: Mapping[str, Any]) -> Result:
        if self.hosted is None:
            return await super().carry_out(tool, arguments)
        offered = await self.hosted.offered()
        self.hosted.acting = tool
        title = tool.verb.replace("_", " ").capitalize()
        try:
            theirs = routes.direct(tool, offered)
            if theirs is not None:
                return await self.hosted.whole(theirs, tool, arguments)
            return await super().carry_out(tool, arguments)
        except Prose as prose:
            more = len(prose.text) - MAX_TEXT
            cut = f"{more} characters of the text" if more > 0 else ""
            return Document({}, title=title, text=prose.text[:MAX_TEXT], cut=cut)

    async def foresee(self, tool: OurTool, arguments: Mapping[str, Any]) -> Preview:
        if self.hosted is None:
            return await super().foresee(tool, arguments)
        if routes.direct(tool, await self.hosted.offered()) is None:
            try:
                return await super().foresee(tool, arguments)
            except (Prose, NotAllowed):
                pass  # it cannot be read, or not as data: then the card says so
        return _unread(tool, arguments)


def token_of(credentials: Any) -> SecretStr:
    """The API token. Raises Invalid where the connection has neither token nor sign-in."""
    token: SecretStr | None = credentials.api_token
    if token is None:
        raise Invalid(
            "The connection has no sign-in.",
            fields={"api_token": "is needed, unless you sign in with Better Stack"},
        )
    return token


def _unread(tool: OurTool, arguments: Mapping[str, Any]) -> Preview:
    """What a person decides on where the service cannot be read beforehand: the bare request."""
    said = [Change(name, "", str(value)[:LONGEST_VALUE]) for name, value in arguments.items()]
    warning = Change("read beforehand", "", "not with this sign-in, so look there first")
    ids = [str(arguments[name]) for name in routes.ids_of(tool) if name in arguments]
    named = str(arguments.get("name") or arguments.get("summary") or " ".join(ids[-1:]))
    return Preview(
        named or tool.verb.replace("_", " "),
        state="not read",
        changes=(*said, warning),
        done=None,
    )
