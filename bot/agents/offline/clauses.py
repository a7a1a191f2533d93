"""Taking a question apart into clauses, and telling which of them ask for a change.

Only an order in so many words asks for a change ("acknowledge it", "can you pause the monitor?").
"Who acknowledged it?", "should we resolve it?" and "don't delete it" do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from bot.agents.offline.lexicon import AMBIGUOUS_VERBS, WRITE_VERBS
from bot.agents.offline.words import closest, content, stem

MOST_CLAUSES = 4
_MOST_JOINTS = 24
LONGEST = 2_000
"""Characters of a question that are read."""

_POLITE = re.compile(
    r"^(?:[\s,.!:–-]|@[\w.-]+|(?:please|pls|plz|hey|hi|hello|ok|okay|yes|sure|now|then|also|and|just"
    r"|so|go ahead and|let'?s|kindly|quickly|first|next|immediately"
    r"|(?:can|could|would|will) you|i(?:'d| would) like (?:you )?to"
    r"|i (?:want|need) (?:you )?to|you (?:should|must|may|can)|help me(?: to)?|try to)\b)+",
    re.IGNORECASE,
)
_ASKS_YOU = re.compile(r"\b(?:please|pls|plz|(?:can|could|would|will) you)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_JOINT = re.compile(r"\s*,?\s+(?:and then|and also|and|then|also|plus|as well as)\s+|\s*,\s+|:\s+")
_OPENER = re.compile(
    r"(?:who|what|which|when|where|why|how|is|are|was|were|did|does|do|has|have|show|list|tell"
    r"|find|give|any|check|look)\b(?!\s*(?:is|are)?\s*$)",
    re.IGNORECASE,
)
_LEAVES = re.compile(
    r"(?:add|leave|write|post|make)\s+(?:(?:an?|the|this|another)\s+)?(?:comment|note|reply)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"([^\"\n]+)\"|“([^”\n]+)”|`+([^`]+)`+|(?<!\w)'([^'\n]{2,})'(?!\w)")
_SAYING = re.compile(
    r"\b(?:saying|that says|which says|titled|called|named|with (?:the )?(?:title|text|message|name"
    r"|summary|comment)|to say(?: that)?|about|for|because"
    r"|that(?=\s(?:we|i|it|the|this|they|he|she|you)\b))\b[\s:,]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Clause:
    """One thing that is asked for.

    `verb` is the write verb that it gives the order with, as it is written ("ack"), or nothing.
    `payload` is the person's own text that a write should carry. `before` is what the clauses
    before said, which "it" may stand for. `answer` is what the person replied to a question back.
    """

    text: str
    verb: str = ""
    payload: str = ""
    before: str = ""
    answer: str = ""

    @property
    def wants_write(self) -> bool:
        return bool(self.verb)


def clean(text: str) -> str:
    """The person's own words: without quoted lines, code blocks and Slack's markup."""
    text = re.sub(r"```.*?(?:```|\Z)", " ", text, flags=re.DOTALL)[:LONGEST]
    text = re.sub(r"^\s*(?:>|&gt;).*$", " ", text, flags=re.MULTILINE)
    text = re.sub(r"<[@#!][^>]*>", " ", text)
    text = re.sub(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>", r"\1", text)
    text = re.sub(r":[a-z0-9_+-]*[a-z][a-z0-9_+-]*:", " ", text)
    return text.replace("&amp;", "&").strip()


def code_of(text: str) -> str:
    """What stands in the text's first code block: a query to run, say."""
    found = re.search(r"```(?:\w+\n)?(.*?)(?:```|\Z)", text, flags=re.DOTALL)
    return found[1].strip() if found else ""


def split(text: str, verbs: Iterable[str], nouns: frozenset[str]) -> list[Clause]:
    """The clauses of a question; `verbs` and `nouns` are those of the tools at hand."""
    known = _verbs(verbs)
    found: list[Clause] = []
    for sentence in _SENTENCE.split(_guarded(text, known)):
        for piece in _pieces(sentence, known, nouns):
            clause = _clause(piece.replace("\x00", " "), known, _asks(sentence))
            if content(clause.text) or clause.verb or re.search(r"\w", clause.text):
                before = " ".join(one.text for one in found)
                found.append(replace(clause, before=before))
    return _shared(found)[:MOST_CLAUSES]


def canonical(verb: str) -> str:
    """The verb that stands for it and its like: "ack" gives "acknowledge"."""
    return next((one for one, words in WRITE_VERBS.items() if verb in words.split()), verb)


def order(text: str, verbs: Iterable[str]) -> str:
    """The write verb that a text gives an order with, or nothing."""
    return _order(text, _verbs(verbs), _asks(text))


def forbids(text: str) -> bool:
    """Whether the text says what is not to be done: "don't acknowledge it"."""
    return bool(re.match(r"\W*(?:please\s+)?(?:don['’]?t|do not|never)\b", text, re.IGNORECASE))


def _verbs(verbs: Iterable[str]) -> frozenset[str]:
    return frozenset(verbs) | {word for words in WRITE_VERBS.values() for word in words.split()}


def _order(text: str, verbs: frozenset[str], asks: bool = False) -> str:
    """The verb of an order. `asks` is for a sentence that is a real question and orders nothing."""
    if asks:
        return ""
    rest = text[polite.end() :] if (polite := _POLITE.match(text)) else text
    if _LEAVES.match(rest):
        return "comment"
    found = re.match(r"[A-Za-z]+", rest)
    verb = found[0].lower() if found else ""
    if verb not in verbs or re.match(r"[A-Za-z]+['’]", rest):
        return ""
    after = AMBIGUOUS_VERBS.get(verb)
    if after and not re.match(after, rest[len(verb) :].lstrip(), re.IGNORECASE):
        return ""
    return verb


def _asks(sentence: str) -> bool:
    """Whether a sentence is a real question: "can you …, please?" is an order in polite words."""
    return sentence.rstrip().endswith("?") and not _ASKS_YOU.search(sentence)


def _guarded(text: str, verbs: frozenset[str]) -> str:
    """The text with the blanks inside its payloads hidden, so that they are not taken apart."""
    text = _QUOTED.sub(lambda found: _hidden(found[0]), text)
    for found in re.finditer(r":\s+(?=\S)", text):
        sentence = re.split(r"[.!?;\n]\s", text[: found.start()])[-1]
        last = _JOINT.split(sentence)[-1] or sentence
        if _order(sentence, verbs) or _order(last, verbs):
            return text[: found.start()] + ":" + _hidden(" " + text[found.end() :])
    return text


def _hidden(text: str) -> str:
    return re.sub(r"\s", "\x00", text)


def _pieces(sentence: str, verbs: frozenset[str], nouns: frozenset[str]) -> Iterator[str]:
    start, asks = 0, _asks(sentence)
    for joint in islice(_JOINT.finditer(sentence), _MOST_JOINTS):
        left, right = sentence[start : joint.start()], sentence[joint.end() :]
        if _separates(left, right, joint[0], verbs, nouns, asks):
            yield left + ("?" if sentence.rstrip().endswith("?") else "")
            start = joint.end()
    yield sentence[start:]


def _separates(
    left: str, right: str, joint: str, verbs: frozenset[str], nouns: frozenset[str], asks: bool
) -> bool:
    if not left.strip() or (re.search(r"\bbetween\b[^?]*$", left) and "and" in joint):
        return False
    if _order(right, verbs, asks) or _ASKS_YOU.match(right):
        return True
    if joint.startswith(":"):
        return False
    # "which incidents are open and who acknowledged them?" is one question about one thing.
    if re.search(r"\b(?:it|them|they)\b", right, re.I) and not _order(left, verbs, asks):
        return False
    if _OPENER.match(right):
        return True
    # "how many customers and subscriptions": two things, each of them with its own tool.
    return " and " in joint and not _order(left, verbs, asks) and _names_another(left, right, nouns)


def _names_another(left: str, right: str, nouns: frozenset[str]) -> bool:
    mine = {stem(word) for word in content(left)} & nouns
    theirs = {stem(word) for word in content(right)[:2]} & nouns
    return bool(mine and theirs) and not any(closest(one, frozenset(mine)) for one in theirs)


def _clause(piece: str, verbs: frozenset[str], asks: bool) -> Clause:
    verb = _order(piece, verbs, asks)
    if verb == "comment":
        piece = _LEAVES.sub("comment", piece, count=1)
    quoted = next((next(filter(None, found.groups())) for found in _QUOTED.finditer(piece)), "")
    if not verb:
        return Clause(piece.strip(), payload=quoted)
    text, payload = _payload(piece)
    return Clause(text.strip(), verb, quoted or payload)


def _payload(piece: str) -> tuple[str, str]:
    """An order without its text, and the text: what follows a colon, "saying" or "titled"."""
    head, colon, rest = piece.partition(": ")
    if colon and rest.strip():
        return head, rest.strip()
    found = _SAYING.search(piece)
    if found and piece[found.end() :].strip(" .!"):
        return piece, piece[found.end() :].strip(' .!?"“”`')
    return piece, ""


def _shared(found: list[Clause]) -> list[Clause]:
    """An order without an object takes the next one's: "acknowledge and resolve the outage"."""
    shared = list(found)
    for index in range(len(found) - 2, -1, -1):
        one, following = shared[index], shared[index + 1]
        bare = one.wants_write and set(content(one.text)) <= {one.verb} and not _points(one.text)
        if bare and following.wants_write:
            shared[index] = replace(one, text=f"{one.text} {following.text}")
    return shared


def _points(text: str) -> bool:
    return bool(re.search(r"\b(?:it|that|this|them|these|those|one|all|both)\b", text, re.I))
