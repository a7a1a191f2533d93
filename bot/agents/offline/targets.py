"""Finding the one thing that a call is about, by the name that the person used for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.agents.directives.environments import PRODUCTION, in_production
from bot.agents.offline import clauses, memory, mine, moments, rows
from bot.agents.offline.desk import Desk, Done, over_connections
from bot.agents.offline.filling import flag_state
from bot.agents.offline.findings import Failure, Finding, Question
from bot.agents.offline.lexicon import FINAL_STATES, OPEN_CHOICES, OPPOSITE_VERBS
from bot.agents.offline.rows import Row
from bot.agents.offline.schema import Param
from bot.agents.offline.texts import TEXTS, Filled
from bot.agents.offline.toolbox import Tool, is_connection, reference_noun
from bot.agents.offline.wording import Wording
from bot.agents.offline.words import content, stem

MOST_TARGETS = 5
MOST_READ = 10
"""Things of which each is looked up, for a question about all of them."""

_ASKS_TO_TELL = re.compile(r"\W*(?:report|summari[sz]e|give|compare|chart|plot)\s+", re.I)


@dataclass(frozen=True)
class Target:
    """A thing with the value that names it in a call, and the connection it was found by."""

    value: Any
    row: Row
    connection: Any | None = None


@dataclass(frozen=True)
class Found:
    """The things that were meant, with a sentence on how they were found, or what has to be said
    instead."""

    targets: tuple[Target, ...] = ()
    instead: Finding | None = None
    note: str = ""


def reference(tool: Tool, filled: Filled) -> Param | None:
    """The first required parameter still open that identifies a thing."""
    for param in filled.missing(tool):
        known = is_connection(param) or param.name.lower() in TEXTS or moments.role(param)
        if not known and reference_noun(param, tool):
            return param
    return None


def find(tool: Tool, param: Param, said: Wording, desk: Desk) -> Found | None:
    """The things that the clause means for the parameter. None where nothing lists such things.

    Raises:
        NotYet, OutOfSteps: from the desk.
    """
    noun = reference_noun(param, tool) or frozenset()
    lister = desk.box.lister(noun, tool)
    names = _names(tool, lister, said, desk)
    if not (names or said.clause.answer) and (known := _remembered(param, noun, said, desk)):
        return known
    arguments = _listing(lister, said, desk) if lister else None
    if lister is None or arguments is None:
        return None
    results = desk.look(over_connections(lister, arguments, said)[0])
    pairs = [(row, one) for one in results for row in mine.of(rows.of(one.data), said.me)]
    if not pairs:
        return Found(instead=_nothing(results, lister, said))
    return _chosen(pairs, _known_somewhere(names, pairs), param, noun, lister, said)


def _remembered(param: Param, noun: Iterable[str], said: Wording, desk: Desk) -> Found | None:
    points = said.points_to_one or said.points_to_many
    subject = memory.subject(said, desk, noun) if points else None
    if subject is None:
        return _last_used(param, desk) if points else None
    connection = subject.seen.call.arguments.get("connection")
    pairs = [(row, connection) for row in subject.rows]
    targets = _targets(pairs, param, noun)
    if not targets:
        return None
    if len(targets) == 1 or (said.points_to_many and len(targets) <= MOST_TARGETS):
        return Found(targets)
    return Found(instead=_which(subject.seen.tool, subject.rows))


def _last_used(param: Param, desk: Desk) -> Found | None:
    """The value that the newest call had for the same parameter: "and resolve it"."""
    for segment in reversed(desk.earlier):
        for done in reversed(segment.calls):
            value = param.coerce(done.call.arguments.get(param.name))
            if param.name in done.call.arguments and value is not None:
                return Found((Target(value, {}, done.call.arguments.get("connection")),))
    return None


def _listing(lister: Tool, said: Wording, desk: Desk) -> dict[str, Any] | None:
    """The arguments that list what may be meant: what is over is left out, if that can be said."""
    arguments: dict[str, Any] = {}
    for param in lister.params.all:
        value = _open_only(param, said)
        if value is not None:
            arguments[param.name] = value
    missing = [one for one in lister.required if one.name not in arguments]
    arguments |= moments.fill(tuple(missing), moments.default(desk.now), desk.now)
    left = [one for one in missing if one.name not in arguments and not is_connection(one)]
    return None if left else arguments


def _open_only(param: Param, said: Wording) -> Any | None:
    if not said.clause.wants_write:
        return None
    verb = said.verb
    back = OPPOSITE_VERBS.get(verb)
    state = flag_state(param)
    if param.kind == "boolean" and not param.many and not param.choices:
        if back and stem(back) == stem(state):
            return True
        ends = state in FINAL_STATES and not back and verb != "delete"
        return False if ends else None
    if {"status", "state"} & {param.name.lower()} and not back and verb != "delete":
        return next((param.coerce(one) for one in param.choices if one in OPEN_CHOICES), None)
    return None


def _names(tool: Tool, lister: Tool | None, said: Wording, desk: Desk) -> list[str]:
    """The words that name the thing: the answer to a question back, or the clause's own."""
    if said.clause.answer:
        return content(said.clause.answer)
    listed = lister.noun if lister else frozenset[str]()
    known = tool.noun | listed | tool.service | {tool.verb}
    before = said.clause.before
    if said.points_to_one and before:
        order = clauses.order(before, ())
        earlier = desk.read(clauses.Clause(before, order))
        return said.names(known) or earlier.names(known)
    opening = content(found[0]) if (found := _ASKS_TO_TELL.match(said.text)) else []
    return [name for name in said.names(known) if name not in opening]


def _known_somewhere(names: list[str], pairs: Sequence[tuple[Row, Done]]) -> list[str]:
    """Without the words that no row has, unless none is left: "the checkout thing" has one."""
    every = [row for row, _ in pairs]
    return [name for name in names if rows.naming(every, [name])] or names


def _chosen(
    pairs: Sequence[tuple[Row, Done]],
    names: Sequence[str],
    param: Param,
    noun: Iterable[str],
    lister: Tool,
    said: Wording,
) -> Found:
    every, note = [row for row, _ in pairs], ""
    if any(name in PRODUCTION for name in names):
        every, note = in_production(every)
        names = [name for name in names if name not in PRODUCTION]
    text = said.clause.answer or said.text
    placed = rows.by_position(every, text) or rows.exactly(every, text)
    fitting = (placed,) if placed is not None else rows.choose(every, names).fitting
    if not fitting:
        return Found(instead=_which(lister, every, names))
    if len(fitting) > 1:
        fitting = _likely(fitting, said)
    if not names and placed is None and said.clause.wants_write and not said.definite:
        return Found(instead=_which(lister, fitting))
    chosen = [pair for pair in pairs if any(pair[0] is row for row in fitting)]
    homes = [(row, one.call.arguments.get("connection")) for row, one in chosen]
    targets = _targets(homes, param, noun)
    if not targets:
        return Found(instead=Question(f"Which {lister.name.thing}? I need its {param.name}."))
    if len(targets) == 1 or (said.wants_every and len(targets) <= MOST_TARGETS):
        return Found(targets)
    if _means_all(lister, names, said) and len(targets) <= MOST_READ:
        return Found(targets, note=note)
    return Found(instead=_which(lister, fitting, names if len(fitting) < len(every) else ()))


def _means_all(lister: Tool, names: Sequence[str], said: Wording) -> bool:
    """Whether a question is about all things of a kind: "availability for the monitors"."""
    plural = lister.name.things.split()[-1:] if lister.name.things.endswith("s") else []
    return not names and not said.clause.wants_write and bool({*plural} & {*said.tokens})


def _likely(fitting: Sequence[Row], said: Wording) -> tuple[Row, ...]:
    """Of several rows, those in the state that was said, that the order makes sense for, or that
    are not over yet."""
    kept = [row for row in fitting if any(rows.in_state(row, word) for word in said.states)]
    back = OPPOSITE_VERBS.get(said.verb)
    if said.clause.wants_write and not kept:
        kept = [row for row in fitting if rows.in_state(row, back or said.verb) == bool(back)]
    if not said.clause.wants_write and not kept:
        going = [row for row in fitting if not any(rows.in_state(row, one) for one in FINAL_STATES)]
        kept = going if len(going) == 1 else []
    return tuple(kept or fitting)


def _targets(
    pairs: Sequence[tuple[Row, Any | None]], param: Param, noun: Iterable[str]
) -> tuple[Target, ...]:
    found = [(rows.identity(row, param, noun), row, home) for row, home in pairs]
    return tuple(Target(value, row, home) for value, row, home in found if value is not None)


def _which(lister: Tool, candidates: Sequence[Row], names: Sequence[str] = ()) -> Question:
    thing = lister.name.thing
    fitting = bool(names) and bool(rows.choose(candidates, names).fitting)
    quoted = "“" + " ".join(names) + "”"
    if names and not fitting:
        return Question(f"No {thing} fits {quoted}. Which one do you mean?", candidates)
    if names:
        count = f"{len(candidates)} {lister.name.things}"
        return Question(f"{count} fit {quoted}. Which one do you mean?", candidates)
    return Question(f"Which {thing} do you mean?", candidates)


def _nothing(results: Sequence[Done], lister: Tool, said: Wording) -> Finding:
    failed = next((one for one in results if one.failed), None)
    if failed:
        return Failure(lister, failed)
    kind = f"{lister.name.thing} to {said.clause.verb}" if said.verb else lister.name.thing
    return Question(f"I found no {kind}: the list of {lister.name.things} is empty.")
