"""Looking into an incident without a language model: the facts that a person would ask for first.

No cause is named, because none can be concluded here. What is laid out is the incident, what
happened in it, how its monitor did, what looked like it before, what changed, and whom to ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.agents.offline import evidence, moments, rows, survey
from bot.agents.offline.cells import escape
from bot.agents.offline.desk import MOST_CALLS, Call, Desk, Done
from bot.agents.offline.findings import Facts, Failure, Finding, Note
from bot.agents.offline.rows import Row
from bot.agents.offline.toolbox import Tool, is_connection

_ASKED = re.compile(r"\A\W*(?:@\w+\W+)?investigate incident (\d{1,19})\b", re.IGNORECASE)
_PAST = timedelta(days=30)
_CHANGES = frozenset({"deploy", "deployment", "releas", "release", "commit", "error", "issu"})
_MOST_OTHERS = 3
_AT_ONCE = ("get_incident", "incident_timeline", "incident_comments", "who_is_on_call")
_OF_MONITOR = ("monitor_response_times",)


def wanted(desk: Desk) -> str:
    """The incident that is to be looked into, by its id; empty for any other question."""
    found = _ASKED.match(desk.run.asked.text)
    return found[1] if found and _tool(desk, "get_incident") else ""


def pursue(incident_id: str, desk: Desk) -> list[Finding]:
    """What is known of the incident. Raises NotYet and OutOfSteps, as the desk does."""
    first = [call for verb in _AT_ONCE for call in _call(desk, verb, {"incident_id": incident_id})]
    looked = desk.look(first)
    incident = _document(looked[0])
    second = [*_of_monitor(desk, incident), *_similar(desk, incident), *_changes(desk)]
    others = [one for one in _elsewhere(desk) if one not in second]
    room = max(0, MOST_CALLS - len(first) - len(second))
    asked = [*second, *others[:room]]
    found = desk.look(asked) if asked else []
    more, seen = found[: len(second)], found[len(second) :]
    every = [_finding(desk, one, incident_id) for one in [*looked, *more]]
    told: list[Finding] = [one for one in every if not isinstance(one, Facts) or one.rows]
    if seen:
        pairs = [(call.tool, one) for call, one in zip(others, seen, strict=False)]
        told.append(Note(evidence.told(pairs, desk, left=others[room:])))
    return [Note(_lead(incident, incident_id, looked, more)), *told]


def _elsewhere(desk: Desk) -> list[Call]:
    """What the other services that the agent reaches have to say."""
    own = _tool(desk, "get_incident")
    return survey.elsewhere(desk, own.name.service) if own else []


def _lead(incident: Row, incident_id: str, looked: Iterable[Done], more: Iterable[Done]) -> str:
    """The gist, with what is only a fact and no conclusion."""
    if not incident:
        return f"I could not read incident {incident_id}."
    name = escape(str(incident.get("name") or incident_id))
    cause = f" ({escape(str(incident['cause']))})" if incident.get("cause") else ""
    state = escape(str(incident.get("status") or "")).lower()
    parts = [f"**{name}**{cause}: {state}, {escape(str(incident.get('duration')))}."]
    for done in more:
        if _is(done, "list_incidents"):
            count = len(_others(done, incident_id))
            parts.append(f"{count or 'Nothing'}{' more' if count else ''} like it in 30 days.")
    for done in looked:
        on_call = _document(done).get("on_call") if _is(done, "who_is_on_call") else None
        parts += [f"Ask {escape(str(on_call))}, who is on call."] if on_call else []
    parts.append("These are facts; the cause is not proven.")
    return " ".join(parts)


def _of_monitor(desk: Desk, incident: Row) -> list[Call]:
    monitor = incident.get("monitor_id")
    if not monitor:
        return []
    given = {"monitor_id": str(monitor)}
    return [call for verb in _OF_MONITOR for call in _call(desk, verb, given)]


def _similar(desk: Desk, incident: Row) -> list[Call]:
    """Earlier incidents of the same monitor or heartbeat."""
    for name in ("monitor_id", "heartbeat_id"):
        if incident.get(name):
            since = f"{desk.now - _PAST:%Y-%m-%d}"
            given = {name: str(incident[name]), "from_date": since}
            return _call(desk, "list_incidents", given)
    return []


def _changes(desk: Desk) -> list[Call]:
    """What other services tell of changes and errors, as far as they can be asked without more."""
    able = [
        tool
        for tool in desk.box.reads
        if tool.lists and tool.noun & _CHANGES and moments.takes(tool.params.all)
    ]
    return [Call(tool, _with_connection(desk, tool, {})) for tool in able[:_MOST_OTHERS]]


def _call(desk: Desk, verb: str, given: Mapping[str, Any]) -> list[Call]:
    """The call of a tool with those of the arguments that it knows, if the tool is there."""
    tool = _tool(desk, verb)
    if tool is None:
        return []
    names = {param.name for param in tool.params.all}
    known = {name: value for name, value in given.items() if name in names}
    return [Call(tool, _with_connection(desk, tool, known))]


def _with_connection(desk: Desk, tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
    """With the connection that the question names, where there are several."""
    for param in tool.params.all:
        if is_connection(param):
            text = desk.run.asked.text
            meant = [one for one in param.choices if str(one) in text] or list(param.choices)
            return {**given, param.name: meant[0]}
    return dict(given)


def _tool(desk: Desk, verb: str) -> Tool | None:
    return next((one for one in desk.box.reads if one.spec.name.endswith(f"_{verb}")), None)


def _is(done: Done, verb: str) -> bool:
    return done.call.name.endswith(f"_{verb}")


def _document(done: Done) -> Row:
    found = () if done.failed else rows.of(done.data)
    return found[0] if found else {}


def _others(done: Done, incident_id: str) -> list[Row]:
    return [one for one in rows.of(done.data) if str(one.get("id")) != incident_id]


def _finding(desk: Desk, done: Done, incident_id: str) -> Finding:
    """What a call gave, without what the lead says already."""
    tool = desk.box.get(done.call.name)
    if done.failed:
        return Failure(tool, done)
    every: Sequence[Row] = rows.of(done.data)
    if _is(done, "list_incidents"):
        every = _others(done, incident_id)
    elif _is(done, "who_is_on_call"):
        every = ()
    return Facts(tool, done, every, len(every))
