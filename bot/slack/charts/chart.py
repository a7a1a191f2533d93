"""A chart, whatever shows it, within bounds that can be read on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.slack.blocks import clip

MOST_POINTS = 20
MOST_BARS = 12
MOST_SERIES = 6
MOST_LABEL = 20
MOST_TITLE = 50

Kind = Literal["line", "bar"]


@dataclass(frozen=True)
class Series:
    """One line, or one colour of bars. A value is None where nothing was measured."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Chart:
    """Lines for what goes on in time, bars for things beside each other.

    `unit` belongs to the values ("%", "ms"); `adds_up` says that they are counts or amounts, whose
    sum means something. `note` says in words what the chart leaves out.
    """

    kind: Kind
    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    x_title: str = ""
    y_title: str = ""
    unit: str = ""
    adds_up: bool = True
    note: str = ""

    @property
    def measure(self) -> str:
        """What stands at the axis of the values, with the unit."""
        name = self.y_title or (self.series[0].name if len(self.series) == 1 else "")
        if not self.unit or self.unit in name.split():
            return name
        return f"{name} ({self.unit})" if name else self.unit

    @property
    def alt(self) -> str:
        """The chart in a sentence, for those who cannot see it."""
        said = f"{self.kind.capitalize()} chart “{self.title}”"
        if len(self.series) == 1 and self.labels:
            points = zip(self.labels, self.series[0].values, strict=True)
            told = [f"{label} {figure(value, self.unit)}" for label, value in points]
            more = f", and {len(told) - 8} more" if len(told) > 8 else ""
            return clip(f"{said}: {', '.join(told[:8])}{more}.", 900)
        names = ", ".join(one.name for one in self.series)
        return clip(f"{said} of {names} for {len(self.labels)} points.", 900)


def figure(value: float | None, unit: str = "") -> str:
    """A value as people write it."""
    if value is None:
        return "–"
    number = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"
    if abs(value) >= 1000:
        number = f"{value:,.0f}"
    elif not float(value).is_integer():
        number = f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{number}{'' if unit == '%' else ' '}{unit}" if unit else number


def bounded(chart: Chart) -> Chart:
    """The chart with as many points, bars and lines as can be told apart, and unique labels."""
    chart = _fewer_series(chart)
    chart = _fewer_points(chart) if chart.kind == "line" else _fewer_bars(chart)
    names = _unique([one.name or "value" for one in chart.series])
    series = [replace(one, name=name) for one, name in zip(chart.series, names, strict=True)]
    return replace(
        chart, title=clip(chart.title, MOST_TITLE), labels=_unique(chart.labels), series=series
    )


def _fewer_series(chart: Chart) -> Chart:
    if len(chart.series) <= MOST_SERIES:
        return chart
    ranked = sorted(chart.series, key=_weight, reverse=True)
    kept, rest = ranked[: MOST_SERIES - 1], ranked[MOST_SERIES - 1 :]
    if not chart.adds_up:
        note = f"Of {len(ranked)} lines the {MOST_SERIES} largest are shown."
        return replace(chart, series=ranked[:MOST_SERIES], note=_also(chart.note, note))
    columns = zip(*(one.values for one in rest), strict=True)
    other = Series("other", [_sum(column) for column in columns])
    note = f"“other” is {len(rest)} more."
    return replace(chart, series=[*kept, other], note=_also(chart.note, note))


def _fewer_bars(chart: Chart) -> Chart:
    """The largest bars and "other", which stands last."""
    if len(chart.labels) <= MOST_BARS:
        return chart
    order = sorted(range(len(chart.labels)), key=lambda at: -_height(chart, at))
    room = MOST_BARS - 1 if chart.adds_up else MOST_BARS
    kept, rest = sorted(order[:room]), order[room:]
    labels = [chart.labels[at] for at in kept] + ["other"] * chart.adds_up
    series = [
        Series(
            one.name,
            [one.values[at] for at in kept]
            + [_sum([one.values[at] for at in rest])] * chart.adds_up,
        )
        for one in chart.series
    ]
    left = f"“other” is {len(rest)} more." if chart.adds_up else f"{len(rest)} more are left out."
    return replace(chart, labels=labels, series=series, note=_also(chart.note, left))


def _fewer_points(chart: Chart) -> Chart:
    """Neighbours in time put together: added where they add up, else their mean."""
    count = len(chart.labels)
    if count <= MOST_POINTS:
        return chart
    size = -(-count // MOST_POINTS)
    starts = range(0, count, size)
    join = _sum if chart.adds_up else _mean
    series = [
        Series(one.name, [join(one.values[at : at + size]) for at in starts])
        for one in chart.series
    ]
    word = "sum" if chart.adds_up else "mean"
    note = f"Each point is the {word} of {size} values."
    labels = [chart.labels[at] for at in starts]
    return replace(chart, labels=labels, series=series, note=_also(chart.note, note))


def _unique(labels: Sequence[str]) -> list[str]:
    """Labels within Slack's bound that differ from each other."""
    made: list[str] = []
    for label in labels:
        short, number = clip(label.strip() or "–", MOST_LABEL), 2
        while short in made:
            ending = f" {number}"
            short = clip(label.strip() or "–", MOST_LABEL - len(ending)) + ending
            number += 1
        made.append(short)
    return made


def _also(note: str, more: str) -> str:
    return f"{note} {more}".strip()


def _height(chart: Chart, at: int) -> float:
    return sum(abs(one.values[at] or 0) for one in chart.series)


def _weight(series: Series) -> float:
    return sum(abs(value or 0) for value in series.values)


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known), 6) if known else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 6) if known else None
