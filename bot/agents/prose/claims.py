"""What sentences claim without a figure: states, directions, deeds, and that all is well."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.agents.prose.figures import Kind, figures
from bot.agents.prose.grounds import Grounds, State

_HEDGED = re.compile(
    r"\b(?:not|never|until|once|when|if|whether|to be|should|needs?|must|can|could|may|might|"
    r"unless|before|would|will)\b|n[’']t\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\b(?:open|ongoing|unresolved|still (?:down|failing|active))\b", re.IGNORECASE)
_OVER = re.compile(
    r"\b(?:resolved|recovered|closed|ended|fixed|(?:is|was) over|work(?:s|ing) again|is back|"
    r"back to normal)\b",
    re.IGNORECASE,
)
_ACKNOWLEDGED = re.compile(r"\backnowledged\b", re.IGNORECASE)
_UNACKNOWLEDGED = re.compile(
    r"\bunacknowledged\b|"
    r"\b(?:not|never|nobody|no one|yet|without|lacks?|un)\b[^.]{0,30}\backnowledg|n[’']t\b.{0,20}"
    r"\backnowledg",
    re.IGNORECASE,
)

_MORE = r"rose|risen|rises?|rising|increas\w+|grew|grown|growing|climb\w+|jumped|higher|more"
_LESS = r"fell|fallen|falls?|falling|dropp\w+|drops?|decreas\w+|declin\w+|shrank|lower|fewer|less"
_BETTER = r"improv\w+|better"
_WORSE = r"worse\w*|deteriorat\w+|degrad\w+"
_WAY = re.compile(
    rf"\b(?:(?P<more>{_MORE})|(?P<less>{_LESS})|(?P<better>{_BETTER})|(?P<worse>{_WORSE}))\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"\bthan\b", re.IGNORECASE)
_ONLY_COMPARED = frozenset({"more", "less", "fewer"})

_DEEDS = re.compile(
    r"\b(acknowledg|resolv|escalat|comment|publish|approv|investigat|restart|roll|deploy|revert|"
    r"reopen|fix|clos)\w*",
    re.IGNORECASE,
)
_PEACE = re.compile(
    r"\ball (?:is|was|are|were|looks?|seems?)?\s*(?:well|fine|good|quiet|clear|calm|healthy|green|"
    r"normal|up)\b|\beverything (?:\w+ )?(?:is|was|looks?|runs?|works?|seems?)\b|"
    r"\ball (?:\w+ ){0,2}(?:systems|services|monitors) (?:\w+ ){0,2}(?:operational|up|healthy|"
    r"fine|normal|available)\b|\bno (?:\w+ )?(?:issues?|problems?|trouble|outages?|downtime|"
    r"concerns?|disruptions?|impact)\b|\bno (?:\w+ )?(?:action|attention|follow-up)s? (?:is |was |"
    r"are )?(?:needed|required|necessary)\b|\bnothing (?:\w+ )?to (?:do|worry|watch|report)\b|"
    r"\bnothing (?:happened|broke|failed)\b|\bcan be (?:closed|disregarded|dismissed)\b|"
    r"\bfalse (?:alarm|positive)s?\b|\bneeds? no\b|\bnobody (?:needs?|has) to\b|\ball clear\b|"
    r"\bquiet (?:day|night)\b|\bsafe(?:ly)? to\b",
    re.IGNORECASE,
)
_NOBODY_ON_CALL = re.compile(r"\b(?:nobody|no one|no-one|none)\b[^.]*\bon[ -]call\b", re.IGNORECASE)
_COUNTED = re.compile(r"\s+(?:\w+\s+){0,2}?incidents?\b", re.IGNORECASE)
_NO_INCIDENTS = re.compile(r"\b(?:no|zero)\s+(?:\w+\s+){0,2}?incidents?\b", re.IGNORECASE)
_OTHER_INCIDENTS = re.compile(r"\bno\s+(?:other|further|more)\b", re.IGNORECASE)
_COUNTED_STATES = {
    "open": re.compile(r"\b(?:open|ongoing|unresolved)\b", re.IGNORECASE),
    "resolved": re.compile(r"\b(?:resolved|closed|ended)\b", re.IGNORECASE),
    "began": re.compile(r"\b(?:began|started|new)\b", re.IGNORECASE),
}
_BEGINS = frozenset(
    """
    acknowledge acknowledging although ask assign check confirm consider ensure expect find follow
    look make note remember see start stay take tell try verify wait whoever customers users
    availability unacknowledged unresolved resolved fortunately unfortunately notably nothing
    recovery response engineers teams impact cause one two three four five six seven eight nine ten
    eleven twelve
    """.split()
)


@dataclass(frozen=True)
class Way:
    """A word that says in which direction something went. `sign` is of the number itself, `good` of
    whether that is better; one of them is None."""

    word: str
    sign: int | None = None
    good: int | None = None

    def fits(self, trend: int, *, more_is_better: bool) -> bool:
        if self.sign is not None:
            return self.sign == trend
        return self.good == (trend if more_is_better else -trend)


def begins(word: str) -> bool:
    """Whether a sentence of a report may begin with a word that no fact has."""
    return word in _BEGINS


def says_state(sentence: str) -> bool:
    """Whether it says how things are, be it without a name: `Nobody is on call.`"""
    return bool(_NO_INCIDENTS.search(sentence) or _NOBODY_ON_CALL.search(sentence))


def state_in(text: str) -> State:
    """What a part of a sentence claims of the thing that it is about."""
    unacknowledged = bool(_UNACKNOWLEDGED.search(text))
    acknowledged: bool | None = None
    if unacknowledged:
        acknowledged = False
    elif _ACKNOWLEDGED.search(text) and not _HEDGED.search(text):
        acknowledged = True
    if _HEDGED.search(text):
        return State(acknowledged=acknowledged)
    is_open, is_over = bool(_OPEN.search(text)), bool(_OVER.search(text))
    return State(is_open if is_open != is_over else None, acknowledged)


def deeds_in(text: str) -> frozenset[str]:
    """The stems of what somebody is said to have done."""
    if _HEDGED.search(text):
        return frozenset()
    return frozenset(found[1].casefold() for found in _DEEDS.finditer(text))


def way_in(text: str) -> Way | None:
    """In which direction a part of a sentence says that something went."""
    for found in _WAY.finditer(text):
        word = found.group().casefold()
        if word in _ONLY_COMPARED and not _COMPARED.search(text, found.end()):
            continue
        kind = found.lastgroup
        if kind in ("more", "less"):
            return Way(word, sign=1 if kind == "more" else -1)
        return Way(word, good=1 if kind == "better" else -1)
    return None


def counts_stand(grounds: Grounds, sentence: str) -> bool:
    """Whether each counted state of incidents has the number that it has in the facts."""
    for part in re.split(r"[,;:]|\band\b|\bwhile\b|\bbut\b", sentence):
        states = [name for name, words in _COUNTED_STATES.items() if words.search(part)]
        known = [name for name in states if name in grounds.counts]
        none = _NO_INCIDENTS.search(part) and not _OTHER_INCIDENTS.search(part)
        if none and not states and any(grounds.counts.values()):
            return False
        if len(known) != 1:
            continue
        count = grounds.counts[known[0]]
        if none and count:
            return False
        for one in figures(part):
            counted = one.kind is Kind.NUMBER and _COUNTED.match(part, one.end)
            if counted and one.value != count:
                return False
    return True


def peace_stands(grounds: Grounds, sentence: str) -> bool:
    """Whether one may say so where a sentence says that all is well, or that nobody is on call."""
    if _NOBODY_ON_CALL.search(sentence) and grounds.on_call:
        return False
    return grounds.calm or not _PEACE.search(sentence)
