"""Turns standard Markdown, as models and reports write it, into Slack messages.

Each message carries three forms. The first has rich text, headers and Slack's own tables. The
second has sections of mrkdwn, and tables as aligned lines of code. The last is the text alone.
No form can ping anybody, and none shows a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import dropwhile

from bot.slack.messages import Message
from bot.slack.render.layout import native, sections
from bot.slack.render.parse import parse
from bot.slack.render.plain import plain
from bot.slack.render.split import MAX_MESSAGES, pack
from bot.slack.render.tree import Line, Piece, Rule, Run, Table, words_in

__all__ = ["render"]

MAX_SOURCE = 60_000
"""Characters that are read: more than five messages can hold."""


def render(markdown: str, *, allowed_links: Callable[[str], bool] | None = None) -> list[Message]:
    """The messages that show this text, in order; none for a text without any content.

    Only addresses of the web become links, and of these, if `allowed_links` is given, only those
    it says yes to; elsewhere the label stays, with the host in brackets. What does not fit into
    five messages is left out, and the last one says how much that is.
    """
    kept, beyond = _bounded(markdown)
    packs = [list(each.pieces) for each in pack(parse(kept, allowed_links))]
    shown, left = packs[:MAX_MESSAGES], packs[MAX_MESSAGES:]
    if left or beyond.strip():
        shown[-1].append(_left_out([piece for pieces in left for piece in pieces], beyond))
    trimmed = [_without_edges(pieces) for pieces in shown]
    return [_message(pieces) for pieces in trimmed if pieces]


def _message(pieces: Sequence[Piece]) -> Message:
    return Message(plain(pieces), native(pieces), (sections(pieces),))


def _bounded(markdown: str) -> tuple[str, str]:
    if len(markdown) <= MAX_SOURCE:
        return markdown, ""
    cut = markdown.rfind("\n", MAX_SOURCE // 2, MAX_SOURCE) + 1 or MAX_SOURCE
    return markdown[:cut], markdown[cut:]


def _left_out(pieces: Sequence[Piece], beyond: str) -> Line:
    words = sum(map(words_in, pieces)) + len(beyond.split())
    tables = sum(isinstance(piece, Table) for piece in pieces)
    counted = _counted(words, "word") + (f" and {_counted(tables, 'table')}" if tables else "")
    said = f"This answer was too long: {counted} more were left out. Ask for the part you need."
    return Line((Run(said, italic=True),))


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _without_edges(pieces: list[Piece]) -> list[Piece]:
    """A rule between two messages would rule off nothing."""
    start = list(dropwhile(_is_rule, pieces))
    return list(dropwhile(_is_rule, start[::-1]))[::-1]


def _is_rule(piece: Piece) -> bool:
    return isinstance(piece, Rule)
