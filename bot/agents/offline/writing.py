"""Pursuing a clause that orders a change: which tool, on what, with which words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.agents.offline import matching, memory, rows, targets
from bot.agents.offline.clauses import canonical
from bot.agents.offline.desk import Call, Desk
from bot.agents.offline.filling import beside, connections, fill
from bot.agents.offline.findings import Finding, Note, Outcome, Question
from bot.agents.offline.phrases import needs, options
from bot.agents.offline.targets import Target
from bot.agents.offline.texts import Filled
from bot.agents.offline.toolbox import Tool, is_connection
from bot.agents.offline.wording import Wording

_MAKING = ("create", "send", "invite")


def pursue(said: Wording, desk: Desk) -> list[Finding]:
    """What became of the order, or what is in its way.

    Raises:
        NotYet, OutOfSteps: from the desk.
    """
    tools = _tools(said, desk)
    if not tools:
        return [_cannot(said, desk)]
    if len(tools) > 1:
        actions = options([tool.name.action for tool in tools])
        return [Question(f"Which of these do you mean: {actions}?")]
    tool = tools[0]
    if made := _made_already(tool, desk):
        return made
    return _propose(tool, said, desk)


def _tools(said: Wording, desk: Desk) -> list[Tool]:
    """The tools that do what the order says, as far as its words can tell."""
    about: frozenset[str] = frozenset()
    if said.points_to_one or said.points_to_many:
        shown = memory.last(desk)
        about = frozenset(word for one in shown for word in one.tool.noun)
    found = [one for one in matching.writes(said, desk.box, about) if _meant(one, said, desk)]
    return [one.tool for one in found if one.score >= found[0].score - 0.05]


def _meant(match: matching.Match, said: Wording, desk: Desk) -> bool:
    """Whether the order can mean the tool at all: "delete the table" is not for incidents."""
    if match.about:
        return True
    if canonical(match.tool.name.verb) in _MAKING:
        return not said.stems
    return not set(said.stems) & desk.box.nouns


def _made_already(tool: Tool, desk: Desk) -> list[Finding]:
    """Writes of this tool in this run that other arguments were used for: by another model."""
    made = [one for one in desk.run.calls if one.call.name == tool.spec.name]
    foreign = [one for one in made if not one.call.id.startswith("offline-")]
    desk.claimed.update(Call(tool, one.call.arguments).key for one in foreign)
    return [Outcome(tool, one) for one in foreign]


def _propose(tool: Tool, said: Wording, desk: Desk) -> list[Finding]:
    filled = fill(tool, said, desk.now)
    things: Sequence[Target] = ()
    if param := targets.reference(tool, filled):
        found = targets.find(tool, param, said, desk)
        if found and found.instead:
            return [found.instead]
        things = found.targets if found else ()
        value = things[0].value if things else beside(param, tool, said, filled)
        if value is None:
            return [needs(tool, [param])]
        filled.arguments[param.name] = value
    if finding := _still_open(tool, filled, said, things):
        return [finding]
    calls = _calls(tool, filled, param.name if param else "", things, said)
    done = desk.look(calls)
    subjects: list[Target | None] = [*things] or [None]
    return [
        Outcome(tool, one, _called(thing), rows.link(thing.row) if thing else "")
        for one, thing in zip(done, subjects, strict=True)
    ]


def _still_open(
    tool: Tool, filled: Filled, said: Wording, things: Sequence[Target]
) -> Finding | None:
    """A question for whatever cannot be filled."""
    found_by = {one.connection for one in things} - {None}
    missing = [param for param in filled.missing(tool) if not is_connection(param)]
    answer = said.clause.answer.strip()
    if len(missing) == 1 and answer and (value := missing[0].coerce(answer)) is not None:
        filled.arguments[missing[0].name] = value
        missing = []
    meant = connections(tool, said)
    if any(is_connection(param) for param in tool.params.all) and not found_by and len(meant) != 1:
        missing += [param for param in tool.params.all if is_connection(param)]
    if missing:
        return needs(tool, missing)
    if canonical(tool.name.verb) == "update" and len(filled.arguments) <= len(tool.required):
        optional = [param for param in tool.params.all if not param.required]
        names = options([param.name.replace("_", " ") for param in optional])
        return Question(f"What should change? I can set {names}.") if optional else None
    return None


def _calls(
    tool: Tool, filled: Filled, name: str, things: Sequence[Target], said: Wording
) -> list[Call]:
    shared: dict[str, Any] = dict(filled.arguments)
    homes = connections(tool, said)
    if not things:
        return [Call(tool, {**shared, **({"connection": homes[0]} if homes else {})})]
    found = []
    for thing in things:
        home = thing.connection if thing.connection in homes else (homes or [None])[0]
        extra = {"connection": home} if homes else {}
        found.append(Call(tool, {**shared, name: thing.value, **extra}))
    return found


def _called(thing: Target | None) -> str:
    return rows.label(thing.row) if thing else ""


def _cannot(said: Wording, desk: Desk) -> Finding:
    able = [tool.name.action for tool in desk.box.writes]
    order = f"I have no tool here that can do that (“{said.clause.text.strip(' .!')[:80]}”)."
    if not able:
        return Note(f"{order} All the tools at hand only read.")
    return Note(f"{order} What I can propose: {options(able[:8])}.")
