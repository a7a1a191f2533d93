"""Two invented services for tests: "Lamp" with every kind of tool, and "Till" for analysts only.

`installed` brings their connectors into the catalogue the way another package would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import Field, SecretStr

from bot.connectors import catalogue
from bot.connectors.base import Access, Area, Auth, Category, Connector, Form, form_field, tool
from bot.connectors.errors import NotFound, NotSignedIn
from bot.connectors.results import Change, Document, Health, Preview, Row, Rows

TOKEN = "lumen-7d1f0c22e9a4"
"""The lamp service's only key. It has no form that a pattern would know."""

Name = Annotated[str, Field(description="The lamp's name.")]
Trouble = Callable[[], None]


@dataclass
class LampService:
    """The service behind the connector, with what happened to it.

    `writes` are the requests that took effect. `before` is called as a request arrives, `after`
    when it took effect and its answer is on the way; either may raise.
    """

    lamps: dict[str, bool] = field(default_factory=lambda: {"mast": False, "bow": True})
    rows: list[Row] | None = None
    document: Row | None = None
    obstacle: str = ""
    changes: list[Change] | None = None
    link: str = ""
    on_call: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    looks: int = 0
    writes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    before: Trouble = lambda: None
    after: Trouble = lambda: None
    looking: Trouble = lambda: None
    hang: asyncio.Event | None = None
    meet: asyncio.Barrier | None = None

    async def answer_read(self, what: str) -> None:
        self.reads.append(what)
        if self.meet is not None:  # answers when so many have come
            await self.meet.wait()
        if self.hang is not None:
            await self.hang.wait()
        self.before()

    async def take_write(self, what: str, **arguments: Any) -> None:
        await asyncio.sleep(0)
        self.before()
        if self.hang is not None:
            await self.hang.wait()
        self.writes.append((what, arguments))
        if what == "switch_lamp":
            self.lamps[arguments["name"]] = arguments["on"]
        if what == "remove_lamp":
            del self.lamps[arguments["name"]]
        await asyncio.sleep(0)
        self.after()

    async def look(self) -> None:
        self.looks += 1
        await asyncio.sleep(0)
        self.looking()


class Lamp(Connector):
    """Lights of a harbor."""

    slug = "lamp"
    title = "Lamp"
    category = Category.MONITORING
    auth = Auth.KEY
    areas = (Area("lamps", "Lamps"), Area("house", "Lighthouse"))
    service: ClassVar[LampService] = LampService()

    class Credentials(Form):
        key: SecretStr = form_field("Key", pattern=r"lumen-[0-9a-f]+", pattern_help="lumen-…")

    class Settings(Form):
        harbor: str = form_field("Harbor", default="Main")

    async def check(self) -> Health:
        self.service.before()
        if self.credentials.key.get_secret_value() != TOKEN:
            raise NotSignedIn("Lamp does not accept the key.", "Reconnect it.")
        return Health("harbor master")

    async def on_call_emails(self) -> list[str]:
        self.service.before()
        return self.service.on_call

    @tool(area="lamps", access=Access.READ, method="GET", path="/lamps")
    async def list_lamps(
        self, on: Annotated[bool | None, Field(description="Only those on or off.")] = None
    ) -> Rows:
        """The lamps."""
        await self.service.answer_read("list_lamps")
        rows = self.service.rows
        if rows is None:
            rows = [{"name": name, "on": lit} for name, lit in self.service.lamps.items()]
        return Rows([one for one in rows if on is None or one.get("on") == on], "Lamps")

    @tool(area="lamps", access=Access.READ, method="GET", path="/lamps/{name}")
    async def get_lamp(self, name: Name) -> Document:
        """One lamp."""
        await self.service.answer_read(f"get_lamp {name}")
        data = self.service.document or {"name": name, "on": self._lit(name)}
        return Document(data, f"Lamp {name}")

    @tool(
        area="lamps",
        access=Access.WRITE,
        method="PATCH",
        path="/lamps/{name}",
        action="switch lamp {resource}",
        past="switched lamp {resource}",
    )
    async def switch_lamp(self, name: Name, on: bool) -> Document:
        """Switch a lamp on or off."""
        await self.service.take_write("switch_lamp", name=name, on=on)
        return Document({"name": name, "on": on}, f"Lamp {name}")

    @switch_lamp.preview
    async def _would_switch(self, name: str, on: bool) -> Preview:
        await self.service.look()
        lit = self._lit(name)
        return Preview(
            resource=f"“{name}”",
            state=f"on: {lit}",
            changes=self.service.changes or [Change("on", str(lit), str(on))],
            link=self.service.link,
            obstacle=self.service.obstacle,
            done=lit == on,
        )

    @tool(
        area="lamps",
        access=Access.FULL,
        method="DELETE",
        path="/lamps/{name}",
        action="remove lamp {resource}",
        past="removed lamp {resource}",
    )
    async def remove_lamp(self, name: Name) -> Document:
        """Take a lamp away."""
        await self.service.take_write("remove_lamp", name=name)
        return Document({"name": name}, f"Lamp {name}")

    @remove_lamp.preview
    async def _would_remove(self, name: str) -> Preview:
        await self.service.look()
        if name not in self.service.lamps:
            return Preview(name, state="gone", done=True)
        return Preview(name, state="there")

    @tool(area="house", access=Access.READ, method="GET", path="/keepers")
    async def list_keepers(self) -> Rows:
        """Who keeps the lighthouse."""
        await self.service.answer_read("list_keepers")
        return Rows([{"name": "Ola"}], "Keepers")

    @tool(
        area="house",
        access=Access.WRITE,
        method="POST",
        path="/bell",
        action="ring the bell {times} times",
        past="rang the bell {times} times",
    )
    async def ring_bell(self, times: int = 1) -> Document:
        """Ring the bell. The service tells nobody whether it rang."""
        await self.service.take_write("ring_bell", times=times)
        return Document({"times": times}, "Bell")

    @tool(
        area="house",
        access=Access.WRITE,
        method="POST",
        path="/keepers/{name}/call",
        action="call keeper {resource}",
        past="called keeper {resource}",
    )
    async def call_keeper(self, name: str) -> Document:
        """Wake a keeper up."""
        await self.service.take_write("call_keeper", name=name)
        return Document({"name": name}, "Call")

    @call_keeper.preview
    async def _would_call(self, name: str) -> Preview:
        await self.service.look()
        return Preview(resource=name, state="employed", done=None)

    def _lit(self, name: str) -> bool:
        if name not in self.service.lamps:
            raise NotFound(f"There is no lamp {name}.")
        return self.service.lamps[name]


class Till(Connector):
    """A category that debuggers do not use."""

    slug = "till"
    title = "Till"
    category = Category.PAYMENTS
    auth = Auth.NONE
    areas = (Area("sales", "Sales"),)

    async def check(self) -> Health:
        return Health("counter")

    @tool(area="sales", access=Access.READ, method="GET", path="/sales")
    async def list_sales(self) -> Rows:
        """The sales."""
        return Rows([{"amount": 3}], "Sales")


class Tracker(Connector):
    """Tickets about the harbor."""

    slug = "tracker"
    title = "Tracker"
    category = Category.TICKETING
    auth = Auth.NONE
    areas = (Area("tickets", "Tickets"),)
    service: ClassVar[LampService] = LampService()

    async def check(self) -> Health:
        return Health("quay")

    @tool(area="tickets", access=Access.READ, method="GET", path="/tickets")
    async def list_tickets(self) -> Rows:
        """The tickets."""
        return Rows([], "Tickets")

    @tool(
        area="tickets",
        access=Access.WRITE,
        method="POST",
        path="/tickets",
        action="open ticket “{title}” in {project}",
        past="opened ticket “{title}” in {project}",
        creates_ticket="project",
    )
    async def create_ticket(self, project: str, title: str) -> Document:
        """Open a ticket. The service cannot be asked whether there is one already."""
        await self.service.take_write("create_ticket", project=project, title=title)
        return Document({"title": title}, "Ticket")

    @tool(
        area="tickets",
        access=Access.FULL,
        method="DELETE",
        path="/tickets",
        action="close all tickets in {project}",
        past="closed all tickets in {project}",
    )
    async def close_all(self, project: str) -> Document:
        """Close every ticket of a project."""
        await self.service.take_write("close_all", project=project)
        return Document({"project": project}, "Tickets")


@contextmanager
def installed(service: LampService) -> Iterator[None]:
    """These connectors in the catalogue, over a service of this test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "_built_in", lambda: iter(()))  # these alone
        patch.setattr(catalogue, "_installed", lambda: iter([Lamp, Till, Tracker]))
        patch.setattr(Tracker, "service", service)
        patch.setattr(Lamp, "service", service)
        catalogue.all_connectors.cache_clear()
        try:
            yield
        finally:
            catalogue.all_connectors.cache_clear()
