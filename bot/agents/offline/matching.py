"""Which tools fit a clause, and why.

A word of the clause counts for a tool by where the tool has it (its name most, its small print
least), by how exactly, and by how few of the tools have it at all. A tool fits only if the clause
names its thing or its service, or says enough of its description; a question about something else
therefore fits nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.agents.offline.clauses import canonical
from bot.agents.offline.filling import flag_state
from bot.agents.offline.lexicon import OPPOSITE_VERBS
from bot.agents.offline.toolbox import Tool, Toolbox, same_service
from bot.agents.offline.wording import Wording
from bot.agents.offline.words import closest, stem

_NOUN, _SERVICE, _VERB, _LEAD, _SMALL = 3.0, 1.5, 1.0, 1.3, 0.5
_BEHIND = 0.75
_NEAR = 0.92
_MOST_SERVICES = 3
_MOST_TRIED = 2


@dataclass(frozen=True)
class Hit:
    """A word of the clause that a tool has. `place` says where."""

    word: str
    place: str
    weight: float

    def lighter(self, factor: float) -> Hit:
        return Hit(self.word, self.place, self.weight * factor)


@dataclass(frozen=True)
class Match:
    """A tool that fits a clause. `hits` are the reasons."""

    tool: Tool
    score: float
    hits: tuple[Hit, ...]

    @property
    def about(self) -> bool:
        """Whether the clause names the tool's own thing."""
        return any(hit.place == "noun" for hit in self.hits)


def reads(wording: Wording, box: Toolbox) -> list[Match]:
    """The reading tools that fit, best first. What the clause cannot fill makes a tool fit less."""
    found = [_match(wording.stems, tool, box, wording.head) for tool in box.reads]
    fitting = [_weighed(one, wording) for one in found if _fits(one, wording.stems)]
    return sorted(fitting, key=lambda one: -one.score)


def alike(matches: Sequence[Match]) -> list[Match]:
    """The best match, and those of other services that fit as well and mean the same."""
    best = matches[:1]
    for one in matches[1:]:
        other = not any(same_service(one.tool, kept.tool) for kept in best)
        near = one.score >= _NEAR * matches[0].score and one.tool.noun == matches[0].tool.noun
        if other and near and len(best) < _MOST_SERVICES:
            best = [*best, one]
    return list(best)


def tied(matches: Sequence[Match]) -> list[list[Match]]:
    """The best matches, each with its peers in other services, and then those as good as it."""
    best = alike(matches)
    near = [one for one in matches if one.score >= _NEAR * matches[0].score and one not in best]
    return [best, *([one] for one in near[:_MOST_TRIED])]


def writes(wording: Wording, box: Toolbox, about: Iterable[str] = ()) -> list[Match]:
    """The writing tools that do what the order says, best first; equals stand side by side.

    `about` are the stems of the thing that the order points back to ("it").
    """
    said = [*wording.stems, *about]
    found = []
    for tool in box.writes:
        if exactness := _does(tool, wording):
            match = _match(said, tool, box)
            extra = [one for one in tool.noun if closest(one, frozenset(said)) < 0.7]
            score = match.score + exactness - 2.0 * len(extra) / max(1, len(tool.noun))
            found.append(Match(tool, score, match.hits))
    return sorted(found, key=lambda one: -one.score)


def _does(tool: Tool, wording: Wording) -> float:
    """How exactly a tool does what the order's verb says; 0 if it does something else."""
    verb = wording.verb
    if tool.verb == stem(wording.clause.verb):
        return 2.0
    if canonical(tool.name.verb) == verb:
        return 1.5
    if verb == "comment" and any(canonical(word) == "comment" for word in tool.name.noun):
        return 1.5
    return 1.0 if _sets(tool, verb) else 0.0


def _sets(tool: Tool, verb: str) -> bool:
    """Whether the order is one flag of a tool that updates: "pause" where there is `paused`."""
    wanted = {stem(verb), stem(OPPOSITE_VERBS.get(verb, verb))}
    flags = [param for param in tool.params.all if param.kind == "boolean"]
    updates = canonical(tool.name.verb) == "update"
    return updates and any(stem(flag_state(param)) in wanted for param in flags)


def _match(
    said: Sequence[str], tool: Tool, box: Toolbox, head: frozenset[str] = frozenset()
) -> Match:
    hits = [hit for word in dict.fromkeys(said) if (hit := _hit(word, tool, box))]
    if head:
        hits = [one if one.word in head else one.lighter(_BEHIND) for one in hits]
    return Match(tool, sum(hit.weight for hit in hits), tuple(hits))


def _hit(word: str, tool: Tool, box: Toolbox) -> Hit | None:
    places: list[tuple[str, float, frozenset[str]]] = [
        ("noun", _NOUN, tool.noun),
        ("service", _SERVICE, tool.service),
        ("verb", _VERB, frozenset([tool.verb]) - {""}),
        ("lead", _LEAD, tool.lead),
        ("small print", _SMALL, tool.small_print),
    ]
    ranked = [(weight * closest(word, stems), place) for place, weight, stems in places]
    weight, place = max(ranked, key=lambda one: one[0])
    return Hit(word, place, weight * _rarity(word, box)) if weight > 0 else None


def _rarity(word: str, box: Toolbox) -> float:
    """How much the word tells the tools apart: least where all of them have it."""
    having = sum(1 for tool in box.tools if closest(word, tool.noun | tool.service | tool.lead))
    return math.log(1 + (len(box.tools) + 1) / (having + 1))


def _fits(match: Match, said: Sequence[str]) -> bool:
    places = Counter(hit.place for hit in match.hits)
    wide = places["lead"] + places["small print"] + places["verb"]
    if places["noun"] or (places["service"] and wide):
        return True
    # One word in the small print may be chance; two are not, nor is all that was said.
    return places["lead"] > 0 and (wide >= 2 or wide == len(set(said)))


def _weighed(match: Match, wording: Wording) -> Match:
    tool = match.tool
    score = match.score
    uncovered = [one for one in tool.noun if closest(one, frozenset(wording.stems)) < 0.7]
    score -= 0.4 * len(uncovered)
    if tool.language:
        score *= 1.2 if wording.clause.payload else 0.6
    elif wording.ids and any("id" in param.name.lower() for param in tool.required):
        score *= 1.15
    elif tool.required and not tool.lists:
        score *= 0.85
    return Match(tool, max(score, 0.01), match.hits)
