"""What the planner has found out for a clause, before it is put into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.agents.knowledge.recall import Passage
from bot.agents.offline.desk import Done
from bot.agents.offline.rows import Row
from bot.agents.offline.toolbox import Tool


@dataclass(frozen=True)
class Facts:
    """Rows or a document that a tool gave.

    `rows` are those to show out of `total`; `filters` says in words how they were asked for;
    `stems` are the words of the question, which tell what matters; `notes` are sentences to add.
    """

    tool: Tool | None
    done: Done
    rows: Sequence[Row]
    total: int
    filters: Sequence[str] = ()
    stems: frozenset[str] = frozenset()
    notes: Sequence[str] = ()

    @property
    def data(self) -> Mapping[str, Any]:
        return self.done.data or {}


@dataclass(frozen=True)
class Failure:
    """A call that gave no result."""

    tool: Tool | None
    done: Done


@dataclass(frozen=True)
class Outcome:
    """A write that was proposed, and what became of it. `target` is the name that people know."""

    tool: Tool | None
    done: Done
    target: str = ""
    link: str = ""


@dataclass(frozen=True)
class Question:
    """Something that only the person can say, with what is possible."""

    text: str
    rows: Sequence[Row] = ()


@dataclass(frozen=True)
class Note:
    """A plain sentence. `lost` means that nothing was found to do, so help is in place."""

    text: str
    lost: bool = False


@dataclass(frozen=True)
class Passages:
    """What the team wrote about some words."""

    done: Done
    found: Sequence[Passage]
    words: str


Finding = Facts | Failure | Outcome | Passages | Question | Note


@dataclass
class Findings:
    """All findings of a step, in the order of the clauses."""

    all: list[Finding] = field(default_factory=list)

    @property
    def asks(self) -> bool:
        return any(isinstance(one, Question) for one in self.all)
