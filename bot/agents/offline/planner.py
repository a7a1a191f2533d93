"""The offline planner: answers from the tools at hand when there is no language model to ask.

It keeps nothing between its steps. Each one derives the whole plan from the turns, takes what has
been looked up so far, and either asks for the calls that are missing or lays out the facts.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.agents.directives.parsing import Kind
from bot.agents.messages import OnText, Replied, Request, ToolCall
from bot.agents.offline import (
    advice,
    clauses,
    house,
    investigating,
    report,
    rows,
    runbooks,
    smalltalk,
    suggesting,
)
from bot.agents.offline.desk import NAME, Call, Desk, segments
from bot.agents.offline.findings import (
    Facts,
    Failure,
    Finding,
    Findings,
    Note,
    Outcome,
    Passages,
)
from bot.agents.offline.planning import step
from bot.agents.offline.tables import Reader
from bot.agents.offline.times import zone
from bot.agents.offline.toolbox import Toolbox

NOTICE = (
    "No language model is configured: I matched the words of your question with the tools at hand."
)


class OfflinePlanner:
    """A model without a language model: it matches words, and says so in each of its answers.

    `notice` is the sentence that says why there is none.
    """

    name = NAME

    def __init__(self, notice: str = NOTICE) -> None:
        self._notice = notice

    async def respond(self, request: Request, on_text: OnText) -> Replied:
        """The calls that are missing, or the answer. Never fails."""
        every = segments(request.turns)
        box = Toolbox([tool for tool in request.tools if tool.name not in house.APART])
        if not every:
            return await self._say(report.close([smalltalk.abilities(box)], self._notice), on_text)
        desk = Desk.of(request, every, box)
        talk = None if investigating.wanted(desk) else _small_talk(desk)
        if talk is not None and not desk.run.calls:
            return await self._say(report.close([talk], self._notice), on_text)
        found = step(desk)
        if found.calls:
            return Replied("", _numbered(found.calls, desk), model=self.name)
        answer = _answer(found.findings, desk, self._notice)
        return await self._say(answer, on_text, _closing(found.findings, desk, request))

    async def _say(self, text: str, on_text: OnText, calls: Sequence[ToolCall] = ()) -> Replied:
        await on_text(text)
        return Replied(text, calls, model=self.name)


def _small_talk(desk: Desk) -> str | None:
    if desk.run.quoted or clauses.code_of(desk.run.asked.text):
        return None
    return smalltalk.answer(clauses.clean(desk.run.asked.text), desk.box)


def _closing(findings: Findings, desk: Desk, request: Request) -> Sequence[ToolCall]:
    """The call that offers follow-ups beside an answer, where the house has the tool for it."""
    if all(tool.name != house.SUGGEST for tool in request.tools):
        return ()
    given = suggesting.arguments(findings.all, desk, step)
    number = len(desk.run.calls) + 1
    return [ToolCall(f"{NAME}-{number}", house.SUGGEST, given)] if given else ()


def _numbered(calls: Sequence[Call], desk: Desk) -> list[ToolCall]:
    first = len(desk.run.calls) + 1
    return [
        ToolCall(f"{NAME}-{number}", call.tool.spec.name, call.arguments)
        for number, call in enumerate(calls, first)
    ]


def _answer(findings: Findings, desk: Desk, notice: str) -> str:
    every = [*_without_repeats(findings.all), *_made_by_others(desk)]
    lost = [one for one in every if isinstance(one, Note) and one.lost]
    rest = [one for one in every if one not in lost]
    reader = Reader(desk.now, zone(desk.timezone))
    more = advice.advise(rest, reader) if desk.run.directives.has(Kind.RECOMMEND) else ""
    if not lost:
        return report.compose(rest, reader, notice, more=more)
    asked = "“" + " ".join(lost[0].text.split())[:120] + "”"
    sentence = f"I found no tool here that fits {asked}."
    if rest:
        return report.compose([*rest, Note(sentence)], reader, notice)
    return report.close([sentence, smalltalk.abilities(desk.box)], notice)


def _without_repeats(every: Sequence[Finding]) -> list[Finding]:
    """Each result once, however many clauses it answers."""
    kept: list[Finding] = []
    seen: set[str] = set()
    for one in every:
        mark = (
            one.done.call.id if isinstance(one, Facts | Failure | Outcome | Passages) else repr(one)
        )
        if mark not in seen:
            kept.append(one)
        seen.add(mark)
    return kept


def _made_by_others(desk: Desk) -> list[Finding]:
    """Results of this run that another model asked for before it fell silent."""
    found: list[Finding] = []
    for done in desk.unclaimed():
        tool = desk.box.get(done.call.name)
        if done.call.name == house.SEARCH:
            found += runbooks.told(done)
        elif tool is not None and not tool.reads:
            found.append(Outcome(tool, done))
        elif not done.failed and (every := rows.of(done.data)):
            found.append(Facts(tool, done, every, len(every)))
        elif tool is None:
            found.append(Outcome(None, done))
    return found
