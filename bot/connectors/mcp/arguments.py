"""Checks arguments against the schema that a server gave for its tool, before they are sent.

The schema is a stranger's: it is never a reason to fetch anything (`$ref` leads nowhere outside),
nor to run its regular expressions, which could keep us busy for ever; those the server checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from bot.connectors.errors import Invalid

MOST_PROBLEMS = 5


def check(verb: str, schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, if they fit.

    Raises:
        Invalid: naming each that does not, or saying that the schema itself is of no use.
    """
    from jsonschema.exceptions import SchemaError, ValidationError
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    given = dict(arguments)
    try:
        kind = _validator()
        kind.check_schema(dict(schema))
        # An empty registry: the default one would fetch what a `$ref` names.
        found = kind(dict(schema), registry=Registry()).iter_errors(given)
        problems: list[ValidationError] = [
            one for one, _ in zip(found, range(MOST_PROBLEMS), strict=False)
        ]
    except (SchemaError, Unresolvable, RecursionError):
        raise Invalid(
            f"The server describes the arguments of {verb} in a way that cannot be followed.",
            "Tell whoever keeps the server.",
        ) from None
    if problems:
        fields = {_place(one): one.message[:300] for one in problems}
        raise Invalid(f"The arguments of {verb} are not right.", fields=fields)
    return given


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    def passed(*_: Any) -> Iterator[Any]:
        return iter(())

    checks: Any = extend
    return checks(Draft202012Validator, {"pattern": passed, "patternProperties": passed})


def _place(problem: Any) -> str:
    return ".".join(str(part) for part in problem.absolute_path) or "arguments"
