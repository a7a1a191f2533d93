"""Which tool of the hosted server carries which request, and which of our tools that opens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from bot.connectors.base import Access, Tool
from bot.connectors.better_stack.hosted.arguments import unfilled
from bot.connectors.better_stack.mcp_names import counterpart
from bot.connectors.better_stack.reach import SQL_PATH

Offered = Mapping[str, Mapping[str, Any]]
"""What the server lists, by name, as `toolset.kept` keeps it."""

OurTool = Tool[Any, Any, Any]

DIRECT = frozenset(
    {
        "escalation_options",
        "list_recent_errors",
        "list_error_groups",
        "set_error_state",
    }
)
"""Ours that one of theirs does as a whole, where the REST API needs several requests or has none:
they are called with our own arguments."""

SOURCES = "list_log_sources"
COMPOSED = {
    "source_query_instructions": (SOURCES,),
    "get_log_source": (SOURCES, "get_log_source"),
    "list_source_metrics": (SOURCES, "list_source_metrics"),
}
"""Ours that need other tools of theirs than the one for their own request."""

QUERY = "query_source"
FURTHER_READS: Mapping[str, tuple[str, ...]] = {
    "/api/v3/policies/{id}": ("escalation_policy", "uptime_get_escalation_policy_tool"),
    "/api/v2/status-pages/{id}": ("status_page", "uptime_get_status_page_tool"),
}
"""Requests that are made on the way, and are no tool of ours."""

NEEDS_TOKEN = "The hosted MCP server offers no tool for this. Connect with an API token."  # noqa: S105
NEEDS_ARGUMENT = (
    "The hosted MCP server's tool {tool} needs {names}, which is not known here. Connect with an "
    "API token."
)


@dataclass(frozen=True)
class Route:
    """One request's way: the tool, and the ids that stood in the path, by their names."""

    tool: str
    ids: Mapping[str, str]
    kind: str
    many: bool


def route(
    method: str, path: str, tools: Iterable[OurTool], acting: OurTool | None, offered: Offered
) -> Route | None:
    """The way of a request, None where the server offers none.

    A write goes by its own tool's counterpart alone: another one with the same path may do more.
    """
    if method != "GET":
        tools = [acting] if acting is not None and acting.access > Access.READ else []
    else:
        tools = [one for one in tools if one.access == Access.READ]
    for template, names in _ways(method, tools, offered):
        ids = _ids(template, path)
        found = next((name for name in names if name in offered), None)
        if ids is not None and found:
            segments = [one for one in template.split("/") if one]
            many = method == "GET" and not segments[-1].startswith("{") and _is_list(segments)
            return Route(found, ids, _singular(_last_word(segments)), many)
    return None


def closed(tools: Iterable[OurTool], offered: Offered) -> dict[str, str]:
    """Ours that this sign-in does not reach, by verb, each with what would open it."""
    return {one.verb: needs for one in tools if (needs := _needs(one, offered))}


def query_tool(offered: Offered) -> str | None:
    """The tool that takes SQL."""
    return _theirs(QUERY, Access.READ, offered)


def direct(tool: OurTool, offered: Offered) -> str | None:
    """The tool that does the whole of ours."""
    return _theirs(tool.verb, tool.access, offered) if tool.verb in DIRECT else None


def _needs(tool: OurTool, offered: Offered) -> str:
    verbs = COMPOSED.get(tool.verb, (tool.verb,))
    if tool.path == SQL_PATH and tool.verb not in DIRECT:
        verbs = (SOURCES, QUERY)
    for verb in verbs:
        name = _theirs(verb, tool.access if verb == tool.verb else Access.READ, offered)
        if name is None:
            return NEEDS_TOKEN
        known = {"sql", "source"} if verb == QUERY else known_to(tool)
        missing = unfilled(offered[name]["schema"], known, ids_of(tool))
        if missing:
            return NEEDS_ARGUMENT.format(tool=name, names=", ".join(missing))
    return ""


def known_to(tool: OurTool) -> set[str]:
    """The names under which a call of ours may have a value."""
    return {*tool.arguments.model_fields, "team_name", "page", "per_page", "from", "to", "paused"}


def ids_of(tool: OurTool) -> tuple[str, ...]:
    """What tells which resource a call of ours is about."""
    if tool.verb in DIRECT:
        return tuple(name for name in tool.arguments.model_fields if name.endswith("_id"))
    return _id_names(tool.path)


def _theirs(verb: str, access: Access, offered: Offered) -> str | None:
    """Their tool for a verb of ours. One that says it changes things never serves as a read."""
    fit = [
        name for name, said in offered.items() if access > Access.READ or said["access"] <= access
    ]
    return counterpart(verb, fit)


def _ways(
    method: str, tools: Iterable[OurTool], offered: Offered
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for tool in tools:
        if tool.method != method or tool.verb in DIRECT:
            continue
        if tool.verb in COMPOSED and tool.verb not in COMPOSED[tool.verb]:
            continue
        name = _theirs(tool.verb, tool.access, offered)
        if name:
            yield tool.path, (name,)
    if method == "GET":
        reads = {name for name, said in offered.items() if said["access"] <= Access.READ}
        for template, names in FURTHER_READS.items():
            yield template, tuple(name for name in names if name in reads)


def _is_list(segments: list[str]) -> bool:
    """Whether a path without an id at its end is that of a list."""
    return segments[-1].endswith("s") or segments[-1] in ("metadata", "timeline")


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[a-z_]+\}", template)
    return re.compile("([^/]+)".join(re.escape(part) for part in parts))


def _ids(template: str, path: str) -> dict[str, str] | None:
    found = _pattern(template).fullmatch(path)
    return dict(zip(_id_names(template), found.groups(), strict=True)) if found else None


@cache
def _id_names(template: str) -> tuple[str, ...]:
    """`/api/v3/incidents/{id}/timeline` has an `incident_id`."""
    segments = template.split("/")
    return tuple(
        f"{_singular(before)}_id" for before, one in pairwise(segments) if one.startswith("{")
    )


def _last_word(segments: list[str]) -> str:
    return [one for one in segments if not one.startswith("{")][-1]


def _singular(word: str) -> str:
    plain = word.replace("-", "_")
    if plain.endswith("ies"):
        return f"{plain[:-3]}y"
    return plain.removesuffix("s")
