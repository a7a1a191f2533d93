"""The offline planner: answers from the tools at hand when there is no language model to ask.

It keeps nothing between its steps. Each one derives the whole plan from the turns, takes what has
been looked up so far, and either asks for the calls that are missing or lays out the facts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.agents.directives.parsing import Kind
from bot.agents.directives.tools import NAMES
from bot.agents.messages import OnText, Replied, Request, ToolCall
from bot.agents.offline import (
    advice,
    clauses,
    investigating,
    reading,
    report,
    rows,
    smalltalk,
    survey,
    wording,
    writing,
)
from bot.agents.offline.clauses import Clause
from bot.agents.offline.desk import Call, Desk, NotYet, OutOfSteps, Segment, segments
from bot.agents.offline.findings import Facts, Failure, Finding, Findings, Note, Outcome
from bot.agents.offline.tables import Reader
from bot.agents.offline.times import zone
from bot.agents.offline.toolbox import Toolbox
from bot.agents.offline.words import tokens
from bot.agents.suggesting import SUGGEST

NOTICE = (
    "No language model is configured: I matched the words of your question with the tools at hand."
)
_NAME = "offline"
_LONGEST_ANSWER = 60
_TAKES_BACK = re.compile(
    r"^\W*(?:no|nope|not|wait|stop|cancel|hold|forget|leave)\b|\b(?:don['’]?t|do not)\b", re.I
)


@dataclass(frozen=True)
class Step:
    """What one step came to: calls to make, or findings to tell."""

    calls: Sequence[Call]
    findings: Findings


class OfflinePlanner:
    """A model without a language model: it matches words, and says so in each of its answers.

    `notice` is the sentence that says why there is none.
    """

    name = _NAME

    def __init__(self, notice: str = NOTICE) -> None:
        self._notice = notice

    async def respond(self, request: Request, on_text: OnText) -> Replied:
        """The calls that are missing, or the answer. Never fails."""
        every = segments(request.turns)
        # Its directives are carried out without it, and no tool that follows up finds anything.
        box = Toolbox([tool for tool in request.tools if tool.name not in {*NAMES, SUGGEST}])
        if not every:
            return await self._say(report.close([smalltalk.abilities(box)], self._notice), on_text)
        desk = Desk.of(request, every, box)
        talk = None if investigating.wanted(desk) else _small_talk(desk)
        if talk is not None and not desk.run.calls:
            return await self._say(report.close([talk], self._notice), on_text)
        step = _step(desk)
        if step.calls:
            return Replied("", _numbered(step.calls, desk), model=self.name)
        return await self._say(_answer(step.findings, desk, self._notice), on_text)

    async def _say(self, text: str, on_text: OnText) -> Replied:
        await on_text(text)
        return Replied(text, model=self.name)


def _small_talk(desk: Desk) -> str | None:
    if clauses.code_of(desk.run.asked.text):
        return None
    return smalltalk.answer(clauses.clean(desk.run.asked.text), desk.box)


def _numbered(calls: Sequence[Call], desk: Desk) -> list[ToolCall]:
    first = len(desk.run.calls) + 1
    return [
        ToolCall(f"{_NAME}-{number}", call.tool.spec.name, call.arguments)
        for number, call in enumerate(calls, first)
    ]


def _step(desk: Desk) -> Step:
    """Pursues every clause as far as the calls made so far allow."""
    findings = Findings()
    if desk.run.calls and not desk.box.tools:
        return Step([], findings)  # the loop's last step: only what is there can be told
    incident = investigating.wanted(desk)
    if incident:
        return _investigated(incident, desk)
    every = _clauses(desk)
    if not any(one.wants_write for one in every) and (surveyed := _surveyed(desk)):
        return surveyed
    for clause in every:
        if clauses.forbids(clause.text):
            findings.all.append(Note("Understood, nothing was sent."))
            continue
        said = wording.read(clause, desk.now, desk.timezone)
        pursue = writing.pursue if clause.wants_write else reading.pursue
        try:
            findings.all += pursue(said, desk)
        except NotYet:
            continue
        except OutOfSteps:
            findings.all.append(
                Note("I stopped here: this took more look-ups than one answer may.")
            )
    return Step(list(desk.wanted.values()), findings)


def _investigated(incident: str, desk: Desk) -> Step:
    """For a question about one incident by its id."""
    try:
        return Step([], Findings(investigating.pursue(incident, desk)))
    except NotYet:
        return Step(list(desk.wanted.values()), Findings())
    except OutOfSteps:
        return Step([], Findings())


def _surveyed(desk: Desk) -> Step | None:
    """For a question about the cause of an incident: every source is looked into."""
    if not survey.wanted(desk.run.asked.text):
        return None
    try:
        found = Findings(list(survey.pursue(desk)))
    except NotYet:
        return Step(list(desk.wanted.values()), Findings())
    except OutOfSteps:
        return None
    return Step([], found) if found.all else None


def _clauses(desk: Desk) -> list[Clause]:
    """The clauses of the question, or those of the one before if this answers a question back."""
    own = _taken_apart(desk.run, desk)
    pending = _pending(desk, own)
    if pending is None:
        return own
    answer = clauses.clean(desk.run.asked.text)
    return [replace(one, answer=answer) for one in pending]


def _taken_apart(segment: Segment, desk: Desk) -> list[Clause]:
    code = clauses.code_of(segment.asked.text)
    text = clauses.clean(segment.asked.text)
    if code and not tokens(text):
        text = "run this query"
    verbs = [tool.name.verb for tool in desk.box.writes if tool.name.verb]
    found = clauses.split(text, verbs, desk.box.nouns)
    return [replace(one, payload=one.payload or code) for one in found]


def _pending(desk: Desk, own: Sequence[Clause]) -> list[Clause] | None:
    """What we asked the person about, if the last answer was our question and this its answer.

    The order stays the person's own: it is read from the earlier question, never from our words,
    and it counts only for the same person and only in the turn right after.
    """
    if not desk.earlier or not _bare(desk.run.asked.text, own):
        return None
    before = desk.earlier[-1]
    same = before.asked.name == desk.run.asked.name
    if before.answered_by != _NAME or not same or len(desk.earlier) > 200:
        return None
    past = Desk(desk.box, before, desk.earlier[:-1], desk.now, desk.timezone)
    return _asking(past)


def _asking(past: Desk) -> list[Clause] | None:
    """The clauses of an earlier question that ended in a question back."""
    open_clauses = []
    for clause in _taken_apart(past.run, past):
        said = wording.read(clause, past.now, past.timezone)
        pursue = writing.pursue if clause.wants_write else reading.pursue
        try:
            found = Findings(pursue(said, past))
        except (NotYet, OutOfSteps):
            continue
        if found.asks:
            open_clauses.append(clause)
    return open_clauses or None


def _bare(text: str, own: Sequence[Clause]) -> bool:
    """Whether a text can be the answer to a question back: short, no question, no new order, and
    nothing that takes the old one back."""
    words = tokens(clauses.clean(text))
    asks = "?" in text or re.match(
        r"\W*(?:who|what|which|when|where|why|how|show|list|only)\b", text, re.IGNORECASE
    )
    orders = any(one.wants_write for one in own) or _TAKES_BACK.search(text)
    return 0 < len(words) <= _LONGEST_ANSWER and not asks and not orders


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
        mark = one.done.call.id if isinstance(one, Facts | Failure | Outcome) else repr(one)
        if mark not in seen:
            kept.append(one)
        seen.add(mark)
    return kept


def _made_by_others(desk: Desk) -> list[Finding]:
    """Results of this run that another model asked for before it fell silent."""
    found: list[Finding] = []
    for done in desk.unclaimed():
        tool = desk.box.get(done.call.name)
        if tool is not None and not tool.reads:
            found.append(Outcome(tool, done))
        elif not done.failed and (every := rows.of(done.data)):
            found.append(Facts(tool, done, every, len(every)))
        elif tool is None:
            found.append(Outcome(None, done))
    return found
