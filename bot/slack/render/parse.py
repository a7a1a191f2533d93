"""Reads Markdown into pieces.

A CommonMark parser does the work, with tables and strikethrough, and without what would make
text vanish: raw HTML stays text, and definitions of link references are not looked for, since
`[ERROR]: timeout` is one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from bot.slack.render.inline import read_runs
from bot.slack.render.links import Allowed
from bot.slack.render.tree import Bullet, Code, Heading, Line, Piece, Rule, Run, Runs, Table
from bot.slack.render.wording import clean, spoken

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_NESTING = 40
"""Lists and quotes deeper than this are not read as such; the parser would drop their text."""


def parse(markdown: str, allowed: Allowed | None = None) -> list[Piece]:
    """The pieces of an answer, in order. Never raises, and drops nothing that people read."""
    markdown = markdown.encode("utf-8", "replace").decode()
    tokens = _parser().parse(markdown)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        return [Line((Run(spoken(clean(markdown))),))]
    reader = _Reader(markdown.replace("\r\n", "\n").replace("\r", "\n").split("\n"), allowed)
    for token in tokens:
        reader.take(token)
    return reader.pieces


@cache
def _parser() -> MarkdownIt:
    # Imported here: 80 ms that commands without Slack need not wait for.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    parser.enable(["table", "strikethrough"]).disable("reference")
    # Paragraphs are read one by one (see inline.py), so that their size can be looked at first.
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


class _Reader:
    def __init__(self, source: list[str], allowed: Allowed | None) -> None:
        self.pieces: list[Piece] = []
        self._source = source
        self._allowed = allowed
        self._lists: list[int | None] = []
        self._quotes = 0
        self._bullet: Bullet | None = None
        self._item: Line | None = None
        self._heading = 0
        self._table: _TableReader | None = None

    def take(self, token: Token) -> None:
        match token.type:
            case "inline":
                self._text(token)
            case "heading_open":
                self._heading = int(token.tag[1:])
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
                self._item = None
            case "list_item_open":
                self._open_item()
            case "list_item_close":
                self._bullet = None
            case "blockquote_open" | "blockquote_close":
                self._quotes += token.nesting
                self._item = None
            case "fence" | "code_block":
                self._code(token)
            case "hr":
                if self.pieces and self.pieces[-1] != Rule():
                    self.pieces.append(Rule())
            case _:
                self._table_part(token)

    def _table_part(self, token: Token) -> None:
        if token.type == "table_open":
            self._table = _TableReader()
        elif token.type == "table_close" and self._table:
            self.pieces.append(self._table.table())
            self._table = None
        elif self._table:
            self._table.take(token, self._source)

    def _open_item(self) -> None:
        number = self._lists[-1]
        if number is not None:
            self._lists[-1] = number + 1
        self._bullet = Bullet(len(self._lists) - 1, number)
        self._item = None

    def _text(self, token: Token) -> None:
        runs = read_runs(token.content, _parser(), self._allowed)
        if self._table:
            self._table.cell(token.content, runs)
        elif self._heading:
            self._add_heading(runs)
        elif any(run.text.strip() for run in runs):
            self._add_line(runs)
        self._heading = 0

    def _add_heading(self, runs: Runs) -> None:
        if self._lists or self._quotes:
            self._add_line(tuple(replace(run, bold=True) for run in runs))
        elif any(run.text.strip() for run in runs):
            self.pieces.append(Heading(runs, self._heading))

    def _add_line(self, runs: Runs) -> None:
        """A further paragraph of a list item belongs to the line that the item began with."""
        if self._item and self._item is self.pieces[-1]:
            self._item = replace(self._item, runs=(*self._item.runs, Run("\n"), *runs))
            self.pieces[-1] = self._item
            return
        line = Line(runs, self._bullet, quoted=self._quotes > 0)
        self._item = line if self._bullet else None
        self._bullet = None
        self.pieces.append(line)

    def _code(self, token: Token) -> None:
        """The first word after a fence names the language; what else stands there was written."""
        language, _, beyond = token.info.strip().partition(" ")
        code = token.content.rstrip()
        text = clean("\n".join(part for part in (beyond.strip(), code) if part) or language)
        if text.strip():
            self.pieces.append(Code(text))
        self._bullet = None


class _TableReader:
    def __init__(self) -> None:
        self._rows: list[list[Runs]] = []
        self._contents: list[str] = []
        self._aligns: list[str] = []
        self._line = ""

    def take(self, token: Token, source: list[str]) -> None:
        if token.type == "tr_open":
            self._rows.append([])
            self._contents = []
            self._line = source[token.map[0]] if token.map else ""
        elif token.type == "th_open":
            self._aligns.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
        elif token.type == "tr_close":
            self._keep_rest()

    def cell(self, content: str, runs: Runs) -> None:
        self._rows[-1].append(runs)
        self._contents.append(content)

    def _keep_rest(self) -> None:
        """Cells beyond the last column, which Markdown drops, go into the last one."""
        position = 0
        for content in self._contents:
            found = self._line.find(content, position)
            if found < 0:
                return
            position = found + len(content)
        rest = self._line[position:].strip(" \t|")
        if rest:
            self._rows[-1][-1] = (*self._rows[-1][-1], Run(spoken(clean(f" | {rest}"))))

    def table(self) -> Table:
        header, *rows = (tuple(row) for row in self._rows)
        return Table(header, tuple(rows), tuple(self._aligns))
