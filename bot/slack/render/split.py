"""Cuts an answer into messages: where it may be cut, and how much goes into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.slack.render import tables
from bot.slack.render.prose import size
from bot.slack.render.tree import Code, Heading, Line, Piece, Prose, Rule, Run, Runs, Table, text_of

MAX_PIECE = 2900
"""Characters of a piece as mrkdwn: it has to fit into one section of 3,000."""
MAX_MESSAGE = 10_000
"""Weight of a message. Slack refuses somewhere between 11,000 and 13,000 characters with
`msg_blocks_too_long`, counting more than the text (bolt-js issues 2509 and 2867)."""
MAX_MESSAGES = 5
MAX_BREAKS = 18
"""Headings, rules and tables of a message: each may cost two of its 50 blocks."""
MAX_LEAD = 1000
"""Weight of what moves on with a table: the sentence and the headings before it."""

_RUN = 6
"""What a run of its own style weighs besides its text: a guess, on the safe side."""


@dataclass
class Pack:
    """The pieces of one message."""

    pieces: list[Piece] = field(default_factory=list)
    weight: int = 0
    breaks: int = 0
    has_table: bool = False

    def add(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self.weight += weight(piece)
        self.breaks += isinstance(piece, Heading | Rule | Table)
        self.has_table |= isinstance(piece, Table)

    def takes(self, piece: Piece) -> bool:
        if not self.pieces:
            return True
        return (
            self.weight + weight(piece) <= MAX_MESSAGE
            and self.breaks < MAX_BREAKS
            and not (isinstance(piece, Table) and self.has_table)
        )

    def lead(self, piece: Piece) -> list[Piece]:
        """Takes out what introduces the next piece, so that it moves to the next message too."""
        start = len(self.pieces)
        if isinstance(piece, Table) and start and _is_paragraph(self.pieces[-1]):
            start -= 1
        while start and isinstance(self.pieces[start - 1], Heading):
            start -= 1
        moved = self.pieces[start:]
        if not start or sum(map(weight, moved)) > MAX_LEAD:
            return []
        del self.pieces[start:]
        return moved


def _is_paragraph(piece: Piece) -> bool:
    return isinstance(piece, Line) and not piece.bullet and not piece.quoted


def pack(pieces: Iterable[Piece]) -> list[Pack]:
    """The pieces in as many messages as they need, in order, one table in each at most."""
    packs = [Pack()]
    for piece in (part for whole in pieces for part in parts(whole)):
        if not packs[-1].takes(piece):
            following = Pack()
            for moved in packs[-1].lead(piece):
                following.add(moved)
            packs.append(following)
        packs[-1].add(piece)
    return packs


def weight(piece: Piece) -> int:
    if isinstance(piece, Table):
        return tables.weight(piece)
    if isinstance(piece, Rule):
        return _RUN
    return size(piece) + (_RUN if isinstance(piece, Code) else _RUN * len(piece.runs))


def parts(piece: Piece) -> list[Piece]:
    """The piece itself, or what it is cut into because it is too long."""
    if isinstance(piece, Table):
        return [tables.fitted(piece)]
    if isinstance(piece, Rule):
        return [piece]
    return [*prose_parts(piece)]


def prose_parts(piece: Prose) -> list[Prose]:
    if weight(piece) <= MAX_PIECE:
        return [piece]
    if isinstance(piece, Heading):
        return prose_parts(Line(tuple(replace(run, bold=True) for run in piece.runs)))
    halves = _halves_of_code(piece) if isinstance(piece, Code) else _halves_of_line(piece)
    return [part for half in halves for part in prose_parts(half)]


def _halves_of_code(code: Code) -> Sequence[Prose]:
    """Cut between two lines if there are two, so that each half is whole in its fences."""
    cut = _near_middle(code.text, "\n")
    if cut:
        return Code(code.text[:cut], code.continued), Code(code.text[cut + 1 :], continued=True)
    middle = len(code.text) // 2
    return Code(code.text[:middle], code.continued), Code(code.text[middle:])


def _halves_of_line(line: Line) -> Sequence[Prose]:
    text = text_of(line.runs)
    cut = _near_middle(text, "\n") or _near_middle(text, ". ") or _near_middle(text, " ")
    left, right = _cut_runs(line.runs, cut or max(len(text) // 2, 1))
    first, second = replace(line, runs=left), replace(line, runs=right, bullet=None)
    return [half for half in (first, second) if text_of(half.runs).strip()]


def _near_middle(text: str, mark: str) -> int:
    """Where to cut, in the middle half of the text; 0 if the mark does not occur there."""
    quarter = len(text) // 4
    found = text.rfind(mark, quarter, len(text) // 2)
    if found < 1:
        found = text.find(mark, len(text) // 2, len(text) - max(quarter, 1))
    return max(found, 0) and found + len(mark) - 1


def _cut_runs(runs: Runs, position: int) -> tuple[Runs, Runs]:
    left: list[Run] = []
    right: list[Run] = []
    for run in runs:
        left.append(replace(run, text=run.text[: max(position, 0)]))
        right.append(replace(run, text=run.text[max(position, 0) :]))
        position -= len(run.text)
    right = [run for run in right if run.text]
    if right:
        right[0] = replace(right[0], text=right[0].text.lstrip())
    return tuple(run for run in left if run.text), tuple(right)
