"""Services that are asked in a query language: the planner writes none, but shows what there is."""

from __future__ import annotations

import re

from bot.agents.offline import rows
from bot.agents.offline.desk import Call, Desk, Done, over_connections
from bot.agents.offline.findings import Facts, Failure, Finding, Note
from bot.agents.offline.lexicon import QUANTITY
from bot.agents.offline.rows import Row
from bot.agents.offline.toolbox import Tool, is_connection, reference_noun, same_service
from bot.agents.offline.wording import Wording

_QUANTITY = re.compile(QUANTITY, re.IGNORECASE)


def fallback(said: Wording, desk: Desk) -> list[Finding]:
    """For a question of quantity that fits no tool: a database may know, so it is looked at."""
    asking = [tool for tool in desk.box.reads if tool.language]
    if not asking or not _QUANTITY.search(said.text) or not said.stems:
        return []
    return without_query(asking[0], said, desk)


def without_query(tool: Tool, said: Wording, desk: Desk) -> list[Finding]:
    """What can be seen without a query: what is listed, and the one thing that the clause names.

    Raises:
        NotYet, OutOfSteps: from the desk.
    """
    lister = _lister(tool, desk)
    if lister is None:
        return [Note(_cannot(tool))]
    calls, _ = over_connections(lister, {}, said)
    results = desk.look(calls)
    failed: list[Finding] = [Failure(lister, one) for one in results if one.failed]
    pairs = [(row, one) for one in results for row in rows.of(one.data)]
    if failed or not pairs:
        return [*failed, Note(_cannot(tool))]
    named = _named(pairs, lister, said)
    details = _details(named, lister, said, desk)
    if details:
        return [Note(_cannot(tool)), *details]
    lists: list[Finding] = [
        Facts(lister, one, rows.of(one.data), len(rows.of(one.data))) for one in results
    ]
    return [Note(_cannot(tool)), *lists]


def _lister(tool: Tool, desk: Desk) -> Tool | None:
    own = [one for one in desk.box.reads if one.lists and same_service(one, tool)]
    return next((one for one in own if all(is_connection(param) for param in one.required)), None)


def _named(pairs: list[tuple[Row, Done]], lister: Tool, said: Wording) -> tuple[Row, Done] | None:
    """The one listed thing that a word of the clause names."""
    every = [row for row, _ in pairs]
    for name in said.names(lister.noun | lister.service):
        if (row := rows.choose(every, [name]).only) is not None:
            return next(pair for pair in pairs if pair[0] is row)
    return None


def _details(
    named: tuple[Row, Done] | None, lister: Tool, said: Wording, desk: Desk
) -> list[Finding]:
    tool = _describer(lister, desk)
    if named is None or tool is None:
        return []
    row, source = named
    param = next(one for one in tool.required if not is_connection(one))
    value = rows.identity(row, param, reference_noun(param, tool) or ())
    if value is None:
        return []
    home = source.call.arguments.get("connection")
    extra = {"connection": home} if any(is_connection(one) for one in tool.required) else {}
    done = desk.look([Call(tool, {param.name: value, **extra})])[0]
    if done.failed:
        return [Failure(tool, done)]
    found = rows.of(done.data)
    return [Facts(tool, done, found, len(found), [rows.label(row)], said.matter)]


def _describer(lister: Tool, desk: Desk) -> Tool | None:
    """The tool that tells more about one of the things that are listed."""
    for tool in desk.box.reads:
        needed = [param for param in tool.required if not is_connection(param)]
        if len(needed) != 1 or tool.language or not same_service(tool, lister):
            continue
        noun = reference_noun(needed[0], tool)
        if noun and desk.box.lister(noun, tool) is lister:
            return tool
    return None


def _cannot(tool: Tool) -> str:
    kind = tool.language.name if tool.language else "query"
    said = f"{tool.spec.description} {tool.language.description if tool.language else ''}"
    named = re.search(r"\b(SQL|PartiQL|GAQL|HogQL|APL|JQL|KQL|LogQL|PromQL|GraphQL|Lucene)\b", said)
    language = named[1] if named else ("SQL" if kind.lower() == "sql" else "that query language")
    return f"I cannot write {language} by myself: send me the query in backticks and I run it."
