"""Reads what stands within a paragraph: emphasis, code, links, images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.slack.render.links import Allowed, linked, with_bare_links
from bot.slack.render.tree import Run, Runs
from bot.slack.render.wording import clean, spoken

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_BRACKETS = 500
"""The parser's time grows with the square of open brackets; beyond these the text stays text."""


def read_runs(content: str, parser: MarkdownIt, allowed: Allowed | None) -> Runs:
    """The content of one paragraph, heading or cell."""
    if content.count("[") > MAX_BRACKETS:
        return tuple(_finished([Run(content)], allowed))
    tokens: list[Token] = []
    parser.inline.parse(content, parser, {}, tokens)
    reader = _Reader(allowed)
    for token in tokens:
        reader.take(token)
    return tuple(_finished(reader.runs, allowed))


class _Reader:
    def __init__(self, allowed: Allowed | None) -> None:
        self.runs: list[Run] = []
        self._allowed = allowed
        self._depth: Counter[str] = Counter()
        self._link: tuple[int, str] | None = None

    def take(self, token: Token) -> None:
        match token.type:
            case "text" | "text_special":
                self._add(token.content)
            case "code_inline":
                self._add(token.content, code=True)
            case "softbreak" | "hardbreak":
                self._add("\n")
            case "image":
                self._image(token)
            case "link_open":
                self._link = len(self.runs), str(token.attrs["href"])
            case "link_close":
                self._close_link(token)
            case _:
                self._depth[token.tag] += token.nesting

    def _add(self, text: str, *, code: bool = False) -> None:
        depth = self._depth
        self.runs.append(
            Run(
                text,
                bold=depth["strong"] > 0,
                italic=depth["em"] > 0,
                strike=depth["s"] > 0,
                code=code,
            )
        )

    def _image(self, token: Token) -> None:
        """A picture is never shown, because fetching it could tell someone what was read."""
        alt = Run(spoken(token.content.strip()) or "image")
        inside_link = self._link is not None
        source = str(token.attrs["src"])
        self.runs.extend((alt,) if inside_link else linked((alt,), source, self._allowed))

    def _close_link(self, token: Token) -> None:
        assert self._link
        start, url = self._link
        label = tuple(_merged(self.runs[start:]))
        if token.info == "auto" and "%7C" in url and label:
            # People used to Slack write <url|label>, which Markdown takes for one long address.
            url = url.partition("%7C")[0]
            label = (replace(label[0], text=label[0].text.partition("|")[2] or url),)
        self.runs[start:] = linked(label, url, self._allowed)
        self._link = None


def _finished(runs: Iterable[Run], allowed: Allowed | None) -> Iterator[Run]:
    for run in _merged(runs):
        if run.code:
            yield run
        elif run.url:
            yield replace(run, text=spoken(run.text))
        else:
            for part in with_bare_links(run, allowed):
                yield part if part.url else replace(part, text=spoken(part.text))


def _merged(runs: Iterable[Run]) -> list[Run]:
    """Joins neighbours of one style: the parser cuts text at every special character."""
    merged: list[Run] = []
    for raw in runs:
        run = replace(raw, text=clean(raw.text))
        if merged and replace(merged[-1], text="") == replace(run, text=""):
            merged[-1] = replace(run, text=merged[-1].text + run.text)
        elif run.text:
            merged.append(run)
    return merged
