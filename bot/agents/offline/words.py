"""Words: taking a text apart, bringing words to stems, and telling which mean the same."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.agents.offline.lexicon import GROUPS, PHRASES, STOP

EXACT = 1.0
SYNONYM = 0.7
PREFIX = 0.5

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_PHRASES = [(re.compile(rf"\b{old}\b", re.IGNORECASE), new) for old, new in PHRASES.items()]


def tokens(text: str) -> list[str]:
    """The words of a text in lower case: "listOpen_Incidents" is list, open, incidents."""
    spaced = _CAMEL.sub(" ", text).replace("_", " ").replace("’", "'")
    for pattern, word in _PHRASES:
        spaced = pattern.sub(word, spaced)
    return _WORD.findall(spaced.lower())


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A word without the endings of number and tense: "resolved" and "resolves" are "resolv"."""
    if len(word) <= 3 or any(character.isdigit() for character in word):
        return word
    return _without_tense(singular(word)).removesuffix("e")


def singular(word: str) -> str:
    """One of what the word names: "policies" gives "policy"."""
    if len(word) <= 3 or word.endswith(("ss", "us", "is", "'s")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes", "uses")):
        return word[:-2]
    return word.removesuffix("s")


def _without_tense(word: str) -> str:
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3:
            doubled = rest[-1] == rest[-2] and rest[-1] not in "lsz"
            return rest[:-1] if doubled else rest
    return word


def content(text: str) -> list[str]:
    """The words of a text that say what it is about, in order and as written."""
    return [word for word in tokens(text) if word not in STOP and not word.isdigit()]


def stems(text: str) -> list[str]:
    return [stem(word) for word in content(text)]


@lru_cache(maxsize=4096)
def groups(stemmed: str) -> frozenset[int]:
    """The groups of words with a common meaning that a stem belongs to."""
    return frozenset(number for number, members in enumerate(_GROUPS) if stemmed in members)


@lru_cache(maxsize=65536)
def likeness(one: str, other: str) -> float:
    """How far two stems mean the same, from 0 to 1."""
    if one == other:
        return EXACT
    if groups(one) & groups(other):
        return SYNONYM
    short, long = sorted((one, other), key=len)
    return PREFIX if len(short) >= 5 and long.startswith(short) and len(long) < 14 else 0.0


def closest(stemmed: str, others: frozenset[str]) -> float:
    """The greatest likeness between a stem and any of the others."""
    if stemmed in others:
        return EXACT
    return max((likeness(stemmed, other) for other in others), default=0.0)


_GROUPS = [frozenset(stem(word) for word in group.split()) for group in GROUPS]
