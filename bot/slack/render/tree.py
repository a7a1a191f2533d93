"""What an answer consists of, once read: a row of pieces, each of runs of text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """Text of one style. With a `url` it is a link that may be followed."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    url: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Bullet:
    """The mark before a list item: its depth from 0, and its number in an ordered list."""

    indent: int
    number: int | None = None


@dataclass(frozen=True)
class Line:
    """A paragraph, or an item of a list."""

    runs: Runs
    bullet: Bullet | None = None
    quoted: bool = False


@dataclass(frozen=True)
class Heading:
    runs: Runs
    level: int


@dataclass(frozen=True)
class Code:
    """Lines of code. `continued`: the code before it goes on here, with the next line."""

    text: str
    continued: bool = False


@dataclass(frozen=True)
class Rule:
    pass


@dataclass(frozen=True)
class Table:
    """`aligns` has `left`, `center`, `right` or nothing for each column.

    The last three tell what was taken away so that the table fits.
    """

    header: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]
    aligns: tuple[str, ...]
    lost_rows: int = 0
    lost_columns: int = 0
    shortened: bool = False


Prose = Line | Heading | Code
Piece = Prose | Rule | Table


def text_of(runs: Runs) -> str:
    return "".join(run.text for run in runs)


def words_in(piece: Piece) -> int:
    """How many words a reader misses who does not get this piece."""
    if isinstance(piece, Table):
        return sum(
            len(text_of(cell).split()) for row in (piece.header, *piece.rows) for cell in row
        )
    if isinstance(piece, Rule):
        return 0
    return len((piece.text if isinstance(piece, Code) else text_of(piece.runs)).split())
