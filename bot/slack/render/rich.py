"""Draws lines, headings and code as rich text.

Slack parses nothing in it, so nothing needs to be escaped and no text can become a mention, a
link or a date. It is what Slack's own editor writes, so every client knows it, on every plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.slack.messages import Block
from bot.slack.render.prose import MAX_INDENT, mark
from bot.slack.render.tree import Bullet, Code, Heading, Prose, Run, Runs


def rich_text(pieces: Sequence[Prose]) -> Block:
    """One block of native paragraphs, lists, quotes and code."""
    elements: list[Block] = []
    before: Prose | None = None
    for piece in pieces:
        _add(elements, before, piece)
        before = piece
    return {"type": "rich_text", "elements": elements}


def rich_cell(runs: Runs) -> Block:
    """One cell of a table that holds links or emphasis."""
    return {"type": "rich_text", "elements": [_part("rich_text_section", _words(runs))]}


def _add(elements: list[Block], before: Prose | None, piece: Prose) -> None:
    if isinstance(piece, Code):
        _add_code(elements, piece)
    elif isinstance(piece, Heading):
        _add_paragraph(elements, before, tuple(replace(run, bold=True) for run in piece.runs))
    elif piece.quoted:
        runs = (Run(mark(piece.bullet)), *piece.runs) if piece.bullet else piece.runs
        _extend(elements, "rich_text_quote", runs, "\n")
    elif piece.bullet:
        _add_item(elements, piece.bullet, piece.runs)
    else:
        _add_paragraph(elements, before, piece.runs)


def _add_code(elements: list[Block], code: Code) -> None:
    if code.continued and elements and elements[-1]["type"] == "rich_text_preformatted":
        elements[-1]["elements"][0]["text"] += f"\n{code.text}"
    else:
        elements.append(_part("rich_text_preformatted", [{"type": "text", "text": code.text}]))


def _add_paragraph(elements: list[Block], before: Prose | None, runs: Runs) -> None:
    """Slack sets no space between paragraphs, lists and quotes: an empty line makes it."""
    if elements and elements[-1]["type"] in ("rich_text_list", "rich_text_quote"):
        runs = (Run("\n"), *runs)
    _extend(elements, "rich_text_section", runs, "\n" if isinstance(before, Heading) else "\n\n")


def _extend(elements: list[Block], kind: str, runs: Runs, between: str) -> None:
    if elements and elements[-1]["type"] == kind:
        elements[-1]["elements"] = _words((Run(between), *runs), elements[-1]["elements"])
    else:
        elements.append(_part(kind, _words(runs)))


def _add_item(elements: list[Block], bullet: Bullet, runs: Runs) -> None:
    item = _part("rich_text_section", _words(runs))
    made: Block = {
        "type": "rich_text_list",
        "style": "bullet" if bullet.number is None else "ordered",
        "indent": min(bullet.indent, MAX_INDENT),
        "elements": [item],
    }
    if bullet.number and bullet.number > 1:
        made["offset"] = bullet.number - 1
    if elements and _goes_on(elements[-1], made):
        elements[-1]["elements"].append(item)
    else:
        elements.append(made)


def _goes_on(listed: Block, made: Block) -> bool:
    """Is the new item the next of this list, with the number that Slack would give it?"""
    if any(listed.get(key) != made[key] for key in ("type", "style", "indent")):
        return False
    due = listed.get("offset", 0) + len(listed["elements"])
    return bool(made["style"] == "bullet" or made.get("offset", 0) == due)


def _part(kind: str, elements: list[Block]) -> Block:
    return {"type": kind, "elements": elements}


def _words(runs: Runs, before: Sequence[Block] = ()) -> list[Block]:
    """The elements of the runs after these; text without style is one element."""
    words = list(before)
    for run in runs:
        word = _word(run)
        if words and words[-1].keys() == word.keys() == {"type", "text"}:
            words[-1] = {"type": "text", "text": words[-1]["text"] + run.text}
        elif run.text:
            words.append(word)
    return words


def _word(run: Run) -> Block:
    made: Block = {"type": "link", "url": run.url} if run.url else {"type": "text"}
    made["text"] = run.text
    style = {name: True for name in ("bold", "italic", "strike", "code") if getattr(run, name)}
    return made | {"style": style} if style else made
