"""Checks a request against the model that AWS publishes of its API, where this machine has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx


def check_call(model: Mapping[str, Any], request: httpx.Request, body: object) -> str:
    """Fails where a request is not one that the model knows; gives its operation's name."""
    about = model["metadata"]
    prefix, _, operation = request.headers["X-Amz-Target"].partition(".")
    assert prefix == about["targetPrefix"]
    assert request.headers["Content-Type"] == f"application/x-amz-json-{about['jsonVersion']}"
    known = model["operations"][operation]
    assert (request.method, request.url.path) == (known["http"]["method"], "/")
    _check(model, known["input"]["shape"], body, operation)
    return operation


def _check(model: Mapping[str, Any], name: str, value: Any, where: str) -> None:
    shape = model["shapes"][name]
    match shape["type"]:
        case "structure":
            assert isinstance(value, dict), where
            assert set(shape.get("required", ())) <= set(value), f"{where} misses a field"
            for key, inner in value.items():
                assert key in shape["members"], f"{where} has no field {key}"
                _check(model, shape["members"][key]["shape"], inner, f"{where}.{key}")
        case "list":
            assert isinstance(value, list), where
            _bounded(shape, len(value), where)
            for inner in value:
                _check(model, shape["member"]["shape"], inner, where)
        case "string":
            assert isinstance(value, str), where
            _bounded(shape, len(value), where)
            assert re.fullmatch(shape.get("pattern", "(?s).*"), value), where
            assert value in shape.get("enum", [value]), where
        case "integer" | "long":
            assert type(value) is int, where
            _bounded(shape, value, where)
        case "boolean":
            assert type(value) is bool, where
        case other:
            raise AssertionError(f"{where} is a {other}, which these tests do not expect")


def _bounded(shape: Mapping[str, Any], size: int, where: str) -> None:
    assert shape.get("min", size) <= size <= shape.get("max", size), where
