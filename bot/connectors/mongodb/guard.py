"""The read-only guard: walks a filter or a pipeline to its last key before anything is sent.

A key that begins with `$` is an operator wherever it stands, so each must be on a list of those
that only read (`operators`). Pipelines are looked for where the server runs them: at the top, in
`$facet`, `$lookup` and `$unionWith`. A text such as "$out" that is a value is harmless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.connectors.errors import Invalid
from bot.connectors.mongodb.operators import (
    EXPRESSIONS,
    FILTERS,
    SCRIPTS,
    STAGES,
    VALUES,
    WRITING,
)

DEEPEST = 40
MOST_STAGES = 50
MOST_PARTS = 5_000
"""Keys and values of one filter or pipeline."""

LONGEST_NAME = 200

ELSEWHERE = {
    "$lookup": frozenset({"from", "localField", "foreignField", "let", "pipeline", "as"}),
    "$graphLookup": frozenset(
        """
        from startWith connectFromField connectToField as maxDepth depthField
        restrictSearchWithMatch
        """.split()
    ),
    "$unionWith": frozenset({"coll", "pipeline"}),
}
"""Stages that read another collection, and all that may be said in them: `db`, say, may not."""


class Refused(Invalid):
    """A filter or pipeline that was not sent."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(
            f"This query was not run: {reason}.",
            remedy or "Only stages and operators that read are possible here.",
        )


def collection_name(name: str) -> str:
    """A collection's name, if it is one that agents may read.

    Raises:
        Refused: it is the server's own, or no name at all.
    """
    if not name or "$" in name or "\x00" in name or len(name) > LONGEST_NAME:
        raise Refused("that is not the name of a collection", "list_collections has the names.")
    if name.startswith("system.") or ".system." in name:
        raise Refused("collections of the server itself are not read", "Use another collection.")
    return name


def read_filter(found: Mapping[str, Any]) -> dict[str, Any]:
    """A filter or a projection as the driver takes it, with Extended JSON decoded.

    Raises:
        Refused: naming the operator.
    """
    return dict(_Walk().document(found, 0))


def read_pipeline(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A pipeline as the driver takes it; raises as `read_filter` does."""
    return _Walk().pipeline(found, 0)


class _Walk:
    """One walk, which counts what it has seen."""

    def __init__(self) -> None:
        self._seen = 0

    def _enter(self, depth: int) -> None:
        self._seen += 1
        if depth > DEEPEST:
            raise Refused("it is nested too deeply to be checked", "Say it with fewer levels.")
        if self._seen > MOST_PARTS:
            raise Refused(f"it has more than {MOST_PARTS} parts", "Ask for fewer values at once.")

    def pipeline(self, stages: Any, depth: int) -> list[dict[str, Any]]:
        self._enter(depth)
        if not isinstance(stages, list):
            raise Refused("a pipeline must be a list of stages")
        if len(stages) > MOST_STAGES:
            raise Refused(f"it has more than {MOST_STAGES} stages", "Ask for less at once.")
        return [self._stage(stage, depth + 1) for stage in stages]

    def _stage(self, stage: Any, depth: int) -> dict[str, Any]:
        if not isinstance(stage, dict) or len(stage) != 1:
            raise Refused('a stage must be an object with one key, as {"$match": {...}}')
        [(name, body)] = stage.items()
        if name not in STAGES:
            raise _not_allowed(name, "stage")
        match name:
            case "$facet":
                return {name: self._facets(body, depth)}
            case "$unionWith" if isinstance(body, str):
                return {name: collection_name(body)}
            case "$lookup" | "$graphLookup" | "$unionWith":
                return {name: self._elsewhere(body, ELSEWHERE[name], depth)}
        return {name: self.value(body, depth)}

    def _facets(self, body: Any, depth: int) -> dict[str, Any]:
        if not isinstance(body, dict):
            raise Refused("$facet needs an object of pipelines")
        return {_key(name): self.pipeline(inner, depth + 1) for name, inner in body.items()}

    def _elsewhere(self, body: Any, known: frozenset[str], depth: int) -> dict[str, Any]:
        """A stage that reads another collection, perhaps by a pipeline of its own."""
        if not isinstance(body, dict):
            raise Refused("a stage that reads another collection needs an object")
        checked: dict[str, Any] = {}
        for name, inner in body.items():
            if name not in known:
                raise Refused(f"{name[:40]!r} is not known beside the name of a collection")
            if name in ("from", "coll"):
                checked[name] = _plain_name(inner)
            elif name == "pipeline":
                checked[name] = self.pipeline(inner, depth + 1)
            else:
                checked[name] = self.value(inner, depth + 1)
        return checked

    def value(self, found: Any, depth: int) -> Any:
        self._enter(depth)
        if isinstance(found, dict):
            return self.document(found, depth)
        if isinstance(found, list):
            return [self.value(one, depth + 1) for one in found]
        return found

    def document(self, found: Mapping[str, Any], depth: int) -> Any:
        if len(found) == 1 and next(iter(found)) in VALUES:
            return _decoded(found)
        return {self._operator(name): self.value(one, depth + 1) for name, one in found.items()}

    def _operator(self, name: str) -> str:
        if name.startswith("$") and name not in FILTERS and name not in EXPRESSIONS:
            raise _not_allowed(name, "operator")
        return _key(name)


def _key(name: str) -> str:
    if "\x00" in name:
        raise Refused("a name contains a zero byte")
    return name


def _plain_name(name: Any) -> str:
    if not isinstance(name, str):
        raise Refused("it reads another database", "Name a collection of this database as text.")
    return collection_name(name)


def _not_allowed(name: str, kind: str) -> Refused:
    if name in WRITING:
        return Refused(
            f"{name} writes what it finds", f"Leave {name} out; the documents come back."
        )
    if name in SCRIPTS:
        return Refused(f"{name} runs JavaScript in the database", "Use $expr with operators.")
    if name in STAGES:
        return Refused(f"the stage {name} stands where an operator belongs")
    return Refused(f"the {kind} {name[:40]} is not one that is known to only read")


def _decoded(found: Mapping[str, Any]) -> Any:
    from bson.errors import BSONError
    from bson.json_util import DEFAULT_JSON_OPTIONS, object_hook

    try:
        return object_hook(dict(found), DEFAULT_JSON_OPTIONS)
    except (ValueError, TypeError, KeyError, OverflowError, BSONError, ArithmeticError):
        [name] = found
        raise Refused(
            f"the value of {name} is not of that kind",
            'Write {"$oid": "<24 hex digits>"} or {"$date": "2026-01-31T13:00:00Z"}.',
        ) from None
