"""Puts the pieces of a message into blocks, in each form that it is sent in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.slack.blocks import MAX_HEADER, MAX_TEXT_OBJECT, context, divider, header, section
from bot.slack.messages import Block
from bot.slack.render import tables
from bot.slack.render.plain import without_tables
from bot.slack.render.prose import joined, marked, prose_text, size
from bot.slack.render.rich import rich_text
from bot.slack.render.tree import Heading, Piece, Prose, Rule, Table, text_of

HIGHEST = 2
"""Headings down to this level are header blocks; lower ones are bold lines."""


def native(pieces: Sequence[Piece]) -> list[Block]:
    """Rich text, headers, and the table as a table."""
    blocks: list[Block] = []
    waiting: list[Prose] = []
    for piece in pieces:
        if isinstance(piece, Rule | Table) or _is_header(piece):
            blocks += [*_rich(waiting), *_alone(piece)]
            waiting = []
        else:
            waiting.append(piece)
    return [*blocks, *_rich(waiting)]


def sections(pieces: Sequence[Piece]) -> list[Block]:
    """Sections of mrkdwn, with the table as lines of code."""
    blocks: list[Block] = []
    waiting: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Rule):
            blocks += [*_sections(waiting), divider()]
            waiting = []
        else:
            waiting.append(piece)
    return [*blocks, *_sections(waiting)]


def _is_header(piece: Prose) -> bool:
    """A header block takes plain text only: links would be lost, and entities may be decoded."""
    if not isinstance(piece, Heading) or piece.level > HIGHEST:
        return False
    text = text_of(piece.runs)
    linked = any(run.url for run in piece.runs)
    return len(text) <= MAX_HEADER and not linked and not set(text) & set("<>&\n")


def _alone(piece: Piece) -> Iterator[Block]:
    if isinstance(piece, Rule):
        yield divider()
    elif isinstance(piece, Heading):
        yield header(text_of(piece.runs).strip())
    elif isinstance(piece, Table):
        yield tables.native(piece)
        if note := tables.note(piece):
            yield context(prose_text(note))


def _rich(pieces: Sequence[Prose]) -> Iterator[Block]:
    """As few blocks as possible, none longer than a section could be."""
    gathered: list[Prose] = []
    total = 0
    for piece in pieces:
        if gathered and total + size(piece) > MAX_TEXT_OBJECT:
            yield rich_text(gathered)
            gathered, total = [], 0
        gathered.append(piece)
        total += size(piece)
    if gathered:
        yield rich_text(gathered)


def _sections(pieces: Sequence[Piece]) -> list[Block]:
    texts = joined(list(without_tables(pieces)), marked, MAX_TEXT_OBJECT)
    # Verbatim, or Slack would make links of addresses that were kept from being links.
    return [section(text, expand=True, verbatim=True) for text in texts]
