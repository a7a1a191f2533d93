"""Which rows belong to production, from what the rows themselves say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from bot.agents.directives.results import words_of

PRODUCTION = frozenset("production prod live".split())
ELSEWHERE = frozenset(
    "staging stage dev development test testing sandbox preview qa uat canary local".split()
)
ASSUMED = "No row names its environment, so I took all that name no other as production."

AnyRow = TypeVar("AnyRow", bound=Mapping[str, Any])


def in_production(rows: Sequence[AnyRow]) -> tuple[list[AnyRow], str]:
    """The rows of production. Where none names it, those that name no other environment, with a
    sentence that says so."""
    said = [words_in(row) for row in rows]
    if any(words & PRODUCTION for words in said):
        return [row for row, one in zip(rows, said, strict=True) if one & PRODUCTION], ""
    return [row for row, one in zip(rows, said, strict=True) if not one & ELSEWHERE], ASSUMED


def words_in(value: Any) -> set[str]:
    """All words in the texts of a value, but for its addresses."""
    if isinstance(value, str):
        return set() if value.startswith(("http://", "https://")) else set(words_of(value[:2000]))
    if isinstance(value, Mapping):
        return set().union(*(words_in(one) for one in value.values()))
    if isinstance(value, list):
        return set().union(*(words_in(one) for one in value))
    return set()
