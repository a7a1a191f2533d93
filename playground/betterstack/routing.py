"""What a handler is given, and the table of routes that the server is built from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from playground.betterstack.auth import Access
from playground.betterstack.bodies import B, Body, parse
from playground.betterstack.envelope import Answer, Limits, Page, not_found
from playground.betterstack.products import UPTIME
from playground.betterstack.query import Query
from playground.betterstack.records import Record
from playground.betterstack.state import State

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Call:
    """One authorised request. `now` is the same moment for everything it does."""

    state: State
    access: Access
    now: datetime
    address: str
    """Where the vendor says this path lives, for links between pages."""
    ids: Mapping[str, str]
    query: Query
    body: dict[str, Any]

    def find(self, table: Mapping[int, R], kind: type[R], name: str) -> R:
        """The record a path parameter points at, if this token may see it. Raises 404."""
        return self.find_id(table, kind, self.ids[name])

    def find_id(self, table: Mapping[int, R], kind: type[R], key: str | int) -> R:
        text = str(key)
        record = table.get(int(text)) if text.isascii() and text.isdecimal() else None
        if record is None or not self.access.sees(record):
            raise not_found(kind.KIND, text)
        return record

    def visible(self, table: Mapping[int, R]) -> list[R]:
        """What this token may see, narrowed by `team_name` where that was asked."""
        wanted = self.query.text("team_name")
        records = (record for record in table.values() if self.access.sees(record))
        return [record for record in records if wanted in (None, record.team_name)]

    def page(self, limits: Limits) -> Page:
        number, size = self.query.page(limits)
        return Page(number, size, self.address, self.query.pairs)


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    handler: Handler
    query: frozenset[str] = frozenset()
    body: type[Body] | None = None
    product: str = UPTIME


def get(path: str, handler: Handler, query: frozenset[str] = frozenset()) -> Route:
    return Route("GET", path, handler, query)


def delete(path: str, handler: Handler) -> Route:
    return Route("DELETE", path, handler)


def post(path: str, model: type[B], handler: Callable[[Call, B], Answer]) -> Route:
    return _writing("POST", path, model, handler)


def patch(path: str, model: type[B], handler: Callable[[Call, B], Answer]) -> Route:
    return _writing("PATCH", path, model, handler)


def _writing(method: str, path: str, model: type[B], act: Callable[[Call, B], Answer]) -> Route:
    def handler(call: Call) -> Answer:
        return act(call, parse(model, call.body))

    return Route(method, path, handler, body=model)
