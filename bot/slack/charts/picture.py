"""A chart as a PNG. Importing this imports what draws it: do that in a thread, when needed."""

from __future__ import annotations

import sys

import pygal  # type: ignore[import-untyped]
import resvg_py
from pygal.style import Style  # type: ignore[import-untyped]

from bot.slack.charts.chart import Chart, figure

# pygal hangs a finder for plugins of its own into all imports, of a kind that Python warns about.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__module__ != "pygal"]

WIDTH, HEIGHT, SCALE = 520, 360, 2
"""Laid out not much wider than a phone shows it, so that its words stay readable there, and drawn
with more points than that, so that they are sharp."""

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
"""Okabe and Ito's palette, which stays apart for people who are colour-blind."""

LEGEND_COLUMNS, LEGEND_ROW = 2, 24
"""How many names stand in one row below a picture, and how high another row is."""

LETTERS = 40
"""How many stand beside each other under a picture of points in time."""

MOST_LEVEL = 6
"""Up to so many labels stand beside each other under a picture; more bars are laid on their side,
and of more points in time only some are labelled."""

_STYLE = Style(
    background="white",
    plot_background="white",
    foreground="#1d1c1d",
    foreground_strong="#1d1c1d",
    foreground_subtle="#616061",
    opacity=".95",
    colors=COLOURS,
    font_family="DejaVu Sans, Liberation Sans, Noto Sans, sans-serif",
    title_font_size=18,
    label_font_size=15,
    major_label_font_size=15,
    legend_font_size=15,
    value_font_size=15,
    value_label_font_size=15,
    no_data_font_size=18,
    stroke_width=3,
    guide_stroke_color="#dddddd",
    major_guide_stroke_color="#dddddd",
    guide_stroke_dasharray="0",
    major_guide_stroke_dasharray="0",
)


def png(chart: Chart) -> bytes:
    """The chart drawn."""
    drawn = _plot(chart)
    for at, one in enumerate(chart.series):
        values = one.values[::-1] if _lies(chart) else one.values
        drawn.add(one.name, list(values), **_stroke(chart, at))
    svg: str = drawn.render(is_unicode=True)
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=WIDTH * SCALE, background="white"))


def _plot(chart: Chart) -> pygal.Graph:
    lies = _lies(chart)
    labels = _beside(chart)[::-1] if lies else list(chart.labels)
    legend = LEGEND_ROW * ((len(chart.series) - 1) // LEGEND_COLUMNS)
    kind = pygal.Line if chart.kind == "line" else pygal.HorizontalBar if lies else pygal.Bar
    drawn = kind(
        style=_STYLE,
        width=WIDTH,
        height=HEIGHT + legend,
        title=chart.title,
        x_title=(chart.measure if lies else chart.x_title) or None,
        y_title=(chart.x_title if lies else chart.measure) or None,
        show_legend=len(chart.series) > 1,
        legend_at_bottom=True,
        legend_at_bottom_columns=min(len(chart.series), LEGEND_COLUMNS),
        print_values=len(chart.series) == 1 and chart.kind == "bar" and not lies,
        print_values_position="top",
        value_formatter=lambda value: figure(value, chart.unit),
        include_x_axis=chart.kind == "bar" or chart.adds_up,
        dots_size=4,
        js=[],
        max_scale=3 if lies else 6,
        margin=14,
        margin_bottom=14 + legend,
        truncate_label=-1,
        truncate_legend=-1,
        explicit_size=True,
        allow_interruptions=True,
    )
    drawn.x_labels = labels
    if chart.kind == "line" and len(labels) > MOST_LEVEL:
        room = LETTERS // (max(map(len, labels)) + 2)
        drawn.x_labels_major = labels[:: -(-len(labels) // min(max(room, 2), MOST_LEVEL))]
        drawn.show_minor_x_labels = False
    return drawn


def _beside(chart: Chart) -> list[str]:
    """The names of bars that lie, with their figures: in or behind a bar these are hard to read."""
    if len(chart.series) != 1:
        return list(chart.labels)
    told = zip(chart.labels, chart.series[0].values, strict=True)
    return [f"{label}: {figure(value, chart.unit)}" for label, value in told]


def _lies(chart: Chart) -> bool:
    """Whether bars lie on their side, where long or many names have room."""
    if chart.kind == "line":
        return False
    return len(chart.labels) > MOST_LEVEL or sum(map(len, chart.labels)) > 8 * MOST_LEVEL


def _stroke(chart: Chart, at: int) -> dict[str, object]:
    """Lines differ in their dashes too: never by colour alone."""
    if chart.kind != "line":
        return {}
    dashes = (None, "10, 5", "3, 5", "12, 4, 3, 4", "2, 7", "16, 6")[at % 6]
    return {"stroke_style": {"width": 3, "dasharray": dashes} if dashes else {"width": 3}}
