"""Finding the directives in a question, and the question without them."""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


class Kind(enum.StrEnum):
    RECOMMEND = "recommend"
    VISUALIZE = "visualize"
    ALERT = "alert"
    REPORT = "report"
    FLAG = "flag"


_SPELLINGS = {one.value: one for one in Kind} | {"visualise": Kind.VISUALIZE}

MOST = 10
"""Directives that are read in one question."""

_LIKE = {
    one: kind
    for kind, names in {
        Kind.RECOMMEND: "suggest advise followups next",
        Kind.VISUALIZE: "chart graph plot draw viz diagram",
        Kind.ALERT: "notify ping page warn tell",
        Kind.REPORT: "save store keep archive",
        Kind.FLAG: "mark highlight threshold",
    }.items()
    for one in names.split()
}
"""What people may call a directive that they do not remember."""

_HASH = re.compile(
    r"(?<![^\W_])(?<![#&/.<|'’-])#([A-Za-z](?:[A-Za-z_-]*[A-Za-z])?)(?!['’]?[^\W_]|[#_]\w|#)"
)
"""A hash with a word of letters; never within a word (C#), a link, or before digits (#12)."""

_NOT_OURS = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|<(?:[@#!]|[a-z]+:)[^<>\n]*>|https?://\S+", re.DOTALL
)
"""Code, Slack's own marks (`<#C1|incidents>`, `<@U1>`, links), and bare addresses."""

_QUOTE = re.compile(r"^\s*(?:>|&gt;).*$", re.MULTILINE)
_COLOUR = re.compile(r"(?:[a-f]{3}|[a-f]{4}|[a-f]{6}|[a-f]{8})", re.IGNORECASE)
_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)[.!?;](?=\s|\Z)|\n|,\s+(?:and\s+)?then\b", re.IGNORECASE)
_LOOSE = re.compile(r"(?:[\s,;:&–—-]|\b(?:and|then|also|plus|please)\b)+\Z", re.IGNORECASE)
_LOOSE_START = re.compile(r"\A(?:[\s.,;:&–—-]|\b(?:and|then|also|plus)\b)+", re.IGNORECASE)
_OPENING, _CLOSING = '([{*_~"“', ')]}*_~"”'
"""What people set around a directive; its closing mark is none of the directive's words."""

_SAYS_SOMETHING = re.compile(r"(?!(?:please|hey|hi|and|then|can|could|you)\b)[^\W\d]\w+", re.I)


@dataclass(frozen=True)
class Directive:
    """One directive. `words` are what stands behind it: "anything below 99%"."""

    kind: Kind
    words: str = ""


@dataclass(frozen=True)
class Unknown:
    """A word that looks like a directive and is none; `nearest` is the one that it is most like."""

    name: str
    nearest: str = ""


@dataclass(frozen=True)
class Directives:
    """What a question asks for. `question` is the question without it."""

    found: Sequence[Directive]
    unknown: Sequence[Unknown]
    question: str

    def get(self, kind: Kind) -> Directive | None:
        return next((one for one in self.found if one.kind is kind), None)

    def has(self, kind: Kind) -> bool:
        return self.get(kind) is not None

    def __bool__(self) -> bool:
        return bool(self.found or self.unknown)


def parse(text: str, channels: Collection[str] = ()) -> Directives:
    """The directives in a question, each kind once, and its unknown ones.

    Args:
        channels: names of channels that are known, which "#name" then means.
    """
    masked = _masked(text)
    marks = [one for one in _HASH.finditer(masked) if _is_meant(one[1], channels)][:MOST]
    known = [one for one in marks if one[1].lower() in _SPELLINGS]
    found: dict[Kind, Directive] = {}
    spans: list[tuple[int, int]] = []
    for mark in known:
        end = _words_end(masked, mark.end(), marks)
        kind = _SPELLINGS[mark[1].lower()]
        words = _LOOSE.sub("", text[mark.end() : end].rstrip(_CLOSING)).strip(" ,:;\n")
        before = found.get(kind)
        if before is None or not before.words:
            found[kind] = Directive(kind, words)
        spans.append((_opening(masked, mark.start()), end))
    others = {one[1].lower() for one in marks if one not in known}
    unknown = [Unknown(name, _nearest(name)) for name in sorted(others)]
    question = _without(text, spans, [one.span() for one in known]) if known else text
    return Directives(list(found.values()), unknown, question)


def _masked(text: str) -> str:
    """The text with blanks for what cannot hold a directive, so that all places stay the same."""
    for pattern in (_NOT_OURS, _QUOTE):
        text = pattern.sub(lambda found: "\x00" * len(found[0]), text)
    return text


def _is_meant(name: str, channels: Collection[str]) -> bool:
    if name.lower() in _SPELLINGS:
        return True
    return name.lower() not in channels and not _COLOUR.fullmatch(name)


def _words_end(masked: str, start: int, marks: Sequence[re.Match[str]]) -> int:
    """Where a directive's own words end: at the next one, or with its sentence or brackets."""
    stop = _END.search(masked, start)
    following = [_opening(masked, one.start()) for one in marks if one.start() >= start]
    ends = [len(masked), *following[:1], _bracket_end(masked, start)]
    return min([*ends, stop.start()] if stop else ends)


def _bracket_end(masked: str, start: int) -> int:
    """Where a bracket closes that was open before: after it, as it may hold nothing else."""
    depth = 0
    for at in range(start, len(masked)):
        depth += (masked[at] in "([{") - (masked[at] in ")]}")
        if depth < 0:
            return at + 1
    return len(masked)


def _opening(masked: str, start: int) -> int:
    """Where a directive begins, with the marks that are set around it."""
    while start and masked[start - 1] in _OPENING:
        start -= 1
    return start


def _without(
    text: str, clauses: Sequence[tuple[int, int]], hashes: Sequence[tuple[int, int]]
) -> str:
    """The question alone. Where it stands inside the directives ("#visualize open incidents"), it
    is all of the text but their names."""
    rest = _cut(text, clauses)
    return rest if _SAYS_SOMETHING.search(rest) else _cut(text, hashes)


def _cut(text: str, spans: Sequence[tuple[int, int]]) -> str:
    kept, at = "", 0
    for start, end in spans:
        kept = _LOOSE.sub("", kept + text[at:start])
        at = end
    kept = f"{kept} {text[at:].lstrip(' ')}" if at and text[at:].strip() else kept + text[at:]
    kept = _LOOSE_START.sub("", kept) if kept[:1] in set(" .,;:&") else kept
    return re.sub(r"\s+([.!?;,])", r"\1", kept).strip()


def _nearest(name: str) -> str:
    if known := _LIKE.get(name) or _LIKE.get(name.removesuffix("s")):
        return known.value
    near = get_close_matches(name, [one.value for one in Kind], n=1, cutoff=0.6)
    return near[0] if near else ""
