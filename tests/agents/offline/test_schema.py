"""Parameters: what JSON Schemas say of them, and which values fit."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from bot.agents.offline import schema


class Inner(BaseModel):
    a: int


class Arguments(BaseModel):
    name: str
    level: Literal["low", "high"] | None = None
    count: Annotated[int, Field(ge=1, le=10)] = 5
    when: Annotated[str | None, Field(pattern=r"^\d{4}$", description="The year.")] = None
    users: list[str] = []
    inner: Inner | None = None
    either: int | str = 0
    flag: bool = False


def test_pydantics_schemas_are_understood() -> None:
    params = schema.read(Arguments.model_json_schema())
    kinds = {one.name: one.kind for one in params.all}
    assert params.usable
    assert kinds == {
        "name": "string",
        "level": "string",
        "count": "integer",
        "when": "string",
        "users": "string",
        "inner": "unknown",
        "either": "unknown",
        "flag": "boolean",
    }
    assert [one.name for one in params.all if one.required] == ["name"]


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("level", "HIGH", "high"),
        ("level", "medium", None),
        ("count", "7", 7),
        ("count", "11", None),
        ("count", True, None),
        ("count", "seven", None),
        ("when", "2026", "2026"),
        ("when", "26", None),
        ("users", "ada", ["ada"]),
        ("flag", True, True),
        ("flag", "yes", None),
        ("inner", "x", None),
        ("either", "x", None),
    ],
)
def test_a_value_is_brought_to_its_type_or_refused(name: str, raw: object, value: object) -> None:
    param = schema.read(Arguments.model_json_schema()).named(name)
    assert param is not None
    assert param.coerce(raw) == value


@pytest.mark.parametrize(
    ("format_", "good", "bad"),
    [
        ("date", "2026-03-04", "2026-3-4"),
        ("date-time", "2026-03-04T10:00:00+00:00", "2026-03-04"),
        ("email", "ada@example.com", "ada"),
        ("uri", "https://example.com/x", "example.com"),
        ("uuid", "0b8a1a3e-6a3c-4c80-9f5e-0d2a0f8f5a11", "0b8a"),
    ],
)
def test_formats_are_held(format_: str, good: str, bad: str) -> None:
    param = schema.Param("x", "string", format=format_)
    assert param.coerce(good) == good
    assert param.coerce(bad) is None


def test_an_unknown_format_is_never_filled() -> None:
    assert schema.Param("x", "string", format="iban").coerce("DE00") is None


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "array"},
        {"type": "object", "oneOf": []},
        {"type": "object", "properties": [], "required": []},
        {"type": "object", "properties": {}, "required": ["ghost"]},
        {"type": "object", "properties": {"a": {"not": {}}}, "required": ["a"]},
        {"type": "object", "properties": {"a": True}, "required": ["a"]},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/Gone"}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {"type": "string", "minLength": "x"}},
         "required": ["a"]},
    ],
)  # fmt: skip
def test_a_schema_beyond_us_makes_the_tool_unusable(broken: dict[str, Any]) -> None:
    assert not schema.read(broken).usable


def test_a_reference_to_itself_comes_to_an_end() -> None:
    loop = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/A"}},
        "$defs": {"A": {"$ref": "#/$defs/A"}},
    }
    assert schema.read(loop).all[0].kind == "unknown"
