"""Writes lines, headings and code as mrkdwn, the form that every client of Slack knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.slack.blocks import escape
from bot.slack.render.tree import Bullet, Code, Heading, Line, Prose, Run, Runs
from bot.slack.render.wording import INVISIBLE

Drawn = Callable[[Runs], str]
"""How runs are written in one line of text: with marks (`marked`), or without (plain.py)."""

MAX_INDENT = 8
_FENCE = re.compile("`{3,}")


def written(piece: Prose, drawn: Drawn) -> str:
    """A piece as text, escaped."""
    if isinstance(piece, Code):
        return f"```\n{_unfenced(escape(piece.text))}\n```"
    if isinstance(piece, Heading):
        return drawn(tuple(replace(run, bold=True, italic=False) for run in piece.runs))
    text = drawn(piece.runs)
    if piece.bullet:
        indent = "    " * min(piece.bullet.indent, MAX_INDENT)
        text = indent + mark(piece.bullet) + text.replace("\n", f"\n{indent}   ")
    return "> " + text.replace("\n", "\n> ") if piece.quoted else text


def marked(runs: Runs) -> str:
    """Runs with Slack's marks for bold, italic, struck, code and links."""
    out = ""
    for run in runs:
        text = _marked(run)
        if out and text and _clash(out[-1], text[0]):
            out += INVISIBLE
        out += text
    return out


def link(url: str, label: str) -> str:
    address = url.replace("&", "&amp;").replace("|", "%7C")
    return f"<{address}>" if address == label else f"<{address}|{label}>"


def prose_text(text: str) -> str:
    """Escaped, and with nothing that would open a block of code."""
    return _unfenced(escape(text))


def joined(pieces: Sequence[Prose], drawn: Drawn, limit: int) -> list[str]:
    """The pieces as texts of at most `limit` characters; each piece must fit into one."""
    texts: list[str] = []
    before: Prose | None = None
    for piece in pieces:
        text = written(piece, drawn)
        gap = _gap(before, piece)
        if texts and len(texts[-1]) + len(gap) + len(text) <= limit:
            texts[-1] += gap + text
        else:
            texts.append(text)
        before = piece
    return texts


def _gap(before: Prose | None, after: Prose) -> str:
    if isinstance(before, Heading | Code) or isinstance(after, Code):
        return "\n"
    if not isinstance(before, Line) or not isinstance(after, Line):
        return "\n\n"
    same_list = bool(before.bullet and after.bullet)
    return "\n" if same_list or (before.quoted and after.quoted) else "\n\n"


def mark(bullet: Bullet) -> str:
    """What stands before an item where Slack does not draw the list itself."""
    if bullet.number is not None:
        return f"{bullet.number}. "
    return "◦ " if bullet.indent % 2 else "• "


def _marked(run: Run) -> str:
    """Each line gets its own marks, which Slack does not carry over to the next."""
    return "\n".join(_marked_line(run, line) for line in run.text.split("\n"))


def _marked_line(run: Run, line: str) -> str:
    words = line.strip()
    if not words:
        return line
    before, _, after = line.partition(words)
    if run.code and not run.url:
        words = f"`{escape(words).replace('`', 'ˋ')}`"
    else:
        words = prose_text(words)
    if run.url:
        words = link(run.url, words)
    for wanted, sign in ((run.strike, "~"), (run.italic, "_"), (run.bold, "*")):
        words = f"{sign}{words}{sign}" if wanted else words
    return before + words + after


def _clash(left: str, right: str) -> bool:
    """Slack reads a mark only at the edge of a word, and two that touch not at all."""
    return (left in "*_~`" and (right.isalnum() or right in "*_~`")) or (
        left.isalnum() and right in "*_~`"
    )


def _unfenced(text: str) -> str:
    """Without a row of backticks that could open or close a block of code, however long it is."""
    return _FENCE.sub(lambda found: INVISIBLE.join(found[0]), text)


def size(piece: Prose) -> int:
    """Characters that a piece takes as mrkdwn, its longest form."""
    return len(written(piece, marked))
