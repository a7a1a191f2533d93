"""The fields of a form page, made from what a connector declares."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from bot.connectors.base import Form, is_secret
from bot.gate.redaction import looks_secret

Kind = Literal["line", "text", "file", "choice", "number", "switch"]

_ALTERNATIVES = re.compile(r"[\w-]+(\|[\w-]+)+")
LONG_SECRET = 5000
"""A secret that may have so many characters is a key file."""


@dataclass(frozen=True)
class Field:
    """One field as the page shows it. A secret never has a `value`; `kept` says that one was
    typed a moment ago and is held by the server."""

    name: str
    label: str
    help: str
    kind: Kind
    secret: bool
    required: bool
    most: int | None
    choices: Sequence[str]
    value: str
    kept: bool
    error: str


def shown(form: type[Form]) -> Iterator[tuple[str, FieldInfo]]:
    """The fields that people fill in: those with a label. Others are filled in by a sign-in."""
    for name, info in form.model_fields.items():
        if info.title:
            yield name, info


def fields_of(
    form: type[Form],
    prefix: str,
    *,
    values: Mapping[str, Any],
    kept: Mapping[str, Any],
    errors: Mapping[str, str],
) -> list[Field]:
    """The fields of a form.

    Args:
        values: what stands in them, by name; secrets are left out.
        kept: the secrets that are held.
        errors: what is wrong, by name with the prefix.
    """
    return [
        _field(form, name, info, prefix, values.get(name), kept, errors)
        for name, info in shown(form)
    ]


def _field(
    form: type[Form],
    name: str,
    info: FieldInfo,
    prefix: str,
    value: Any,
    kept: Mapping[str, Any],
    errors: Mapping[str, str],
) -> Field:
    secret = is_secret(form, name)
    most = max_length(info)
    if value is None and not info.is_required():
        value = info.default
    text = "" if secret or value is None else str(value)
    full = f"{prefix}:{name}"
    return Field(
        name=full,
        label=info.title or name,
        help=info.description or "",
        kind=_kind(form, name, info, secret=secret, most=most),
        secret=secret,
        required=info.is_required(),
        most=most,
        choices=_choices(form, name, info),
        # A key that was pasted into a plain field by mistake is not sent back either.
        value="" if looks_secret(text) else text,
        kept=full in kept and full not in errors,
        error=errors.get(full, ""),
    )


def max_length(info: FieldInfo) -> int | None:
    """How many characters a field takes, if that is declared."""
    found = [getattr(one, "max_length", None) for one in info.metadata]
    return next((most for most in found if most), None)


def _kind(form: type[Form], name: str, info: FieldInfo, *, secret: bool, most: int | None) -> Kind:
    rules = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    plain = _plain_type(form, name)
    if rules.get("shape") in ("text", "file"):
        return "file" if rules["shape"] == "file" else "text"
    if plain is bool:
        return "switch"
    if plain in (int, float):
        return "number"
    if _choices(form, name, info):
        return "choice"
    return "file" if secret and (most or 0) >= LONG_SECRET else "line"


def _choices(form: type[Form], name: str, info: FieldInfo) -> Sequence[str]:
    plain = _plain_type(form, name)
    if get_origin(plain) is Literal:
        return [str(one) for one in get_args(plain)]
    rules = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    pattern = str(rules.get("pattern") or "")
    return pattern.split("|") if _ALTERNATIVES.fullmatch(pattern) else ()


def _plain_type(form: type[Form], name: str) -> Any:
    """A field's type without `| None`."""
    annotation = get_type_hints(form)[name]
    if get_origin(annotation) in (Union, types.UnionType):
        return next(one for one in get_args(annotation) if one is not type(None))
    return annotation
