"""The audit log as a file, compared with two that were read by a person."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest

from bot.gate import audit
from bot.gate.audit_export import FIELDS, Form, heading, lines
from bot.gate.audit_search import Wanted
from bot.gate.calls import Caller, CallerKind
from bot.store.chain import Point, hash_of
from bot.store.tables import AuditEntry, Connection, Organisation
from tests.fixtures_store import ORGANISATION
from tests.support.harbor import Harbor

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
async def told(harbor: Harbor) -> Harbor:
    """A write with every part, and a person with a name that is a formula."""
    north = Connection(
        id="north",
        connector="lamp",
        label="North Sea",
        settings={},
        credentials=b"",
        created_at=harbor.clock(),
    )
    async with harbor.store.writing(ORGANISATION) as session:
        session.add(north)
        audit.record(
            session,
            harbor.caller(),
            at=harbor.clock(),
            action="write",
            outcome="done",
            sentence="Debugger, asked by Ana, switched lamp “mast”, the red one, after Bo approved",
            connection_id=north.id,
            tool="lamp_switch_lamp",
            resource='“mast”, "red"',
            duration_ms=412,
        )
        name = '=HYPERLINK("http://evil.example","Ana")'
        audit.record(
            session,
            Caller(CallerKind.PERSON, ORGANISATION, "@eve", name),
            at=harbor.clock(),
            action="approve",
            outcome="refused",
            sentence="-1 was refused",
            resource="+1",
        )
    return harbor


async def exported(harbor: Harbor, form: Form) -> str:
    async with harbor.store.reading(ORGANISATION) as session:
        organisation = await session.get_one(Organisation, ORGANISATION)
        rows = [line async for line in lines(session, organisation, Wanted(), form)]
    return heading(form) + "".join(rows)


@pytest.mark.parametrize("form", list(Form))
async def test_a_file_is_as_it_was_read_by_a_person(told: Harbor, form: Form) -> None:
    assert await exported(told, form) == (GOLDEN / f"audit.{form}").read_text()


async def test_no_cell_is_a_formula(told: Harbor) -> None:
    rows = list(csv.reader(io.StringIO(await exported(told, Form.CSV))))
    assert rows[0] == list(FIELDS)
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    row = dict(zip(rows[0], rows[2], strict=True))
    assert row["caller"].startswith("'=HYPERLINK")
    assert (row["caller_id"], row["resource"]) == ("'@eve", "'+1")


async def test_both_forms_hold_the_same(told: Harbor) -> None:
    objects = [json.loads(line) for line in (await exported(told, Form.JSONL)).splitlines()]
    rows = list(csv.DictReader(io.StringIO(await exported(told, Form.CSV))))
    for one, row in zip(objects, rows, strict=True):
        assert list(one) == list(row)
        for name, value in one.items():
            assert row[name].removeprefix("'") == ("" if value is None else str(value))


async def test_from_json_lines_anybody_can_make_the_hashes_again(told: Harbor) -> None:
    before = Point().hash
    for line in (await exported(told, Form.JSONL)).splitlines():
        fields = json.loads(line)
        row = AuditEntry(**{name: fields[name] for name in fields if name in _COLUMNS})
        row.at = datetime.fromisoformat(fields["at"])
        assert hash_of(row, before) == fields["hash"]
        before = fields["hash"]


_COLUMNS = {column.name for column in AuditEntry.__table__.columns} - {"at", "hash"}
