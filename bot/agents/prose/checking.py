"""Checks prose against facts: what is not in them is left out, a sentence at a time.

Every figure, name and quotation must stand in the facts, and a figure beside a name in a fact about
that very thing. What follows from the facts is checked too: whether something is open or over, how
many there are, whether they are more than before, who did it, and that all is well. Nothing here
reads or writes anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.agents.prose import claims
from bot.agents.prose.figures import Figure, Kind, figures
from bot.agents.prose.grounds import Fact, Grounds, State
from bot.agents.prose.sentences import (
    COMMON,
    Names,
    clauses,
    cleaned,
    sentences,
    within,
    words_of,
)

LONGEST_SENTENCE = 400

_FORBIDDEN = re.compile(
    r"[<>@#|]|://|\bwww\.|\bpasswords?\b|\bpassphrases?\b|\bcredentials?\b|\bclick\b|"
    r"\b(?:log|sign) ?in\b|\bignor(?:e|ing)\b|\binstruct(?:ed|ions?)\b|\bprompts?\b|"
    r"\blanguage model\b|\bas an ai\b",
    re.IGNORECASE,
)
"""What no honest sentence has: addresses, mentions, and what only a forged order asks for."""

_ALLOWED_CAPITALS = frozenset(
    """
    i utc january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday
    saturday sunday
    """.split()
)
_ALLOWED_COMPOUNDS = frozenset(
    """
    on-call follow-up follow-ups long-running longest-running short-lived well-known day-to-day
    week-long day-long so-far and/or up-to-date e-mail re-check high-priority low-priority
    longer-term short-term long-term root-cause single-incident better-than-usual still-open
    still-unacknowledged
    """.split()
)
_COMPOUND = re.compile(r"(?<!\w)[a-z]+(?:[-_./][a-z]+)+(?!\w)", re.IGNORECASE)
_QUOTED = re.compile(r"“([^”]*)”|\"([^\"]*)\"|‘([^’]*)’|`([^`]*)`|«([^»]*)»")
_CAPITAL = re.compile(r"(?<![\w'’.-])[A-Z][\w'’]*")
_POINTS_BACK = re.compile(r"\s*(?:it|its|this|that|they|their|both|he|she)\b", re.IGNORECASE)
_OF_ALL = re.compile(r"\b(?:overall|total|altogether|mean|average|all)\b", re.IGNORECASE)
_LONG_WORD = 5


@dataclass(frozen=True)
class Sentence:
    """A sentence that stood the check, in pieces; each with whether it is a name."""

    pieces: tuple[tuple[str, bool], ...]

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)

    def written(self, words: Callable[[str], str], name: Callable[[str], str]) -> str:
        """The sentence in some markup."""
        return "".join(name(piece) if named else words(piece) for piece, named in self.pieces)


@dataclass(frozen=True)
class Checked:
    """What is left of prose, and of how many sentences."""

    kept: tuple[Sentence, ...]
    of: int

    @property
    def enough(self) -> bool:
        """Whether what is left still says what was meant: with most of it gone, it does not."""
        return bool(self.kept) and 2 * len(self.kept) >= self.of


@dataclass(frozen=True)
class _Clause:
    """A part of a sentence. `own` are the things named in it; `near` the one it goes on about."""

    text: str
    figures: tuple[Figure, ...]
    own: tuple[str, ...]
    near: str = ""
    leads: bool = False

    @property
    def about(self) -> tuple[str, ...]:
        return self.own or ((self.near,) if self.near else ())


def checked(prose: str, grounds: Grounds) -> Checked:
    """The sentences of prose that the facts bear out, in their order."""
    check = Check(grounds)
    found = sentences(check.names.hidden(cleaned(prose)))
    kept, before = [], ""
    for one in found:
        if check.stands(one, before):
            kept.append(Sentence(tuple(check.names.shown(one))))
        before = (check.told_of(one) or (before,))[-1]
    return Checked(tuple(kept), len(found))


class Check:
    """Some facts, ready to have sentences checked against them."""

    def __init__(self, grounds: Grounds) -> None:
        self.grounds = grounds
        self.names = Names.of(grounds)

    def stands(self, sentence: str, before: str = "") -> bool:
        """Whether the facts bear a sentence out. `before` is what the one before was about."""
        if not sentence.endswith((".", "!", "?")) or len(sentence) > LONGEST_SENTENCE:
            return False
        if _FORBIDDEN.search(sentence) or not self._anchored(sentence, before):
            return False
        if not self._names_are_known(sentence) or not self._quotes_are_known(sentence):
            return False
        parts = self._clauses(sentence, before)
        return (
            all(self._figures_stand(part) for part in parts)
            and all(self._people_stand(part, sentence) for part in parts)
            and all(self._states_stand(part) for part in parts)
            and all(self._direction_stands(part, sentence) for part in parts)
            and claims.counts_stand(self.grounds, sentence)
            and claims.peace_stands(self.grounds, sentence)
        )

    # What the facts hold.

    @cached_property
    def _hidden(self) -> list[tuple[Fact, str]]:
        return [(one, self.names.hidden(cleaned(one.text))) for one in self.grounds.facts]

    @cached_property
    def _words(self) -> frozenset[str]:
        """What the facts say beside names: a name vouches for itself alone."""
        return words_of(text for _, text in self._hidden)

    @cached_property
    def _whole(self) -> str:
        return "\n".join(text for _, text in self._hidden).casefold()

    def _lines(self, about: Sequence[str], *, general: bool) -> Iterable[str]:
        return (
            text
            for fact, text in self._hidden
            if self.grounds.one_story
            or (general and not fact.about)
            or any(one in fact.about for one in about)
        )

    def _said(self, about: Sequence[str], *, general: bool) -> set[tuple[Kind, object]]:
        lines = self._lines(about, general=general)
        return {one.said for line in lines for one in figures(line)}

    # The rules.

    def _anchored(self, sentence: str, before: str) -> bool:
        """Whether it is about the facts at all: it has a name or a figure of them, says how the
        thing is that the sentence before was about, or is largely in their words."""
        if before and _POINTS_BACK.match(sentence) and claims.state_in(sentence) != State():
            return True
        named = self.names.things_in(sentence) or self.names.people_in(sentence)
        if named or figures(sentence) or claims.says_state(sentence):
            return True
        long = {word for word in words_of([sentence]) if len(word) >= _LONG_WORD} - COMMON
        return bool(long) and 2 * len(long & self._words) >= len(long)

    def _names_are_known(self, sentence: str) -> bool:
        first = re.search(r"[\w\ue000-\uf8ff]", sentence)
        for found in _CAPITAL.finditer(sentence):
            word = re.sub(r"['’]s$", "", found.group().casefold())
            begins = first is not None and found.start() == first.start()
            known = word in self._words or word in _ALLOWED_CAPITALS
            if not known and not (begins and (word in COMMON or claims.begins(word))):
                return False
        compounds = {found.group().casefold() for found in _COMPOUND.finditer(sentence)}
        return all(one in self._whole for one in compounds - _ALLOWED_COMPOUNDS)

    def _quotes_are_known(self, sentence: str) -> bool:
        quoted = ("".join(filter(None, found)) for found in _QUOTED.findall(sentence))
        return all(one.casefold().strip(" .,") in self._whole for one in quoted)

    def _clauses(self, sentence: str, before: str) -> list[_Clause]:
        spans = clauses(sentence)
        found = figures(sentence)
        named = [self.told_of(sentence[start:end]) for start, end in spans]
        first = next((one[0] for one in named if one), "")
        near, leads, parts = "", True, []
        if not first and _POINTS_BACK.match(sentence):
            near, leads = before, False
        for number, (start, end) in enumerate(spans):
            own = named[number]
            if own:
                near, leads = own[-1], False
            mine = tuple(one for one in found if within(spans, one.start) == number)
            about = near or first
            parts.append(_Clause(sentence[start:end], mine, own, about, leads=leads))
        return parts

    def told_of(self, text: str) -> tuple[str, ...]:
        """The things named in a text that facts are about; where things come from is no such."""
        about = {name for fact in self.grounds.facts for name in fact.about}
        return tuple(one for one in self.names.things_in(text) if one in about)

    def _figures_stand(self, part: _Clause) -> bool:
        """Beside a name a figure must be that thing's; further on in the sentence a plain number
        may be of the whole, and before the first name any."""
        theirs = self._said(part.about, general=False)
        of_all = self._said(part.about, general=True)
        loose = part.leads or not part.about or bool(_OF_ALL.search(part.text))
        for one in part.figures:
            general = one.period or (not part.own and (loose or one.kind is Kind.NUMBER))
            if one.said not in (of_all if general else theirs):
                return False
        return True

    def _people_stand(self, part: _Clause, sentence: str) -> bool:
        """Who did something must stand in a fact that says so; who is on call must be."""
        on_call = bool(re.search(r"\bon[ -](?:call|duty)\b", sentence, re.IGNORECASE))
        for person in self.names.people_in(part.text):
            deeds = claims.deeds_in(part.text)
            if not deeds and on_call and person in self.grounds.on_call:
                continue
            if on_call and not deeds and person not in self.grounds.on_call:
                return False
            if not self._did(person, deeds, part.about):
                return False
        return True

    def _did(self, person: str, deeds: Iterable[str], about: Sequence[str]) -> bool:
        lines = [
            text.casefold()
            for text in self._lines(about, general=not about)
            if person in self.names.people_in(text)
        ]
        wanted = list(deeds)
        if not wanted:
            return bool(lines) or person in self.grounds.on_call
        return all(any(deed in line for line in lines) for deed in wanted)

    def _states_stand(self, part: _Clause) -> bool:
        said = claims.state_in(part.text)
        about = part.own or ((part.near,) if part.near and not part.leads else ())
        for thing in about:
            known = self.grounds.states.get(thing)
            if known is None:
                continue
            if said.open is not None and known.open is not None and said.open != known.open:
                return False
            both = said.acknowledged is not None and known.acknowledged is not None
            if both and said.acknowledged != known.acknowledged:
                return False
        return True

    def _direction_stands(self, part: _Clause, sentence: str) -> bool:
        way = claims.way_in(part.text)
        if way is None:
            return True
        trends = self.grounds.trends
        for thing in part.about:
            if thing in trends:
                return way.fits(trends[thing], more_is_better=True)
        if "" in trends and not part.own and re.search(r"\bincidents?\b", sentence, re.IGNORECASE):
            return way.fits(trends[""], more_is_better=False)
        return way.word in self._words  # somebody's finding says so
