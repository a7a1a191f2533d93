"""The text of a message: for notifications and screen readers, and when Slack takes no blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.slack.messages import MAX_TEXT
from bot.slack.render import tables
from bot.slack.render.prose import joined, link, marked, prose_text
from bot.slack.render.split import prose_parts
from bot.slack.render.tree import Piece, Prose, Rule, Run, Runs, Table
from bot.slack.render.wording import INVISIBLE

SHORTENED = "\n… (shortened)"


def plain(pieces: Sequence[Piece]) -> str:
    """The pieces as escaped text without emphasis, whole or as far as it fits."""
    texts = joined(list(without_tables(pieces)), _drawn, MAX_TEXT - len(SHORTENED))
    return texts[0] + SHORTENED if len(texts) > 1 else texts[0]


def without_tables(pieces: Sequence[Piece]) -> Iterator[Prose]:
    """The pieces with tables drawn as lines of code, and without rules."""
    for piece in pieces:
        if isinstance(piece, Table):
            for drawn in tables.as_prose(piece):
                yield from prose_parts(drawn)
        elif not isinstance(piece, Rule):
            yield piece


def _drawn(runs: Runs) -> str:
    return "".join(_drawn_run(run) for run in runs)


def _drawn_run(run: Run) -> str:
    if run.url:
        return link(run.url, prose_text(run.text).replace("\n", " "))
    if run.code:
        return marked((Run(run.text, code=True),))
    # Slack links each address that it finds in a text; these are the ones that may not be links.
    return prose_text(run.text).replace("://", f":{INVISIBLE}//")
