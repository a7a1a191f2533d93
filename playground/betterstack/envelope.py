"""The shapes of answers: JSON:API-like resources, pages of them, and the vendor's error bodies.

The error bodies are not JSON:API. Their shapes, and the sentences marked "vendor", come from the
vendor's documentation and from live answers; the other sentences are ours.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from playground.betterstack.records import Json, Record

T = TypeVar("T")

SEE_DOCS = "https://betterstack.com/docs/uptime/api/getting-started-with-uptime-api/"


@dataclass(frozen=True)
class Answer:
    """A status and a JSON body, or none at all (204)."""

    status: int
    body: Json | None = None


class Problem(Exception):
    """An answer that is an error. Raised by handlers, sent as JSON."""

    def __init__(self, status: int, errors: object, **siblings: object) -> None:
        super().__init__(errors)
        self.status = status
        self.body: Json = {"errors": errors, **siblings}


def not_found(kind: str, key: object) -> Problem:
    """Vendor. The same for a wrong id and for another team's."""
    return Problem(404, f"Resource type {kind} with id = {key} was not found")


def invalid(field_name: str, message: str) -> Problem:
    return Problem(422, {field_name: [message]})


def missing_attributes(*names: str) -> Problem:
    """Vendor."""
    return Problem(
        422, "Sorry, you are missing some required attributes", required_attributes=list(names)
    )


def misspelled_attributes(names: Sequence[str]) -> Problem:
    """Vendor."""
    return Problem(422, "Sorry, you misspelled some attributes", invalid_attributes=list(names))


def no_route(method: str, path: str) -> Problem:
    """The vendor does not tell a wrong method from a wrong path, so neither do we."""
    return Problem(404, f"No route matches {method} {path}", see_docs=SEE_DOCS)


def resource(
    record: Record, attributes: Json | None = None, relationships: Json | None = None
) -> Json:
    shown = record.attributes() if attributes is None else attributes
    body: Json = {"id": str(record.id), "type": record.KIND, "attributes": shown}
    return body if relationships is None else {**body, "relationships": relationships}


def one(data: Json, status: int = 200, included: object = None) -> Answer:
    body: Json = {"data": data}
    return Answer(status, body if included is None else {**body, "included": included})


NO_CONTENT = Answer(204)


@dataclass(frozen=True)
class Limits:
    """How many records a page holds. More than `most` is clamped in silence, as the vendor does."""

    usual: int = 50
    most: int = 250


PLENTY = Limits()
FEW = Limits(usual=10, most=50)


@dataclass(frozen=True)
class Page:
    """Which page is asked for, and the address its neighbours are announced under."""

    number: int
    size: int
    address: str
    parameters: Sequence[tuple[str, str]] = ()

    def cut(self, records: Sequence[T]) -> Sequence[T]:
        start = (self.number - 1) * self.size
        return records[start : start + self.size]

    def neighbours(self, total: int) -> dict[str, str | None]:
        last = max(1, math.ceil(total / self.size))
        before = min(self.number - 1, last)
        return {
            "first": self._url(1),
            "last": self._url(last),
            "prev": self._url(before) if before else None,
            "next": self._url(self.number + 1) if self.number < last else None,
        }

    def _url(self, number: int) -> str:
        kept = [(name, value) for name, value in self.parameters if name != "page"]
        return f"{self.address}?{urlencode([*kept, ('page', str(number))])}"


def many(data: Sequence[Json], page: Page, total: int, included: object = None) -> Answer:
    body: Json = {"data": list(data)}
    if included is not None:
        body["included"] = included
    return Answer(200, {**body, "pagination": page.neighbours(total)})
