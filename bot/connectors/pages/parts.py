"""A long text in parts, with the headings by which a reader finds the right one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.connectors.errors import NotFound

LONGEST_PART = 8000
"""Characters of one part; with what stands around it, it stays within a result's bound."""

MOST_HEADINGS = 60
LONGEST_HEADING = 80


@dataclass(frozen=True)
class Line:
    """A line of a page. `heading` holds the words of one that is a heading."""

    text: str
    heading: str = ""


@dataclass(frozen=True)
class Part:
    """One of `parts`. `headings` are those of the whole page, each with the part that it is in."""

    text: str
    parts: int
    headings: Sequence[str]
    cut: str


def part_of(lines: Sequence[Line], heading: str, number: int) -> Part:
    """A part of a page, or of what begins at a heading.

    Raises:
        NotFound: it has no such heading, or not so many parts.
    """
    whole = list(_split(lines))
    headings = [
        f"{at}: {line.heading[:LONGEST_HEADING]}"
        for at, part in enumerate(whole, 1)
        for line in part
        if line.heading
    ]
    parts = list(_split(lines[_found(lines, heading) :])) if heading else whole
    parts = parts or [[]]
    if number > len(parts):
        raise NotFound(f"There are {len(parts)} parts of this only.", "Ask for one of them.")
    behind = f" from “{heading}” on" if heading else ""
    left = len(parts) - number
    cut = f"{left} more parts{behind}; go on with part {number + 1}" if left else ""
    text = "\n".join(line.text for line in parts[number - 1])
    return Part(text, len(parts), _bounded(headings), cut)


def _found(lines: Sequence[Line], wanted: str) -> int:
    """Where a heading is: the first with exactly these words, else the first that has them."""
    words = _plain(wanted)
    named = [(at, _plain(line.heading)) for at, line in enumerate(lines) if line.heading]
    same = next((at for at, words_there in named if words_there == words), None)
    found = same if same is not None else next((at for at, one in named if words in one), None)
    if found is None:
        raise NotFound(
            "The page has no such heading.", "Read it without heading to see those it has."
        )
    return found


def _plain(heading: str) -> str:
    return " ".join(heading.casefold().strip("# ").split())


def _split(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Parts that end with a line, as long as no line is longer than a part."""
    part, size = list[Line](), 0
    for line in (piece for one in lines for piece in _pieces(one)):
        if part and size + len(line.text) + 1 > LONGEST_PART:
            yield part
            part, size = [], 0
        part.append(line)
        size += len(line.text) + 1
    if part:
        yield part


def _pieces(line: Line) -> Iterator[Line]:
    if len(line.text) <= LONGEST_PART:
        yield line
        return
    for at in range(0, len(line.text), LONGEST_PART):
        yield Line(line.text[at : at + LONGEST_PART], "" if at else line.heading)


def _bounded(headings: list[str]) -> list[str]:
    left = len(headings) - MOST_HEADINGS
    return headings if left <= 0 else [*headings[:MOST_HEADINGS], f"and {left} more"]
