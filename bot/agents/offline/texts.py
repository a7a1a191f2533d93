"""Texts among a tool's arguments: the person's own words for a write, and what to search for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.agents.offline.clauses import canonical
from bot.agents.offline.schema import Param
from bot.agents.offline.toolbox import Tool, wants_language
from bot.agents.offline.wording import Wording
from bot.agents.offline.words import singular, tokens

TEXTS = frozenset(
    """
    title summary subject name content body text message comment description note reason details
    """.split()
)
SEARCHES = frozenset(
    "query search q text keyword keywords contains term terms phrase needle filter".split()
)


@dataclass
class Filled:
    """Arguments, the words that they used up, and a range that nobody asked for, if one is used."""

    arguments: dict[str, Any] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    assumed: str = ""

    def missing(self, tool: Tool) -> list[Param]:
        return [param for param in tool.required if param.name not in self.arguments]


def write_text(tool: Tool, wording: Wording, filled: Filled) -> None:
    """The person's own text goes into the texts that a write needs, or else its first text."""
    clause = wording.clause
    if not clause.wants_write:
        return
    texts = [one for one in tool.params.all if _free_text(one, tool) and not _refers(one, tool)]
    needed = [one for one in texts if one.required]
    payload = clause.payload or (clause.answer if needed else "")
    for param in needed or texts[:1]:
        value = param.coerce(payload) if payload.strip() else None
        if value is not None and param.name not in filled.arguments:
            filled.arguments[param.name] = value


def _refers(param: Param, tool: Tool) -> bool:
    """Whether a name belongs to the thing that is written to and not to its new text."""
    making = canonical(tool.name.verb) in ("create", "comment", "send", "update", "invite")
    return param.name.lower() == "name" and not making


def search_text(tool: Tool, wording: Wording, filled: Filled) -> None:
    """What is left of a question when the tool's own words are taken away is searched for."""
    if wording.clause.wants_write:
        return
    for param in tool.params.all:
        searches = param.name.lower() in SEARCHES and param.kind == "string"
        if not searches or param.choices or wants_language(param, tool):
            continue
        known = tool.noun | tool.service | {tool.verb}
        left = wording.names(known, filled.used)
        text = wording.clause.payload or " ".join(singular(word) for word in left)
        value = param.coerce(text) if text else None
        if value is not None:
            filled.arguments[param.name] = value
            filled.used.update(left)
        return


def _free_text(param: Param, tool: Tool) -> bool:
    """Whether any words of a person will do as its value."""
    plain = param.kind == "string" and not (param.choices or param.format or param.pattern)
    return plain and not wants_language(param, tool) and bool(TEXTS & set(tokens(param.name)))
