"""All connectors there are: those of this folder, and those that other packages bring."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any

import bot.connectors
from bot.connectors.base import Connector, Form, Tool, is_secret
from bot.connectors.oauth import is_granted

ENTRY_POINT_GROUP = "quarterdeck.connectors"


@cache
def all_connectors() -> Mapping[str, type[Connector]]:
    """Every connector by its slug, sorted by title. Loaded once, when first asked for."""
    found: dict[str, type[Connector]] = {}
    for connector in [*_built_in(), *_installed()]:
        if connector.slug in found and found[connector.slug] is not connector:
            raise TypeError(f"two connectors call themselves {connector.slug!r}")
        found[connector.slug] = connector
    return dict(sorted(found.items(), key=lambda item: item[1].title.lower()))


def all_kinds() -> Mapping[str, type[Connector]]:
    """Every connector, and the protocols: what a person may connect by an address of their own."""
    from bot.connectors.mcp.server import McpServer
    from bot.connectors.mcp.services import SERVICES

    servers: list[type[Connector]] = [*SERVICES, McpServer]
    return {**{kind.slug: kind for kind in servers}, **all_connectors()}


def kind_of(
    slug: str, settings: Mapping[str, Any], toolset: Mapping[str, Any] | None
) -> type[Connector] | None:
    """The connector of a connection, with the tools that this very one has; None if it is gone."""
    kind = all_kinds().get(slug)
    return kind.for_connection(settings, toolset) if kind else None


def _built_in() -> Iterator[type[Connector]]:
    package = bot.connectors
    for info in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        module = importlib.import_module(info.name)
        for _, value in inspect.getmembers(module, inspect.isclass):
            # A package's connector may live in a module below it.
            own = value.__module__.startswith(info.name)
            if own and issubclass(value, Connector) and hasattr(value, "slug"):
                yield value


def _installed() -> Iterator[type[Connector]]:
    for point in entry_points(group=ENTRY_POINT_GROUP):
        yield point.load()


def describe(connector: type[Connector]) -> dict[str, Any]:
    """One connector as `connectors --json` prints it."""
    return {
        "slug": connector.slug,
        "title": connector.title,
        "category": connector.category.value,
        "auth": connector.auth.value,
        "credentials": [
            {"name": name, "secret": is_secret(connector.Credentials, name), "required": required}
            for name, required in _fields(connector.Credentials)
        ],
        "settings": [{"name": name} for name, _ in _fields(connector.Settings)],
        "areas": [{"name": area.name, "title": area.title} for area in connector.areas],
        "tools": [_tool(connector, tool) for tool in connector.tools.values()],
    }


def _tool(connector: type[Connector], tool: Tool[Any, Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": connector.tool_name(tool.verb),
        "area": tool.area,
        "access": "by_method" if tool.by_method else tool.access.word,
        "method": tool.method,
        "path": tool.path,
    }
    if tool.by_method:
        levels = tool.by_method.levels.items()
        described["by_method"] = {method: level.word for method, level in levels}
    return described


def _fields(form: type[Form]) -> Iterator[tuple[str, bool]]:
    for name, field in form.model_fields.items():
        if is_granted(form, name):
            continue  # what a sign-in leaves, nobody fills in
        yield name, field.is_required()
