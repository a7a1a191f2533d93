"""Vendors' API documents, where this machine has them: to hold our requests against.

They are not ours to copy, so they lie beside the repository, in `../shared/vendor-specs`. A test
that needs one is skipped where it is missing, and says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

FOLDER = Path(__file__).parents[2] / "shared" / "vendor-specs"


def vendor_document(name: str) -> dict[str, Any]:
    """The OpenAPI document of that path below the folder; skips the test where it is missing."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"NOT CHECKED against the vendor's document: {path} is missing")
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def operation(document: Mapping[str, Any], method: str, path: str) -> dict[str, Any]:
    """The operation that a request belongs to."""
    for template, methods in document["paths"].items():
        pattern = re.sub(r"\\\{[^/]+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in methods:
            found: dict[str, Any] = methods[method.lower()]
            return found
    raise AssertionError(f"the vendor documents no {method} {path}")


def check_request(
    document: Mapping[str, Any], method: str, path: str, query: Mapping[str, str], body: object
) -> None:
    """Fails where a request has a path, parameter, field or type that the vendor does not know."""
    known = operation(document, method, path)
    parameters = {p["name"]: p["schema"] for p in known.get("parameters", ()) if p["in"] == "query"}
    for name, value in query.items():
        assert name in parameters, f"{method} {path} has no parameter {name}"
        jsonschema.validate(_typed(value, parameters[name]), parameters[name])
    if body is None:
        return
    schema = known["requestBody"]["content"]["application/json"]["schema"]
    assert isinstance(body, dict)
    unknown = set(body) - set(schema["properties"])
    assert not unknown, f"{method} {path} has no fields {unknown}"
    jsonschema.validate(body, {"components": document["components"], **schema})


def _typed(value: str, schema: Mapping[str, Any]) -> object:
    """A query parameter as the type that it is declared to have."""
    return value if schema.get("type") == "string" else json.loads(value)
