"""Whom a message is for: reads agents' names out of what a person typed."""

from __future__ import annotations

import enum
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.store.crew import handle_of

_BOT_MENTION = r"<@{user}(?:\|[^>]*)?>"
_PERSON = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_GROUP = re.compile(r"<!subteam\^[A-Z0-9]+\|@?([^>]*)>")
_PLAIN = re.compile(r"(?<![\w@.])@(\w[\w-]*)")
_EMOJI = re.compile(r":[a-z0-9_+'-]+:")
_WORD = re.compile(r"[\w@-]+")
_ADDRESS = re.compile(r"<[^@#>][^>]*>|\bhttps?://\S+")
_LEAD = re.compile(r"^(?:[\s,]|:(?![a-z0-9_+'-]+:))+")
"""What stands between a name and the question; the colon of an emoji is none."""

MOST_WORDS = 3
"""How many words of a name are looked at after a mention of the app: `@ops product manager …`."""

CLOSE = 0.75
"""How alike a name must be to be taken for a misspelling (difflib's ratio)."""

CLOSE_WORD = 0.85
"""The same for a word without the sign: "debug the checkout" names nobody."""


class To(enum.StrEnum):
    """What kind of addressee was found."""

    NOBODY = "nobody"
    AGENT = "agent"
    BOT = "bot"  # the app itself, no agent named
    SEVERAL = "several"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Address:
    """Whom a message is for, and what remains of it as the question."""

    to: To
    question: str
    handle: str = ""
    handles: Sequence[str] = ()
    wrong_name: str = ""
    nearest: str = ""
    other_people: bool = False


def address(text: str, bot_user_id: str, agents: Mapping[str, str]) -> Address:
    """Reads a message.

    Args:
        text: as Slack sends it, with `<@U…>` for mentions and `&lt;` for angle brackets.
        bot_user_id: the app's own user.
        agents: the names of the agents by handle.
    """
    mention = re.compile(_BOT_MENTION.format(user=re.escape(bot_user_id)))
    to_bot = mention.search(text) is not None
    rest = mention.sub(" ", _with_groups(text, agents))
    others = _PERSON.search(rest) is not None
    plain = _PLAIN.findall(_ADDRESS.sub(" ", rest))  # https://example.com/@tony names nobody
    named = [handle for name in plain if (handle := handle_of(name)) in agents]
    question = _tidy(html.unescape(rest))
    if to_bot and not named:
        return _to_bot(question, agents, others)
    handles = list(dict.fromkeys(named))
    if len(handles) > 1:
        return Address(To.SEVERAL, question, handles=handles, other_people=others)
    if handles:
        return Address(
            To.AGENT, _without(question, handles[0]), handle=handles[0], other_people=others
        )
    return _misspelt(question, plain, agents, others)


def _with_groups(text: str, agents: Mapping[str, str]) -> str:
    """A user group of an agent's name is the agent; every other group stays what it is."""

    def named(found: re.Match[str]) -> str:
        handle = handle_of(found[1])
        return f"@{handle}" if handle in agents else found[0]

    return _GROUP.sub(named, text)


def is_empty(question: str) -> bool:
    """Whether nothing is asked: no word at all, or only emoji."""
    return not _WORD.search(_EMOJI.sub(" ", question))


def _to_bot(question: str, agents: Mapping[str, str], others: bool) -> Address:
    """`@ops debugger why …`: the first word may name the agent, with or without the sign."""
    for words in range(MOST_WORDS, 0, -1):
        *named, rest = [*question.split(maxsplit=words), ""][: words + 1]
        handle = handle_of(" ".join(named))
        if handle in agents:
            return Address(To.AGENT, _tidy(rest), handle=handle, other_people=others)
    first, *_ = question.split(maxsplit=1) or [""]
    name = handle_of(first)
    nearest = _nearest(name, agents, CLOSE if first.startswith("@") else CLOSE_WORD)
    if first.startswith("@") or nearest:
        return Address(
            To.UNKNOWN,
            question,
            wrong_name=first.strip("@:,"),
            nearest=nearest,
            other_people=others,
        )
    return Address(To.BOT, question, other_people=others)


def _misspelt(
    question: str, plain: Sequence[str], agents: Mapping[str, str], others: bool
) -> Address:
    """A plain `@debuger` is ours only where it is close to a name; other words are not."""
    for name in plain:
        nearest = _nearest(name.lower(), agents)
        if nearest:
            return Address(
                To.UNKNOWN, question, wrong_name=name, nearest=nearest, other_people=others
            )
    return Address(To.NOBODY, question, other_people=others)


def _nearest(name: str, agents: Mapping[str, str], cutoff: float = CLOSE) -> str:
    close = get_close_matches(name, list(agents), n=1, cutoff=cutoff)
    return close[0] if close else ""


def _without(question: str, handle: str) -> str:
    name = re.escape(handle).replace(r"\-", "[-_]")
    return _tidy(re.sub(rf"(?<![\w@.])@{name}(?![\w-])[:,]?", " ", question, flags=re.I))


def _tidy(text: str) -> str:
    """Blanks at the ends and doubled ones taken out, lines kept."""
    return _LEAD.sub("", re.sub(r"[ \t]+", " ", text)).rstrip(" \t\n,")
