"""Keeping the rows that a question named, where the tool could not be asked for them alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot.agents.offline import moments, rows
from bot.agents.offline.phrases import options
from bot.agents.offline.rows import Row
from bot.agents.offline.texts import Filled
from bot.agents.offline.times import Span
from bot.agents.offline.toolbox import Tool
from bot.agents.offline.wording import Wording
from bot.agents.offline.words import stem, tokens

_LEADS = frozenset("the for in on of about is at named called by with are".split())


def narrow(
    every: Sequence[Row], tool: Tool, said: Wording, filled: Filled
) -> tuple[Sequence[Row], list[str]]:
    """The rows that the clause means, and sentences about what could not be told."""
    kept, notes = _by_time(every, tool, said.span)
    kept, unknown = _by_state(kept, said, filled)
    by_name, more = _by_name(kept, tool, said, filled)
    return by_name, notes + unknown + more


def _by_time(
    every: Sequence[Row], tool: Tool, span: Span | None
) -> tuple[Sequence[Row], list[str]]:
    if span is None or moments.takes(tool.params.all) or not every:
        return every, []
    dated = [(row, _first_moment(row, span)) for row in every]
    if not any(moment for _, moment in dated):
        return every, [f"These could not be limited to {span.label}: they carry no time."]
    kept = [row for row, moment in dated if moment and _within(moment, span)]
    return kept, []


def _first_moment(row: Row, span: Span) -> datetime | None:
    found = next((moment for value in row.values() if (moment := rows.moment(value))), None)
    return found.replace(tzinfo=span.start.tzinfo) if found and not found.tzinfo else found


def _within(moment: datetime, span: Span) -> bool:
    return span.start <= moment and (span.end is None or moment < span.end)


def _by_state(
    every: Sequence[Row], said: Wording, filled: Filled
) -> tuple[Sequence[Row], list[str]]:
    """The rows in a state that was asked for and that is no parameter of the tool."""
    asked = [word for word in said.states if word not in filled.used]
    if said.asks_whether or not asked or not every:
        return every, []
    kept = [row for row in every if any(rows.in_state(row, word) for word in asked)]
    if kept or said.points_to_many:
        return kept, []
    quoted = options([f"“{word}”" for word in asked])
    return every, [f"None of them is marked {quoted}, so here are all."]


def _by_name(
    every: Sequence[Row], tool: Tool, said: Wording, filled: Filled
) -> tuple[Sequence[Row], list[str]]:
    known = tool.noun | tool.service | {tool.verb}
    own = rows.fields(every) | tool.lead
    names = [name for name in said.names(known, filled.used) if stem(name) not in own]
    if not names or not every:
        return every, []
    kept = rows.naming(every, names)
    missing = [name for name in _pointed(said, names, tool) if not rows.naming(every, [name])]
    if kept or not missing:
        return kept or every, []
    quoted = options([f"“{name}”" for name in missing])
    return every, [f"None of them names {quoted}, so here are all."]


def _pointed(said: Wording, names: Sequence[str], tool: Tool) -> list[str]:
    """The names that were surely meant as such: "for checkout", "the checkout incident"."""
    words = tokens(said.text)
    found = []
    for name in names:
        at = words.index(name)
        after = words[at + 1 : at + 2]
        before_thing = bool(after) and stem(after[0]) in tool.noun
        capital = re.search(rf"(?<=\w\s){re.escape(name.capitalize())}\b", said.text)
        if before_thing or capital or set(words[max(0, at - 1) : at]) & _LEADS:
            found.append(name)
    return found
