"""The figures in a text: numbers, percentages, lengths of time, times, identifiers.

Two ways to write the same come to the same value: `2 h 10 min` and `130 minutes`, `2` and `two`.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal


class Kind(enum.Enum):
    NUMBER = enum.auto()
    PERCENT = enum.auto()
    LENGTH = enum.auto()  # of time, in seconds
    TIME = enum.auto()  # of the day
    IDENTIFIER = enum.auto()  # any other word with a digit
    VAGUE = enum.auto()  # a quantity without a digit, such as "half"


@dataclass(frozen=True)
class Figure:
    """A figure and where it stands. `period` is a length that names a span of time ("the last 24
    hours") and not how long something took."""

    kind: Kind
    value: Decimal | str
    start: int
    end: int
    period: bool = False

    @property
    def said(self) -> tuple[Kind, Decimal | str]:
        """What is the same for two figures that say the same."""
        return self.kind, self.value


_UNITS = {
    "millisecond": Decimal("0.001"),
    "ms": Decimal("0.001"),
    "second": Decimal(1),
    "sec": Decimal(1),
    "s": Decimal(1),
    "minute": Decimal(60),
    "min": Decimal(60),
    "m": Decimal(60),
    "hour": Decimal(3_600),
    "hr": Decimal(3_600),
    "h": Decimal(3_600),
    "day": Decimal(86_400),
    "d": Decimal(86_400),
    "week": Decimal(604_800),
    "month": Decimal(2_592_000),
    "year": Decimal(31_536_000),
}
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: number for number, word in enumerate(_SMALL)}
_WORDS |= {word: 10 * number for number, word in enumerate(_TENS, 2)}

_SPELLED = rf"(?:{'|'.join(_TENS)})(?:-(?:{'|'.join(_SMALL[1:10])}))?|{'|'.join(_SMALL[::-1])}"
# "one" is a number unless it stands for somebody or something.
_NO_NUMBER = r"(?<!\bno )(?<!\bthe )(?<!\bany )(?<!\bwhich )(?<!\beach )(?<!\bevery )"
_COUNT = rf"(?:\d[\d,]*(?:\.\d+)?|{_NO_NUMBER}\b(?:{_SPELLED})\b(?! another\b| of them\b))"
_UNIT = rf"(?:{'|'.join(sorted(_UNITS, key=len, reverse=True))})(?:s\b|\b)"
_PIECE = rf"{_COUNT}[\s-]?{_UNIT}"
_VAGUE = (
    r"half|halves|twice|thrice|double[ds]?|doubling|tripled?|dozens?|hundreds?|thousands?|"
    r"millions?|quarters?|couple|several times"
)
_FIGURE = re.compile(
    rf"(?P<time>(?<![\w:.])\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s?[ap]\.?m\b)?"
    rf"|(?<![\w:.])\d{{1,2}}\s?[ap]\.?m\b)"
    rf"|(?P<percent>(?<![\w.]){_COUNT}\s?(?:%|per\s?cent(?:age points?)?\b))"
    rf"|(?P<length>(?<![\w.]){_PIECE}(?:(?:,\s|\sand\s|,\sand\s|\s){_PIECE})*)"
    rf"|(?P<spelled>{_NO_NUMBER}\b(?:{_SPELLED})\b(?! another\b| of them\b))"
    rf"|(?P<vague>\b(?:{_VAGUE})\b)"
    r"|(?P<other>[^\s()\[\]{}\"“”‘’;!?<>|*]*\d[^\s()\[\]{}\"“”‘’;!?<>|*]*)",
    re.IGNORECASE,
)
_ONE_PIECE = re.compile(rf"({_COUNT})[\s-]?({_UNIT})", re.IGNORECASE)
_AROUND = ".,:'-–—"
_PLAIN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_AHEAD = re.compile(r"\b(?:last|past|previous|preceding|prior|next|these|same)\s+$", re.IGNORECASE)
_BEHIND = re.compile(r"\s+(?:before|earlier|prior)\b", re.IGNORECASE)


def figures(text: str) -> list[Figure]:
    """All figures of a text, in the order in which they stand."""
    return list(_figures(text))


def _figures(text: str) -> Iterator[Figure]:
    for found in _FIGURE.finditer(text):
        words, start = found.group(), found.start()
        if found["time"]:
            yield Figure(Kind.TIME, _time(words), start, found.end())
        elif found["percent"]:
            yield Figure(Kind.PERCENT, _number(_count_in(words)), start, found.end())
        elif found["length"]:
            named = _AHEAD.search(text, 0, start) or _BEHIND.match(text, found.end())
            yield Figure(Kind.LENGTH, _seconds(words), start, found.end(), period=bool(named))
        elif found["spelled"]:
            yield Figure(Kind.NUMBER, _number(words), start, found.end())
        elif found["vague"]:
            yield Figure(Kind.VAGUE, words.casefold(), start, found.end())
        else:
            bare = words.rstrip(_AROUND)
            yield Figure(*_other(bare.lstrip(_AROUND)), start, start + len(bare))


def _other(word: str) -> tuple[Kind, Decimal | str]:
    ordinal = re.fullmatch(r"(\d+)(?:st|nd|rd|th)", word, re.IGNORECASE)
    if ordinal:
        return Kind.NUMBER, Decimal(ordinal[1])
    if _PLAIN.fullmatch(word):
        return Kind.NUMBER, _number(word)
    return Kind.IDENTIFIER, word.casefold()


def _count_in(words: str) -> str:
    found = re.match(_COUNT, words, re.IGNORECASE)
    return found.group() if found else words


def _number(word: str) -> Decimal:
    tens, _, ones = word.casefold().partition("-")
    if tens in _WORDS:
        return Decimal(_WORDS[tens] + _WORDS.get(ones, 0))
    return Decimal(word.replace(",", "")).normalize()


def _seconds(words: str) -> Decimal:
    pieces = _ONE_PIECE.findall(words)
    return sum((_number(count) * _unit(unit) for count, unit in pieces), Decimal(0)).normalize()


def _unit(word: str) -> Decimal:
    word = word.casefold()
    return _UNITS[word] if word in _UNITS else _UNITS[word.removesuffix("s")]


def _time(words: str) -> str:
    """`9:05`, on a clock with 24 hours."""
    hour, _, rest = re.sub(r"[^\d:]", "", words).partition(":")
    half = re.search(r"[ap]", words, re.IGNORECASE)
    number = int(hour)
    if half:
        number = number % 12 + (12 if half.group().lower() == "p" else 0)
    return f"{number}:{rest or '00'}"
