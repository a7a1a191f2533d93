"""Reading a tool's name: the service, the verb and the thing ("acme_list_invoices")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.agents.offline.lexicon import READ_VERBS, SPELT, STOP, WRITE_VERBS
from bot.agents.offline.words import singular, tokens

_VERBS = READ_VERBS | {word for words in WRITE_VERBS.values() for word in words.split()}
_FILLER = STOP - {"down", "all"}


@dataclass(frozen=True)
class ToolName:
    """The parts of a tool's name, each as lower-case words. Any of them may be missing.

    `words` are all but those of the service.
    """

    service: tuple[str, ...]
    verb: str
    noun: tuple[str, ...]
    words: tuple[str, ...] = ()

    @property
    def things(self) -> str:
        """What the tool is about, as its name has it: "on-call schedules"."""
        return _spelt(self.noun or self.service)

    @property
    def thing(self) -> str:
        """One of the things."""
        head, _, last = self.things.rpartition(" ")
        return f"{head} {singular(last)}".strip()

    @property
    def title(self) -> str:
        """The service as a heading, or nothing."""
        return " ".join(word.capitalize() for word in self.service)

    @property
    def action(self) -> str:
        """What the tool does: "acknowledge incident"."""
        return _spelt(self.words)


def parse_all(names: Sequence[str]) -> dict[str, ToolName]:
    """Every name in its parts. A service learnt from one name is recognised in the others."""
    found = {name: _parse(tokens(name)) for name in names}
    services = {one.service for one in found.values() if one.service and one.verb}
    return {name: _with_service(tokens(name), one, services) for name, one in found.items()}


def _parse(words: list[str]) -> ToolName:
    at = next((index for index, word in enumerate(words) if word in _VERBS), None)
    if at is None:
        return ToolName((), "", _solid(words), tuple(words))
    noun = _solid(words[at + 1 :])
    if noun:
        return ToolName(tuple(words[:at]), words[at], noun, tuple(words[at:]))
    # "incidents.list": the thing stands first.
    before = words[:at]
    thing = tuple(before[-1:])
    return ToolName(tuple(before[:-1]), words[at], thing, (words[at], *thing))


def _with_service(words: list[str], parsed: ToolName, services: set[tuple[str, ...]]) -> ToolName:
    if parsed.verb:
        return parsed
    for service in sorted(services, key=len, reverse=True):
        if tuple(words[: len(service)]) == service and len(words) > len(service):
            rest = words[len(service) :]
            return ToolName(service, "", _solid(rest), tuple(rest))
    return parsed


def _spelt(words: Sequence[str]) -> str:
    text = " ".join(words)
    for joined, spelt in SPELT.items():
        text = text.replace(joined, spelt)
    return text


def _solid(words: list[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in _FILLER)
