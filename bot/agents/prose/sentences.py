"""Takes prose apart: plain sentences without markup, in which each known name is one sign."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.agents.prose.figures import Kind, figures
from bot.agents.prose.grounds import Grounds

_FIRST_SIGN = 0xE000  # Unicode's private area: no text of ours or a model's has any of it
_SIGNS = re.compile("[\ue000-\uf8ff]")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_LIST_MARK = re.compile(r"^\s*(?:[-*+•>#]+|\d+[.)])\s+", re.MULTILINE)
_EMPHASIS = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)|~~")
_END = re.compile(r"(?<=[.!?])[\"”’')\]]*\s+(?=[\"“‘'(\[]*[A-Z0-9@<#\ue000-\uf8ff])")
_BREAK = re.compile(
    r"[,;:()–—]|\s-\s|\b(?:and|but|or|while|whereas|although|though|with|including|namely|"
    r"such as|led by|then|so|because|after|before|since|which|who)\b",
    re.IGNORECASE,
)
_LEAST_LETTERS = 3


@dataclass(frozen=True)
class Names:
    """The names that facts have, each with its sign."""

    signs: Mapping[str, str]
    things: frozenset[str]
    people: Mapping[str, str]

    @classmethod
    def of(cls, grounds: Grounds) -> Names:
        """A name that could be taken for a figure or a common word is none: whoever can name an
        incident `100 %` must not vouch for it. A person's first name is one where it is clear."""
        things = [one for one in dict.fromkeys(grounds.things) if _can_be_name(one)]
        people = {one: one for one in grounds.people if _can_be_name(one) and one not in things}
        firsts = [one.split()[0] for one in people]
        for whole in list(people):
            first = whole.split()[0]
            if firsts.count(first) == 1 and _can_be_name(first) and first not in things:
                people.setdefault(first, whole)
        every = dict.fromkeys([*things, *people])
        signs = {name: chr(_FIRST_SIGN + number) for number, name in enumerate(every)}
        return cls(signs, frozenset(things), people)

    def hidden(self, text: str) -> str:
        """The text with each name as its sign, the longest name first."""
        if not self.signs:
            return text
        longest = sorted(self.signs, key=len, reverse=True)
        either = "|".join(re.escape(name) for name in longest)
        return re.sub(rf"(?<!\w)(?:{either})(?!\w)", lambda found: self.signs[found.group()], text)

    def things_in(self, hidden: str) -> list[str]:
        return [name for name in self._in(hidden) if name in self.things]

    def people_in(self, hidden: str) -> list[str]:
        return [self.people[name] for name in self._in(hidden) if name in self.people]

    def shown(self, hidden: str) -> Iterator[tuple[str, bool]]:
        """The pieces of a text, and of each whether it is a name."""
        names = {sign: name for name, sign in self.signs.items()}
        for piece in re.split("([\ue000-\uf8ff])", hidden):
            if piece:
                yield names.get(piece, piece), piece in names

    def _in(self, hidden: str) -> Iterator[str]:
        names = {sign: name for name, sign in self.signs.items()}
        return (names[sign] for sign in _SIGNS.findall(hidden))


def cleaned(prose: str) -> str:
    """Prose without pictures, links (their words stay), marks of lists and emphasis, signs that
    nobody sees, and signs of ours."""
    text = "".join(
        one
        for one in unicodedata.normalize("NFKC", prose)
        if one == "\n" or unicodedata.category(one)[0] != "C"
    )
    text = _LINK.sub(r"\1", _PICTURE.sub("", text))
    return _EMPHASIS.sub("", _LIST_MARK.sub("", text))


def sentences(text: str) -> list[str]:
    """The sentences of a cleaned text whose names are hidden; a paragraph ends one."""
    parts = (one for line in text.split("\n") for one in _END.split(line))
    return [" ".join(one.split()) for one in parts if one.strip()]


def clauses(sentence: str) -> list[tuple[int, int]]:
    """Where the parts of a sentence begin and end. No figure is taken apart."""
    whole = [(one.start, one.end) for one in figures(sentence)]
    cuts = [
        found.start()
        for found in _BREAK.finditer(sentence)
        if not any(start < found.start() + 1 and found.end() - 1 < end for start, end in whole)
    ]
    edges = [0, *cuts, len(sentence)]
    return [(start, end) for start, end in pairwise(edges) if start < end]


def within(spans: Sequence[tuple[int, int]], position: int) -> int:
    """Which of the spans a position is in."""
    return next(n for n, (start, end) in enumerate(spans) if start <= position < end)


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """All words of some texts, as they are compared."""
    return frozenset(
        word.casefold() for text in texts for word in re.findall(r"[^\W\d_][\w'’-]*", text)
    )


def _can_be_name(name: str) -> bool:
    # A name with line breaks or marks would not be found in cleaned prose, so it is none.
    if cleaned(name) != name or sum(map(str.isalpha, name)) < _LEAST_LETTERS:
        return False
    rest = name
    for one in reversed(figures(name)):
        if one.kind is not Kind.IDENTIFIER:
            rest = rest[: one.start] + rest[one.end :]
    return bool(words_of([rest]) - COMMON)


COMMON = frozenset(
    """
    a about above across after again all almost already also altogether although an and another any
    are as at availability average be because been before being below better between both but by
    can causes could current currently did do does downtime during each earlier either else even
    every everything few fewer for from further had has have he her here his how however i if in
    incident incidents is it its itself keep last later latest less like longer longest lowest mean
    meanwhile monitor monitoring monitors more most much neither no nobody none nor not nothing now
    of on once only open or other others otherwise our out over overall people per percent please
    rest same service services several she should since so some still such than that the their them
    then there these they this those though three through to today together total two under
    unlike until up uptime very was watch we were what when where whether which while who whose why
    will with within without would yesterday yet you your zero
    """.split()
)
"""Words that name nothing, and with which a sentence of a report may begin."""
