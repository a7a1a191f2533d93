"""Cuts what was read into passages: short enough to be quoted, long enough to be understood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.agents.knowledge.reading import Section

LONGEST = 1_400
"""Characters of a passage."""


def passages_of(sections: Sequence[Section]) -> Iterator[Section]:
    """The sections, each in as many passages as it needs. No word of the text is lost."""
    for section in sections:
        for text in _cut(section.text):
            yield Section(text, section.page, section.heading[:400])


def _cut(text: str) -> Iterator[str]:
    """Between paragraphs where that is possible, else between lines, sentences, words."""
    held = ""
    for piece in _pieces(text, (r"\n[ \t]*\n", r"\n", r"(?<=[.!?;]) ", r"\s")):
        if held and len(held) + len(piece) > LONGEST:
            yield from _worth(held)
            held = ""
        held += piece
    yield from _worth(held)


def _worth(text: str) -> Iterator[str]:
    if text.strip():
        yield text.strip("\n")


def _pieces(text: str, marks: Sequence[str]) -> Iterator[str]:
    """The text in pieces of at most LONGEST, each with the mark that ends it."""
    if len(text) <= LONGEST:
        yield text
        return
    if not marks:
        yield from (text[at : at + LONGEST] for at in range(0, len(text), LONGEST))
        return
    start = 0
    for found in re.finditer(marks[0], text):
        yield from _pieces(text[start : found.end()], marks[1:])
        start = found.end()
    yield from _pieces(text[start:], marks[1:])
