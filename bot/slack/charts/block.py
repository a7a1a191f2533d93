"""A chart as Slack's own data visualisation block, and as the table that stands in for it."""

from __future__ import annotations

from bot.slack.blocks import clip, context, escape, section
from bot.slack.charts.chart import MOST_POINTS, Chart, figure
from bot.slack.messages import Block, Message

MOST_AXIS_TITLE = 50


def message(chart: Chart) -> Message | None:
    """The chart in Slack's own form; None where that form cannot hold it: it knows no gaps."""
    if not chart.labels or len(chart.labels) > MOST_POINTS:
        return None
    if any(value is None for one in chart.series for value in one.values):
        return None
    return Message(chart.alt, [_block(chart), *_note(chart)])


def table(chart: Chart) -> Message:
    """The chart's figures as aligned lines, which every Slack shows."""
    head = ["", *(one.name for one in chart.series)]
    columns = zip(*(one.values for one in chart.series), strict=True)
    body = [
        [label, *(figure(value, chart.unit) for value in values)]
        for label, values in zip(chart.labels, columns, strict=True)
    ]
    rows = [head, *body] if len(chart.series) > 1 else body
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))] if rows else []
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
    title = f"*{escape(chart.title)}*" + (f" – {escape(chart.measure)}" if chart.measure else "")
    told = "\n".join(line.rstrip() for line in lines)
    return Message(chart.alt, [section(f"{title}\n```{escape(told)[:2700]}```"), *_note(chart)])


def _block(chart: Chart) -> Block:
    axis: Block = {"categories": list(chart.labels)}
    if chart.x_title:
        axis["x_label"] = clip(chart.x_title, MOST_AXIS_TITLE)
    if chart.measure:
        axis["y_label"] = clip(chart.measure, MOST_AXIS_TITLE)
    series = [
        {
            "name": one.name,
            "data": [
                {"label": label, "value": value}
                for label, value in zip(chart.labels, one.values, strict=True)
            ],
        }
        for one in chart.series
    ]
    plot = {"type": chart.kind, "series": series, "axis_config": axis}
    return {"type": "data_visualization", "title": chart.title, "chart": plot}


def _note(chart: Chart) -> list[Block]:
    return [context(escape(chart.note))] if chart.note else []
