"""Questions that go on from an answer: a closer look at what was found, or a look beside it.

Each is made of a tool's own words and an id, never of what a row says, and is kept only if the
planner's own reading of it leads to that very tool: what is offered can be answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.agents.messages import Asked
from bot.agents.offline import moments, rows, survey
from bot.agents.offline.desk import Desk, Done, Segment
from bot.agents.offline.findings import Facts, Finding, Passages, Question
from bot.agents.offline.lexicon import FINAL_STATES
from bot.agents.offline.planning import Step
from bot.agents.offline.rows import Row
from bot.agents.offline.toolbox import Tool, is_connection, reference_noun, same_service
from bot.agents.offline.words import singular
from bot.slack.blocks import clip

MOST = 3
LONGEST_LABEL, LONGEST_QUESTION = 40, 200
_MOST_TRIED = 8
_ID = re.compile(r"(?=.*\d)[A-Za-z0-9][\w-]{0,39}")
_RANGES = ("yesterday", "in the last 7 days")


@dataclass(frozen=True)
class FollowUp:
    """A question to go on with. `tool` is what it leads to, `value` the id that it names."""

    question: str
    tool: Tool
    value: str = ""

    @property
    def label(self) -> str:
        """What the button says."""
        return clip(self.question, LONGEST_LABEL)


@dataclass(frozen=True)
class Source:
    """A result with the tool that it came from, and the rows that the answer shows of it."""

    tool: Tool
    done: Done
    rows: Sequence[Row]


def arguments(
    findings: Sequence[Finding], desk: Desk, step: Callable[[Desk], Step]
) -> dict[str, Any]:
    """What the house's tool for follow-ups is called with; nothing where nothing follows.

    Args:
        step: the planner's own next step, with which each question is tried.
    """
    if desk.run.closed or any(isinstance(one, Question) for one in findings):
        return {}
    found = _chosen(_sources(findings, desk), desk, step)
    told = [{"label": one.label, "question": one.question} for one in found]
    return {"follow_ups": told} if told else {}


def _sources(findings: Sequence[Finding], desk: Desk) -> list[Source]:
    """What the answer shows; of a survey, whose findings are text, what it looked at."""
    shown = [
        Source(one.tool, one.done, one.rows)
        for one in findings
        if isinstance(one, Facts) and one.tool and one.rows
    ]
    if shown or any(isinstance(one, Passages) for one in findings):
        return shown
    tools = [(desk.box.get(done.call.name), done) for done in desk.run.calls if not done.failed]
    return [
        Source(tool, done, every)
        for tool, done in tools
        if tool and tool.reads and (every := rows.of(done.data))
    ]


def _chosen(sources: Sequence[Source], desk: Desk, step: Callable[[Desk], Step]) -> list[FollowUp]:
    """The best that can be answered: two closer looks at most, so that there is one beside."""
    kept: list[FollowUp] = []
    asked = {one.asked.text for one in [*desk.earlier, desk.run]}
    for kind, room in ((_closer, 2), (_beside, MOST), (_other_time, MOST)):
        for one in list(kind(sources, desk))[:_MOST_TRIED]:
            if len(kept) >= room:
                break
            if one.question in asked or any(each.tool is one.tool for each in kept):
                continue
            if len(one.question) <= LONGEST_QUESTION and _leads_there(one, desk, step):
                kept.append(one)
    return kept


def _leads_there(one: FollowUp, desk: Desk, step: Callable[[Desk], Step]) -> bool:
    """Whether the planner, asked this next, would call just that tool, about just that thing."""
    asked = Asked(one.question, desk.run.asked.name, email=desk.run.asked.email)
    before = [*desk.earlier, replace(desk.run, answered_by="")]
    wanted = step(desk.at(Segment(asked, (), 0, ""), before)).calls
    about = {str(value) for call in wanted for value in call.arguments.values()}
    leads = bool(wanted) and all(call.tool is one.tool for call in wanted)
    return leads and (not one.value or one.value in about)


def _closer(sources: Sequence[Source], desk: Desk) -> Iterator[FollowUp]:
    """Another look at one of the things that were found."""
    seen = {done.call.name for done in desk.run.calls}
    for source in sources:
        for row in _first(source.rows)[:2]:
            for tool, thing in _about(source.tool, desk):
                value = _identifier(tool, row)
                if value and tool.spec.name not in seen:
                    yield _look(tool, thing, value)


def _about(shown: Tool, desk: Desk) -> list[tuple[Tool, str]]:
    """The tools that tell of one thing of the kind that was shown, with the word for the thing."""
    found = []
    for tool in desk.box.reads:
        needed = [param for param in tool.required if not is_connection(param)]
        if len(needed) != 1 or tool.language or not same_service(tool, shown):
            continue
        noun = reference_noun(needed[0], tool)
        lister = desk.box.lister(noun, tool) if noun else None
        if noun and lister and (lister is shown or noun <= shown.noun):
            found.append((tool, lister.name.thing))
    asked = frozenset[str]()
    return sorted(found, key=lambda pair: -survey.worth(pair[0], asked) - len(pair[0].noun) / 10)


def _look(tool: Tool, thing: str, value: str) -> FollowUp:
    own = {singular(word) for word in thing.split()}
    more = " ".join(word for word in tool.name.things.split() if singular(word) not in own)
    what = f"{more} of {thing} {value}" if more else f"{thing} {value}"
    return FollowUp(f"Show the {what}" if more else f"Show {what}", tool, value)


def _identifier(tool: Tool, row: Row) -> str:
    """The row's id for the tool, where it is one that can stand in a question."""
    param = next(param for param in tool.required if not is_connection(param))
    value = str(rows.identity(row, param, reference_noun(param, tool) or ()) or "")
    return value if _ID.fullmatch(value) else ""


def _first(every: Sequence[Row]) -> list[Row]:
    """The rows, first those that are not over."""
    return sorted(every, key=lambda row: any(rows.in_state(row, one) for one in FINAL_STATES))


def _beside(sources: Sequence[Source], desk: Desk) -> Iterator[FollowUp]:
    """Another list of the same service: first who there is to ask, then what tells the most."""
    services = {source.tool.name.service for source in sources}
    seen = {done.call.name for done in desk.run.calls}
    able = [
        tool
        for tool in desk.box.reads
        if tool.name.service in services
        and tool.spec.name not in seen
        and all(is_connection(param) for param in tool.required)
    ]
    nouns = frozenset(word for source in sources for word in source.tool.noun)
    able.sort(key=lambda tool: (tool.name.verb != "who", -survey.worth(tool, nouns)))
    for tool in able:
        if tool.name.verb == "who":
            yield FollowUp(f"Who is {tool.name.things.replace('-', ' ')}?", tool)
        elif tool.lists and not tool.searches:
            yield FollowUp(f"Show the {tool.name.things}", tool)


def _other_time(sources: Sequence[Source], desk: Desk) -> Iterator[FollowUp]:
    """The same list for another range of time."""
    for source in sources:
        if source.tool.lists and moments.takes(source.tool.params.all):
            for when in _RANGES:
                yield FollowUp(f"Show the {source.tool.name.things} {when}", source.tool)
