"""What goes through the gate: who calls, what is offered, what is asked, what comes back."""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.connectors.base import Access


class CallerKind(enum.StrEnum):
    AGENT = "agent"
    PERSON = "person"
    REPORT = "report"
    SYSTEM = "system"


@dataclass(frozen=True)
class Caller:
    """Who asks the gate, and for whom.

    `id` is the agent's, member's or report's; `name` is what people call it. `asked_by` is the
    name of the person an agent works for, `through` the agent that asked it for that person, and
    `run_id` the run that it does so in. One that is `read_only` reaches nothing that changes
    anything, whatever its grants say.
    """

    kind: CallerKind
    organisation_id: str
    id: str
    name: str
    asked_by: str = ""
    run_id: str = ""
    read_only: bool = False
    through: str = ""


@dataclass(frozen=True)
class ToolSpec:
    """A tool as it is offered to a model. `schema` is the JSON Schema of its arguments.

    One that is `instead_of_fetch` is not shown to a model that fetches web pages by itself.
    """

    name: str
    description: str
    schema: dict[str, Any]
    access: Access
    instead_of_fetch: bool = False


@dataclass(frozen=True)
class ToolCall:
    """A model's wish to use a tool. `id` is unique within its run."""

    id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class ToolReturn:
    """What came back for a call.

    `text` is the bounded, redacted form for a model. `data` is the same result as values
    (`{"rows": [...], "title", "cut", "link"}` or `{"data": {...}, "title", ...}`), None on failure.
    `problem` is then the kind of the connector's error, "NotFound" say.
    """

    call_id: str
    name: str
    text: str
    data: dict[str, Any] | None = None
    failed: bool = False
    problem: str = ""


def digest(connection_id: str, tool: str, arguments: Mapping[str, Any]) -> str:
    """What an approval is bound to: SHA-256 over connection, tool and canonical arguments."""
    canonical = json.dumps(
        [connection_id, tool, dict(arguments)],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
