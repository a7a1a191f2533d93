"""Amazon CloudWatch's metrics: what was measured, summed up or point by point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.connectors.base import Access, Area, tool
from bot.connectors.errors import NotFound
from bot.connectors.results import Row, Rows
from playground.evaluation.standins.base import (
    End,
    Replayed,
    Start,
    between,
    entries,
    says,
    table,
)

SOURCE = "aws_cloudwatch_metrics"
_SIZES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


class ReplayedCloudWatch(Replayed):
    slug = "replayed_cloudwatch"
    title = "CloudWatch metrics"
    areas = (Area("metrics", "Metrics"),)
    reads: ClassVar = {SOURCE: ("list_metrics", "get_metric")}

    @tool(area="metrics", access=Access.READ, method="POST", path="GetMetricData")
    async def list_metrics(
        self,
        metric: Annotated[
            str | None, Field(description="Only metrics with this in their name, such as CPU.")
        ] = None,
        start: Start = None,
        end: End = None,
    ) -> Rows:
        """Every metric on record with its first, least, greatest and last value and their times."""
        rows = [
            _summary(one, points)
            for one in self._series(metric)
            if (points := _points(one, start, end))
        ]
        return table(rows, "Metrics")

    @tool(area="metrics", access=Access.READ, method="POST", path="GetMetricData (one metric)")
    async def get_metric(
        self,
        metric: Annotated[str, Field(description="The metric's name, from list_metrics.")],
        start: Start = None,
        end: End = None,
    ) -> Rows:
        """The values of one metric over time, point by point."""
        every = self._series(metric)
        if not every:
            names = ", ".join(sorted({_name(one) for one in self._series(None)}))
            raise NotFound(f"There is no metric {metric} on record.", f"There are: {names}.")
        rows = [
            {"metric": _name(one), "of": _of(one), "time": at, "value": value, "unit": _unit(one)}
            for one in every
            for at, value in _points(one, start, end)
        ]
        return table(rows, f"Values of {metric}", most=200)

    def _series(self, metric: str | None) -> list[Mapping[str, Any]]:
        found = entries(self.recorded(SOURCE), "metric_data_results")
        return [one for one in found if says(metric, _name(one), one.get("label"))]


def _summary(series: Mapping[str, Any], points: Sequence[tuple[str, float]]) -> Row:
    least, most = min(points, key=_value), max(points, key=_value)
    unit = _unit(series)
    return {
        "metric": _name(series),
        "of": _of(series),
        "statistic": series.get("stat"),
        "unit": unit,
        "first": amount(points[0][1], unit),
        "least": amount(least[1], unit),
        "least_at": least[0],
        "most": amount(most[1], unit),
        "most_at": most[0],
        "last": amount(points[-1][1], unit),
        "from": points[0][0],
        "to": points[-1][0],
    }


def amount(value: float, unit: str) -> str:
    """A value that can be read: `107 GB`, `12,840`, `0.021`."""
    if unit.startswith("Bytes"):
        size, name = next(((s, n) for s, n in _SIZES if abs(value) >= s), (1.0, "bytes"))
        return f"{value / size:.3g} {name}{unit.removeprefix('Bytes').replace('/Second', '/s')}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def _points(
    series: Mapping[str, Any], start: str | None, end: str | None
) -> list[tuple[str, float]]:
    inside = between(start, end)
    pairs = zip(series.get("timestamps") or [], series.get("values") or [], strict=False)
    good = [(str(at), float(one)) for at, one in pairs if isinstance(one, int | float)]
    return sorted(one for one in good if inside(one[0]))


def _value(point: tuple[str, float]) -> float:
    return point[1]


def _name(series: Mapping[str, Any]) -> str:
    return str(series.get("metric_name") or series.get("label") or series.get("id") or "")


def _of(series: Mapping[str, Any]) -> str:
    return ", ".join(str(one.get("Value")) for one in entries(series.get("dimensions") or []))


def _unit(series: Mapping[str, Any]) -> str:
    return str(series.get("unit") or "")
