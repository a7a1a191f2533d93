"""A clause as the planner reads it: its words, its range of time, what it points back to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.agents.messages import Asked
from bot.agents.offline import times
from bot.agents.offline.asker import Me, find
from bot.agents.offline.clauses import Clause, canonical
from bot.agents.offline.lexicon import ORDINALS, STATES
from bot.agents.offline.words import closest, content, stem, tokens

_IDS = re.compile(
    r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|\b[A-Z][A-Z0-9]{0,9}-\d{1,7}\b"
    r"|\b[a-z]{2,8}_(?=\w*\d)[A-Za-z0-9]{4,}\b"
    r"|(?<=#)\d{1,12}\b"
    r"|\b\d{4,15}\b"
    r"|(?<=\bid\s)[\w-]{2,40}"
)
_ONE = re.compile(
    r"\b(?:it|its|the same(?: one)?|(?:that|this)(?: one)?(?=\s*(?:$|[?.!,])| one\b)"
    r"|that(?= \w+\s*$)|this(?= \w+\s*\??$))\b|#\d{1,2}\b"
    r"|\bthe (?:first|second|third|fourth|fifth|last|other|latest|newest|oldest)\b(?!\s+\d)",
    re.IGNORECASE,
)
_MANY = re.compile(r"\b(?:them|they|those|these|their|ones|of both)\b", re.IGNORECASE)
_AGAIN = re.compile(
    r"^\W*(?:(?:and|but|ok|now)\s+)*(?:only|just|what about|how about|same for|again|the ones)\b",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r"\s(?:of|for|in|on|at|from|by|with)\s", re.IGNORECASE)
_DEFINITE = re.compile(r"\b(?:the|it|this|that|all|every|both|them|these|those)\b", re.IGNORECASE)
_EVERY = re.compile(r"\b(?:all|every|each|both|them|these|those)\b", re.IGNORECASE)
_POINTERS = frozenset("latest newest oldest thing things stuff".split())
_STATES = frozenset(word for pair in STATES for side in pair for word in side.split())
_STATE_WORDS = frozenset(stem(word) for word in _STATES)


@dataclass(frozen=True)
class Wording:
    """What a clause says. `text` is without its range of time and without its payload.

    `me` is who asks, where it is about that person's own things.
    """

    clause: Clause
    text: str
    span: times.Span | None
    me: Me | None = None

    @cached_property
    def tokens(self) -> list[str]:
        return tokens(self.text)

    @cached_property
    def stems(self) -> list[str]:
        """What it is about: nouns, names, states; not the order's verb."""
        verb = stem(self.clause.verb)
        return [one for one in map(stem, content(self.text)) if one != verb]

    @cached_property
    def head(self) -> frozenset[str]:
        """The stems of what it is first of all about: incidents, in "incidents of monitor 12"."""
        first = _PREPOSITION.split(self.text.strip(), maxsplit=1)[0]
        return frozenset(map(stem, content(first))) & frozenset(self.stems)

    @property
    def matter(self) -> frozenset[str]:
        """The stems that say what is of interest in a result, with "who" and "when"."""
        return frozenset(self.stems) | ({"who", "when"} & set(self.tokens))

    @property
    def verb(self) -> str:
        return canonical(self.clause.verb)

    @property
    def asks_whether(self) -> bool:
        """Whether it asks for the state of one named thing: "is the checkout incident resolved?"

        The state is then the question and no filter.
        """
        opens = re.match(
            r"\W*(?:(?:and|so|but)\s+)?(?:is|was|has|did)\s+(?!there|any)", self.text, re.I
        )
        return bool(opens)

    @property
    def points_to_one(self) -> bool:
        return bool(_ONE.search(self.text))

    @property
    def points_to_many(self) -> bool:
        return bool(_MANY.search(self.text))

    @property
    def goes_on(self) -> bool:
        """Whether it only makes sense after an earlier question: "only the ones from Monday"."""
        return bool(_AGAIN.search(self.clause.text)) or self.points_to_many

    @property
    def definite(self) -> bool:
        """Whether it speaks of a certain thing without its name: "the incident", "it"."""
        return bool(_DEFINITE.search(f"{self.text} {self.clause.answer}"))

    @property
    def wants_every(self) -> bool:
        return bool(_EVERY.search(f"{self.text} {self.clause.answer}"))

    @cached_property
    def states(self) -> list[str]:
        """The words for a state: "open", "paused". Behind "who" they ask for a person."""
        before = ["", *self.tokens]
        pairs = zip(self.tokens, before, strict=False)
        return [word for word, last in pairs if word in _STATES and last not in ("who", "when")]

    @cached_property
    def ids(self) -> list[str]:
        return _IDS.findall(self.text)

    def names(self, known: Iterable[str], used: Iterable[str] = ()) -> list[str]:
        """The words that can only be names: neither the tools' own words nor a state nor an id."""
        stems = frozenset(known)
        spent = {stem(word) for word in used} | _STATE_WORDS
        ids = {part for one in self.ids for part in tokens(one)}
        found = [word for word in content(self.text) if word not in ids]
        return [word for word in dict.fromkeys(found) if self._is_name(word, stems, spent)]

    def _is_name(self, word: str, known: frozenset[str], spent: set[str]) -> bool:
        root = stem(word)
        if word in ORDINALS or word in _POINTERS:
            return False
        return root != stem(self.clause.verb) and root not in spent and closest(root, known) < 0.7


_NOBODY = Asked("")


def read(clause: Clause, now: datetime, timezone: str, asked: Asked = _NOBODY) -> Wording:
    """The clause of a question with its range of time found and taken out."""
    text = clause.text
    if clause.payload and clause.wants_write:
        text = text.replace(clause.payload, " ")
    span = times.find(text, now, timezone)
    if span and span.words:
        text = text.replace(span.words, " ", 1)
    order = clause.wants_write
    me = find(clause.text, asked.name, asked.email, answer=clause.answer, order=order)
    return Wording(clause, re.sub(r"\s+", " ", text).strip(), span, me)
