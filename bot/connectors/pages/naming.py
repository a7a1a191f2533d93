"""Which pages a connection names: one address, and what is below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import httpx

from bot.connectors.addresses import Reach
from bot.connectors.errors import NotAllowed, NotFound
from bot.connectors.external_api.address import Base, resolved

_FILE = re.compile(r"[^/]*\.([A-Za-z]\w*)")
_PAGES = frozenset({"html", "htm", "xhtml", "md", "markdown", "txt", "php", "asp", "aspx", "jsp"})
"""Files that are a page of a site: then their folder has the others."""


@dataclass(frozen=True)
class Named(Base):
    """A page that a connection names. `prefix` is the path that those below it begin with.

    What ends in the name of a page (`/docs/index.html`) names its folder, anything else is a folder
    by itself. Any other file (`/openapi.json`) stands `alone`: beside it may be the API.
    """

    page: httpx.URL
    alone: bool

    called: ClassVar[str] = "the page that the connection names"

    @classmethod
    def of(cls, address: str, reach: Reach) -> Named:
        """Raises NotAllowed for an address that may not be connected to."""
        base = Base.reachable(address.partition("?")[0], reach)
        try:
            page = resolved(httpx.URL(base.origin), address)
        except ValueError:
            raise NotAllowed(
                "The address of the page that the connection names cannot be sent.",
                "An owner can correct it in the connection's form.",
            ) from None
        folder, _, last = base.prefix.rpartition("/")
        file = _FILE.fullmatch(last)
        is_page = file is not None and file[1].lower() in _PAGES
        return cls(
            base.scheme,
            base.host,
            base.port,
            folder if is_page else base.prefix,
            page=page,
            alone=file is not None and not is_page,
        )

    def holds(self, url: httpx.URL) -> bool:
        """No query but the page's own: it could carry away what a model has read elsewhere."""
        if url == self.page:
            return True
        return not self.alone and not url.query and super().holds(url)

    def find(self, wanted: str) -> httpx.URL | None:
        """The address of a page, given whole or from the folder on, if it may be read."""
        return self.linked(httpx.URL(f"{self.url}/"), wanted.strip()) if wanted else self.page

    def linked(self, url: httpx.URL, link: str) -> httpx.URL | None:
        """Where a link of a page leads, if that may be read."""
        try:
            found = resolved(url, link)
        except ValueError:
            return None
        return found if self.holds(found) else None

    @property
    def words(self) -> str:
        if self.alone:
            return f"{self.page} alone"
        return f"{self.page} and the pages below {self.url}/"


def chosen(named: Sequence[Named], wanted: str) -> tuple[Named, httpx.URL]:
    """The named page that allows the wanted one, with its address; empty means the first.

    Raises:
        NotFound: the connection names no page.
        NotAllowed: it is none of those that may be read.
    """
    if not named:
        raise NotFound(
            "This connection names no page.",
            "Work from what is known, or ask an owner to add the address of the documentation.",
        )
    for one in named:
        url = one.find(wanted)
        if url is not None:
            return one, url
    raise NotAllowed(
        "That is not a page that this connection names, so nothing was sent.",
        f"What may be read: {'; '.join(one.words for one in named)}.",
    )
