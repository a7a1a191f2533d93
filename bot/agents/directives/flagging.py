"""Marking the rows that are over or under a threshold, from the figures themselves."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isclose

from bot.agents.directives.results import Row, Table, is_share, number, unit_of, words_of
from bot.slack.charts.chart import figure

_MORE = r"(?:more|greater|higher|larger)\s+than"
_LESS = r"(?:less|fewer|lower|smaller)\s+than"
_COMPARISONS: Sequence[tuple[str, str, Callable[[float, float], bool]]] = (
    (rf"\b(?:at least|not below|not under|no less than|{_MORE} or equal to)\b|>=|≥", "at least",
     operator.ge),
    (rf"\b(?:at most|not above|not over|no more than|up to|{_LESS} or equal to)\b|<=|≤", "at most",
     operator.le),
    (rf"\b(?:below|under|faster than|shorter than|{_LESS})\b|<", "below", operator.lt),
    (rf"\b(?:above|over|slower than|longer than|beyond|exceed(?:s|ing)?|{_MORE})\b|>", "above",
     operator.gt),
    (r"\b(?:other than|not(?: equal to| at)?)\b|!=|≠", "other than",
     lambda value, bound: not isclose(value, bound)),
    (r"\b(?:exactly|equal(?:s| to))(?!\w)|={1,2}", "exactly", isclose),
)  # fmt: skip
_PATTERN = re.compile(
    "|".join(f"(?P<c{at}>{pattern})" for at, (pattern, _, _) in enumerate(_COMPARISONS)),
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"\s*[$€£]?\s*(-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?))(?![\d.,]*\d)"
    r"\s*(%|(?:percent|ms|milliseconds?|min|mins|minutes?|s|secs?|seconds?|h|hrs?|hours?|d|days?"
    r"|[km])\b)?(?!(?<=\d)\w)",
    re.IGNORECASE,
)
"""A figure with its unit. One with other letters at it, as 5xx or 1.5x, is no bound."""

_UNITS = {
    one: unit
    for unit, names in {
        "%": "% percent",
        "ms": "ms millisecond milliseconds",
        "s": "s sec secs second seconds",
        "min": "m min mins minute minutes",
        "h": "h hr hrs hour hours",
        "d": "d day days",
    }.items()
    for one in names.split()
}
_TIMES = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
SHARE = "of 1"
_SHARES = {"%": 0.01, SHARE: 1.0}
_THOUSANDS = {"k": 1e3, "K": 1e3, "M": 1e6}
_FILLER = set("anything everything all any that is are with of which has have the a an on".split())


@dataclass(frozen=True)
class Threshold:
    """A bound: "below 99 %". `about` are the words before it, which may name what is measured."""

    relation: str
    bound: float
    unit: str = ""
    about: Sequence[str] = ()

    def holds(self, value: float) -> bool:
        compare = next(test for _, name, test in _COMPARISONS if name == self.relation)
        return compare(value, self.bound)

    def __str__(self) -> str:
        return f"{self.relation} {figure(self.bound, self.unit)}"


@dataclass(frozen=True)
class Flagged:
    """What a threshold came to: the column that was looked at, and the rows that it holds for."""

    threshold: Threshold
    table: Table
    column: str
    rows: Sequence[Row]
    without: int
    """Rows that have no figure there."""

    @property
    def unit(self) -> str:
        """How its figures are written; a share of 1 stays one."""
        unit = _unit(self.table, self.column)
        return "" if unit == SHARE else unit


class CannotFlag(Exception):
    """There is no threshold, or nothing to hold it against; the words say which."""


def threshold_of(words: str) -> Threshold | None:
    """The threshold that some words give, or None."""
    for found in _PATTERN.finditer(words):
        bound = _BOUND.match(words, found.end())
        if bound is None:
            continue
        relation = _COMPARISONS[int((found.lastgroup or "c0")[1:])][1]
        written = bound[2] or ""
        value = _figure(bound[1]) * _THOUSANDS.get(written, 1.0)
        unit = "" if written in _THOUSANDS else _UNITS.get(written.lower(), "")
        about = [one for one in words_of(words[: found.start()]) if one not in _FILLER]
        return Threshold(relation, value, unit, about)
    return None


def _figure(written: str) -> float:
    """A comma before three digits parts thousands, any other is a decimal one: 1,000 and 99,5."""
    grouped = re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", written)
    return float(written.replace(",", "" if grouped else "."))


def flag(tables: Sequence[Table], words: str) -> Flagged:
    """The rows of a run that a threshold holds for.

    Raises:
        CannotFlag: with the reason.
    """
    threshold = threshold_of(words)
    if threshold is None:
        raise CannotFlag("it names no threshold; write for example `#flag anything below 99%`")
    ranked = [
        (_fit(table, column, threshold), at, table, column)
        for at, table in enumerate(tables)
        for column in table.numbers()
    ]
    fitting = [one for one in ranked if one[0] > 0]
    if not fitting:
        wanted = f" in {threshold.unit}" if threshold.unit else ""
        raise CannotFlag(f"the results have no figures{wanted} to hold against it")
    _, _, table, column = max(fitting, key=lambda one: (one[0], one[1]))
    unit = _unit(table, column)
    known = [(row, value) for row in table.rows if (value := number(row.get(column))) is not None]
    held = [row for row, value in known if threshold.holds(_in_unit(value, unit, threshold.unit))]
    return Flagged(threshold, table, column, held, len(table.rows) - len(known))


def _fit(table: Table, column: str, threshold: Threshold) -> float:
    """How well a column fits the threshold; 0 where its unit cannot be compared."""
    unit = _unit(table, column)
    if threshold.unit and unit != threshold.unit and not _same_kind(unit, threshold.unit):
        return 0.0
    named = len({*threshold.about} & {*words_of(column)})
    return named * 10 + (5 if unit and threshold.unit else 0) + 1 - table.columns.index(column) / 99


def _unit(table: Table, column: str) -> str:
    values = [row.get(column) for row in table.rows]
    return SHARE if is_share(column, values) else unit_of(column, values)


def _same_kind(unit: str, other: str) -> bool:
    return any(unit in kind and other in kind for kind in (_TIMES, _SHARES))


def _in_unit(value: float, unit: str, wanted: str) -> float:
    if not wanted or not _same_kind(unit, wanted):
        return value
    kind = _TIMES if unit in _TIMES else _SHARES
    return value * kind[unit] / kind[wanted]
