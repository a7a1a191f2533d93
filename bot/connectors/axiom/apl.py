"""Holds a query in Axiom's language inside one dataset.

APL (a dialect of Kusto) has no writes. What it has are ways out of a dataset: `union`, `join`,
`lookup`, `search in (…)`, `externaldata` with any address, and tables inside expressions. So a
query is taken apart into tokens and stages, only known stages are let through, and what is sent is
put together anew from the tokens, without comments. What is not understood is refused.

Source: https://axiom.co/docs/apl/tabular-operators/overview and
https://axiom.co/docs/apl/entities/entity-names
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.connectors.errors import Invalid

LONGEST = 20_000
"""Characters of a query."""

STAGES = frozenset(
    """
    count distinct extend extend-valid getschema limit make-series mv-expand order parse parse-kv
    parse-where project project-away project-keep project-rename project-reorder redact sample
    search sort summarize take top where
    """.split()
)
"""The operators that stay inside the table they are given."""

_LEADS_OUT = frozenset(
    """
    cluster database dataset datatable evaluate externaldata external_table find fork graph invoke
    join lookup materialize materialized_view print range_table stored_query_result table toscalar
    totable union view
    """.split()
)
"""What takes a table where a value is meant, in APL or in the Kusto that it comes from."""

_MEMBERSHIP = frozenset({"in", "has_any", "has_all"})

_TOKEN = re.compile(
    r"""
      (?P<gap>(?:\s|//[^\n]*)+)
    | (?P<text>@"[^"\n]*" | @'[^'\n]*' | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*')
    | (?P<quoted>\[\s*(?:"[^"\\\n\]]*"|'[^'\\\n\]]*')\s*\])
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<number>[0-9][A-Za-z0-9_.]*)
    | (?P<sign>[-|(){}\[\],.:=!<>+*/%~?$&^])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """A piece of a query; `spaced` says that something stood between it and the one before."""

    kind: str
    text: str
    spaced: bool


def held_inside(query: str, dataset: str, rows: int) -> str:
    """The query as it is sent: on the dataset, of known stages, with at most so many rows.

    The dataset may stand first in the query or be left out.

    Raises:
        Invalid: the query reads something else, or is not understood.
    """
    stages = [stage for stage in _stages(_tokens(query)) if stage]
    if stages and (_is_source(stages[0]) or _written(stages[0]) == dataset):
        _check_source(stages.pop(0), dataset)
    for stage in stages:
        _check_stage(stage, dataset)
    parts = [quoted(dataset), *map(_written, stages), f"limit {rows}"]
    return "\n| ".join(parts)


def quoted(name: str) -> str:
    """The name of a dataset or field, as APL takes any."""
    return f"['{name}']"


def _refuse(problem: str, dataset: str = "") -> Invalid:
    where = f"This connection reads the dataset {dataset} only." if dataset else ""
    return Invalid("The query was not sent.", where, fields={"apl": problem})


def _tokens(query: str) -> Iterator[Token]:
    if len(query) > LONGEST:
        raise _refuse(f"has more than {LONGEST} characters")
    at, spaced = 0, False
    while at < len(query):
        found = _TOKEN.match(query, at)
        if query[at] == ";":
            raise _refuse("holds a semicolon: one query is asked at once, without let or set")
        if found is None or found.lastgroup is None:
            raise _refuse(
                f"holds {query[at]!r} at character {at + 1}, which is not understood here"
            )
        at = found.end()
        if found.lastgroup == "gap":
            spaced = True
            continue
        text = found[0]
        if text.startswith("@") and text.endswith(("\\'", '\\"')):
            raise _refuse("has a raw string that ends with a backslash; write it without @")
        yield Token(found.lastgroup, text, spaced)
        spaced = False


def _stages(tokens: Iterator[Token]) -> list[list[Token]]:
    """Splits at the bars. A bar inside brackets would begin a query inside the query."""
    stages: list[list[Token]] = [[]]
    depth = 0
    previous = ""
    for token in tokens:
        if token.kind == "sign":
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.text, 0)
            if depth < 0:
                raise _refuse("closes a bracket that was not opened")
            if token.text == "|" and depth:
                raise _refuse("holds a query inside the query; ask in two queries")
            if previous + token.text == "/*":
                raise _refuse("holds /*; comments begin with //")
            if token.text == "|":
                stages.append([])
                previous = "|"
                continue
        previous = token.text
        stages[-1].append(token)
    if depth:
        raise _refuse("leaves a bracket open")
    return stages


def _operator(stage: Sequence[Token]) -> str:
    """The first word of a stage, with the parts that hyphens join to it: `project-away`."""
    word = stage[0].text
    for hyphen, rest in zip(stage[1::2], stage[2::2], strict=False):
        if hyphen.text != "-" or hyphen.spaced or rest.kind != "name" or rest.spaced:
            break
        word += f"-{rest.text}"
    return word


def _is_source(stage: Sequence[Token]) -> bool:
    return len(stage) == 1 and stage[0].kind in ("name", "quoted") and stage[0].text not in STAGES


def _check_source(stage: Sequence[Token], dataset: str) -> None:
    name = _written(stage)
    if stage[0].kind == "quoted":
        name = name.strip("[] \t\n")[1:-1]
    if name != dataset:
        raise _refuse(f"reads {name!r}", dataset)


def _check_stage(stage: Sequence[Token], dataset: str) -> None:
    operator = _operator(stage)
    if stage[0].kind != "name" or operator not in STAGES:
        if operator in _LEADS_OUT or operator in ("let", "set", "externaldata"):
            raise _refuse(f"{operator} leads to other tables", dataset)
        raise _refuse(f"{operator!r} is no stage that is known here: {', '.join(sorted(STAGES))}")
    for index, token in enumerate(stage):
        after = stage[index + 1] if index + 1 < len(stage) else None
        if token.kind != "name" or after is None:
            continue
        word = token.text.lower()
        if word in _LEADS_OUT and after.text == "(":
            raise _refuse(f"{token.text} leads to other tables", dataset)
        if operator == "search" and word == "in":
            raise _refuse("search in (…) leads to other datasets; leave the in away", dataset)
        if word in _MEMBERSHIP:
            _check_list(stage, index + 1, operator, dataset)


def _check_list(stage: Sequence[Token], start: int, operator: str, dataset: str) -> None:
    """What is behind `in`: a list of values. A bare name there could be a whole dataset."""
    start += 1 if stage[start].text == "~" else 0
    if start >= len(stage) or stage[start].text != "(":
        if operator == "make-series":  # where a range follows
            return
        raise _refuse("needs a list in round brackets behind in", dataset)
    depth = 0
    for index, token in enumerate(stage[start:], start):
        after = stage[index + 1] if index + 1 < len(stage) else None
        if depth and token.text == "(" and stage[index - 1].kind != "name":
            raise _refuse("holds brackets in brackets behind in; list the values", dataset)
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0:
            return
        called = after is not None and after.text == "("
        plain = token.text in ("true", "false", "null")
        if depth == 1 and token.kind in ("name", "quoted") and not called and not plain:
            raise _refuse(f"{token.text} behind in could be a dataset; list the values", dataset)


def _written(stage: Sequence[Token]) -> str:
    return "".join(f"{' ' if token.spaced else ''}{token.text}" for token in stage).strip()
