"""Rows that tools return: what one is called, its id, and which is meant by some words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from bot.agents.offline.lexicon import ORDINALS
from bot.agents.offline.schema import Param
from bot.agents.offline.words import stem, tokens

Row = Mapping[str, Any]

LABELS = (
    "name title summary subject cause message label full_name display_name user email text url"
    " description identifier key id"
).split()
LINKS = ("link", "url", "html_url", "permalink", "web_url", "hosted_url")
_IDS = ("id", "key", "identifier", "number", "uuid", "slug")
_NAMES = ("name", "title", "label", "id")
_ORDINAL = "|".join(ORDINALS)
_POSITION = re.compile(
    rf"\bthe\s+({_ORDINAL})\b(?!\s+\d)|\b({_ORDINAL})\s+one\b|^\s*({_ORDINAL})\s*$"
    r"|(?<!\w)#(\d{1,2})\b|^\s*(?:number\s+)?(\d{1,2})\.?\s*$"
)
_FITS = 0.5
_SAME = 0.08


@dataclass(frozen=True)
class Choice:
    """Which rows some words may mean: one, several that fit alike, or none."""

    fitting: tuple[Row, ...]
    all: tuple[Row, ...]

    @property
    def only(self) -> Row | None:
        return self.fitting[0] if len(self.fitting) == 1 else None


def of(data: Mapping[str, Any] | None) -> tuple[Row, ...]:
    """The rows of a result; a document counts as one."""
    if not isinstance(data, Mapping):
        return ()
    rows = data.get("rows")
    if isinstance(rows, Sequence) and not isinstance(rows, str):
        return tuple(row for row in rows if isinstance(row, Mapping))
    document = data.get("data")
    return (document,) if isinstance(document, Mapping) and document else ()


def is_table(data: Mapping[str, Any] | None) -> bool:
    return isinstance(data, Mapping) and isinstance(data.get("rows"), Sequence)


def label_field(rows: Sequence[Row]) -> str:
    """The field that tells the rows apart for a person."""
    fields = list(dict.fromkeys(field for row in rows for field in row))
    ranked = _ranked(fields)
    filled = [name for name in ranked if all(_plain(row.get(name)) for row in rows)]
    some = [name for name in ranked if any(_plain(row.get(name)) for row in rows)]
    names = [name for name in filled if name not in _IDS]
    return next(iter([*names, *some, *fields]), "")


def _ranked(fields: Sequence[str]) -> list[str]:
    ranked = [name for name in LABELS if name in fields]
    return ranked + [name for name in fields if name.lower().endswith(("name", "title"))]


def has_label(row: Row) -> bool:
    """Whether the row says what it is called, and does not only hold figures."""
    return any(_plain(row.get(name)) for name in _ranked(list(row)))


def fields(rows: Sequence[Row]) -> frozenset[str]:
    """The stems of the fields' names."""
    return frozenset(stem(word) for row in rows for name in row for word in tokens(str(name)))


def label(row: Row) -> str:
    return _plain(row.get(label_field([row])))


def key(row: Row) -> str:
    """What tells the row from the others of its kind."""
    return next((str(row[name]) for name in _IDS if row.get(name) is not None), label(row))


def link(row: Row) -> str:
    """The row's page, where it has one that is safe to show as a link."""
    found = (str(row[name]).strip() for name in LINKS if isinstance(row.get(name), str))
    return next((one for one in found if re.fullmatch(r"https?://[^\s<>|\"]+", one)), "")


def identity(row: Row, param: Param, noun: Iterable[str]) -> Any | None:
    """The row's value for a parameter that identifies it, or None where it has none."""
    named = param.name.lower() == "name" or not re.search(
        r"(id|key|uuid|slug|number|identifier)$", param.name, re.IGNORECASE
    )
    own = [f"{word}_{ending}" for word in noun for ending in ("id", "key", "name")]
    for field in [param.name, *(_NAMES if named else ()), *_IDS, *own]:
        value = row.get(field)
        usable = isinstance(value, str | int) and not isinstance(value, bool)
        if usable and (fitting := param.coerce(value)) is not None:
            return fitting
    return None


def choose(rows: Sequence[Row], words: Sequence[str]) -> Choice:
    """The rows that the words name. Without words, all of them fit alike."""
    everything = tuple(rows)
    if not words:
        return Choice(everything, everything)
    scores = [_fit(row, words) for row in rows]
    best = max(scores, default=0.0)
    if best < _FITS:
        return Choice((), everything)
    pairs = zip(rows, scores, strict=True)
    return Choice(tuple(row for row, score in pairs if score >= best - _SAME), everything)


def naming(rows: Sequence[Row], words: Sequence[str]) -> list[Row]:
    """All rows that name at least one of the words."""
    return [row for row in rows if any(_fit(row, [word]) >= _FITS for word in words)]


def by_position(rows: Sequence[Row], text: str) -> Row | None:
    """The row that "the second one" or "the latest" means, or None."""
    said = text.lower()
    if rows and re.search(r"\b(?:latest|newest|most recent|last (?!one\b|\d)\w+)\b", said):
        return max(rows, key=_moment)
    if rows and re.search(r"\boldest\b", said):
        return min(rows, key=_moment)
    found = _POSITION.search(said)
    if not found:
        return None
    word = found[1] or found[2] or found[3]
    at = ORDINALS[word] if word else int(found[4] or found[5]) - 1
    return rows[at] if -len(rows) <= at < len(rows) else None


def exactly(rows: Sequence[Row], text: str) -> Row | None:
    """The row whose id stands in the text."""
    said = {word.casefold() for word in re.findall(r"[\w@./-]*\w", text)}
    found = [row for row in rows if key(row).casefold() in said]
    return found[0] if len(found) == 1 else None


def in_state(row: Row, state: str) -> bool:
    """Whether the row says of itself that it is in a state: a flag, a moment, or a status."""
    wanted = stem(state)
    for field, value in row.items():
        if isinstance(value, str) and stem(value.lower()) == wanted:
            return True
        parts = [stem(word) for word in tokens(field)]
        if value and wanted in parts and not {"by", "not"} & set(parts):
            return True
    return False


def moment(value: object) -> datetime | None:
    """A date and time written as ISO 8601, or None."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _moment(row: Row) -> str:
    return next((str(value) for value in row.values() if moment(value)), "")


def _fit(row: Row, words: Sequence[str]) -> float:
    """How well the words name a row, from 0 to 1."""
    top = label_field([row])
    names = _said(row.get(top))
    rest = frozenset[str]().union(*(_said(value) for key, value in row.items() if key != top))
    total = sum(max(_nearest(word, names), 0.8 * _nearest(word, rest)) for word in words)
    return total / len(words)


def _said(value: object) -> frozenset[str]:
    if isinstance(value, str):
        return _words(value[:500])
    if isinstance(value, Mapping | list):
        inner = list(value.values()) if isinstance(value, Mapping) else value
        return frozenset[str]().union(*(_words(one[:99]) for one in inner if isinstance(one, str)))
    plain = isinstance(value, int) and not isinstance(value, bool)
    return frozenset([str(value)] if plain else ())


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(tokens(text))


def _nearest(word: str, others: frozenset[str]) -> float:
    if word in others:
        return 1.0
    return max((_alike(word, other) for other in others), default=0.0)


@lru_cache(maxsize=65536)
def _alike(word: str, other: str) -> float:
    """The likeness of two words: another form of one, a beginning, or a slip of the keys."""
    if stem(word) == stem(other):
        return 0.95
    if len(word) < 3 or len(other) < 3 or word.isdigit() or other.isdigit():
        return 0.0
    if other.startswith(word) or (len(other) >= 5 and word.startswith(other)):
        return 0.8
    if len(word) >= 5 and abs(len(word) - len(other)) <= 2:
        return 0.7 if SequenceMatcher(None, word, other).ratio() >= 0.85 else 0.0
    return 0.0


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return label(value)
    return "" if value is None or isinstance(value, bool | list) else str(value).strip()
