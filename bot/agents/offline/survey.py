"""Looking into an incident: every source that can be reached, one look at each.

A question such as "investigate this alert" names no single thing to look up, so words are not
matched with one tool. All reading tools that need no arguments are called, in an order that gives
each service its turn, and what they gave is laid out as facts (`evidence`). Causes are not named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from bot.agents.offline import evidence, moments
from bot.agents.offline.desk import Call, Desk
from bot.agents.offline.findings import Note
from bot.agents.offline.times import Span
from bot.agents.offline.toolbox import Tool, is_connection
from bot.agents.offline.words import stem, stems

MOST_LOOKS = 12
_MOST_CONNECTIONS = 3
_WANTED = re.compile(
    r"\b(?:investigate|diagnose|troubleshoot|root[ -]cause|post-?mortem"
    r"|look into (?:the|this|that) (?:alert|incident|outage|problem)"
    r"|find out (?:what|why)|what(?:'s| is| was| went) wrong (?:with|on|in)|why (?:did|does|is|was)"
    r" .{1,60} (?:fail|failing|down|slow|crash|crashing|alerting|broken))\b",
    re.IGNORECASE,
)
_TELLING = frozenset(
    stem(word)
    for word in """
    event log error alert incident metric deployment change release commit pod node monitor query
    wait trace problem exception timeline restart replica load session issue record
    """.split()
)
"""What tools are about that tell of an incident, whatever the service."""


def wanted(text: str) -> bool:
    """Whether a question asks what is behind an incident rather than for certain facts."""
    return bool(_WANTED.search(text))


def pursue(desk: Desk) -> list[Note]:
    """The facts of every source, or nothing where there is none to look into.

    Raises:
        NotYet, OutOfSteps: from the desk.
    """
    calls = _calls(desk)
    if not calls:
        return []
    looked = calls[:MOST_LOOKS]
    done = desk.look(looked)
    pairs = [(call.tool, one) for call, one in zip(looked, done, strict=True)]
    return [Note(evidence.told(pairs, desk, left=calls[MOST_LOOKS:]))]


def elsewhere(desk: Desk, service: tuple[str, ...]) -> list[Call]:
    """The looks into every other service than one that is looked into by itself."""
    return [call for call in _calls(desk) if call.tool.name.service != service]


def _calls(desk: Desk) -> list[Call]:
    return sources(desk, desk.run.asked.text)


def sources(desk: Desk, about: str, span: Span | None = None) -> list[Call]:
    """A call for each source and connection, for a range of time where a tool takes one; services
    take turns, the tools first that tell the most of what it is about."""
    asked = frozenset(stems(about))
    services: dict[tuple[str, ...], list[Tool]] = {}
    for tool in desk.box.reads:
        if all(is_connection(param) for param in tool.required):
            services.setdefault(tool.name.service, []).append(tool)
    ranked = [sorted(tools, key=lambda tool: -worth(tool, asked)) for tools in services.values()]
    turns = [tool for turn in zip_longest(*ranked) for tool in turn if tool is not None]
    return [
        call
        for tool in turns
        for call in over_connections(tool, moments.fill(tool.params.all, span, desk.now))
    ]


def worth(tool: Tool, asked: frozenset[str]) -> float:
    """How much a tool may tell of an incident that the stems are about."""
    about = 2.0 * bool(tool.noun & _TELLING) + 1.0 * len(tool.noun & asked)
    return about + 0.2 * len(tool.lead & (_TELLING | asked)) + 0.5 * tool.lists


def over_connections(tool: Tool, given: Mapping[str, Any]) -> Sequence[Call]:
    """The call for each of the first connections that the tool can be used with."""
    param = next((one for one in tool.params.all if is_connection(one)), None)
    if param is None:
        return [Call(tool, dict(given))]
    return [Call(tool, {**given, "connection": one}) for one in param.choices[:_MOST_CONNECTIONS]]
