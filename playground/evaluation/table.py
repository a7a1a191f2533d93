"""The table that an evaluation prints, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from playground.evaluation.judge import Score, Tally

_HEAD = ("scenario", "passed", "category", "evidence", "words", "ruled out", "refused", "steps", "")


def printed(scores: Sequence[Score], model: str) -> str:
    """Aligned columns, a line a scenario, the totals last."""
    rows = [_HEAD, *map(_row, scores), _totals(scores)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEAD))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    rule = "-" * max(map(len, lines[:1]))
    return "\n".join([f"Model: {model}", "", lines[0], rule, *lines[1:-1], rule, lines[-1]])


def as_json(scores: Sequence[Score], model: str) -> dict[str, Any]:
    return {
        "model": model,
        "passed": sum(one.passed for one in scores),
        "scenarios": [{**asdict(one), "passed": one.passed} for one in scores],
    }


def legend() -> str:
    return (
        "evidence: sources looked at of those the answer key wants. words: required words said.\n"
        "ruled out: alternatives named and dismissed. refused: red herrings (forbidden words and\n"
        "categories) not fallen for. steps: rounds of calls, and how many the key allows."
    )


def _row(score: Score) -> tuple[str, ...]:
    return (
        score.scenario,
        "yes" if score.passed else "no",
        score.category if score.category_right else f"{score.category or 'none'} (wrong)"
        if score.category else "none",
        _of(score.evidence),
        _of(score.words),
        _of(score.ruled_out),
        _of(score.refused),
        f"{score.steps}/{score.most_steps}{'' if score.steps <= score.most_steps else ' over'}",
        score.why_not,
    )  # fmt: skip


def _totals(scores: Sequence[Score]) -> tuple[str, ...]:
    steps = sum(one.steps for one in scores)
    return (
        f"{len(scores)} scenarios",
        f"{sum(one.passed for one in scores)}/{len(scores)}",
        f"{sum(one.category_right for one in scores)}/{len(scores)}",
        *(_sum(tallies) for tallies in _columns(scores)),
        f"{steps}/{sum(one.most_steps for one in scores)}",
        f"{sum(one.seconds for one in scores):.0f} s",
    )


def _columns(scores: Sequence[Score]) -> Iterator[list[Tally]]:
    yield [one.evidence for one in scores]
    yield [one.words for one in scores]
    yield [one.ruled_out for one in scores]
    yield [one.refused for one in scores]


def _of(tally: Tally) -> str:
    return f"{tally.got}/{len(tally.wanted)}" if tally.wanted else "-"


def _sum(tallies: Sequence[Tally]) -> str:
    got, wanted = sum(one.got for one in tallies), sum(len(one.wanted) for one in tallies)
    return f"{got}/{wanted}" if wanted else "-"
