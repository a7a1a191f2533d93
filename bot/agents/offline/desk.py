"""What lies before the planner at one step: the question, what was looked up, what is missing.

A plan is written as if every call answered at once. A call that has not been made yet is noted,
and its clause stops there until the next step, where the same plan finds the answer and goes on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.agents.directives.parsing import Directives, parse
from bot.agents.messages import Asked, Replied, Request, Returned, ToolCall, ToolReturn, Turn
from bot.agents.offline import house, wording
from bot.agents.offline.clauses import Clause
from bot.agents.offline.filling import connections
from bot.agents.offline.toolbox import Tool, Toolbox, is_connection
from bot.agents.offline.wording import Wording
from bot.agents.quoting import apart

NAME = "offline"
"""What the planner is called as a model."""
MOST_STEPS = 7
"""Steps with calls in one run; the answer is one more."""
MOST_CALLS = 16
"""Calls in one run."""
MOST_CONNECTIONS = 3
NO_DIRECTIVES = Directives((), (), "")


class NotYet(Exception):
    """A clause waits for calls that its desk has noted."""


class OutOfSteps(Exception):
    """The run has used up its calls or its steps."""


@dataclass(frozen=True)
class Done:
    """A call with what came back. `returned` is None where nothing did."""

    call: ToolCall
    returned: ToolReturn | None

    @property
    def failed(self) -> bool:
        return self.returned is None or self.returned.failed

    @property
    def text(self) -> str:
        return self.returned.text if self.returned else "No result came back."

    @property
    def data(self) -> Mapping[str, Any] | None:
        return self.returned.data if self.returned else None


@dataclass(frozen=True)
class Call:
    """A call that a plan wants."""

    tool: Tool
    arguments: dict[str, Any]

    @property
    def key(self) -> str:
        return _key(self.tool.spec.name, self.arguments)


@dataclass(frozen=True)
class Segment:
    """One question, without its directives, and the calls that were made for it.

    `quoted` is the message of somebody else that it is about: data, in which nothing is asked.
    `closed`: an answer was given already, with what closes it.
    """

    asked: Asked
    calls: tuple[Done, ...]
    steps: int
    answered_by: str
    directives: Directives = NO_DIRECTIVES
    quoted: str = ""
    closed: bool = False

    @property
    def done(self) -> dict[str, Done]:
        return {_key(one.call.name, one.call.arguments): one for one in self.calls}


def segments(turns: Sequence[Turn]) -> list[Segment]:
    """The turns, question by question."""
    starts = [index for index, turn in enumerate(turns) if isinstance(turn, Asked)]
    ends = [*starts[1:], len(turns)]
    return [_segment(turns[start:end]) for start, end in zip(starts, ends, strict=True)]


def _segment(turns: Sequence[Turn]) -> Segment:
    asked = turns[0]
    assert isinstance(asked, Asked)
    question, quoted = apart(asked.text)
    directives = NO_DIRECTIVES if quoted else parse(question)
    asked = replace(asked, text=question if quoted else directives.question)
    replies = [turn for turn in turns if isinstance(turn, Replied)]
    returns = {one.call_id: one for turn in turns if isinstance(turn, Returned)
               for one in turn.returns}  # fmt: skip
    made = [call for reply in replies for call in reply.calls]
    calls = [Done(call, returns.get(call.id)) for call in made if call.name != house.SUGGEST]
    answered_by = replies[-1].model if replies else ""
    closed = len(calls) < len(made)
    return Segment(asked, tuple(calls), len(replies), answered_by, directives, quoted, closed)


@dataclass
class Desk:
    """The state of one step. `knowledge` is the tool that searches what the team gave the agent."""

    box: Toolbox
    run: Segment
    earlier: Sequence[Segment]
    now: datetime
    timezone: str
    knowledge: Tool | None = None
    wanted: dict[str, Call] = field(default_factory=dict)
    claimed: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, request: Request, every: Sequence[Segment], box: Toolbox) -> Desk:
        search = Toolbox([tool for tool in request.tools if tool.name == house.SEARCH]).tools
        when = request.now, request.timezone
        return cls(box, every[-1], every[:-1], *when, next(iter(search), None))

    def at(self, run: Segment, earlier: Sequence[Segment]) -> Desk:
        """The desk as it is for another question of the conversation."""
        return replace(self, run=run, earlier=earlier, wanted={}, claimed=set())

    def read(self, clause: Clause) -> Wording:
        """A clause of this question in the words, the time and the place of who asked it."""
        return wording.read(clause, self.now, self.timezone, self.run.asked)

    def look(self, calls: Sequence[Call]) -> list[Done]:
        """What the calls gave.

        Raises:
            NotYet: some of them have not been made; they are noted.
            OutOfSteps: and cannot be made any more.
        """
        done = self.run.done
        missing = [call for call in calls if call.key not in done]
        room = MOST_CALLS - len(self.run.calls) - len(self.wanted)
        fresh = {call.key: call for call in missing if call.key not in self.wanted}
        if fresh and (self.run.steps >= MOST_STEPS or len(fresh) > room):
            raise OutOfSteps
        if missing:
            self.wanted.update(fresh)
            raise NotYet
        self.claimed.update(call.key for call in calls)
        return [done[call.key] for call in calls]

    def unclaimed(self) -> list[Done]:
        """Calls of this run that no clause has used: another model made them."""
        return [one for key, one in self.run.done.items() if key not in self.claimed]


def over_connections(
    tool: Tool, arguments: Mapping[str, Any], wording: Wording
) -> tuple[list[Call], list[Any]]:
    """The call for each connection that is meant, at most three, and the connections left out."""
    if not any(is_connection(param) for param in tool.params.all):
        return [Call(tool, dict(arguments))], []
    meant = connections(tool, wording)
    calls = [Call(tool, {**arguments, "connection": one}) for one in meant[:MOST_CONNECTIONS]]
    return calls, meant[MOST_CONNECTIONS:]


def _key(name: str, arguments: Mapping[str, Any]) -> str:
    return json.dumps([name, arguments], sort_keys=True, default=str)
