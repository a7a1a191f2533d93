"""Filling a tool's arguments with what a clause says: states, choices, numbers, ids, texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from typing import Any

from bot.agents.offline import moments
from bot.agents.offline.asker import parameter
from bot.agents.offline.lexicon import OPPOSITE_VERBS, STATES, STOP
from bot.agents.offline.schema import Param
from bot.agents.offline.texts import SEARCHES, TEXTS, Filled, search_text, write_text
from bot.agents.offline.toolbox import Tool, is_connection, reference_noun, wants_language
from bot.agents.offline.wording import Wording
from bot.agents.offline.words import closest, likeness, stem, tokens

_LIMITS = frozenset("limit per_page page_size count max_results top size max_rows first n".split())
_ORIGINS = frozenset(["source", "application"])
_FLAG_WORDS = {"is", "only", "include", "has", "show", "with", "are", "was"}
_NOT = {"not", "non", "no", "never", "isn't", "aren't", "without", "un", "wasn't"}
_EMAIL = re.compile(r"[^@\s<>,;:]+@[^@\s<>,;:]+\.[a-zA-Z]{2,}")
_URL = re.compile(r"https?://[^\s<>|\"]+")
_SQL = re.compile(r"\b(?:select|with)\b\s.+", re.IGNORECASE | re.DOTALL)


def fill(tool: Tool, wording: Wording, now: datetime) -> Filled:
    """Everything that the clause says about the tool's arguments, each valid for its parameter."""
    filled = Filled(moments.fill(tool.params.all, wording.span, now))
    filled.used.update(["assigned"] if wording.me else [])
    for param in tool.params.all:
        if is_connection(param):
            named = _named_connections(param, wording)
            filled.used.update(word for one in named for word in tokens(str(one)))
        if param.name in filled.arguments or param.kind == "unknown" or is_connection(param):
            continue
        for way in _WAYS:
            value = way(param, tool, wording, filled)
            if value is not None:
                filled.arguments[param.name] = value
                break
    write_text(tool, wording, filled)
    search_text(tool, wording, filled)
    _assume_range(tool, filled, now)
    return filled


def connections(tool: Tool, wording: Wording) -> list[Any]:
    """The connections that the clause names, or all that there are."""
    param = next((one for one in tool.params.all if is_connection(one)), None)
    return (_named_connections(param, wording) or list(param.choices)) if param else []


def _named_connections(param: Param, wording: Wording) -> list[Any]:
    said = set(wording.tokens) | set(tokens(wording.clause.answer))
    return [one for one in param.choices if set(tokens(str(one))) <= said]


def opposite(state: str) -> frozenset[str]:
    """The stems of the words for the opposite of a state."""
    root = stem(state)
    return frozenset(
        stem(word)
        for own, other in STATES
        if root in {stem(one) for one in own.split()}
        for word in other.split()
    )


def flag_state(param: Param) -> str:
    """The state that a yes-or-no parameter asks about: "is_resolved" gives "resolved"."""
    return " ".join(word for word in tokens(param.name) if word not in _FLAG_WORDS)


def _flag(param: Param, tool: Tool, wording: Wording, filled: Filled) -> bool | None:
    if param.kind != "boolean" or param.choices or param.many:
        return None
    state = flag_state(param)
    if wording.clause.wants_write:
        return _order_flag(state, wording)
    same = _like(state)
    for index, word in enumerate(wording.tokens):
        root = stem(word)
        if root in same or root in opposite(state):
            filled.used.add(word)
            asked = {"who", "when"} & set(wording.tokens[max(0, index - 2) : index])
            if asked or (wording.asks_whether and word not in ("down", "broken")):
                return None
            denied = bool(_NOT & set(wording.tokens[max(0, index - 2) : index]))
            return (root in same) != denied
    return None


def _order_flag(state: str, wording: Wording) -> bool | None:
    verb, root = wording.verb, stem(state)
    if stem(verb) == root:
        return True
    if OPPOSITE_VERBS.get(verb) and stem(OPPOSITE_VERBS[verb]) == root:
        return False
    said = [stem(word) for word in wording.tokens]
    return not _NOT & set(wording.tokens) if root in said else None


def _like(state: str) -> set[str]:
    root = stem(state)
    lists = [{stem(word) for word in own.split()} for own, _ in STATES]
    # Only the first word of a list stands for all of it: "closed" is not "solved" everywhere.
    firsts = [stem(own.split()[0]) for own, _ in STATES]
    return {root}.union(*(one for one, first in zip(lists, firsts, strict=True) if first == root))


def _choice(param: Param, tool: Tool, wording: Wording, filled: Filled) -> Any | None:
    if not param.choices or param.kind != "string":
        return None
    ranked = sorted(param.choices, key=lambda one: -len(str(one)))
    for text in filter(None, (wording.clause.answer, wording.text)):
        said = tokens(text)
        for one in ranked:
            parts = [stem(word) for word in tokens(str(one))]
            if parts and _says(parts, said, required=param.required):
                filled.used.update(word for word in said if stem(word) in parts)
                return param.coerce(one)
    return None if wording.clause.wants_write else _choice_by_state(param, wording, filled)


def _says(parts: list[str], said: list[str], *, required: bool) -> bool:
    roots = [stem(word) for word in said]
    if not set(parts) <= set(roots) or (not required and set(parts) <= STOP):
        return False
    at = roots.index(parts[0])
    return not _NOT & set(said[max(0, at - 2) : at])


def _choice_by_state(param: Param, wording: Wording, filled: Filled) -> Any | None:
    """A choice in other words: "unresolved" where the choices are open and closed."""
    for word in wording.tokens:
        near = {stem(one) for own, other in STATES for side in (own, other) if word in side.split()
                for one in side.split()}  # fmt: skip
        fitting = [one for one in param.choices if stem(str(one).lower()) in near]
        if len(fitting) == 1 and {"status", "state"} & set(tokens(param.name)):
            filled.used.add(word)
            return param.coerce(fitting[0])
    return None


def _number(param: Param, tool: Tool, wording: Wording, filled: Filled) -> Any | None:
    if param.kind not in ("integer", "number") or param.many:
        return None
    if param.name.lower() in _LIMITS:
        found = re.search(
            r"\b(?:last|first|top|latest|newest|recent)\s+(\d{1,3})\b"
            r"|\b(\d{1,3})\s+(?:latest|newest|most recent)\b",
            wording.text.lower(),
        )
        wanted = int(found[1] or found[2]) if found else None
        return None if wanted is None else param.coerce(min(wanted, param.maximum))
    name = " ".join(tokens(param.name))
    found = re.search(rf"\b{re.escape(name)}\s*(?:of|is|=|:|to)?\s*(\d+)\b", wording.text.lower())
    return param.coerce(found[1]) if found else None


def _identifier(param: Param, tool: Tool, wording: Wording, filled: Filled) -> Any | None:
    noun = reference_noun(param, tool)
    texts = TEXTS | SEARCHES
    if noun is None or param.name.lower() in texts or moments.role(param):
        return None
    ids = wording.ids or _numbered(noun, wording)
    said = frozenset(wording.stems)
    if not param.required and not any(closest(word, said) >= 0.7 for word in noun):
        return None
    return next((value for one in ids if (value := param.coerce(one)) is not None), None)


def _numbered(noun: frozenset[str], wording: Wording) -> list[str]:
    """The number right behind the thing's name: "incident 12"."""
    words = wording.tokens
    pairs = pairwise(words)
    return [two for one, two in pairs if two.isdigit() and closest(stem(one), noun) >= 0.7]


def _contact(param: Param, tool: Tool, wording: Wording, filled: Filled) -> Any | None:
    if param.kind != "string" or param.choices:
        return None
    said = f"{wording.text} {wording.clause.answer}"
    parts = set(tokens(param.name))
    if param.format == "email" or "email" in parts:
        found = _EMAIL.search(said)
    elif param.format in ("uri", "url") or "url" in parts:
        found = _URL.search(said)
    else:
        return None
    return param.coerce(found[0].rstrip(".,)")) if found else None


def _asker(param: Param, tool: Tool, wording: Wording, filled: Filled) -> Any | None:
    """The address of the one who asks, for what is theirs: "my tickets", "assigned to me"."""
    me = wording.me
    if me is None or not me.fills or param.kind != "string" or not me.address:
        return None
    if parameter([one.name for one in tool.params.all], me) != param.name:
        return None
    filled.used.update(tokens(me.address))
    return param.coerce(me.address)


def _language(param: Param, tool: Tool, wording: Wording, filled: Filled) -> Any | None:
    """A query that the person wrote; we write none."""
    if not wants_language(param, tool):
        return None
    written = wording.clause.payload
    found = _SQL.search(wording.clause.text)
    sql = found[0] if found and " from " in found[0].lower() else ""
    value = written or sql.rstrip("?` ")
    return param.coerce(value) if value else None


def _named(param: Param, tool: Tool, wording: Wording, filled: Filled) -> Any | None:
    """A value beside an optional parameter's name: "in project apollo", "assigned to ada"."""
    return None if param.required else beside(param, tool, wording, filled)


def _in_front(param: Param, tool: Tool, wording: Wording, filled: Filled) -> Any | None:
    """A name right in front of the tool's own thing, for what such things come from:
    "api-gateway logs". A word that the tool itself uses is no name: "error logs"."""
    if param.name not in _ORIGINS or param.kind != "string" or param.choices:
        return None
    words = re.findall(r"[\w.@/-]+", wording.text)
    for name, thing in pairwise(words):
        own = tool.small_print | tool.service
        common = name.lower() in STOP or closest(stem(name.lower()), own) >= 0.7
        if not common and closest(stem(thing.lower()), tool.noun) >= 0.7:
            filled.used.update(tokens(name))
            return param.coerce(name)
    return None


def beside(param: Param, tool: Tool, wording: Wording, filled: Filled) -> Any | None:
    """The value that stands beside a parameter's name."""
    fixed = param.choices or param.format or param.many or moments.role(param)
    if param.kind != "string" or fixed or param.name.lower() in TEXTS | SEARCHES:
        return None
    parts = tokens(param.name)
    if wants_language(param, tool) or parts[-1:] in (["id"], ["key"], ["uuid"]):
        return None
    word = next((one for one in parts if one != "name"), "")
    verb = stem(wording.clause.verb)
    words = re.findall(r"[\w.@/-]+", wording.text)
    for index, one in enumerate(words):
        if word and stem(one.lower()) != verb and likeness(stem(one.lower()), stem(word)) >= 0.7:
            value = _beside(words, index, exact=stem(one.lower()) == stem(word))
            if value and closest(stem(value.lower()), tool.noun) < 0.7:
                filled.used.update([*tokens(value), one.lower()])
                return param.coerce(value)
    return None


def _beside(words: list[str], index: int, *, exact: bool) -> str:
    after = [word.strip(".") for word in words[index + 1 : index + 3]]
    if after and after[0].lower() in ("to", "by", "is", "named", "called") and len(after) > 1:
        return "" if after[1].lower() in STOP else after[1]
    if exact and after and after[0].lower() not in STOP:
        return after[0]
    before = words[index - 1] if index else ""
    return before if exact and before.lower() not in STOP else ""


def _assume_range(tool: Tool, filled: Filled, now: datetime) -> None:
    if any(moments.role(param) for param in filled.missing(tool)):
        span = moments.default(now)
        found = moments.fill(tuple(filled.missing(tool)), span, now)
        filled.arguments.update(found)
        filled.assumed = span.label if found else ""


_Way = Callable[[Param, Tool, Wording, Filled], "Any | None"]
_WAYS: tuple[_Way, ...] = (
    *(_flag, _choice, _number, _contact, _asker, _language, _in_front, _identifier, _named),
)
