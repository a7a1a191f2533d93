"""Forms of credentials and settings: what is asked for, and what is wrong with what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

FieldShape = Literal["line", "text", "file"]


class Form(BaseModel):
    """Base of a connector's `Credentials` and `Settings`. Field order is form order."""

    # A validation error must not quote what was typed: it may be a secret.
    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True
    )

    @field_validator("*")
    @classmethod
    def _is_filled_in_well(cls, value: Any, info: ValidationInfo) -> Any:
        # Not pydantic's own `pattern`: it finds a part where the whole is meant, knows no
        # sentence of ours, and does not work on secrets.
        field = cls.model_fields[info.field_name or ""]
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text == "":
            if field.is_required() or field.default:
                raise ValueError("must not be empty")
            return value
        extra = field.json_schema_extra
        rules: dict[str, Any] = extra if isinstance(extra, dict) else {}
        for wrong, words in (rules.get("refuse") or {}).items():
            if isinstance(text, str) and re.fullmatch(wrong, text):
                raise ValueError(words)
        if text is not None and rules.get("pattern") and not re.fullmatch(rules["pattern"], text):
            raise ValueError(rules.get("pattern_help") or "does not look right")
        return value


class NoFields(Form):
    """For a connector without credentials or without settings."""


def form_field(
    label: str,
    *,
    help: str = "",
    default: Any = ...,
    pattern: str | None = None,
    pattern_help: str = "",
    max_length: int | None = None,
    refuse: Mapping[str, str] | None = None,
    shape: FieldShape = "line",
    page: str = "",
) -> Any:
    """A field of a connector's form.

    Args:
        label: what stands beside it.
        help: where to find the value, and the least rights that it needs.
        default: makes the field optional.
        pattern: a regular expression that the whole value must match.
        pattern_help: what is said at the field when it does not.
        max_length: in characters.
        refuse: values of the wrong kind, each a regular expression for the whole value with what
            is said of it: a sandbox key in production, a whole URL where a subdomain is asked.
        shape: `text` for several lines, `file` for what is usually chosen as a file.
        page: for a field that holds the address of a page: the area whose readers may read it, and
            the pages below it (`bot.connectors.pages`).
    """
    return Field(
        default=default,
        title=label,
        description=help or None,
        max_length=max_length,
        json_schema_extra={
            "pattern": pattern,
            "pattern_help": pattern_help,
            "refuse": dict(refuse or {}),
            "shape": shape,
            "page": page,
        },
    )


def page_areas(model: type[Form]) -> dict[str, str]:
    """The fields of a form that name a page, each with the area whose readers may read it."""
    extras = {name: field.json_schema_extra for name, field in model.model_fields.items()}
    found = {
        name: str(one.get("page", "")) for name, one in extras.items() if isinstance(one, dict)
    }
    return {name: area for name, area in found.items() if area}


def pages_named(forms: Iterable[tuple[type[Form], Mapping[str, Any]]]) -> list[str]:
    """The addresses of pages in the values of some forms."""
    values = (given.get(name) for model, given in forms for name in page_areas(model))
    return [str(value) for value in values if value]


def is_secret(model: type[Form], name: str) -> bool:
    """Whether a form's field holds a secret: it is typed as one."""
    annotation = get_type_hints(model)[name]
    return annotation is SecretStr or SecretStr in getattr(annotation, "__args__", ())
