"""What the team wrote down: passages of an agent's files that a question is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.agents.knowledge.recall import Passage, passages_of
from bot.agents.offline.desk import Call, Desk, Done
from bot.agents.offline.findings import Finding, Passages
from bot.agents.offline.wording import Wording
from bot.agents.offline.words import content, stem, tokens

_SOURCES = (
    "runbook run-book playbook handbook guideline guide manual documentation docs doc wiki faq"
    " cheatsheet checklist knowledge"
)
_WRITTEN = re.compile(
    rf"\b(?:{'|'.join(_SOURCES.split())})s?\b|\baccording to our\b"
    r"|\b(?:our|the) (?:process|procedure|policy|rules?|instructions?|steps)"
    r" (?:for|to|on|when|if)\b",
    re.IGNORECASE,
)
_HOW = re.compile(
    r"\bhow (?:do|can|should|would|must) (?:i|we|you|one)\b(?! (?:do|doing)\b)|\bhow to\b"
    r"|\bwhat (?:do|should|must) (?:i|we) do\b|\bwhere do (?:i|we)\b",
    re.IGNORECASE,
)
_META = frozenset(
    stem(word)
    for word in f"""
    {_SOURCES} run book file report page section chapter passage say write written describe
    described mention mentioned contain according process procedure policy rule instruction step
    explain
    """.split()
)
_LEAST = 0.6
_MOST = 3


def pursue(said: Wording, desk: Desk, *, asked: bool = True) -> list[Finding]:
    """The passages that fit a clause, or nothing.

    Args:
        asked: only for a clause that asks for what is written, or for how something is done.

    Raises:
        NotYet, OutOfSteps: from the desk.
    """
    text = said.clause.text
    words = [one for one in dict.fromkeys(content(text)) if stem(one) not in _META]
    wanted = _WRITTEN.search(text) or _HOW.search(text)
    if desk.knowledge is None or not words or (asked and not wanted):
        return []
    done = desk.look([Call(desk.knowledge, {"query": " ".join(words)})])[0]
    fitting = _fitting(passages_of(done.data or {}), words)
    return [Passages(done, fitting, " ".join(words))] if fitting else []


def told(done: Done) -> list[Finding]:
    """The passages of a search that another model made."""
    found = passages_of(done.data or {})[:_MOST]
    return [Passages(done, found, str(done.call.arguments.get("query", "")))] if found else []


def _fitting(found: Sequence[Passage], words: Sequence[str]) -> list[Passage]:
    """Those that have the most of the words, if that is most of them: a search finds any word."""
    wanted = {stem(word) for word in words}
    scores = [len(wanted & _stems(one)) / len(wanted) for one in found]
    best = max(scores, default=0.0)
    if best < _LEAST:
        return []
    return [one for one, score in zip(found, scores, strict=True) if score >= best - 0.01][:_MOST]


def _stems(passage: Passage) -> set[str]:
    return {stem(word) for word in tokens(f"{passage.place} {passage.text}")}
