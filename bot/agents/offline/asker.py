"""The asker in a question: whether it is about that person's own things, and as whom.

"My tickets", "assigned to me", "what did I deploy" and "am I on call" are. "Show me", "tell me" and
"how do I" only speak to us.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.agents.offline.words import stem, tokens

_NOT_OWN = (
    r"team|teams|crew|company|colleagues?|boss|manager|org|organi[sz]ation|opinion|view|knowledge"
    r"|understanding|guess|mind|head|questions?|messages?|requests?|bad|god|goodness|time|times"
    r"|timezone|day|turn|end|side|way|word|words|apologies|pleasure|thanks"
)
_MY = re.compile(
    rf"\bmy\s+(?!(?:(?:own|whole|last|previous|earlier|first)\s+)*(?:{_NOT_OWN})\b)\w|\bmine\b",
    re.I,
)
_TO_ME = re.compile(
    r"\b(?:(?:re)?assign(?:ed)?|escalated?|belong(?:s|ing)?|addressed|delegated|routed|handed)\b"
    r"[^.?!]*?\bto me\b",
    re.I,
)
_BY_ME = re.compile(
    r"\b(\w+)\s+by me\b|\b(?:waiting (?:for|on)|mention(?:s|ed|ing)?) me\b(?!\s+to)", re.I
)
_DONE = re.compile(
    r"\b(?:did|have|had)\s+i\s+(?:(?:already|just|ever|recently|last)\s+)*(\w+)"
    r"|\bdo\s+i\s+(?:still\s+)?(own|have)\b(?!\s+to\b)"
    r"|\b(?:that|which|what|\w{3,}s)\s+i(?:['’]ve|\s+have|\s+had)?\s+(?:just\s+|already\s+)?"
    r"(\w{2,}ed|own|wrote|made|took|shipped)\b",
    re.I,
)
_AM = re.compile(
    r"\b(?:am|was)\s+i\s+(?:(?:still|now|next|currently)\s+)*"
    r"(?:on\b|the\b|assigned|responsible|listed|named|in\b|an?\b)"
    r"|\bi(?:['’]m|\s+am|\s+was)\s+(?:next\s+)?(?:on[\s-]?(?:call|duty)|assigned|responsible)\b",
    re.I,
)
_WHETHER = re.compile(r"\W*(?:(?:and|so|but)\s+)?(?:am|was|did|have|had|do)\s+i\b", re.I)
_NO_DEEDS = frozenset(
    """
    need needed miss missed ask asked say said mean meant type typed tell told see forget get got
    want wanted mention mentioned notice noticed look looked check checked try tried paste pasted
    link linked wonder name named call called understand speed feed to
    """.split()
)
"""What people say of themselves in a question without meaning rows of a service."""

_EMAIL = re.compile(r"[^@\s<>,;:|()]+@[^@\s<>,;:|()]+\.[a-zA-Z]{2,}")
_OPENING = re.compile(
    r"^\W*(?:(?:it|that)['’]?s|it is|i['’]?m|i am|my \w+ (?:there )?is|as|under|called|named"
    r"|try)\s+",
    re.I,
)
_LONGEST_NAME = 80

PERSON = frozenset(
    """
    assignee assignees owner owners user users username member author creator reporter requester
    requestor responder responders person people login committer deployer reviewer approver email
    oncall actor employee
    """.split()
)
"""What a field or a parameter is called that stands for a person."""

_CONTACTS = frozenset("email mail name login username address".split())
_DEEDS = (
    (
        "open create file report raise write make submit declare start",
        "author creator reporter requester requestor opener submitter",
    ),
    ("deploy release ship push", "deployer releaser author creator user actor"),
    ("commit change", "author committer"),
    ("review approve", "reviewer approver"),
)
"""What people do, and what one who did it may be called beside "deployed_by"."""
_HOLDERS = "assignee owner user username member person people responder oncall email".split()


@dataclass(frozen=True)
class Me:
    """The asker of a clause about that person's own things.

    `deed` is the stem of what they are said to have done, if it is about that. `told` is what they
    replied when they were asked who they are there. `whether`: the question is if it is them at
    all. `fills`: a tool may be asked for their things by their address.
    """

    name: str
    email: str
    deed: str = ""
    told: str = ""
    whether: bool = False
    fills: bool = True

    @property
    def address(self) -> str:
        """By what a service is asked for this person."""
        return self.told or self.email

    @property
    def names(self) -> frozenset[str]:
        """Everything that this person is known by."""
        known = (self.told, self.email, self.name)
        return frozenset(one.casefold() for one in known if one)


def find(text: str, name: str, email: str, *, answer: str = "", order: bool = False) -> Me | None:
    """The asker, if the text is about their own things.

    Args:
        answer: what they said when they were asked back.
        order: the text orders a change, which is theirs only in so many words.
    """
    deed = _deed(text)
    handed = bool(_TO_ME.search(text))
    if not (deed is not None or handed or _MY.search(text) or _AM.search(text)):
        return None
    told = _told(answer)
    whether = bool(_WHETHER.match(text))
    # A colleague asks for somebody: "Debugger, for Ana".
    own = name.rpartition(", for ")[2]
    return Me(own, email, deed or "", told, whether, fills=handed or not order)


def stands_for(name: str, me: Me) -> bool:
    """Whether a field or parameter of that name holds the person that the clause is about."""
    words = tokens(name)
    if not names_person(name):
        return False
    if not me.deed:
        return bool(set(words) & set(_HOLDERS)) or words[-2:] == ["assigned", "to"]
    if words[-1] == "by" and stem(words[-2]) == me.deed:
        return True
    doers = (set(who.split()) for what, who in _DEEDS if me.deed in map(stem, what.split()))
    done_by = words[-1] == "by" and any(
        {me.deed, stem(words[-2])} <= {stem(one) for one in what.split()} for what, _ in _DEEDS
    )
    return done_by or any(set(words) & one for one in doers)


def names_person(name: str) -> bool:
    """Whether a field or parameter of that name holds a person at all."""
    words = tokens(name)
    if not words:
        return False
    if words[-1] in PERSON or (len(words) > 1 and words[-1] == "by"):
        return True
    if words[-2:] == ["assigned", "to"]:
        return True
    return len(words) > 1 and words[-1] in _CONTACTS and words[-2] in PERSON


def parameter(names: Iterable[str], me: Me) -> str:
    """Which of a tool's parameters stands for the asker; empty if none does."""
    fitting = [one for one in names if stands_for(one, me)]
    return min(fitting, key=_rank, default="")


def _rank(name: str) -> int:
    words = set(tokens(name))
    return next((at for at, one in enumerate(_HOLDERS) if one in words), len(_HOLDERS))


def _deed(text: str) -> str | None:
    """The stem of what the asker did; empty where they only hold something; None for neither."""
    for found in (*_DONE.finditer(text), *_BY_ME.finditer(text)):
        verb = next((one.lower() for one in found.groups() if one), "")
        if verb not in _NO_DEEDS:
            plain = verb in ("", "own", "have", "do", "assigned", "owned")
            irregular = {"wrote": "write", "made": "make", "written": "write"}
            return "" if plain else stem(irregular.get(verb, verb))
    return None


def _told(answer: str) -> str:
    found = _EMAIL.search(answer)
    if found:
        return found[0].rstrip(".")
    plain = _OPENING.sub("", " ".join(answer.split())).strip(" .!\"“”'`")
    return plain if len(plain) <= _LONGEST_NAME else ""
