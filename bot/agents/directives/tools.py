"""The tools of the house with which a language model steers what its answer's directives do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any, Literal

from pydantic import Field

from bot.agents.directives.charting import NoChart, chart_of
from bot.agents.directives.flagging import CannotFlag, flag
from bot.agents.directives.parsing import Kind
from bot.agents.directives.results import Table, tables
from bot.agents.directives.wishes import directives_of
from bot.agents.house_tools import Arguments, At, HouseTool, Refused
from bot.connectors.results import Document, Rows
from bot.slack.charts import Chart, Series, bounded

DRAW, FLAG, ALERT = "draw_chart", "flag_rows", "raise_alert"
NAMES = frozenset({DRAW, FLAG, ALERT})


class DrawChart(Arguments):
    """Puts a chart under your answer, drawn from the rows that a tool returned before in this
    answer. Use it when the question asks for a chart, or #visualize does. At most two a message."""

    tool: str = Field(
        "", description="The name of the tool whose rows are drawn; left out, the last ones."
    )
    wish: str = Field(
        "",
        max_length=200,
        description="What is drawn, in the columns' own words: “by status”, “count over time”, "
        "“response_time by region”. Left out, what fits the rows.",
    )
    kind: Literal["line", "bar"] | None = Field(None, description="Only to insist on one.")
    title: str = Field("", max_length=50)


class FlagRows(Arguments):
    """Which rows that tools returned before are over or under a threshold, worked out exactly."""

    threshold: str = Field(max_length=200, description="As “availability below 99%”.")


class RaiseAlert(Arguments):
    """Tells the incident channel, or the person on call, what #alert asked about; once, with the
    answer. It pages nobody. Call it with needed false when there is nothing to tell."""

    needed: bool
    names: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="The names or ids of the rows that it is about, as a tool returned them.",
    )
    text: str = Field(max_length=1000, description="One or two sentences: what is the case.")


async def draw(at: At, given: DrawChart) -> Document:
    """The chart; it is kept with the step, and posted with the answer."""
    try:
        chart = bounded(chart_of(_table(at, given.tool), given.wish))
    except NoChart as why:
        raise Refused(f"There is no chart in that: {why}.") from None
    changed = {"kind": given.kind or chart.kind, "title": given.title or chart.title}
    return Document({"chart": {**asdict(chart), **changed}}, title=f"Chart: {changed['title']}")


async def flag_rows(at: At, given: FlagRows) -> Rows:
    try:
        found = flag(tables(at.steps, NAMES), given.threshold)
    except CannotFlag as why:
        raise Refused(f"Nothing was flagged: {why}.") from None
    count = f"{len(found.rows)} of {len(found.table.rows)}"
    return Rows([dict(row) for row in found.rows], title=f"{count} rows {found.threshold}")


async def raise_alert(at: At, given: RaiseAlert) -> Document:
    told = "It goes out with the answer" if given.needed else "Nobody is told"
    return Document(given.model_dump(), title=told)


def drawn(saved: Mapping[str, Any]) -> Chart:
    """A chart as `draw` kept it."""
    chart = dict(saved["chart"])
    series = [Series(one["name"], one["values"]) for one in chart.pop("series")]
    return Chart(**chart, series=series)


def _asked_for(kind: Kind) -> Callable[[At], Awaitable[bool]]:
    async def fits(at: At) -> bool:
        return directives_of(at.run).has(kind)

    return fits


def _table(at: At, tool: str) -> Table:
    found = tables(at.steps, NAMES)
    fitting = [one for one in found if not tool or one.tool == tool]
    if not fitting:
        raise Refused(
            f"No tool named {tool} returned rows in this answer."
            if tool
            else "No tool has returned rows yet: fetch them first, then draw."
        )
    return fitting[-1]


TOOLS = (
    HouseTool(DRAW, DrawChart, draw),
    HouseTool(FLAG, FlagRows, flag_rows, fits=_asked_for(Kind.FLAG)),
    HouseTool(ALERT, RaiseAlert, raise_alert, fits=_asked_for(Kind.ALERT)),
)
