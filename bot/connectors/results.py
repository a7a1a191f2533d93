"""What a tool gives back: rows or a document, and what was cut; what a write would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """A table. `rows` share their keys; `cut` says in words what was left out, if anything."""

    rows: Sequence[Row]
    title: str
    cut: str = ""
    link: str = ""


@dataclass(frozen=True)
class Document:
    """One thing with its fields, as a reader wants them.

    `text` is for what reads best as it is, such as a page or a foreign answer: many lines, which
    the tool itself has bounded.
    """

    data: Row
    title: str
    cut: str = ""
    link: str = ""
    text: str = ""


Result = Rows | Document


@dataclass(frozen=True)
class Change:
    """One field that a write would change."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Preview:
    """What a write would do, read live before a person is asked and again before it is sent.

    `resource` is the name that people know. `state` is the part of the resource that the decision
    rests on: when it differs at the second reading, the write is not sent. `obstacle` says why
    the write makes no sense now (already resolved, say).

    `done` says that the effect is already there, which tells after a crash whether the write was
    sent. It is None where that cannot be read afterwards (people were paged, say): then neither
    may be assumed, and nothing is sent again without asking.
    """

    resource: str
    state: str
    changes: Sequence[Change] = field(default_factory=tuple)
    link: str = ""
    obstacle: str = ""
    done: bool | None = False


@dataclass(frozen=True)
class Health:
    """A connection that answered its test: who we are there, in the service's own words.

    `test_mode`: the account holds test data, which answers and reports then say. `expires_at`:
    when these credentials end, if the service says so. `tools` are those that the server lists by
    itself, as plain values, where the connector does not know them beforehand.
    """

    account: str
    test_mode: bool = False
    expires_at: datetime | None = None
    tools: Sequence[Mapping[str, Any]] | None = None
