"""A tool's parameters, read from its JSON Schema, and whether a value fits one.

Only what can be checked with certainty is understood. A parameter with any other rule is never
filled, so that no call is made that its schema would refuse.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

_ROOT_KEYWORDS = frozenset(
    """
    type properties required additionalProperties $defs definitions title description $schema
    examples default $id $comment
    """.split()
)
_KEYWORDS = frozenset(
    """
    type enum const format pattern minimum maximum exclusiveMinimum exclusiveMaximum minLength
    maxLength items minItems maxItems uniqueItems title description default examples deprecated
    readOnly writeOnly $comment contentMediaType
    """.split()
)


@dataclass(frozen=True)
class Param:
    """One parameter. `kind` is a JSON type's name, or "unknown" where its rules are beyond us."""

    name: str
    kind: str
    description: str = ""
    required: bool = False
    choices: tuple[Any, ...] = ()
    format: str = ""
    pattern: str = ""
    minimum: float = -math.inf
    maximum: float = math.inf
    min_length: int = 0
    max_length: int = 100_000
    many: bool = False

    def coerce(self, raw: object) -> Any | None:
        """The value in the parameter's type, or None where it does not fit."""
        value = self._chosen(raw) if self.choices else self._typed(raw)
        if value is None:
            return None
        return [value] if self.many else value

    def _chosen(self, raw: object) -> Any | None:
        wanted = str(raw).casefold()
        return next((one for one in self.choices if str(one).casefold() == wanted), None)

    def _typed(self, raw: object) -> Any | None:
        if self.kind == "boolean":
            return raw if isinstance(raw, bool) else None
        if isinstance(raw, bool):
            return None
        if self.kind in ("integer", "number"):
            return self._number(raw)
        return self._string(str(raw)) if self.kind == "string" else None

    def _number(self, raw: object) -> float | int | None:
        text = str(raw).strip()
        if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", text):
            return None
        value = float(text)
        if not self.minimum <= value <= self.maximum:
            return None
        if self.kind == "integer":
            return int(value) if value == int(value) else None
        return value

    def _string(self, text: str) -> str | None:
        if not self.min_length <= len(text) <= self.max_length:
            return None
        if self.pattern and not _matches(self.pattern, text):
            return None
        return text if _has_format(self.format, text) else None


@dataclass(frozen=True)
class Params:
    """All parameters of a tool. `usable` is false where the schema asks for more than we check."""

    all: tuple[Param, ...]
    usable: bool

    def named(self, name: str) -> Param | None:
        return next((param for param in self.all if param.name == name), None)


def read(schema: Mapping[str, Any]) -> Params:
    """The parameters of a JSON Schema, as pydantic and MCP servers write them."""
    properties = schema.get("properties", {})
    required = schema.get("required", [])
    if not isinstance(properties, Mapping) or not isinstance(required, list):
        return Params((), usable=False)
    definitions = {**_mapping(schema.get("definitions")), **_mapping(schema.get("$defs"))}
    params = tuple(
        _param(str(name), body, definitions, required=name in required)
        for name, body in properties.items()
    )
    fillable = all(one.kind != "unknown" for one in params if one.required)
    known = all(name in properties for name in required)
    plain = set(schema) <= _ROOT_KEYWORDS and schema.get("type", "object") == "object"
    return Params(params, usable=fillable and known and plain)


def _param(name: str, body: Any, definitions: Mapping[str, Any], *, required: bool) -> Param:
    outer = str(_mapping(body).get("description", ""))
    resolved = _resolve(body, definitions, depth=0)
    if resolved is None:
        return Param(name, "unknown", outer, required)
    text = outer or str(resolved.get("description", ""))
    try:
        param = _plain(name, resolved, definitions)
    except (TypeError, ValueError):
        param = Param(name, "unknown")
    return replace(param, description=text, required=required)


def _resolve(body: Any, definitions: Mapping[str, Any], depth: int) -> dict[str, Any] | None:
    """The body without references and without the null of an optional value."""
    if not isinstance(body, Mapping) or depth > 5:
        return None
    rest = {key: value for key, value in body.items() if key not in ("$ref", "anyOf", "allOf")}
    branches = [body["$ref"]] if "$ref" in body else []
    if branches:
        target = definitions.get(str(branches[0]).rsplit("/", 1)[-1])
    elif "anyOf" in body or "allOf" in body:
        target = _only_branch(body)
    else:
        return rest
    inner = _resolve(target, definitions, depth + 1)
    return None if inner is None or not _annotates(rest) else {**inner, **rest}


def _only_branch(body: Mapping[str, Any]) -> Any:
    if "anyOf" in body and "allOf" in body:
        return None
    branches = body.get("anyOf", body.get("allOf"))
    if not isinstance(branches, list):
        return None
    solid = [one for one in branches if one != {"type": "null"}]
    return solid[0] if len(solid) == 1 else None


def _annotates(rest: Mapping[str, Any]) -> bool:
    """Whether keywords beside a reference only describe: rules there would have to be merged."""
    return set(rest) <= {"title", "description", "default", "examples", "deprecated", "$comment"}


def _plain(name: str, body: Mapping[str, Any], definitions: Mapping[str, Any]) -> Param:
    if not set(body) <= _KEYWORDS:
        return Param(name, "unknown")
    kind = _kind(body)
    if kind == "array":
        return _array(name, body, definitions)
    choices = tuple(body.get("enum", ())) or ((body["const"],) if "const" in body else ())
    simple = all(_is(kind, choice) for choice in choices)
    if kind not in ("string", "integer", "number", "boolean") or not simple:
        return Param(name, "unknown")
    return _bounded(Param(name, kind, choices=choices), body)


def _bounded(param: Param, body: Mapping[str, Any]) -> Param:
    # Half an open bound is stepped over: people do not ask for values that close to one.
    low = max(body.get("minimum", -math.inf), body.get("exclusiveMinimum", -math.inf) + 1)
    high = min(body.get("maximum", math.inf), body.get("exclusiveMaximum", math.inf) - 1)
    if param.choices and set(body) & {"minimum", "maximum", "pattern", "minLength", "maxLength"}:
        return replace(param, kind="unknown")
    return replace(
        param,
        format=str(body.get("format", "")),
        pattern=str(body.get("pattern", "")),
        minimum=float(low),
        maximum=float(high),
        min_length=int(body.get("minLength", 0)),
        max_length=int(body.get("maxLength", 100_000)),
    )


def _array(name: str, body: Mapping[str, Any], definitions: Mapping[str, Any]) -> Param:
    """A list that one value is enough for."""
    item = _resolve(body.get("items"), definitions, depth=1)
    if item is None or body.get("minItems", 0) > 1 or body.get("maxItems", 1) < 1:
        return Param(name, "unknown")
    inner = _plain(name, item, definitions)
    return Param(name, "unknown") if inner.many else replace(inner, many=True)


def _kind(body: Mapping[str, Any]) -> str:
    kinds = body.get("type")
    if isinstance(kinds, list):
        solid = [kind for kind in kinds if kind != "null"]
        kinds = solid[0] if len(solid) == 1 else None
    if kinds is None and all(isinstance(one, str) for one in body.get("enum", [])):
        return "string" if "enum" in body else "unknown"
    return str(kinds or "unknown")


def _is(kind: str, value: object) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, int):
        return kind in ("integer", "number")
    return (kind == "string" and isinstance(value, str)) or (
        kind == "number" and isinstance(value, float)
    )


def _has_format(name: str, text: str) -> bool:
    with contextlib.suppress(ValueError):
        match name:
            case "date":
                return date.fromisoformat(text).isoformat() == text
            case "date-time":
                return "T" in text and datetime.fromisoformat(text).tzinfo is not None
            case "email":
                return bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text))
            case "uri" | "url":
                return bool(re.fullmatch(r"https?://[^\s<>\"]+", text))
            case "uuid":
                return bool(
                    re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text)
                )
            case _:
                return not name
    return False


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
