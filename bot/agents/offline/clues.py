"""What a message of somebody else names that can be looked up: ids, hosts, errors, times.

The message is data. Only things with a shape of their own are taken out of it, and rows that it
calls by their name; what its sentences say is not read.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.agents.offline import moments, rows
from bot.agents.offline.rows import Row
from bot.agents.offline.times import Span, day_label, zone
from bot.agents.offline.words import singular, stem, tokens

BEFORE, AFTER = timedelta(minutes=30), timedelta(hours=1)
_WIDEST = timedelta(days=1)
_OLDEST = timedelta(days=400)
_LONGEST = 12_000
_MOST = 20
_REFERENCE = re.compile(
    r"([A-Za-z]{3,30})(?:[ _-]?(?:id|ids|number|key))?[\"']?\s{0,2}[#:=/ ]{1,3}[\"'#]?"
    r"((?:[A-Za-z]{1,10}[-_])?\d[\w-]{0,39})",
    re.IGNORECASE,
)
_FILES = "py|js|jsx|ts|tsx|go|rb|rs|java|kt|php|cs|sh|md|txt|log|json|ya?ml|html?|css|sql"
_HOST = re.compile(
    rf"\b(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.){{1,6}}(?!(?:{_FILES})\b)[a-z]{{2,24}}\b",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"\b(?:[A-Z][\w$]{0,60}(?:Error|Exception|Timeout|Fault|Refused)|OOMKilled|CrashLoopBackOff"
    r"|E(?:CONN|TIME|HOST|NET|PIPE)[A-Z]{0,12})\b"
)
_INSTANT = re.compile(
    r"\b(\d{4}-\d{2}-\d{2})[T ,]{1,2}(\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d{1,9})?\s?"
    r"(Z|UTC|[+-]\d{2}:?\d{2})?"
)
_SLACK_DATE = re.compile(r"<!date\^(\d{9,11})\^")
_CLOCK = re.compile(r"(?<![\d:-])([01]\d|2[0-3]):([0-5]\d)(?::\d{2})?\s?(?:UTC|GMT)\b")
_POSTED = re.compile(r"\bposted at (\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2}))")


@dataclass(frozen=True)
class Reference:
    """A thing by its id, as "incident 5101" has it. `noun` is the stem of what it is."""

    noun: str
    id: str


@dataclass(frozen=True)
class Clues:
    """What a message names. `text` is all of it, for finding the names of rows in it."""

    text: str
    references: Sequence[Reference]
    hosts: Sequence[str]
    errors: Sequence[str]
    span: Span

    def worth(self, row: Row) -> int:
        """How surely the message names a row: by its id or address, or by how many words."""
        key = rows.key(row)
        if re.search(r"\d", key) and len(key) >= 4 and _stands_in(key, self.text):
            return 9
        hosts = {host.lower() for value in _texts(row) for host in _HOST.findall(value)}
        if hosts & set(self.hosts):
            return 8
        label = tokens(rows.label(row))
        return min(len(label), 7) if "".join(label)[2:] and _in(label, tokens(self.text)) else 0


def read(text: str, question: str, now: datetime, timezone: str) -> Clues:
    """The clues of a message. `question` may say when it was posted."""
    text = text[:_LONGEST]
    found = [Reference(stem(singular(one[1].lower())), one[2]) for one in _references(text)]
    return Clues(
        text,
        tuple(dict.fromkeys(found))[:_MOST],
        tuple(dict.fromkeys(one.lower() for one in _HOST.findall(text)))[:_MOST],
        tuple(dict.fromkeys(_ERROR.findall(text)))[:_MOST],
        _window(text, question, now, timezone),
    )


def _references(text: str) -> Iterator[re.Match[str]]:
    """Every place where a number follows a word, also where that word follows another's."""
    at = 0
    while found := _REFERENCE.search(text, at):
        yield found
        at = found.start(2)


def _window(text: str, question: str, now: datetime, timezone: str) -> Span:
    """The time around what the message names, or around when it was posted."""
    posted = [datetime.fromisoformat(one) for one in _POSTED.findall(question)]
    day = (posted or [now])[0]
    known = [one for one in _moments(text, day) if now - _OLDEST <= one <= now + AFTER]
    times = known or posted
    if not times:
        return moments.default(now)
    end = min(max(times) + AFTER, now)
    start = max(min(*times, end) - BEFORE, end - _WIDEST)
    local = [one.astimezone(zone(timezone)) for one in (start, end)]
    today = now.astimezone(zone(timezone)).date()
    day_of = day_label(local[0].date(), today)
    return Span(local[0], local[1], f"{day_of}, {local[0]:%H:%M} to {local[1]:%H:%M}", "")


def _moments(text: str, day: datetime) -> Iterator[datetime]:
    for date, clock, offset in _INSTANT.findall(text):
        ending = "+00:00" if offset in ("", "Z", "UTC") else offset
        with contextlib.suppress(ValueError):
            yield datetime.fromisoformat(f"{date}T{clock}{ending}")
    for seconds in _SLACK_DATE.findall(text):
        yield datetime.fromtimestamp(int(seconds), UTC)
    for hour, minute in _CLOCK.findall(text):
        on = day.astimezone(UTC).replace(hour=int(hour), minute=int(minute), second=0)
        yield on


def _texts(row: Row) -> Iterator[str]:
    """The row's own texts, but for the links to its page in the service."""
    for name, value in row.items():
        if isinstance(value, str) and name != "link" and not isinstance(value, Mapping):
            yield value[:300]


def _stands_in(word: str, text: str) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, re.IGNORECASE))


def _in(part: Sequence[Any], whole: Sequence[Any]) -> bool:
    """Whether the words stand in the text one behind the other."""
    size = len(part)
    return any(list(whole[at : at + size]) == list(part) for at in range(len(whole) - size + 1))
