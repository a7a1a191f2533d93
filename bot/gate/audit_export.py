"""The audit log as a file: JSON lines or CSV, oldest entry first."""

from __future__ import annotations

import csv
import enum
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate.audit_search import Wanted, oldest_first
from bot.store.tables import AuditEntry, Connection, Organisation

FIELDS = (
    "organisation",
    "sequence",
    "at",
    "sentence",
    "caller_kind",
    "caller",
    "asked_by",
    "action",
    "outcome",
    "connection",
    "tool",
    "resource",
    "duration_ms",
    "organisation_id",
    "caller_id",
    "connection_id",
    "run_id",
    "hash",
)
"""The columns: first what people read, then what programs match by."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Form(enum.StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


async def lines(
    session: AsyncSession, organisation: Organisation, wanted: Wanted, form: Form
) -> AsyncIterator[str]:
    """The file without its first line for CSV, which is `heading`; each line with its end."""
    labels = {one.id: one.label for one in await session.scalars(select(Connection))}
    async for entry in oldest_first(session, wanted):
        fields = _fields(entry, organisation, labels)
        if form is Form.JSONL:
            yield json.dumps(fields, ensure_ascii=False) + "\n"
        else:
            yield _csv(fields.values())


def heading(form: Form) -> str:
    """The first line of a file; JSON lines have none."""
    return _csv(FIELDS) if form is Form.CSV else ""


def _fields(
    entry: AuditEntry, organisation: Organisation, labels: dict[str, str]
) -> dict[str, Any]:
    own = {
        "organisation": organisation.name,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "connection": labels.get(entry.connection_id, ""),
    }
    return {name: own[name] if name in own else getattr(entry, name) for name in FIELDS}


def _csv(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(_harmless(cell) for cell in cells)
    return line.getvalue()


def _harmless(cell: Any) -> Any:
    """A spreadsheet takes a cell that begins so for a formula, and may run it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
