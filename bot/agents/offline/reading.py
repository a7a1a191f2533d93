"""Pursuing a clause that asks for facts: which tools to read, and which rows of them to show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from bot.agents.directives.results import common_start
from bot.agents.offline import databases, matching, memory, mine, moments, rows, targets
from bot.agents.offline.desk import Call, Desk, Done, over_connections
from bot.agents.offline.filling import beside, fill
from bot.agents.offline.filters import describe
from bot.agents.offline.findings import Facts, Failure, Finding, Note, Question
from bot.agents.offline.memory import Seen, Subject
from bot.agents.offline.narrowing import narrow
from bot.agents.offline.phrases import needs
from bot.agents.offline.rows import Row
from bot.agents.offline.texts import Filled
from bot.agents.offline.toolbox import Tool, is_connection, reference_noun
from bot.agents.offline.wording import Wording
from bot.agents.offline.words import closest

_MOST_NEWS = 3
_NEWS = re.compile(
    r"\b(?:happen(?:ed|ing|s)?|going on|what(?:'s| is| was)? (?:new|up|wrong)|did i miss"
    r"|anything (?:new|wrong)|summary|overview|catch me up)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\W*(?:and|but|or)\b", re.IGNORECASE)


def pursue(said: Wording, desk: Desk) -> list[Finding]:
    """The facts that the clause asks for, or why there are none.

    Raises:
        NotYet, OutOfSteps: from the desk.
    """
    matches = matching.reads(said, desk.box)
    if said.points_to_one and not said.clause.before and (pointed := _one(said, matches, desk)):
        return pointed
    if _continues(said, matches) and (seen := _earlier(said, desk)):
        return _again(seen, said, desk)
    if not matches:
        fallback = databases.fallback(said, desk) or _overview(said, desk)
        return fallback or [Note(said.clause.text, lost=True)]
    return _first_that_answers(matches, said, desk)


def _first_that_answers(
    matches: Sequence[matching.Match], said: Wording, desk: Desk
) -> list[Finding]:
    """What the best tools say. Where one cannot tell what is meant, the next as good may."""
    tried: list[Finding] = []
    for best in matching.tied(matches):
        found = [finding for one in best for finding in _use(one.tool, said, desk)]
        if not all(isinstance(one, Question) for one in found):
            return found
        tried = tried or found
    return tried


def _overview(said: Wording, desk: Desk) -> list[Finding]:
    """For "what happened last night?": what the tools that know of time have to list."""
    if said.stems or not _NEWS.search(said.clause.text):
        return []
    span = said.span or moments.default(desk.now)
    wide = replace(said, span=span)
    able = [tool for tool in desk.box.reads if tool.lists and moments.takes(tool.params.all)]
    return [finding for tool in able[:_MOST_NEWS] for finding in look(tool, wide, desk)]


def _use(tool: Tool, said: Wording, desk: Desk) -> list[Finding]:
    if tool.language and tool.language.name not in fill(tool, said, desk.now).arguments:
        return databases.without_query(tool, said, desk)
    return look(tool, said, desk)


def look(tool: Tool, said: Wording, desk: Desk) -> list[Finding]:
    """Calls one tool as the clause says and lays out what it gave, or what of it is the asker's."""
    return mine.own(_looked(tool, said, desk), said)


def _looked(tool: Tool, said: Wording, desk: Desk) -> list[Finding]:
    filled = fill(tool, said, desk.now)
    if param := targets.reference(tool, filled):
        found = targets.find(tool, param, said, desk)
        if found and found.instead:
            return [found.instead]
        if not found or not found.targets:
            value = beside(param, tool, said, filled)
            if value is None:
                return [needs(tool, [param])]
            filled.arguments[param.name] = value
            return _asked_back(tool, filled, said) or _read(tool, filled, said, desk)
        return _each(tool, filled, param.name, found.targets, said, desk, found.note)
    return _asked_back(tool, filled, said) or _read(tool, filled, said, desk)


def _each(
    tool: Tool,
    filled: Filled,
    name: str,
    things: Sequence[targets.Target],
    said: Wording,
    desk: Desk,
    note: str = "",
) -> list[Finding]:
    calls, labels = [], []
    for thing in things:
        one = Filled({**filled.arguments, name: thing.value}, filled.used, filled.assumed)
        if question := _asked_back(tool, one, said):
            return question
        known = {"connection": thing.connection} if thing.connection is not None else {}
        takes = any(is_connection(param) for param in tool.params.all)
        calls.append(Call(tool, {**one.arguments, **(known if takes else {})}))
        labels.append(rows.label(thing.row))
    done = desk.look(calls)
    told = [Note(note)] if note else []
    if together := _together(tool, done, said):
        return [*together, *told]
    shown = [
        _shown(tool, one, said, filled, narrowed=False, about=label)
        for one, label in zip(done, labels, strict=True)
    ]
    return [*shown, *told]


def _together(tool: Tool, done: Sequence[Done], said: Wording) -> list[Finding]:
    """What was looked up of three things or more, one beside the other; not with lists."""
    known = [one for one in done if not one.failed]
    if len(known) < 3 or any(rows.is_table(one.data) for one in known):
        return []
    every = [_readable(row) for one in known for row in rows.of(one.data)]
    titles = [str((one.data or {}).get("title", "")) for one in known]
    title = common_start(titles)
    first = known[0]
    assert first.returned is not None
    data = {"title": title, "rows": every, "cut": "", "link": ""}
    joined = Done(first.call, replace(first.returned, data=data))
    filters = [f"{said.span.label}{_counted(titles)}"] if said.span else []
    facts = Facts(tool, joined, every, len(every), filters, said.matter)
    return [facts, *(Failure(tool, one) for one in done if one.failed)]


def _counted(titles: Sequence[str]) -> str:
    """Which days a service made of a span of hours, as its titles end with it."""
    turned = zip(*(title.split()[::-1] for title in titles), strict=False)
    same = [words[0] for words in takewhile(lambda words: len(set(words)) == 1, turned)]
    days = re.search(r"(?:^|\s)(from \d{4}-.*)", " ".join(same[::-1]))
    return f", in whole days {days[1]}" if days else ""


def _asked_back(tool: Tool, filled: Filled, said: Wording) -> list[Finding]:
    missing = [param for param in filled.missing(tool) if not is_connection(param)]
    answer = said.clause.answer.strip()
    if len(missing) == 1 and answer and (value := missing[0].coerce(answer)) is not None:
        filled.arguments[missing[0].name] = value
        return []
    return [needs(tool, missing)] if missing else []


def _read(tool: Tool, filled: Filled, said: Wording, desk: Desk) -> list[Finding]:
    calls, left = over_connections(tool, filled.arguments, said)
    found: list[Finding] = [_shown(tool, one, said, filled) for one in desk.look(calls)]
    if left:
        others = ", ".join(str(one) for one in left)
        found.append(Note(f"I looked into {len(calls)} connections; name one for: {others}."))
    return found


def _readable(row: Row) -> Row:
    """A row without the ids and the seconds that stand in it in words as well."""
    return {
        name: value
        for name, value in row.items()
        if not (name.endswith("_id") and name.removesuffix("_id") in row)
        and not (name.endswith("_seconds") and name.removesuffix("_seconds") in row)
    }


def _shown(
    tool: Tool,
    done: Done,
    said: Wording,
    filled: Filled,
    *,
    narrowed: bool = True,
    about: str = "",
) -> Finding:
    if done.failed:
        return Failure(tool, done)
    every = rows.of(done.data)
    kept, notes = narrow(every, tool, said, filled) if narrowed else (every, [])
    filters = describe(tool, done.call.arguments, said, filled, about)
    return Facts(tool, done, kept, len(every), filters, said.matter, notes)


def _continues(said: Wording, matches: Sequence[matching.Match]) -> bool:
    """Whether the clause only makes sense as a change to the question before."""
    about = bool(matches) and matches[0].about
    if said.goes_on:
        return not about or said.points_to_many
    opens = bool(_GOES_ON.match(said.clause.text)) and not matches
    return opens or (bool(said.span) and not said.stems)


def _earlier(said: Wording, desk: Desk) -> Seen | None:
    """The earlier look that the clause goes on from: the one that knows its words best."""
    lists = [
        [one for one in shown if not _targets_one(one.tool, desk)] for shown in memory.recall(desk)
    ]
    shown = next((one for one in lists if one), None)
    if not shown:
        return None

    def knows(seen: Seen) -> tuple[int, int]:
        filled = fill(seen.tool, said, desk.now)
        words = set(said.stems) & (rows.fields(seen.rows) | seen.tool.noun)
        return len(filled.arguments) + len(words), len(seen.rows)

    return max(shown, key=knows)


def _targets_one(tool: Tool, desk: Desk) -> bool:
    """Whether the tool tells about one thing out of a list."""
    nouns = [reference_noun(param, tool) for param in tool.required]
    return not tool.lists and any(noun and desk.box.lister(noun, tool) for noun in nouns)


def _again(seen: Seen, said: Wording, desk: Desk) -> list[Finding]:
    """The same look with what the clause changes."""
    filled = fill(seen.tool, said, desk.now)
    old = dict(seen.call.arguments)
    if said.span:
        timed = [param.name for param in seen.tool.params.all if moments.role(param)]
        old = {name: value for name, value in old.items() if name not in timed}
    arguments = {**old, **filled.arguments}
    done = desk.look([Call(seen.tool, arguments)])[0]
    shown = _shown(seen.tool, done, said, filled)
    if not isinstance(shown, Facts) or not said.points_to_many:
        return mine.own([shown], said)
    ids = {rows.key(row) for row in seen.rows}
    kept = [row for row in shown.rows if rows.key(row) in ids]
    return [Facts(shown.tool, done, kept, len(seen.rows), shown.filters, shown.stems, shown.notes)]


def _one(said: Wording, matches: Sequence[matching.Match], desk: Desk) -> list[Finding]:
    """Facts about the thing that "it" or "the second one" stands for."""
    subject = memory.subject(said, desk)
    if subject is None:
        return []
    if matches and matches[0].about and not _takes_value(matches[0].tool, subject)[0]:
        return []
    if subject.only is None:
        thing = subject.seen.tool.name.thing
        return [Question(f"Which {thing} do you mean?", subject.rows)]
    tool = _detail(subject, matches, desk)
    if tool is None:
        return _row_again(subject, said, desk)
    param, value = _takes_value(tool, subject)
    filled = fill(tool, said, desk.now)
    home = subject.seen.call.arguments.get("connection")
    target = targets.Target(value, subject.only, home)
    return _each(tool, filled, param, [target], said, desk)


def _takes_value(tool: Tool, subject: Subject) -> tuple[str, Any]:
    """The parameter of a tool that identifies the subject, with the subject's value for it."""
    for param in tool.required:
        noun = reference_noun(param, tool)
        if not noun or is_connection(param):
            continue
        if any(closest(word, subject.seen.tool.noun) >= 0.7 for word in noun) and subject.rows:
            value = rows.identity(subject.rows[0], param, noun)
            if value is not None:
                return param.name, value
    return "", None


def _detail(subject: Subject, matches: Sequence[matching.Match], desk: Desk) -> Tool | None:
    """The tool that tells more about the subject: one that the clause names, or the plain one."""
    named = [one.tool for one in matches if _takes_value(one.tool, subject)[0]]
    plain = [
        one
        for one in desk.box.reads
        if _takes_value(one, subject)[0] and one.noun <= subject.seen.tool.noun
    ]
    return next(iter([*named, *plain]), None)


def _row_again(subject: Subject, said: Wording, desk: Desk) -> list[Finding]:
    """The row as it is now, where no tool tells more about it."""
    seen = subject.seen
    assert subject.only is not None
    done = desk.look([Call(seen.tool, dict(seen.call.arguments))])[0]
    if done.failed:
        return [Failure(seen.tool, done)]
    wanted = rows.key(subject.only)
    kept: list[Row] = [row for row in rows.of(done.data) if rows.key(row) == wanted]
    notes = [] if kept else ["It is not in the list any more; this is how it was."]
    shown = kept or [subject.only]
    return [Facts(seen.tool, done, shown, len(shown), (), said.matter, notes)]
