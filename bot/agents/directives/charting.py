"""The fitting chart for rows: lines for what goes on in time, bars for things beside each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.agents.directives.results import Row, Table, is_id, moment, number, unit_of, words_of
from bot.slack.charts import Chart, Series

MOST_GROUPS = 5
"""Lines in one chart over time; the rest is "other"."""

_BY = re.compile(r"\b(?:by|per|for each|across|over|against|grouped by)\s+(.+)", re.IGNORECASE)
_TIME = {"time", "date", "day", "hour", "minute", "week", "month", "trend", "timeline"}
_STEPS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_STEPS_TO_TRY = [timedelta(minutes=m) for m in (1, 5, 15, 60, 360, 1440, 10080)]
_COUNTED = {"count", "total", "n", "amount", "sum", "number", "requests", "errors", "revenue"}
_NOT_SUMMED = {"percent", "average", "avg", "mean", "median", "rate", "ratio", "p95", "p99", "max"}
_FILLER = set(
    "by per over for each the a an of and in as it this chart graph plot them all".split()
)


class NoChart(Exception):
    """The rows have nothing that a chart could show; the words say what is missing."""


def chart_of(table: Table, wish: str = "") -> Chart:
    """The chart that a wish asks for ("by status code"), or else the one that fits best.

    Raises:
        NoChart: with the reason.
    """
    if not table.rows:
        raise NoChart("there are no rows to draw")
    by, over_time = _grouping(table, wish)
    measure = _measure(table, wish, by)
    times = [one for one in table.columns if table.is_moment(one)]
    if over_time and times:
        return _line(table, _main_time(times), measure, by, wish)
    if by:
        return _bars(table, by, measure)
    if measure and times and _main_time(times) == table.columns[0]:
        return _line(table, times[0], measure, _splits(table, measure), wish)
    if measure and len(table.rows) > 1:
        return _bars(table, table.label, measure)
    if times and len(table.rows) > 1:
        return _line(table, _main_time(times), "", "", wish)
    category = _category(table)
    if category:
        return _bars(table, category, "")
    raise NoChart("the result has no figures, no times and nothing to count by")


def _grouping(table: Table, wish: str) -> tuple[str, bool]:
    """The column that is asked for, and whether it shall be over time."""
    found = _BY.search(wish)
    said = [one for one in words_of(found[1] if found else "") if one not in _FILLER]
    over_time = bool({*said} & _TIME or {*words_of(wish)} & {"trend", "timeline"})
    rest = [one for one in said if one not in _TIME]
    columns = [one for one in table.columns if not table.is_moment(one)]
    return _called(columns, rest), over_time


def _called(columns: Sequence[str], said: Sequence[str]) -> str:
    """The column that some words name best: "status code" is `status`, `http_status`, …"""
    scores = {one: _likeness(one, said) for one in columns}
    best = max(scores, key=lambda one: scores[one], default="")
    return best if best and scores[best] > 0 else ""


def _likeness(column: str, said: Sequence[str]) -> float:
    names = [_root(one) for one in words_of(column)]
    shared = sum(_root(one) in names for one in said)
    return shared - len(names) / 100 - is_id(column) / 2 if shared else 0.0


def _root(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _measure(table: Table, wish: str, by: str) -> str:
    """The column of figures that is drawn; nothing where rows are counted."""
    numbers = [one for one in table.numbers() if one != by and not table.is_moment(one)]
    before = wish[: found.start()] if (found := _BY.search(wish)) else wish
    named = _called(numbers, [one for one in words_of(before) if one not in _FILLER])
    if named:
        return named
    counts = [one for one in numbers if {*words_of(one)} & _COUNTED]
    if by:
        values = [str(row.get(by)) for row in table.rows]
        return next(iter([*counts, *numbers]), "") if len(set(values)) == len(values) > 1 else ""
    shares = [one for one in numbers if unit_of(one) == "%"]
    return next(iter([*shares, *counts, *numbers]), "")


def _main_time(times: Sequence[str]) -> str:
    ranked = ("time", "dt", "at", "timestamp", "date", "day", "started_at", "created_at")
    return next((one for one in ranked if one in times), times[0])


def _splits(table: Table, measure: str) -> str:
    """A column that makes several lines of one measure: few values, each at many moments."""
    for one in table.columns:
        values = {str(row.get(one)) for row in table.rows}
        plain = one != measure and not table.is_moment(one) and not is_id(one)
        if plain and 1 < len(values) <= MOST_GROUPS and len(values) * 2 <= len(table.rows):
            return one
    return ""


def _category(table: Table) -> str:
    """What rows are best counted by: few different values, of which some come often."""
    found: list[tuple[int, str]] = []
    for one in table.columns:
        values = {_words(row.get(one)) for row in table.rows}
        if not is_id(one) and not table.is_moment(one) and 1 < len(values) < len(table.rows):
            found.append((len(values), one))
    return min(found)[1] if found else ""


def _bars(table: Table, by: str, measure: str) -> Chart:
    sums: dict[str, float] = {}
    counted: Counter[str] = Counter()
    for row in table.rows:
        value = number(row.get(measure)) if measure else 1.0
        if value is not None:
            name = _words(row.get(by))
            sums[name] = sums.get(name, 0.0) + value
            counted[name] += 1
    if not sums:
        raise NoChart(f"no row has a figure in “{measure}”")
    adds_up = not measure or _adds_up(measure)
    values = {name: total if adds_up else total / counted[name] for name, total in sums.items()}
    numeric = all(number(name) is not None for name in values)
    order = sorted(values, key=lambda one: number(one) or 0.0) if numeric else _largest(values)
    name, unit = _named(table, measure), _unit(table, measure)
    title = f"{_titled(table)} by {_plain(by)}" if not measure or by != table.label else ""
    return Chart(
        "bar",
        _without_repeat(title or _of(table, name)),
        order,
        [Series(name, [round(values[one], 6) for one in order])],
        x_title=_plain(by),
        y_title=name,
        unit=unit,
        adds_up=adds_up,
        note=_part(table),
    )


def _line(table: Table, time: str, measure: str, by: str, wish: str) -> Chart:
    """Figures over time, or how many rows came in each stretch of it."""
    points = [(at, row) for row in table.rows if (at := _at(row.get(time))) is not None]
    if len({at for at, _ in points}) < 2:
        raise NoChart("everything happened at one moment")
    step = _step(sorted(at for at, _ in points), wish, measured=bool(measure))
    slots = _slots([at for at, _ in points], step) if step else sorted({at for at, _ in points})
    groups = _groups([row for _, row in points], by)
    adds_up = not measure or _adds_up(measure)
    cells: dict[tuple[str, datetime], list[float]] = {}
    for at, row in points:
        value = number(row.get(measure)) if measure else 1.0
        if value is not None:
            name = groups.get(_words(row.get(by)), "other") if by else ""
            cells.setdefault((name, _floor(at, step) if step else at), []).append(value)
    names = list(dict.fromkeys(groups.values())) if by else [""]
    names += ["other"] if any(name == "other" for name, _ in cells) else []
    what = _named(table, measure)
    series = [
        Series(
            name or what,
            [_joined(cells.get((name, at), []), adds_up, empty=not measure) for at in slots],
        )
        for name in dict.fromkeys(names)
    ]
    made = Chart(
        "line",
        _without_repeat(_of(table, what) if measure else _titled(table)),
        _labels(slots),
        series,
        x_title=f"{_plain(time)} (UTC)",
        y_title=what,
        unit=_unit(table, measure),
        adds_up=adds_up,
        note=_part(table),
    )
    return replace(made, title=f"{made.title} by {_plain(by)}") if by else made


def _at(value: object) -> datetime | None:
    """A moment in UTC, which is what services mean where they name no zone."""
    found = moment(value)
    if found is None or not 1970 <= found.year < 9999:  # a date that stands for "never"
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _step(times: Sequence[datetime], wish: str, *, measured: bool) -> timedelta | None:
    """The stretch of time that is counted in: the one that is named, or one that gives about a
    dozen. Figures that were measured stand where they were measured."""
    named = next((step for word, step in _STEPS.items() if word in words_of(wish)), None)
    if named or measured:
        return named
    span = times[-1] - times[0]
    return next((one for one in _STEPS_TO_TRY if span / one <= 16), _STEPS_TO_TRY[-1])


def _slots(times: Sequence[datetime], step: timedelta) -> list[datetime]:
    """All stretches between the first and the last, also those without anything."""
    first, last = _floor(min(times), step), _floor(max(times), step)
    count = min(int((last - first) / step), 1000)
    return [first + at * step for at in range(count + 1)]


def _floor(at: datetime, step: timedelta) -> datetime:
    start = datetime(2001, 1, 1, tzinfo=at.tzinfo)  # a Monday
    return at - (at - start) % step


def _groups(rows: Sequence[Row], by: str) -> dict[str, str]:
    often = Counter(_words(row.get(by)) for row in rows)
    return {name: name for name, _ in often.most_common(MOST_GROUPS)}


def _joined(values: Sequence[float], adds_up: bool, *, empty: bool) -> float | None:
    if not values:
        return 0.0 if empty else None
    total = sum(values)
    return round(total if adds_up else total / len(values), 6)


def _labels(slots: Sequence[datetime]) -> list[str]:
    one_day = len({at.date() for at in slots}) == 1
    if one_day:
        return [f"{at:%H:%M}" for at in slots]
    whole_days = all(at.time() == datetime.min.time() for at in slots)
    return [f"{at:%-d %b}" if whole_days else f"{at:%-d %b %H:%M}" for at in slots]


def _largest(values: dict[str, float]) -> list[str]:
    return sorted(values, key=lambda one: -values[one])


def _adds_up(measure: str) -> bool:
    words = {*words_of(measure)}
    return unit_of(measure) == "" and not words & _NOT_SUMMED


def _unit(table: Table, measure: str) -> str:
    return unit_of(measure, [row.get(measure) for row in table.rows]) if measure else ""


def _titled(table: Table) -> str:
    return table.title.split(", ")[0].strip() or _plain(table.tool)


def _named(table: Table, measure: str) -> str:
    """What is measured, without the unit, which stands with the figures."""
    words = _plain(measure).split() or ["count"]
    unit = _unit(table, measure)
    return " ".join(words[:-1] if unit and len(words) > 1 and unit_of(words[-1]) else words)


def _of(table: Table, measured: str) -> str:
    """ "Availability: availability" says it twice."""
    head = _titled(table)
    twice = head.casefold() in measured.casefold()
    return f"{measured[:1].upper()}{measured[1:]}" if twice else f"{head}: {measured}"


def _without_repeat(title: str) -> str:
    """ "Logs by status by status" says it twice."""
    return re.sub(r"\b(by [\w .]+) \1$", r"\1", title)


def _part(table: Table) -> str:
    return f"Not everything is in it: {table.cut}" if table.cut else ""


def _plain(column: str) -> str:
    return re.sub(r"[_.]+", " ", column).strip()


def _words(value: object) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
