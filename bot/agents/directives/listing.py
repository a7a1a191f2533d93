"""Flagged rows in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.agents.directives.flagging import Flagged
from bot.agents.directives.results import Row, number
from bot.slack.charts.chart import figure

MOST = 20


def flagged_in_words(found: Flagged) -> str:
    """How many rows a threshold holds for, and which."""
    total, count = len(found.table.rows), len(found.rows)
    measured = re.sub(r"[_.]+", " ", found.column)
    missing = f" {_counted(found.without, 'row')} had no figure." if found.without else ""
    counted = f"**Flagged: {count or 'none'} of {total} {found.threshold}**"
    head = f":triangular_flag_on_post: {counted} ({measured}).{missing}"
    if not count:
        return head
    ordered = sorted(found.rows, key=lambda row: number(row.get(found.column)) or 0.0)
    if found.threshold.relation in ("above", "at least"):
        ordered.reverse()
    left = f"\n\n…and {count - MOST} more." if count > MOST else ""
    return f"{head}\n\n{_table(ordered[:MOST], found)}{left}"


def _table(rows: Sequence[Row], found: Flagged) -> str:
    label, column = found.table.label, found.column
    titles = [re.sub(r"[_.]+", " ", one).capitalize() for one in (label, column)]
    lines = [f"| {titles[0]} | {titles[1]} |", "| --- | ---: |"]
    for row in rows:
        value = figure(number(row.get(column)), found.unit)
        lines.append(f"| {_cell(row.get(label))} | {value} |")
    return "\n".join(lines)


def _cell(value: object) -> str:
    """Text that stays one cell and plain text."""
    text = " ".join(str(value if value is not None else "–").split())[:120]
    return re.sub(r"([\\|`*_\[\]<>~])", r"\\\1", text)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
