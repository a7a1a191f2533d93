"""Scoring an investigation against a scenario's answer key.

The rules are those of the scenarios' own repository, so that numbers can be compared:

- A required word is there if its text is, whatever the case and the white space; or one of its
  other wordings (`synonyms.toml`); or each of its words somewhere in the answer.
- A forbidden word is a hit wherever its text stands. A denial counts too: "these are not two root
  causes" says "two root causes". Answer keys forbid phrases that a right answer has no need of.
- The category is what the answer's last `ROOT_CAUSE_CATEGORY:` line says. An answer without a root
  cause has not passed, whatever else it holds.
- An action was taken if one of its calls gave a result; order does not matter.
- Passed is: a root cause, its category, all required words, nothing forbidden, all required
  evidence. Alternatives ruled out, actions and steps are counted beside it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from playground.evaluation.scenarios import AnswerKey, Scenario
from playground.evaluation.sources import read_by, sources_of

_MARKS = re.compile(r"[*`]|(?<!\w)_|_(?!\w)|\\(?=\W|_)")
_CATEGORY = re.compile(r"^\W*root[ _]cause[ _]category\W*:\W*([a-z]+(?:[ _-][a-z]+)*)", re.I | re.M)
_CAUSE = re.compile(r"^\W*root[ _]cause\s*:\s*(\S.*)$", re.I | re.M)
_NO_CAUSE = {"unable to determine root cause", "unknown", "not determined"}
_ALSO_RIGHT: Mapping[str, frozenset[str]] = {
    "dns_resolution_failure": frozenset({"dependency_failure"})
}
"""Failure modes whose category may be argued about, with what counts as well."""


@dataclass(frozen=True)
class Call:
    """A call of an investigation. `found` is whether it gave a result, `rows` how much of one."""

    tool: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    found: bool = True
    rows: int = 1


@dataclass(frozen=True)
class Investigation:
    """What an investigation came to. `steps` are its rounds of calls."""

    answer: str
    calls: Sequence[Call] = ()
    steps: int = 0
    trouble: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Tally:
    """How many of the wanted were there, and which were not."""

    wanted: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def got(self) -> int:
        return len(self.wanted) - len(self.missing)

    @property
    def complete(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class Score:
    """How one investigation did.

    `why_not` is the first reason for which it has not passed; `trouble` is what kept it from an
    answer, which is then our fault and no model's.
    """

    scenario: str
    words: Tally
    evidence: Tally
    ruled_out: Tally
    refused: Tally
    category: str
    expected: str
    category_right: bool
    steps: int
    most_steps: int
    why_not: str
    trouble: str
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.why_not


def judge(scenario: Scenario, found: Investigation) -> Score:
    """Holds an investigation against its scenario's key."""
    key, text = scenario.answer, normal(_without_category(found.answer))
    category, right = category_of(found.answer), accepted(scenario)
    words = tally(key.required_keywords, lambda word: mentions(text, word))
    return Score(
        scenario=scenario.name,
        words=words,
        evidence=_evidence(scenario, found.calls),
        ruled_out=tally(key.ruling_out_keywords, lambda word: mentions(text, word)),
        refused=_refused(key, text, category),
        category=category,
        expected=key.root_cause_category,
        category_right=category in right,
        steps=found.steps,
        most_steps=key.max_investigation_loops,
        why_not=_why_not(scenario, found, text, words, category),
        trouble=found.trouble,
        seconds=found.seconds,
    )


def _why_not(
    scenario: Scenario, found: Investigation, text: str, words: Tally, category: str
) -> str:
    key = scenario.answer
    if found.trouble:
        return found.trouble
    if not cause_of(found.answer):
        return "names no root cause"
    if category not in accepted(scenario):
        return f"category {category or 'missing'}, not {key.root_cause_category}"
    if words.missing:
        return f"words missing: {', '.join(words.missing)}"
    if refused := _refused(key, text, category).missing:
        return f"red herring: {', '.join(refused)}"
    got = _read(scenario, found.calls, with_rows=True)
    lacking = [one for one in key.required_evidence_sources if one not in got]
    return f"evidence missing: {', '.join(lacking)}" if lacking else ""


def accepted(scenario: Scenario) -> frozenset[str]:
    """The categories that are right."""
    also = _ALSO_RIGHT.get(scenario.failure_mode, frozenset())
    return also | {scenario.answer.root_cause_category}


def category_of(answer: str) -> str:
    found = _CATEGORY.findall(_MARKS.sub("", answer))
    return re.sub(r"[ -]", "_", found[-1].strip().lower()) if found else ""


def cause_of(answer: str) -> str:
    """The root cause that an answer names, or nothing."""
    found = _CAUSE.search(_MARKS.sub("", answer))
    cause = found[1].strip() if found else ""
    return "" if cause.rstrip(".").lower() in _NO_CAUSE else cause


def mentions(text: str, word: str) -> bool:
    """Whether a text, in normal form, holds a keyword by the rules above."""
    wanted = normal(word)
    wordings = [wanted, *synonyms().get(wanted, ())]
    if any(one in text for one in wordings):
        return True
    parts = set(_parts(wanted))
    return bool(parts) and parts <= set(_parts(text))


def normal(text: str) -> str:
    """Lower case, single spaces, and without the marks of Markdown."""
    return " ".join(_MARKS.sub("", text).lower().split())


def tally(wanted: Sequence[str], there: Callable[[str], bool]) -> Tally:
    """Which of the wanted are there, as `there` says of each."""
    return Tally(tuple(wanted), tuple(one for one in wanted if not there(one)))


@cache
def synonyms() -> Mapping[str, tuple[str, ...]]:
    file = Path(__file__).with_name("synonyms.toml")
    return {key: tuple(value) for key, value in tomllib.loads(file.read_text()).items()}


def _refused(key: AnswerKey, text: str, category: str) -> Tally:
    """The red herrings: what an answer must not say, and the categories that it must not take."""
    hit = {f"“{word}”" for word in key.forbidden_keywords if normal(word) in text}
    wanted = [f"“{word}”" for word in key.forbidden_keywords]
    wanted += [one for one in key.forbidden_categories if one not in wanted]
    return tally(wanted, lambda one: one not in hit and one != category)


def _evidence(scenario: Scenario, calls: Sequence[Call]) -> Tally:
    """Everything that the key wants to be looked at, once each."""
    key = scenario.answer
    wanted = dict.fromkeys(
        [*key.required_evidence_sources, *key.optimal_trajectory, *key.required_queries]
    )
    full, any_result = (_read(scenario, calls, with_rows=rows) for rows in (True, False))

    def there(one: str) -> bool:
        if one in key.required_evidence_sources:
            return one in full
        sources = sources_of(one, scenario)
        return any(source in any_result for source in sources) or _asked_for(one, calls)

    return tally(list(wanted), there)


def _read(scenario: Scenario, calls: Sequence[Call], *, with_rows: bool) -> set[str]:
    return {
        source
        for call in calls
        if call.found and (call.rows or not with_rows)
        for source in read_by(call.tool, call.arguments, scenario)
    }


def _asked_for(query: str, calls: Sequence[Call]) -> bool:
    """Whether a call that gave a result named this, a metric say, in its arguments."""
    wanted = "_".join(_parts(normal(query)))
    said = (str(value) for call in calls if call.found for value in call.arguments.values())
    return any(wanted in "_".join(_parts(normal(one))) for one in said)


def _without_category(answer: str) -> str:
    return _CATEGORY.sub("", answer)


def _parts(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text)
