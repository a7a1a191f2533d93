"""What a run's tools returned, as tables: the rows themselves, never the words about them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.agents.closing import looking_calls
from bot.store.tables import Step

Row = Mapping[str, Any]

_NUMBER = re.compile(r"\s*(-?\d[\d,]*(?:\.\d+)?)\s*(%|ms|s|min|h)?\s*")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2})?")
_ID = re.compile(r"(?:^|_)(?:id|uuid|key|number_id)$", re.IGNORECASE)
_CODES = {"status", "code", "port", "version", "year", "pid", "line"}
"""Words of columns whose figures measure nothing."""

_UNITS = {
    "%": {"percent", "percentage", "pct"},
    "ms": {"ms", "milliseconds", "millis"},
    "s": {"seconds", "secs", "sec"},
    "min": {"minutes", "mins"},
    "h": {"hours"},
}
"""What columns are called whose figures are in a unit."""

_SHARES = {"availability", "uptime"}

_NAMES = "name title monitor summary subject label cause message".split()


@dataclass(frozen=True)
class Table:
    """Rows of one tool. Several documents of the same tool, one a monitor say, are one table."""

    tool: str
    title: str
    rows: Sequence[Row]
    cut: str = ""
    link: str = ""

    @property
    def columns(self) -> list[str]:
        return list(dict.fromkeys(name for row in self.rows for name in row))

    @property
    def label(self) -> str:
        """The column that tells the rows apart for a person."""
        names = [one for one in self.columns if any(_is_text(row.get(one)) for row in self.rows)]
        known = [one for one in _NAMES if one in names]
        others = [one for one in names if not _ID.search(one) and not self.is_moment(one)]
        return next(iter([*known, *others, *self.columns]), "")

    def numbers(self) -> list[str]:
        """The columns that measure something: mostly figures, and neither ids nor codes."""
        return [one for one in self.columns if _measures(one) and self._mostly(one, number)]

    def is_moment(self, column: str) -> bool:
        return self._mostly(column, moment)

    def _mostly(self, column: str, read: Any) -> bool:
        filled = [row[column] for row in self.rows if row.get(column) is not None]
        return bool(filled) and sum(read(one) is not None for one in filled) >= 0.8 * len(filled)


def tables(steps: Sequence[Step], without: Collection[str] = ()) -> list[Table]:
    """All results of a run that have rows, in order; `without` names tools that do not count."""
    found: list[Table] = []
    for name, data in _results(steps):
        if name in without:
            continue
        title, cut, link = (str(data.get(one) or "") for one in ("title", "cut", "link"))
        if isinstance(data.get("rows"), list):
            rows = [row for row in data["rows"] if isinstance(row, Mapping)]
            if rows:
                found.append(Table(name, title, rows, cut, link))
        elif isinstance(data.get("data"), Mapping) and data["data"]:
            found.append(Table(name, title, [data["data"]], cut, link))
    return _joined(found)


def returned_by(steps: Sequence[Step], tool: str) -> list[Mapping[str, Any]]:
    """What a tool of the house gave in this run, oldest first."""
    return [data["data"] for name, data in _results(steps) if name == tool and data.get("data")]


def _results(steps: Sequence[Step]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for step in steps:
        for call in looking_calls(step):
            returned = step.returned.get(call["id"])
            if returned and not returned["failed"] and returned["data"]:
                yield call["name"], returned["data"]


def _joined(found: Sequence[Table]) -> list[Table]:
    """Tables of one tool with the same columns as one, where each is a single row."""
    made: list[Table] = []
    for one in found:
        last = next((made_ for made_ in made if made_.tool == one.tool), None)
        fits = last and len(one.rows) == 1 and set(last.columns) == set(one.columns)
        if last is None or not fits:
            made.append(one)
            continue
        rows = [*last.rows, *(row for row in one.rows if row not in last.rows)]
        made[made.index(last)] = Table(one.tool, common_start([last.title, one.title]), rows)
    return made


def common_start(titles: Sequence[str]) -> str:
    """What titles begin with alike, by words: "Availability of A" and "… of B" are of both."""
    both = []
    for words in zip(*(title.split() for title in titles), strict=False):
        if len(set(words)) > 1:
            break
        both.append(words[0])
    while both and both[-1].lower() in ("of", "for", "the", "in", "at", "group"):
        both.pop()
    return " ".join(both) or titles[0]


def number(value: Any) -> float | None:
    """A figure, also one that was written with its unit or its thousands; no truth values."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    written = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    return float(written[1].replace(",", "")) if written else None


def unit_of(column: str, values: Sequence[Any] = ()) -> str:
    """The unit of a column, from its name or from how its values are written."""
    words = set(words_of(column))
    for unit, names in _UNITS.items():
        if words & names:
            return unit
    if words & _SHARES and not is_share(column, values):
        return "%" if all((number(one) or 0.0) <= 100 for one in values) else ""
    written = [_NUMBER.fullmatch(one) for one in values if isinstance(one, str)]
    units = {one[2] for one in written if one and one[2]}
    return units.pop() if len(units) == 1 else ""


def is_share(column: str, values: Sequence[Any]) -> bool:
    """Whether a column says 0.995 for 99.5 %."""
    known = [figure for one in values if (figure := number(one)) is not None]
    named = set(words_of(column)) & _SHARES and not set(words_of(column)) & _UNITS["%"]
    return bool(named and known) and all(0 <= one <= 1 for one in known)


def moment(value: Any) -> datetime | None:
    """A day, or a day and time, written as ISO 8601."""
    if not isinstance(value, str) or not _MOMENT.match(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _measures(column: str) -> bool:
    return (
        not _ID.search(column)
        and words_of(column)[-1:] != []
        and (words_of(column)[-1] not in _CODES)
    )


def is_id(column: str) -> bool:
    return bool(_ID.search(column))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and number(value) is None
