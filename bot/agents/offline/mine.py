"""Keeping of what a look gave the asker's own rows, and asking who they are there if none is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.agents.offline import asker, rows
from bot.agents.offline.asker import Me
from bot.agents.offline.cells import empty, escape
from bot.agents.offline.findings import Facts, Failure, Finding, Note, Question
from bot.agents.offline.rows import Row
from bot.agents.offline.toolbox import Tool
from bot.agents.offline.wording import Wording

_UNKNOWN = re.compile(
    r"\b(?:not found|no such|unknown|does not exist|doesn['’]t exist|not a (?:member|user)"
    r"|no (?:user|member|person)|(?:invalid|could not find|cannot find)\b.{0,30}"
    r"(?:user|member|assignee|owner|e-?mail))\b",
    re.IGNORECASE,
)


def own(found: Sequence[Finding], said: Wording) -> list[Finding]:
    """The findings as far as they are the asker's, where the clause is about their own things."""
    me = said.me
    if me is None or said.clause.wants_write:
        return list(found)
    return [kept for one in found for kept in _own(one, me)]


def of(every: Sequence[Row], me: Me | None) -> Sequence[Row]:
    """The asker's rows, or all where none of them names this person."""
    return (me and [row for row in every if _names(row, me)]) or every


def _own(finding: Finding, me: Me) -> list[Finding]:
    if isinstance(finding, Failure):
        asked = _asked_for(finding.tool, finding.done.call.arguments, me)
        unknown = asked and not me.told and _UNKNOWN.search(finding.done.text[:400])
        return [_who(finding.tool, f"{_place(finding.tool)} does not know {_called(me)}.")
                if unknown else finding]  # fmt: skip
    if not isinstance(finding, Facts) or finding.tool is None:
        return [finding]
    if _asked_for(finding.tool, finding.done.call.arguments, me):
        if finding.rows or me.told:
            return [finding]
        none = f"I find no {finding.tool.name.things} of {_called(me)} in {_place(finding.tool)}."
        return [_who(finding.tool, none)]
    if me.whether:
        return _whether(finding, finding.tool, me)
    return [_narrowed(finding, finding.tool, me)] if rows.is_table(finding.data) else [finding]


def _whether(facts: Facts, tool: Tool, me: Me) -> list[Finding]:
    """For "am I on call?": yes or no, as the rows say, with the rows."""
    columns = _columns(facts.rows, me)
    if not facts.rows or not columns:
        return [facts]
    if all(empty(row.get(name)) for row in facts.rows for name in columns):
        return [Note("**No**, nobody is named there."), facts]
    if kept := [row for row in facts.rows if _names(row, me)]:
        shown = kept if rows.is_table(facts.data) else facts.rows
        return [Note(f"**Yes**, that is you ({_called(me)})."), replace(facts, rows=shown)]
    if me.told or _mentions(facts.rows, me):
        return [Note(f"**No**, that is not you ({_called(me)})."), facts]
    return [_who(tool, f"I do not find {_called(me)} there."), facts]


def _narrowed(facts: Facts, tool: Tool, me: Me) -> Finding:
    columns = _columns(facts.rows, me)
    if not facts.rows:
        return facts
    if not columns:
        said = "These do not say whose they are, so here are all."
        return replace(facts, notes=[*facts.notes, said])
    kept = [row for row in facts.rows if _names(row, me)]
    fields = ", ".join(one.replace("_", " ") for one in columns)
    how = f"yours: {fields} {_plainly(me)}"
    if kept or me.told or _mentions(facts.rows, me):
        return replace(facts, rows=kept, filters=[*facts.filters, how])
    count = f"the {len(facts.rows)} {tool.name.things}" if len(facts.rows) > 1 else "it"
    return _who(tool, f"None of {count} names {_called(me)}.")


def _asked_for(tool: Tool | None, arguments: Mapping[str, Any], me: Me) -> bool:
    """Whether the tool was asked for this person's things alone."""
    name = asker.parameter([param.name for param in tool.params.all], me) if tool else ""
    value = arguments.get(name)
    return bool(name) and me.address in (value if isinstance(value, list) else [value])


def _who(tool: Tool | None, why: str) -> Question:
    return Question(f"{why} Which account or address is yours in {_place(tool)}?")


def _place(tool: Tool | None) -> str:
    return escape(tool.name.title) if tool and tool.name.title else "that service"


def _called(me: Me) -> str:
    return escape(_plainly(me))


def _plainly(me: Me) -> str:
    known = [me.told] if me.told else [one for one in (me.email, me.name) if one]
    return " or ".join(known) or "you"


def _columns(every: Sequence[Row], me: Me) -> list[str]:
    """The fields that hold the person that the clause is about, or else any person."""
    names = list(dict.fromkeys(name for row in every for name in row))
    exact = [one for one in names if asker.stands_for(one, me)]
    return exact or [one for one in names if asker.names_person(one)]


def _names(row: Row, me: Me) -> bool:
    return any(me.names & set(_people(row.get(name))) for name in _columns([row], me))


def _people(value: Any) -> Iterator[str]:
    """Everyone that a value names: an address, "ana@…, bo@…", or a document of a person."""
    if isinstance(value, str):
        yield from (one.strip().casefold() for one in re.split(r"[,;]", value) if one.strip())
    elif isinstance(value, Mapping):
        yield from (one.casefold() for one in value.values() if isinstance(one, str))
    elif isinstance(value, list):
        for one in value:
            yield from _people(one)


def _mentions(every: Sequence[Row], me: Me) -> bool:
    """Whether the service speaks of this person anywhere in the rows, so that it knows them."""
    said = str([dict(row) for row in every]).casefold()
    return any(name in said for name in me.names if "@" in name)
