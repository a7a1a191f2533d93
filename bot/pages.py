"""The pages of the docs that are made from the code. A test says when they are stale."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.connectors.base import Connector, Form, is_secret
from bot.connectors.catalogue import all_connectors
from bot.connectors.oauth import is_granted
from bot.settings import Settings, environment_name

MADE = "<!-- Made by scripts/docs from the code; do not edit. -->"


def pages() -> Mapping[str, str]:
    """Each page's file name and text."""
    return {"settings.md": settings_page(), "services.md": services_page()}


def settings_page() -> str:
    lines = [
        "# Settings",
        "",
        MADE,
        "",
        "They are read from the environment and from a file `.env`. An unknown or malformed one",
        "stops the start with a line that says which.",
        "",
        "| name | default | what it is |",
        "|-|-|-|",
    ]
    for name, field in Settings.model_fields.items():
        default = _default(field)
        lines.append(f"| `{environment_name(name)}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def services_page() -> str:
    lines = ["# Services and their tools", "", MADE, ""]
    for connector in all_connectors().values():
        lines += _service(connector)
    return "\n".join(lines)


def _service(connector: type[Connector]) -> list[str]:
    titles = {area.name: area.title for area in connector.areas}
    lines = [
        f"## {connector.title}",
        "",
        f"`{connector.slug}` · {connector.category.value.replace('_', ' ')}"
        + (f" · [the vendor's manual]({connector.docs})" if connector.docs else ""),
        "",
        *_fields("Credentials", connector.Credentials),
        *_fields("Settings", connector.Settings),
        "| tool | area | access | request |",
        "|-|-|-|-|",
    ]
    for verb, tool in connector.tools.items():
        access = "by method" if tool.by_method else tool.access.word
        request = f"`{tool.method} {tool.path}`"
        lines.append(f"| `{verb}` | {titles[tool.area]} | {access} | {request} |")
    return [*lines, ""]


def _fields(title: str, form: type[Form]) -> list[str]:
    described = [
        f"- `{name}`: {field.title}{_marks(form, name, field)}"
        for name, field in form.model_fields.items()
        if not is_granted(form, name)
    ]
    if not described:
        return []
    return [f"{title}:", "", *described, ""]


def _marks(form: type[Form], name: str, field: FieldInfo) -> str:
    marks = [
        word
        for word, true in (
            ("secret", is_secret(form, name)),
            ("optional", not field.is_required()),
        )
        if true
    ]
    return f" ({', '.join(marks)})" if marks else ""


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value is None or value == "" or isinstance(value, SecretStr):
        return ""
    return f"`{value}`"


def write(folder: Path) -> None:
    for name, text in pages().items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
