"""Checks a request against a discovery document, the form in which Google publishes its APIs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx


def check_call(document: Mapping[str, Any], request: httpx.Request) -> str:
    """Fails where a request has a path, parameter, field or type that Google does not document.

    Gives the id of the method, such as `logging.entries.list`.
    """
    path = request.url.raw_path.decode().partition("?")[0].lstrip("/")
    method = _method(document, request.method, path)
    parameters = {**document.get("parameters", {}), **method.get("parameters", {})}
    for name, value in request.url.params.items():
        assert parameters.get(name, {}).get("location") == "query", f"no parameter {name}"
        if parameters[name]["type"] == "integer":
            assert value.isdigit(), name
    if request.content:
        _check(document, method["request"]["$ref"], json.loads(request.content), method["id"])
    return str(method["id"])


def _method(document: Mapping[str, Any], verb: str, path: str) -> Mapping[str, Any]:
    for method in _methods(document):
        if method["httpMethod"] == verb and re.fullmatch(_pattern(method), path):
            return method
    raise AssertionError(f"Google documents no {verb} {path}")


def _pattern(method: Mapping[str, Any]) -> str:
    """A regular expression for a path such as `v1/{+parent}:runQuery`."""
    parts = re.split(r"\{(\+?\w+)\}", method["path"])
    found = re.escape(parts[0])
    for name, literal in zip(parts[1::2], parts[2::2], strict=True):
        found += f"(?:{_rule(method['parameters'][name.lstrip('+')])})" + re.escape(literal)
    return found


def _rule(parameter: Mapping[str, Any]) -> str:
    """What a part of a path may be: its pattern, or what its description names in words.

    Firestore's `parent` has a pattern for documents alone. That it may be the root too stands in
    the words for queries; for listCollectionIds it is what Google's emulator and libraries do.
    """
    forms = re.findall(r"`([a-z]+/\{[^`]+)`", parameter.get("description", ""))
    forms += [form.removesuffix("/{document_path}") for form in forms]
    named = [re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(form)) for form in forms]
    return "|".join([parameter.get("pattern", "[^/:]+").strip("^$"), *named])


def _methods(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from document.get("methods", {}).values()
    for resource in document.get("resources", {}).values():
        yield from _methods(resource)


def _check(document: Mapping[str, Any], name: str, value: Any, where: str) -> None:
    assert isinstance(value, dict), where
    known = document["schemas"][name].get("properties", {})
    for key, inner in value.items():
        assert key in known, f"{where} has no field {key}"
        _check_value(document, known[key], inner, f"{where}.{key}")


def _check_value(
    document: Mapping[str, Any], schema: Mapping[str, Any], value: Any, where: str
) -> None:
    if "$ref" in schema:
        return _check(document, schema["$ref"], value, where)
    match schema["type"], value:
        case "array", list():
            for inner in value:
                _check_value(document, schema["items"], inner, where)
        case "object", dict():
            for inner in value.values():
                _check_value(document, schema["additionalProperties"], inner, where)
        case "string", None if schema.get("enum") == ["NULL_VALUE"]:
            pass  # protobuf's null is JSON's own
        case "string", str():
            assert value in schema.get("enum", [value]), f"{where} has no {value}"
        case "integer", int():
            assert type(value) is int, where
        case "number", int() | float():
            pass
        case "boolean", bool():
            pass
        case _:
            raise AssertionError(f"{where} is not a {schema['type']}: {value!r}")
    return None
