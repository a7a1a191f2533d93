"""The parts that most resources share: a page of them, one, a change, a removal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from playground.betterstack.bodies import B, Body, Made
from playground.betterstack.envelope import (
    NO_CONTENT,
    PLENTY,
    Answer,
    Limits,
    invalid,
    many,
    one,
    resource,
)
from playground.betterstack.query import PAGING
from playground.betterstack.records import Dated, Json, Pausable, Record
from playground.betterstack.routing import Call, R, Route, delete, get, patch, post
from playground.betterstack.state import State

C = TypeVar("C", bound=Body)

Table = Callable[[State], dict[int, R]]
Shape = Callable[[Call, R], Json]

TEAM = frozenset({"team_name"})


def listing(
    call: Call, records: Sequence[R], shape: Callable[[R], Json], limits: Limits = PLENTY
) -> Answer:
    page = call.page(limits)
    return many([shape(record) for record in page.cut(records)], page, len(records))


def change(call: Call, record: Record, values: dict[str, Any]) -> None:
    """Set fields that were sent. `paused` is kept as the moment it happened, where there is one."""
    if isinstance(record, Pausable) and "paused" in values:
        record.pause(values.pop("paused"), call.now)
    for name, value in values.items():
        setattr(record, name, value)
    if isinstance(record, Dated):
        record.updated_at = call.now


def must_exist(call: Call, table: Mapping[int, Record], name: str, key: int | None) -> None:
    """A body may only refer to what the token can see."""
    record = table.get(key) if key is not None else None
    if key is not None and (record is None or not call.access.sees(record)):
        raise invalid(name, "must exist")


def new_ids(call: Call, wanted_team: str | None) -> dict[str, Any]:
    """What every new record of a team starts with."""
    return {
        "id": call.state.next_id(),
        "team_name": call.access.owner(call.state, wanted_team),
    }


def new_dated(call: Call, wanted_team: str | None) -> dict[str, Any]:
    return {**new_ids(call, wanted_team), "created_at": call.now, "updated_at": call.now}


def plain(call: Call, record: Record) -> Json:
    return resource(record)


def nothing(state: State, record: Record) -> None:
    """Most records can go without leaving anything behind."""


@dataclass(frozen=True)
class Family(Generic[R]):
    """A resource whose operations are the usual five.

    `forget` tidies away what refers to a record that is about to be removed.
    """

    path: str
    id_name: str
    kind: type[R]
    table: Table[R]
    shape: Shape[R] = plain
    query: frozenset[str] = PAGING | TEAM
    forget: Callable[[State, R], None] = nothing

    @property
    def item(self) -> str:
        return f"{self.path}/{{{self.id_name}}}"

    def find(self, call: Call) -> R:
        return call.find(self.table(call.state), self.kind, self.id_name)

    def index(self, call: Call) -> Answer:
        records = call.visible(self.table(call.state))
        return listing(call, records, lambda record: self.shape(call, record))

    def get(self, call: Call) -> Answer:
        return one(self.shape(call, self.find(call)))

    def add(self, call: Call, record: R) -> Answer:
        self.table(call.state)[record.id] = record
        return one(self.shape(call, record), status=201)

    def changed(self, call: Call, record: R, values: dict[str, Any]) -> Answer:
        change(call, record, values)
        return one(self.shape(call, record))

    def update(self, call: Call, body: Body) -> Answer:
        return self.changed(call, self.find(call), body.given())

    def remove(self, call: Call) -> Answer:
        record = self.find(call)
        self.forget(call.state, record)
        del self.table(call.state)[record.id]
        return NO_CONTENT

    def reads(self) -> list[Route]:
        return [get(self.path, self.index, self.query), get(self.item, self.get)]

    def writes(
        self,
        made: type[B],
        create: Callable[[Call, B], Answer],
        changed: type[C],
        update: Callable[[Call, C], Answer] | None = None,
    ) -> list[Route]:
        return [
            post(self.path, made, create),
            patch(self.item, changed, update or self.update),
            delete(self.item, self.remove),
        ]


def simple(family: Family[R], made: type[Made], changed: type[Body]) -> list[Route]:
    """The routes of a family whose records hold just what was sent."""

    def create(call: Call, body: Made) -> Answer:
        start = new_dated if issubclass(family.kind, Dated) else new_ids
        return family.add(
            call, family.kind(**start(call, body.team_name), **body.given("team_name"))
        )

    return [*family.reads(), *family.writes(made, create, changed)]
