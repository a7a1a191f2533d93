"""Arguments are checked with a stranger's schema, which is never a reason to do more than that."""

from __future__ import annotations

import time
from typing import Any

import pytest

from bot.connectors.errors import Invalid
from bot.connectors.mcp.arguments import check

SCHEMA = {
    "type": "object",
    "properties": {"port": {"type": "string"}, "times": {"type": "integer", "minimum": 1}},
    "required": ["port"],
    "additionalProperties": False,
}


def test_what_fits_is_sent_as_it_is() -> None:
    assert check("tide", SCHEMA, {"port": "Lisbon", "times": 2}) == {"port": "Lisbon", "times": 2}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "arguments"),
        ({"port": 7}, "port"),
        ({"port": "x", "times": 0}, "times"),
        ({"port": "x", "evil": 1}, "arguments"),
    ],
)
def test_what_does_not_is_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        check("tide", SCHEMA, given)
    assert field in raised.value.fields


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "http://169.254.169.254/latest/meta-data"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/nowhere"},
        {"$ref": "#"},
    ],
)
def test_a_schema_that_leads_elsewhere_or_in_a_circle_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="cannot be followed"):
        check("tide", schema, {"port": "x"})


def test_a_pattern_that_would_take_for_ever_is_not_run() -> None:
    schema = {"type": "object", "properties": {"port": {"pattern": "^(a+)+$"}}}
    started = time.monotonic()
    check("tide", schema, {"port": "a" * 60 + "!"})
    assert time.monotonic() - started < 5
