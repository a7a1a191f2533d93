"""The tools at hand, each with the words that it can be found by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.agents.messages import ToolSpec
from bot.agents.offline.lexicon import LISTING_VERBS, SEARCH_VERBS
from bot.agents.offline.naming import ToolName, parse_all
from bot.agents.offline.schema import Param, Params, read
from bot.agents.offline.words import closest, stem, stems, tokens
from bot.connectors.base import Access

_LANGUAGE = re.compile(
    r"\b(?:(?i:sql|partiql|gaql|hogql|apl|jql|kql|logql|promql|graphql|lucene|cypher)"
    r"|(?i:query language|filter syntax|aggregation pipeline|structured query))\b"
)
_LANGUAGE_NAMES = frozenset("sql jql apl hogql graphql statement pipeline partiql gaql".split())
_REFERENCE_ENDINGS = ("id", "key", "uuid", "slug", "identifier", "number")


@dataclass(frozen=True)
class Tool:
    """A tool as the planner sees it."""

    spec: ToolSpec
    name: ToolName
    params: Params

    @property
    def reads(self) -> bool:
        return self.spec.access == Access.READ

    @cached_property
    def noun(self) -> frozenset[str]:
        return frozenset(stem(word) for word in self.name.noun)

    @cached_property
    def service(self) -> frozenset[str]:
        return frozenset(stem(word) for word in self.name.service)

    @cached_property
    def verb(self) -> str:
        return stem(self.name.verb)

    @cached_property
    def lead(self) -> frozenset[str]:
        """The stems of its description's first sentence and of the questions quoted in it."""
        first = re.split(r"(?<=[.])\s|\n\n", self.spec.description, maxsplit=1)[0]
        examples = re.findall(r"[\"“]([^\"”]{3,80})[\"”]", self.spec.description)
        return frozenset(stems(" \n".join([first, *examples])))

    @cached_property
    def small_print(self) -> frozenset[str]:
        """The stems of the rest: description, parameters, choices."""
        parts = [self.spec.description]
        for param in self.params.all:
            parts += [param.name, param.description, *map(str, param.choices[:40])]
        return frozenset(stems(" \n".join(parts)))

    @cached_property
    def required(self) -> tuple[Param, ...]:
        return tuple(param for param in self.params.all if param.required)

    @property
    def searches(self) -> bool:
        return self.name.verb in SEARCH_VERBS

    @cached_property
    def lists(self) -> bool:
        """Whether it can be called to see what there is, without knowing anything."""
        needs = [param for param in self.required if not is_connection(param)]
        plural = any(word.endswith("s") for word in self.name.noun[-1:])
        return self.reads and not needs and (self.name.verb in LISTING_VERBS or plural)

    @cached_property
    def language(self) -> Param | None:
        """The required parameter that wants a query language, if it has one."""
        return next((param for param in self.required if wants_language(param, self)), None)


def is_connection(param: Param) -> bool:
    """Whether the parameter says which of several sign-ins is meant."""
    return param.name == "connection" and bool(param.choices)


def wants_language(param: Param, tool: Tool) -> bool:
    """Whether the parameter holds a query in a language of its own."""
    if param.kind != "string" or param.choices:
        return False
    if set(re.split(r"[_\W]+", param.name.lower())) & _LANGUAGE_NAMES:
        return True
    queryish = param.name.lower() in ("query", "statement", "expression", "filter", "command", "q")
    said = param.description or tool.spec.description
    return queryish and bool(_LANGUAGE.search(said))


def reference_noun(param: Param, tool: Tool) -> frozenset[str] | None:
    """The stems of the thing that the parameter identifies, or None where it is no reference."""
    if param.choices or param.kind not in ("string", "integer") or param.format not in ("", "uuid"):
        return None
    words = tokens(param.name)
    if not words:
        return None
    if words[-1] in _REFERENCE_ENDINGS:
        return frozenset(stem(word) for word in words[:-1]) or tool.noun
    if words[-1] == "name" and len(words) > 1:
        words = words[:-1]
    return frozenset(stem(word) for word in words)


class Toolbox:
    """All tools of a request that can be filled in with certainty."""

    def __init__(self, specs: Sequence[ToolSpec]) -> None:
        names = parse_all([spec.name for spec in specs])
        every = [Tool(spec, names[spec.name], read(spec.schema)) for spec in specs]
        self.tools = [tool for tool in every if tool.params.usable]
        self.reads = [tool for tool in self.tools if tool.reads]
        self.writes = [tool for tool in self.tools if tool.spec.access > Access.READ]

    def get(self, name: str) -> Tool | None:
        return next((tool for tool in self.tools if tool.spec.name == name), None)

    @cached_property
    def nouns(self) -> frozenset[str]:
        """The stems of everything that the tools are about."""
        return frozenset(word for tool in self.tools for word in tool.noun)

    def lister(self, noun: Iterable[str], near: Tool) -> Tool | None:
        """The tool that lists things of that name, first of the same service."""
        wanted = frozenset(noun)
        fitting = [
            (same_service(tool, near), _cover(wanted, tool), -len(tool.noun), tool)
            for tool in self.reads
            if tool.lists and tool is not near and _cover(wanted, tool) >= 0.7
        ]
        own = [one for one in fitting if one[0]] or ([] if near.service else fitting)
        return max(own, key=lambda one: one[:3])[3] if own else None


def same_service(one: Tool, other: Tool) -> bool:
    return one.service == other.service


def _cover(wanted: frozenset[str], tool: Tool) -> float:
    """How much of the wanted name the tool's own thing is, by its best word."""
    if not wanted or not tool.noun:
        return 0.0
    return min(
        sum(closest(word, tool.noun) for word in wanted) / len(wanted),
        sum(closest(word, wanted) for word in tool.noun) / len(tool.noun) + 0.3,
    )
