"""Facts out of many sources as one text: a paragraph each, the telling rows first.

Nothing here knows what a service is about. A row is telling if one of its values is a word for
trouble or a name out of the question, or if a column that is the same in most rows differs in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from bot.agents.offline import rows
from bot.agents.offline.cells import cell, empty, escape, heading
from bot.agents.offline.desk import Call, Desk, Done
from bot.agents.offline.rows import LINKS, Row
from bot.agents.offline.times import zone
from bot.agents.offline.toolbox import Tool
from bot.agents.offline.words import content, tokens

MOST_ROWS = 24
_MOST_NAMED = 6
_LONGEST_VALUE, _LONGEST_ROW, _LONGEST = 240, 700, 2600
_FEWEST_POINTS, _FEWEST_ALIKE = 5, 3
_TROUBLE = re.compile(
    r"\b(?:error|fatal|fail\w*|alert\w*|critical|warn\w*|crash\w*|kill\w*|oom\w*|exceed\w*"
    r"|refused|denied|timeout|timed out|unavailable|exhaust\w*|unhealthy|down|lost|low|full"
    r"|pending|unknown|back-?off|terminat\w*|evict\w*|insufficient|forbidden|stuck|false)\b"
    r"|backoff|exceeded|notready",
    re.IGNORECASE,
)

Looked = Sequence[tuple[Tool, Done]]


def told(looked: Looked, desk: Desk, *, left: Sequence[Call]) -> str:
    """Everything that was found, and what could not be seen."""
    reader = _Reader(desk)
    found = [(tool, done) for tool, done in looked if not done.failed and rows.of(done.data)]
    bare = [(tool, done) for tool, done in looked if not done.failed and not rows.of(done.data)]
    failed = [(tool, done) for tool, done in looked if done.failed]
    number = f"{len(looked)} source{'s' if len(looked) != 1 else ''}"
    head = (
        f"**I looked into {number}, and {len(found)} had something to tell.** These are facts as "
        "they were recorded; without a language model I draw no conclusion and name no cause. "
        f"Times are in {escape(desk.timezone)}."
    )
    parts = [head, *(_paragraph(tool, done, reader) for tool, done in found)]
    if bare:
        parts.append(f"**Nothing on record:** {', '.join(_name(*one) for one in bare)}.")
    parts += [_unseen(tool, done) for tool, done in failed]
    if left:
        names = sorted({escape(call.tool.name.things) for call in left})
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        parts.append(f"**Not looked into:** {', '.join(names[:_MOST_NAMED])}{more}.")
    return "\n\n".join(parts)


def paragraphs(looked: Looked, desk: Desk) -> list[str]:
    """A paragraph for each result by itself, in their order; none for what had nothing."""
    reader = _Reader(desk)
    return [
        _unseen(tool, done) if done.failed else _paragraph(tool, done, reader)
        for tool, done in looked
        if done.failed or rows.of(done.data)
    ]


def _unseen(tool: Tool, done: Done) -> str:
    return f"**Not seen – {_name(tool, done)}:** {_why(done)}"


class _Reader:
    """Values as the one who asked reads them, though longer than in a table."""

    def __init__(self, desk: Desk) -> None:
        self._zone = zone(desk.timezone)
        self._today = desk.now.astimezone(self._zone).date()
        self._asked = frozenset(content(f"{desk.run.asked.text} {desk.run.quoted}"))

    def cell(self, value: Any) -> str:
        return cell(value, self._zone, self._today, _LONGEST_VALUE)

    def worth(self, row: Row, usual: Mapping[str, str]) -> float:
        """How much a row tells, given what is usual in its columns."""
        texts = [str(value) for value in row.values() if not empty(value)]
        trouble = sum(bool(_TROUBLE.search(text)) for text in texts)
        odd = sum(usual.get(name, str(value)) != str(value) for name, value in row.items())
        named = any(not self._asked.isdisjoint(tokens(text)) for text in texts)
        return min(trouble, 3) + 0.5 * odd + 1.5 * named


def _paragraph(tool: Tool, done: Done, reader: _Reader) -> str:
    every = rows.of(done.data)
    columns = _series(every)
    lines = list(_extremes(every, *columns, reader)) if columns else _most_telling(every, reader)
    if cut := str((done.data or {}).get("cut") or ""):
        lines.append(f"cut: {escape(cut)}")
    count = f" ({len(every)})" if len(every) > 1 else ""
    return "\n".join([f"**{_name(tool, done)}**{count}:", *(f"- {line}" for line in lines)])


def _most_telling(every: Sequence[Row], reader: _Reader) -> list[str]:
    """The rows that tell the most, as many as fit, in the order that the service gave."""
    apart = _alike(every)
    lines = [_line(row, apart, reader) for row in every]
    usual = _usual(every)
    ranked = sorted(range(len(every)), key=lambda at: -reader.worth(every[at], usual))[:MOST_ROWS]
    lengths = accumulate(len(lines[at]) for at in ranked)
    kept = [at for at, so_far in zip(ranked, lengths, strict=True) if so_far <= _LONGEST]
    said = " · ".join(f"{_column(name)} {reader.cell(one)}" for name, one in apart.items())
    left = len(every) - len(kept)
    return [
        *([f"each: {said}"] if said else []),
        *(lines[at] for at in sorted(kept)),
        *([f"… and {left} more"] if left else []),
    ]


def _line(row: Row, apart: Collection[str], reader: _Reader) -> str:
    """A row with all that it says: its name first, then each field but those told apart."""
    label = rows.label_field([row]) if rows.has_label(row) else next(iter(row), "")
    said = [] if empty(row.get(label)) else [f"**{reader.cell(row[label])}**"]
    for name, value in row.items():
        if name != label and name not in apart and name not in LINKS and not empty(value):
            said.append(f"{_column(name)} {reader.cell(value)}")
    text = " · ".join(said)
    return text if len(text) <= _LONGEST_ROW else f"{text[: _LONGEST_ROW - 1]}…"


def _alike(every: Sequence[Row]) -> dict[str, Any]:
    """What all of several rows say alike, so that it need be told only once."""
    if len(every) < _FEWEST_ALIKE:
        return {}
    first = every[0]
    label = rows.label_field(every)
    same = [name for name in first if all(row.get(name) == first[name] for row in every)]
    return {name: first[name] for name in same if name != label and not empty(first[name])}


def _column(name: str) -> str:
    return escape(name.replace("_", " "))


def _usual(every: Sequence[Row]) -> dict[str, str]:
    """The value that a column has in more than half of the rows, where it has one."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(name for row in every for name in row):
        value, times = Counter(str(row.get(name)) for row in every).most_common(1)[0]
        if times > len(every) / 2 and len(every) > 2:
            found[name] = value
    return found


def _series(every: Sequence[Row]) -> tuple[str, list[str]] | None:
    """For rows that are points in time: the column of the moments, and those of the figures."""
    if len(every) < _FEWEST_POINTS:
        return None
    first = every[0]
    times = [name for name in first if all(rows.moment(row.get(name)) for row in every)]
    figures = [name for name in first if all(_figure(row.get(name)) for row in every)]
    words = [name for name in first if len({str(row.get(name)) for row in every}) > 1]
    plain = set(words) <= {*times, *figures}
    return (times[0], figures) if len(times) == 1 and figures and plain else None


def _extremes(
    every: Sequence[Row], time: str, figures: Sequence[str], reader: _Reader
) -> Iterator[str]:
    """For each figure: where it began, its least and greatest with their moments, where it is."""
    for name in figures:
        least, most = (end(every, key=lambda row: row[name]) for end in (min, max))
        yield (
            f"**{heading(name)}**: first {reader.cell(every[0][name])}, "
            f"least {reader.cell(least[name])} ({reader.cell(least[time])}), "
            f"greatest {reader.cell(most[name])} ({reader.cell(most[time])}), "
            f"last {reader.cell(every[-1][name])} ({reader.cell(every[-1][time])})"
        )


def _figure(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _name(tool: Tool, done: Done) -> str:
    title = str((done.data or {}).get("title") or tool.name.things).strip()
    home = str(done.call.arguments.get("connection") or "")
    parts = [title[:1].upper() + title[1:], tool.name.title, home]
    return " · ".join(escape(one) for one in parts if one)


def _why(done: Done) -> str:
    plain = re.sub(r"</?[a-zA-Z][\w-]*(?:\s[^<>]*)?>", " ", done.text)
    return escape(" ".join(plain.split())[:300])
