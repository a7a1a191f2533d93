"""Draws tables: as Slack's own block, and as aligned text of one width a character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from bot.slack.blocks import clip, escape
from bot.slack.messages import Block
from bot.slack.render.prose import size
from bot.slack.render.rich import rich_cell
from bot.slack.render.tree import Code, Line, Prose, Run, Runs, Table, text_of

MAX_ROWS = 100
"""Rows of a table block, the header among them."""
MAX_COLUMNS = 20
MAX_CHARACTERS = 9000
"""Slack takes 10,000 in all cells; the rest is left for what stands around the table."""
MAX_CELL = 1000
MAX_WIDTH = 88
"""Columns of characters of the text form: what a laptop shows without breaking lines."""
MAX_DRAWN = 6000
"""Characters of the text form, which shares its message with other text."""

MAX_LINKS = 10
MAX_LINKED = 2000
"""How many links are repeated below the text form, and how many characters of them."""

_MIN_WIDTH = 3
_WIDE_CELL = 30
_EMPTY = "–"
_NUMBER = re.compile(r"[-+−~<>≤≥]?\s?[$€£¥]?\d[\d,.'\s]*\s?(?:%|[a-zA-Zµ]{1,3})?")


def fitted(table: Table) -> Table:
    """The table within Slack's limits; it remembers what was taken away to get there."""
    columns = len(table.header[:MAX_COLUMNS])
    room = min(MAX_CELL, MAX_CHARACTERS // (2 * columns))
    whole = [row[:columns] for row in (table.header, *table.rows)]
    cells = [tuple(_fitted_cell(cell, room) for cell in row) for row in whole]
    header, *rows = _first_rows(cells)
    return Table(
        header,
        tuple(rows),
        table.aligns[:columns],
        lost_rows=len(table.rows) - len(rows),
        lost_columns=len(table.header) - columns,
        shortened=any(kept != cell for kept, cell in zip(cells, whole, strict=True)),
    )


def native(table: Table) -> Block:
    """Slack's table block. Cells are never empty, and numbers stand on the right."""
    settings = [
        {
            "align": _align(align, column),
            "is_wrapped": any(len(text_of(cell)) > _WIDE_CELL for cell in column),
        }
        for align, column in zip(table.aligns, _columns(table), strict=True)
    ]
    rows = [[_cell(cell) for cell in row] for row in (table.header, *table.rows)]
    return {"type": "table", "column_settings": settings, "rows": rows}


def as_prose(table: Table) -> list[Prose]:
    """The table as lines of code, below them its links, and a note of what this cut."""
    grid = [[_flat(cell) for cell in row] for row in (table.header, *table.rows)]
    widths = _widths(grid)
    rights = [_align(*each) == "right" for each in zip(table.aligns, _columns(table), strict=True)]
    lines = [_drawn_row(row, widths, rights) for row in grid]
    lines.insert(1, "  ".join("-" * width for width in widths))
    kept = _first_lines(lines)
    narrower = any(
        _width(text) > width for row in grid for text, width in zip(row, widths, strict=False)
    )
    seen = replace(
        table,
        rows=table.rows[: len(kept) - 2],
        header=table.header[: len(widths)],
        lost_rows=table.lost_rows + len(lines) - len(kept),
        lost_columns=table.lost_columns + len(table.header) - len(widths),
        shortened=table.shortened or narrower,
    )
    notes = [Line((Run(said, italic=True),)) for said in (note(seen),) if said]
    return [Code("\n".join(kept)), *_links(table), *notes]


def weight(table: Table) -> int:
    """Characters of the table's larger form."""
    cells = sum(_weight(cell) for row in (table.header, *table.rows) for cell in row)
    return max(cells + len(note(table)), sum(size(piece) for piece in as_prose(table)))


def note(table: Table) -> str:
    """What is missing from the table, in words; empty if nothing is."""
    parts = [
        f"{len(kept)} of {len(kept) + lost} {what}"
        for kept, lost, what in (
            (table.rows, table.lost_rows, "rows"),
            (table.header, table.lost_columns, "columns"),
        )
        if lost
    ]
    shown = f"this table shows {' and '.join(parts)}" if parts else ""
    cells = "long cells end in …" if table.shortened else ""
    said = "; ".join(part for part in (shown, cells) if part)
    return f"Shortened to fit: {said}." if said else ""


def _columns(table: Table) -> Sequence[Sequence[Runs]]:
    return list(zip(*table.rows, strict=True)) or [()] * len(table.header)


def _links(table: Table) -> list[Line]:
    """Text of one width cannot be clicked, so the links of the cells stand below it."""
    found = [_link(row[0], run) for row in table.rows for cell in row for run in cell if run.url]
    shown = found[:MAX_LINKS]
    while sum(map(_weight, shown)) > MAX_LINKED:
        shown.pop()
    more = f" and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
    runs = [run for parts in shown for run in parts]
    return [Line((Run("Links: "), *runs[1:], Run(more)))] if shown else []


def _link(head: Runs, run: Run) -> Runs:
    """A link, after the name of its row where it does not say that itself."""
    named = "" if run in head else f"{clip(_flat(head), _WIDE_CELL)}: "
    return Run(" · "), Run(named), Run(_flat((run,)), url=run.url)


def _weight(cell: Runs) -> int:
    return sum(len(run.text) + len(run.url) for run in cell)


def _fitted_cell(cell: Runs, room: int) -> Runs:
    if _weight(cell) <= room:
        return cell
    return (Run(clip(text_of(cell), room)),)


def _first_rows(cells: list[tuple[Runs, ...]]) -> list[tuple[Runs, ...]]:
    total = 0
    for index, row in enumerate(cells[:MAX_ROWS]):
        total += sum(max(_weight(cell), 1) for cell in row)
        if total > MAX_CHARACTERS:
            return cells[:index]
    return cells[:MAX_ROWS]


def _align(align: str, column: Sequence[Runs]) -> str:
    """What the answer asked for; otherwise right for a column of numbers."""
    texts = [text for cell in column if (text := text_of(cell).strip())]
    numeric = bool(texts) and all(_NUMBER.fullmatch(text) for text in texts)
    return align or ("right" if numeric else "left")


def _cell(runs: Runs) -> Block:
    text = text_of(runs)
    if not text.strip():
        return {"type": "raw_text", "text": _EMPTY}
    if all(run == Run(run.text) for run in runs):
        return {"type": "raw_text", "text": text}
    return rich_cell(runs)


def _flat(cell: Runs) -> str:
    return " ".join(text_of(cell).split()) or _EMPTY


def _widths(grid: list[list[str]]) -> list[int]:
    """A width for each column that has room, the widest giving way first."""
    most = (MAX_WIDTH + 2) // (_MIN_WIDTH + 2)
    widths = [max(_width(text) for text in column) for column in zip(*grid, strict=True)][:most]
    while sum(widths) + 2 * (len(widths) - 1) > MAX_WIDTH:
        widths[widths.index(max(widths))] -= 1
    return widths


def _drawn_row(row: list[str], widths: list[int], rights: list[bool]) -> str:
    cells = zip(row, widths, rights, strict=False)
    return "  ".join(_padded(text, width, right) for text, width, right in cells).rstrip()


def _padded(text: str, width: int, right: bool) -> str:
    text = _cut(text, width)
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    while text and _width(text) > width - 1:
        text = text[:-1]
    return text + "…"


def _width(text: str) -> int:
    """Places on a screen: wide characters such as 漢 and most emoji take two, accents none."""
    return sum(_places(character) for character in text)


def _places(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _first_lines(lines: list[str]) -> list[str]:
    total = 0
    for index, line in enumerate(lines):
        total += len(escape(line)) + 1
        if total > MAX_DRAWN:
            return lines[:index]
    return lines
