"""One step of a plan: what the clauses of a question need to be looked up, or what they found."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.agents.offline import (
    clauses,
    investigating,
    reading,
    reported,
    runbooks,
    survey,
    writing,
)
from bot.agents.offline.clauses import Clause
from bot.agents.offline.desk import NAME, Call, Desk, NotYet, OutOfSteps, Segment
from bot.agents.offline.findings import Finding, Findings, Note
from bot.agents.offline.words import tokens

_LONGEST_ANSWER = 60
_TAKES_BACK = re.compile(
    r"^\W*(?:no|nope|not|wait|stop|cancel|hold|forget|leave)\b|\b(?:don['’]?t|do not)\b", re.I
)


@dataclass(frozen=True)
class Step:
    """What one step came to: calls to make, or findings to tell."""

    calls: Sequence[Call]
    findings: Findings


def step(desk: Desk) -> Step:
    """Pursues every clause as far as the calls made so far allow."""
    findings = Findings()
    if desk.run.calls and not desk.box.tools:
        return Step([], findings)  # the loop's last step: only what is there can be told
    if desk.run.quoted:
        return _all_of(reported.pursue, desk)
    if incident := investigating.wanted(desk):
        return _all_of(partial(investigating.pursue, incident), desk)
    every = _clauses(desk)
    if not any(one.wants_write for one in every) and (surveyed := _surveyed(desk)):
        return surveyed
    for clause in every:
        if clauses.forbids(clause.text):
            findings.all.append(Note("Understood, nothing was sent."))
            continue
        try:
            findings.all += _pursued(clause, desk)
        except NotYet:
            continue
        except OutOfSteps:
            findings.all.append(
                Note("I stopped here: this took more look-ups than one answer may.")
            )
    return Step(list(desk.wanted.values()), findings)


def _all_of(pursue: Callable[[Desk], Sequence[Finding]], desk: Desk) -> Step:
    """For a question that is one thing as a whole: an incident by its id, a message."""
    try:
        return Step([], Findings(list(pursue(desk))))
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


def _pursued(clause: Clause, desk: Desk) -> list[Finding]:
    """What the tools say to a clause, or what the team wrote where it asks for that."""
    said = desk.read(clause)
    if clause.wants_write:
        return writing.pursue(said, desk)
    if passages := runbooks.pursue(said, desk):
        return passages
    found = reading.pursue(said, desk)
    lost = any(isinstance(one, Note) and one.lost for one in found)
    return (lost and runbooks.pursue(said, desk, asked=False)) or found


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
    if before.answered_by != NAME or not same or len(desk.earlier) > 200:
        return None
    return _asking(desk.at(before, desk.earlier[:-1]))


def _asking(past: Desk) -> list[Clause] | None:
    """The clauses of an earlier question that ended in a question back."""
    open_clauses = []
    for clause in _taken_apart(past.run, past):
        try:
            found = Findings(_pursued(clause, past))
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
