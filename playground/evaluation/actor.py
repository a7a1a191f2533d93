"""The scripted model: it plays a scenario's own answer."""

from __future__ import annotations

from collections.abc import Iterator

from bot.agents.messages import OnText, Replied, Request, Returned, ToolCall
from playground.evaluation.scenarios import Scenario
from playground.evaluation.sources import READERS, calls_for, sources_of
from playground.evaluation.standins.cloudwatch import ReplayedCloudWatch

NAME = "scripted"


class Actor:
    """Looks at everything that the answer key wants to be looked at, then says its answer.

    It has the script, so its score shows what the stage and the judge are worth, and nothing of
    any model.
    """

    name = NAME

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    async def respond(self, request: Request, on_text: OnText) -> Replied:
        calls = list(dict.fromkeys(self._wanted()))
        offered = {tool.name for tool in request.tools}
        if calls and offered and not isinstance(request.turns[-1], Returned):
            made = [
                ToolCall(f"{NAME}-{number}", tool, dict(arguments))
                for number, (tool, arguments) in enumerate(calls, 1)
                if tool in offered
            ]
            return Replied("", made, model=NAME)
        await on_text(self._scenario.answer.model_response)
        return Replied(self._scenario.answer.model_response, model=NAME)

    def _wanted(self) -> Iterator[tuple[str, tuple[tuple[str, object], ...]]]:
        key = self._scenario.answer
        for one in key.required_evidence_sources:
            yield from self._reading(one)
        for one in (*key.optimal_trajectory, *key.required_queries):
            sources = sources_of(one, self._scenario)
            for source in sources:
                yield from self._reading(source)
            if not sources:  # then it is something measured
                yield ReplayedCloudWatch.tool_name("get_metric"), (("metric", one),)

    def _reading(self, source: str) -> Iterator[tuple[str, tuple[tuple[str, object], ...]]]:
        if source in READERS or source in self._scenario.sources:
            for tool, arguments in calls_for(source):
                yield tool, tuple(arguments.items())
