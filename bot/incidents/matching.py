"""Which incidents a route is for, as people write it.

    route   = match "to" channel ["through" label] ["investigate" ["with" agent]]
    match   = "everything" | ("team" | "monitor" | "group" | "severity") value
            | "metadata" key "=" value
    value   = words up to the next part, or "text in quotes"; * stands for anything

Upper and lower case are the same. What cannot be read is answered with what was expected there.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from bot.store.tables import Incident

MAX_VALUE = 200
EXAMPLE = "`/ops incidents route monitor checkout* to #incidents investigate`"


class By(enum.StrEnum):
    TEAM = "team"
    MONITOR = "monitor"
    GROUP = "group"
    SEVERITY = "severity"
    METADATA = "metadata"
    EVERYTHING = "everything"


@dataclass(frozen=True)
class Match:
    """What an incident must be. `key` is metadata's alone."""

    by: By
    value: str = ""
    key: str = ""

    def fits(self, incident: Incident) -> bool:
        parts = [re.escape(part) for part in self.value.casefold().split("*")]
        wanted = re.compile(".*".join(parts), re.DOTALL)
        return any(wanted.fullmatch(have.casefold()) for have in self._had_by(incident))

    def _had_by(self, incident: Incident) -> list[str]:
        match self.by:
            case By.TEAM:
                return [incident.team]
            case By.MONITOR:
                return [incident.monitor, incident.monitor_id.rpartition(":")[2]]
            case By.GROUP:
                return [incident.monitor_group]
            case By.SEVERITY:
                return [incident.severity]
            case By.METADATA:
                keys = {key.casefold(): str(value) for key, value in incident.labels.items()}
                held = keys.get(self.key.casefold())
                return [] if held is None else [held, *held.split(", ")]
            case By.EVERYTHING:
                return [self.value]

    def __str__(self) -> str:
        """As it could have been typed."""
        if self.by is By.EVERYTHING:
            return "everything"
        if self.by is By.METADATA:
            return f"metadata {_quoted(self.key)}={_quoted(self.value)}"
        return f"{self.by} {_quoted(self.value)}"


@dataclass(frozen=True)
class Wish:
    """A route as somebody typed it. `agent` is empty where it is left to us which one."""

    match: Match
    channel_id: str
    label: str = ""
    investigate: bool = False
    agent: str = ""


class NotUnderstood(Exception):
    """It is no route. Its text says what was expected."""


_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^>]*)?>")
_PART = re.compile(r'"([^"]*)"|(<#[^>]*>)|(=)|([^\s="<]+|<)')
_QUOTES = str.maketrans("“”„", '"""')
_AFTER_VALUE = ("to",)
_AFTER_CHANNEL = ("through", "investigate")


@dataclass(frozen=True)
class _Word:
    """A piece of what was typed. `plain` is false for what stood in quotes."""

    text: str
    plain: bool = True

    def is_(self, *words: str) -> bool:
        return self.plain and self.text.lower() in words


def parse(text: str) -> Wish:
    """Reads what follows `/ops incidents route`. Raises NotUnderstood."""
    words = _Words(text)
    match = _match(words)
    if not words.skip("to"):
        raise NotUnderstood(
            f"Say which channel gets them: `… {match} to #channel`. For example {EXAMPLE}."
        )
    channel_id = _channel(words)
    label, investigate, agent = "", False, ""
    while words:
        if not label and words.skip("through"):
            label = words.value("through", "a connection's name", until=_AFTER_CHANNEL)
        elif not investigate and words.skip("investigate"):
            investigate = True
            if words.skip("with"):
                agent = words.value("with", "an agent's name", until=_AFTER_CHANNEL).lstrip("@")
        else:
            raise NotUnderstood(
                f"After the channel I know `through <connection>` and `investigate [with @agent]`, "
                f"not “{words.rest}”."
            )
    return Wish(match, channel_id, label, investigate, agent)


def _match(words: _Words) -> Match:
    known = ", ".join(f"`{by}`" for by in By)
    if not words:
        raise NotUnderstood(f"Say which incidents: {known}. For example {EXAMPLE}.")
    word = words.take()
    if not word.plain or word.text.lower() not in set(By):
        raise NotUnderstood(
            f"I cannot choose incidents by “{word.text}”, only by {known}. For example {EXAMPLE}."
        )
    by = By(word.text.lower())
    if by is By.EVERYTHING:
        return Match(by)
    if by is not By.METADATA:
        return Match(by, words.value(by, f"the {by}'s name", until=_AFTER_VALUE))
    key = words.value(by, "a key", until=(*_AFTER_VALUE, "="))
    if not words.skip("="):
        raise NotUnderstood("Metadata is chosen by key and value: `metadata service=checkout`.")
    return Match(by, words.value("=", "a value", until=_AFTER_VALUE), key)


def _channel(words: _Words) -> str:
    found = _CHANNEL.fullmatch(words.take().text) if words else None
    if found is None:
        raise NotUnderstood(
            "I need the channel after `to`, such as `#incidents`; choose it from the list that "
            "Slack shows when you type `#`."
        )
    return found.group(1)


class _Words:
    """What was typed, piece by piece."""

    def __init__(self, text: str) -> None:
        straight = text.translate(_QUOTES)
        if straight.count('"') % 2:
            raise NotUnderstood("A quotation mark has no second one.")
        self._words = [
            _Word(_unescaped(quoted), plain=False)
            if piece.startswith('"')
            else _Word(channel or _unescaped(piece))
            for piece, quoted, channel in (
                (found.group(0), found.group(1), found.group(2))
                for found in _PART.finditer(straight)
            )
        ]

    def __bool__(self) -> bool:
        return bool(self._words)

    @property
    def rest(self) -> str:
        return " ".join(word.text for word in self._words)

    def take(self) -> _Word:
        return self._words.pop(0)

    def skip(self, word: str) -> bool:
        """Takes the next word if it is this one."""
        if not self._words or not self._words[0].is_(word):
            return False
        self._words.pop(0)
        return True

    def value(self, after: str, what: str, *, until: tuple[str, ...]) -> str:
        """The words up to one of those, or what stands in quotes. Raises NotUnderstood."""
        found: list[str] = []
        while self._words and not self._words[0].is_(*until):
            word = self.take()
            found.append(word.text)
            if not word.plain:
                break
        value = " ".join(found).strip()
        if not value:
            raise NotUnderstood(f"After `{after}` I need {what}.")
        if len(value) > MAX_VALUE:
            raise NotUnderstood(f"That is too long: at most {MAX_VALUE} characters.")
        return value


def _unescaped(text: str) -> str:
    """What was typed, of what Slack sends: these three it escapes."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _quoted(value: str) -> str:
    words = value.split()
    simple = len(words) == 1 and words[0] == value and not set(value) & set('"=<')
    return value if simple and value.lower() not in _AFTER_VALUE else f'"{value}"'
