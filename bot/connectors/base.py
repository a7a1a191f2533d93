"""The connector contract.

A connector is one class that reads like the page of a manual: what the service is, how to sign in,
its areas, its tools. Everything that people and models see of it is derived from that class: the
model's schema, the credential form, the permission grid, the docs page, `connectors --json`.

A connector's module needs nothing else from here: its words (`terms`), forms (`forms`) and tools
(`tools`) have modules of their own and are handed on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import httpx

from bot.connectors.addresses import Reach, Resolver, resolve
from bot.connectors.errors import NotFound
from bot.connectors.forms import (
    Form,
    NoFields,
    form_field,
    is_secret,
    page_areas,
    pages_named,
)
from bot.connectors.pages.tool import READ_WEB_PAGE, PageReader
from bot.connectors.results import Health, Preview, Result
from bot.connectors.terms import Access, Area, Auth, Category, Preset
from bot.connectors.tools import ByMethod, Tool, tool

if TYPE_CHECKING:
    from bot.connectors.oauth import OAuth

__all__ = [
    "READ_WEB_PAGE",
    "Access",
    "Area",
    "Auth",
    "ByMethod",
    "Category",
    "Connector",
    "Form",
    "Link",
    "NoFields",
    "Preset",
    "Tool",
    "form_field",
    "is_secret",
    "pages_named",
    "tool",
]


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Link:
    """What a connection shares between its calls. It holds no secret.

    `reach` has the private hosts that the installation allows to addresses that were typed in.
    """

    client: httpx.AsyncClient
    clock: Callable[[], datetime] = _utc_now
    resolver: Resolver = resolve
    reach: Reach = field(default_factory=Reach)


class Connector:
    """Base of every connector. An instance serves one call with its opened credentials."""

    slug: ClassVar[str]
    title: ClassVar[str]
    category: ClassVar[Category]
    auth: ClassVar[Auth]
    docs: ClassVar[str] = ""
    areas: ClassVar[tuple[Area, ...]]
    Credentials: ClassVar[type[Form]] = NoFields
    Settings: ClassVar[type[Form]] = NoFields
    presets: ClassVar[tuple[Preset, ...]] = ()
    oauth: ClassVar[OAuth | None] = None
    trusts_listing: ClassVar[bool] = False
    """A server lists this connector's ways, but models read only our own words of its tools: so a
    new listing needs nobody's look."""

    tools: ClassVar[dict[str, Tool[Any, Any, Any]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "slug"):
            return  # a part of a connector that is split over several modules
        found: dict[str, Tool[Any, Any, Any]] = {}
        for base in cls.__mro__:
            for value in vars(base).values():
                if isinstance(value, Tool):
                    found.setdefault(value.verb, value)
        for area in (*page_areas(cls.Credentials).values(), *page_areas(cls.Settings).values()):
            reader = PageReader(area)
            found.setdefault(reader.verb, reader)
        areas = [area.name for area in getattr(cls, "areas", ())]
        for one in found.values():
            if one.area not in areas:
                raise TypeError(f"{cls.__name__}.{one.verb} names an unknown area {one.area!r}")
        in_order = sorted(found.values(), key=lambda one: areas.index(one.area))
        cls.tools = {one.verb: one for one in in_order}

    def __init__(self, credentials: Any, settings: Any, link: Link) -> None:
        self.credentials = credentials
        self.settings = settings
        self.link = link

    @classmethod
    def tool_name(cls, verb: str) -> str:
        """The name that models and people see: `better_stack_list_incidents`."""
        return f"{cls.slug}_{verb}"

    @classmethod
    def for_connection(
        cls, settings: Mapping[str, Any], toolset: Mapping[str, Any] | None
    ) -> type[Connector]:
        """The connector as one connection has it: another one where tools are the server's own.

        Args:
            toolset: what `Health.tools` brought, as far as an owner accepted it.
        """
        return cls

    def about(self) -> str:
        """Words about this very connection that belong into the descriptions of its tools.

        For connectors that a model cannot know from the service's name. They hold no secret.
        """
        return ""

    @property
    def reach(self) -> Reach:
        """Which hosts an address that somebody typed in may lead to."""
        return self.link.reach

    def pages(self) -> list[str]:
        """The pages that this connection names."""
        forms = (self.credentials, self.settings)
        return pages_named((type(form), dict(form)) for form in forms)

    @classmethod
    def out_of_reach(cls, settings: Any) -> Mapping[str, str]:
        """The tools that a connection with these settings cannot use, by verb, each with what
        would open it: another kind of sign-in, or a setting that was left empty.

        They are shown as unavailable, and not offered. Pure, and it never raises: people look at
        it and every step of an agent asks for it, without the credentials being opened.
        """
        return {}

    async def carry_out(self, tool: Tool[Any, Any, Any], arguments: Mapping[str, Any]) -> Result:
        """Runs one of its tools. For services with a second way in, where some go another way."""
        return await tool.as_written(self, arguments)

    async def foresee(self, tool: Tool[Any, Any, Any], arguments: Mapping[str, Any]) -> Preview:
        """Runs the preview of one of its writes; see `carry_out`."""
        return await tool.preview_as_written(self, arguments)

    async def on_call_emails(self) -> list[str]:
        """The e-mail addresses of who is on call now, where the service knows such a thing.

        Approval policies use it ("whoever is on call may approve").

        Raises:
            ConnectorError: the service has no on-call schedules, or did not answer.
        """
        raise NotFound(f"{self.title} has no on-call schedules.")

    async def check(self) -> Health:
        """A cheap call that tells a wrong host, wrong credentials and missing rights apart.

        Raises:
            ConnectorError: with what to do.
        """
        raise NotImplementedError
