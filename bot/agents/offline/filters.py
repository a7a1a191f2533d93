"""The arguments of a look-up in words, so that a reader sees what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.agents.offline import moments
from bot.agents.offline.texts import Filled
from bot.agents.offline.times import day_label
from bot.agents.offline.toolbox import Tool, is_connection
from bot.agents.offline.wording import Wording

_SILENT = ("id", "limit", "page", "size", "key", "sql", "uuid")
_LONGEST = 60


def describe(
    tool: Tool, arguments: Mapping[str, Any], said: Wording, filled: Filled, about: str = ""
) -> list[str]:
    """The filters: "not resolved", "last 24 hours". `about` is the name of the one thing meant."""
    found = [str(arguments["connection"])] if "connection" in arguments else []
    found += [about] if about else []
    for param in tool.params.all:
        value = arguments.get(param.name)
        timed = is_connection(param) or moments.role(param)
        if value is not None and not timed and not (about and param.required):
            found += _in_words(param.name, value)
    return [*found, *_range(tool, arguments, said, filled)]


def _range(tool: Tool, arguments: Mapping[str, Any], said: Wording, filled: Filled) -> list[str]:
    if said.span is None or filled.assumed:
        return [filled.assumed] if filled.assumed else []
    roles = {moments.role(param) for param in tool.params.all if param.name in arguments} - {""}
    if not roles:
        return [] if moments.takes(tool.params.all) else [said.span.label]
    if said.span.end and roles == {"start"}:
        # The tool cannot say when the range ends, so the reader is told what it did say.
        start = said.span.start
        clock = f", {start:%H:%M}" if (start.hour, start.minute) != (0, 0) else ""
        return [f"since {day_label(start, start)}{clock}"]
    return [said.span.label]


def _in_words(name: str, value: Any) -> list[str]:
    plain = name.replace("_", " ").removeprefix("is ")
    if isinstance(value, bool):
        return [plain if value else f"not {plain}"]
    if not isinstance(value, str | int) or len(str(value)) > _LONGEST:
        return []
    if name.lower() in ("query", "search", "q", "text"):
        return [f"“{value}”"]
    return [] if name.lower().endswith(_SILENT) else [f"{plain} {value}"]
