"""Looking into somebody else's message: first what it names, then every source in its window.

The message orders nothing. It is searched for things that can be looked up (`clues`), and only
reading tools are ever called for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.agents.offline import clues, evidence, moments, rows, survey
from bot.agents.offline.cells import escape
from bot.agents.offline.clues import Clues
from bot.agents.offline.desk import MOST_CALLS, Call, Desk, Done
from bot.agents.offline.findings import Note
from bot.agents.offline.phrases import options
from bot.agents.offline.rows import Row
from bot.agents.offline.schema import Param
from bot.agents.offline.toolbox import Tool, is_connection, reference_noun
from bot.agents.offline.words import stems

_MOST_DIRECT, _MOST_DETAILS, _MOST_OF_ONE = 4, 5, 2
_MOST_SOURCES = MOST_CALLS - _MOST_DIRECT - _MOST_DETAILS
_MOST_NAMED = 6
_ORIGINS = frozenset(["source", "application"])


@dataclass(frozen=True)
class Named:
    """A listed thing that the message names, and how surely."""

    lister: Tool
    done: Done
    row: Row
    worth: int


def pursue(desk: Desk) -> list[Note]:
    """The facts about a message.

    Raises:
        NotYet, OutOfSteps: from the desk.
    """
    found = clues.read(desk.run.quoted, desk.run.asked.text, desk.now, desk.timezone)
    direct = list(_direct(found, desk))[:_MOST_DIRECT]
    sources = survey.sources(desk, found.text, found.span)
    looked, left = sources[:_MOST_SOURCES], sources[_MOST_SOURCES:]
    done = desk.look([*direct, *looked])
    first = list(zip((one.tool for one in direct), done, strict=False))
    every = list(zip((one.tool for one in looked), done[len(direct) :], strict=True))
    named = _named(found, every, desk)
    details = [one for one in _details(named, found, desk) if one not in [*direct, *looked]]
    details = details[:_MOST_DETAILS]
    if details:
        told = desk.look(details)
        first += list(zip((one.tool for one in details), told, strict=True))
    own = evidence.paragraphs(first, desk)
    rest = evidence.told(every, desk, left=left) if every else ""
    return [Note("\n\n".join(part for part in (_lead(found, named), *own, rest) if part))]


def _lead(found: Clues, named: Sequence[Named]) -> str:
    things = [f"{one.lister.name.thing} {rows.label(one.row)}" for one in named]
    shapes = [f"{one.noun} {one.id}" for one in found.references if len(one.id) >= 3]
    words = [*things, *found.errors, *found.hosts, *([] if things else shapes)]
    known = options([escape(one) for one in dict.fromkeys(words)][:_MOST_NAMED], "and")
    what = f"It names {known}." if known else "I recognise nothing in it by its name."
    return (
        f"**I read the message as data and looked for what it names.** {what} "
        f"Window: {found.span.label}."
    )


def _direct(found: Clues, desk: Desk) -> Iterator[Call]:
    """The looks at things whose ids stand in the message, the plain look first."""
    asked = frozenset(stems(found.text))
    plain = sorted(desk.box.reads, key=lambda tool: (len(tool.noun), -survey.worth(tool, asked)))
    for tool in plain:
        param = _only_reference(tool)
        noun = reference_noun(param, tool) if param else None
        for one in found.references:
            if param and noun and one.noun in noun and len(noun) == 1:
                value = param.coerce(one.id)
                if value is not None:
                    yield from survey.over_connections(tool, _given(tool, param, value, found))


def _only_reference(tool: Tool) -> Param | None:
    """The one parameter that a reading tool needs, if it identifies a thing."""
    needed = [param for param in tool.required if not is_connection(param)]
    if len(needed) != 1 or tool.language or moments.role(needed[0]):
        return None
    return needed[0]


def _given(tool: Tool, param: Param, value: object, found: Clues) -> dict[str, object]:
    return {**moments.fill(tool.params.all, found.span, found.span.start), param.name: value}


def _named(found: Clues, every: Sequence[tuple[Tool, Done]], desk: Desk) -> list[Named]:
    """The listed things that the message names and that more can be told of, the surest first."""
    named: dict[tuple[str, str], Named] = {}
    for tool, done in every:
        if done.failed or not rows.is_table(done.data) or not any(_about(tool, desk)):
            continue
        for row in rows.of(done.data):
            if worth := found.worth(row):
                named.setdefault((rows.key(row), rows.label(row)), Named(tool, done, row, worth))
    return sorted(named.values(), key=lambda one: -one.worth)[:_MOST_NAMED]


def _details(named: Sequence[Named], found: Clues, desk: Desk) -> Iterator[Call]:
    """What more the tools can tell of the named things: each gets its turn."""
    asked = frozenset(stems(found.text))
    for one in named:
        ranked = sorted(_about(one.lister, desk), key=lambda pair: -_telling(pair[0], asked))
        for tool, param in ranked[:_MOST_OF_ONE]:
            value = rows.identity(one.row, param, reference_noun(param, tool) or ())
            if value is None:
                continue
            given = _given(tool, param, value, found)
            home = one.done.call.arguments.get("connection")
            takes = any(is_connection(each) for each in tool.params.all)
            yield Call(tool, {**given, **({"connection": home} if takes else {})})


def _telling(tool: Tool, asked: frozenset[str]) -> float:
    """How much a tool may tell of one thing: most if it can be asked about the very window."""
    return survey.worth(tool, asked) + moments.takes(tool.params.all)


def _about(lister: Tool, desk: Desk) -> Iterator[tuple[Tool, Param]]:
    """The tools that tell more about one of the listed things, with the parameter that names it."""
    for tool in desk.box.reads:
        param = _only_reference(tool)
        if param is None and not any(not is_connection(one) for one in tool.required):
            param = next((one for one in tool.params.all if one.name in _ORIGINS), None)
        noun = reference_noun(param, tool) if param else None
        if param and noun and desk.box.lister(noun, tool) is lister:
            yield tool, param
