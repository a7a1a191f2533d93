"""The record of everything, in plain English."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate.calls import Caller
from bot.gate.redaction import Redactor
from bot.store.tables import AuditEntry

EMAIL_MASK = "[email address]"
LONGEST = 1000
"""Characters of a sentence; a service's error message can be a whole page."""

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_JOINERS = "\u200c\u200d"
_BY_FORM = Redactor()

_PAST = {
    "list": "listed",
    "get": "looked up",
    "find": "searched",
    "search": "searched",
    "query": "queried",
    "describe": "described",
    "run": "ran",
    "count": "counted",
    "aggregate": "aggregated",
    "check": "tested",
    "read": "read",
    "request": "made a request",
    "who": "looked up who",
}


def read_in_past(verb: str) -> str:
    """`list_incidents` as the record says it: "listed incidents"."""
    first, _, rest = verb.partition("_")
    return f"{_PAST.get(first, f'used {first}')} {rest.replace('_', ' ')}".strip()


def who(caller: Caller) -> str:
    """ "Debugger, asked by Ana," or "Ana" at the head of a sentence; "Analyst, asked by Debugger
    for Ana," where an agent asked it."""
    if not caller.asked_by:
        return caller.name
    asker = f"{caller.through} for {caller.asked_by}" if caller.through else caller.asked_by
    return f"{caller.name}, asked by {asker},"


def record(
    session: AsyncSession,
    caller: Caller,
    *,
    at: datetime,
    action: str,
    sentence: str,
    outcome: str,
    connection_id: str = "",
    tool: str = "",
    resource: str = "",
    duration_ms: int | None = None,
) -> None:
    """Adds an entry to the unit of work that the thing itself is saved in.

    Whatever has the form of a secret or is an e-mail address is masked here, whoever writes it.

    Args:
        action: a short name such as `read`, `write`, `refuse`, `ask`, `approve`, `deny`.
        sentence: what happened without the time, which is added.
        outcome: `done`, `failed`, `refused`, `waiting`, `not_done` or `unknown`.
    """
    session.add(
        AuditEntry(
            at=at,
            caller_kind=caller.kind,
            caller_id=caller.id,
            caller=clean(caller.name),
            asked_by=clean(caller.asked_by),
            action=action,
            connection_id=connection_id,
            tool=clean(tool)[:128],
            resource=clean(resource),
            outcome=outcome,
            sentence=f"{clean(sentence).rstrip('.')}, {at:%H:%M} UTC.",
            run_id=caller.run_id,
            duration_ms=duration_ms,
        )
    )


def clean(text: str) -> str:
    """Text as the record keeps it: one line, of a bounded length, without secrets and addresses."""
    masked = _EMAIL.sub(EMAIL_MASK, _BY_FORM.text(text))
    shown = (one for one in masked if one.isprintable() or one.isspace() or one in _JOINERS)
    line = " ".join("".join(shown).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def given(arguments: Mapping[str, Any]) -> str:
    """What a read was asked for, "name: bow, on: true"; a query stands there whole."""
    said = {name: value for name, value in arguments.items() if value is not None}
    return ", ".join(
        f"{name}: {value if isinstance(value, str) else json.dumps(value, default=str)}"
        for name, value in said.items()
    )


def names(people: Sequence[str]) -> str:
    """ "Ana", "Ana and Bo", "Ana, Bo and Cy"."""
    *rest, last = people or ["somebody"]
    return f"{', '.join(rest)} and {last}" if rest else last
