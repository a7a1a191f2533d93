"""A read through the gate: bounded, redacted, recorded; a failure comes back as words."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.connectors import errors
from bot.connectors.base import Access
from bot.gate import door, shape
from bot.gate.calls import Caller, CallerKind, ToolCall, ToolReturn
from bot.store.tables import Connection, ConnectionStatus
from tests.fixtures_store import ORGANISATION
from tests.support.connectors import TOKEN
from tests.support.harbor import Harbor

LIST = ToolCall("c1", "lamp_list_lamps", {})


@pytest.fixture
async def reader(harbor: Harbor) -> Harbor:
    await harbor.grant({"lamps": Access.READ, "house": Access.READ})
    return harbor


async def read(harbor: Harbor, call: ToolCall = LIST) -> ToolReturn:
    return await harbor.read(call)


async def status(harbor: Harbor) -> Connection:
    async with harbor.store.reading(ORGANISATION) as session:
        return await session.get_one(Connection, harbor.connection.id)


async def test_rows_come_back_as_text_and_as_values(reader: Harbor) -> None:
    returned = await read(reader)
    assert (returned.call_id, returned.name, returned.failed) == ("c1", "lamp_list_lamps", False)
    assert returned.text == (
        'Lamps (2 rows)\n{"name": "mast", "on": false}\n{"name": "bow", "on": true}'
    )
    assert returned.data is not None
    assert returned.data["rows"][0] == {"name": "mast", "on": False}


async def test_a_document_comes_back_as_text_and_as_values(reader: Harbor) -> None:
    returned = await read(reader, ToolCall("c2", "lamp_get_lamp", {"name": "bow"}))
    assert returned.text == 'Lamp bow\n{"name": "bow", "on": true}'
    assert returned.data is not None
    assert returned.data["data"] == {"name": "bow", "on": True}


async def test_a_read_is_on_record_with_how_long_it_took(reader: Harbor) -> None:
    await read(reader)
    [entry] = await reader.record()
    assert entry.sentence == (
        "Debugger, asked by Ana, listed lamps in Lamp (Demo): 2 rows, 09:00 UTC."
    )
    assert (entry.action, entry.outcome, entry.tool) == ("read", "done", "lamp_list_lamps")
    assert (entry.caller_kind, entry.asked_by, entry.run_id) == ("agent", "Ana", "run1")
    assert entry.duration_ms == 1


async def test_many_rows_are_cut_and_the_cut_is_named(reader: Harbor) -> None:
    reader.service.rows = [{"name": f"lamp {number}", "note": "x" * 90} for number in range(500)]
    returned = await read(reader)
    assert len(returned.text) < shape.MAX_TEXT + 500
    assert returned.text.startswith("Lamps (500 rows)\n")
    shown = returned.text.count('"name"')
    assert f"[cut: {500 - shown} more rows are not shown; ask for fewer or narrower]" in (
        returned.text
    )
    assert returned.data is not None
    assert len(returned.data["rows"]) == 500, "charts and attachments get the whole"


async def test_a_long_value_is_cut_and_the_cut_is_named(reader: Harbor) -> None:
    reader.service.rows = [{"name": "mast", "log": "x" * 5000}]
    assert "… [cut: 4400 characters]" in (await read(reader)).text


async def test_a_document_too_large_to_show_still_shows_its_beginning(reader: Harbor) -> None:
    reader.service.document = {f"field {number}": "y" * 500 for number in range(100)}
    returned = await read(reader, ToolCall("c1", "lamp_get_lamp", {"name": "bow"}))
    assert "field 3" in returned.text
    assert "[cut:" in returned.text
    assert len(returned.text) < shape.MAX_TEXT + 500


async def test_nothing_found_is_said_as_nothing(reader: Harbor) -> None:
    reader.service.rows = []
    assert (await read(reader)).text == "Lamps (0 rows)"
    assert (await reader.sentences())[-1].endswith("Lamp (Demo): nothing, 09:00 UTC.")


async def test_a_service_that_echoes_our_key_does_not_show_it_to_anybody(reader: Harbor) -> None:
    reader.service.rows = [{"name": "mast", "debug": {"header": [f"Bearer {TOKEN}"]}}]
    returned = await read(reader)
    assert TOKEN not in returned.text
    assert TOKEN not in json.dumps(returned.data)
    assert "[redacted]" in returned.text


async def test_a_foreign_secret_in_a_result_is_masked_by_its_form(reader: Harbor) -> None:
    secret = "xoxb-" + "1234567890-abcdefghij"
    reader.service.rows = [{"name": "mast", "log": f"login with {secret}"}]
    returned = await read(reader)
    assert secret not in returned.text + json.dumps(returned.data)


@pytest.mark.parametrize("kind", [errors.ConnectorError, errors.Invalid, errors.Unavailable])
async def test_an_error_that_echoes_our_key_does_not_show_it_to_anybody(
    reader: Harbor, kind: type[errors.ConnectorError]
) -> None:
    def echo() -> None:
        if kind is errors.Invalid:
            raise errors.Invalid("Refused.", fields={"key": f"{TOKEN} is not known"})
        raise kind(f"The key {TOKEN} is not known.", f"Replace {TOKEN}.")

    reader.service.before = echo
    returned = await read(reader)
    assert returned.failed
    assert "Refused." in returned.text or "is not known" in returned.text
    assert TOKEN not in returned.text
    assert TOKEN not in str(await reader.sentences())


@pytest.mark.parametrize(
    "error",
    [
        errors.NotAllowed("The key may not list lamps.", "Ask for the right to."),
        errors.NotFound("There is no such harbor."),
        errors.Throttled("Lamp asks to slow down.", "Try again in 20 seconds.", wait=20),
        errors.Unavailable("Lamp is down."),
        errors.TooBig("The answer is too large.", "Ask for less."),
    ],
)
async def test_every_kind_of_failure_becomes_words(
    reader: Harbor, error: errors.ConnectorError
) -> None:
    def fail() -> None:
        raise error

    reader.service.before = fail
    returned = await read(reader)
    kind = type(error).__name__
    assert returned == ToolReturn("c1", "lamp_list_lamps", str(error), failed=True, problem=kind)
    [entry] = await reader.record()
    assert entry.outcome == "failed"
    assert f"in Lamp (Demo): it failed: {error.message.rstrip('.')}" in entry.sentence
    assert (await status(reader)).status == ConnectionStatus.UNTESTED


async def test_refused_credentials_mark_the_connection_for_reconnecting(reader: Harbor) -> None:
    def refuse() -> None:
        raise errors.NotSignedIn("Lamp does not accept the key.", "Reconnect it.")

    reader.service.before = refuse
    await read(reader)
    row = await status(reader)
    assert row.status == ConnectionStatus.RECONNECT
    assert row.status_note == "Lamp does not accept the key. Reconnect it."
    assert row.checked_at == reader.clock()


async def test_credentials_copied_from_another_connection_do_not_open(reader: Harbor) -> None:
    other = await reader.connect("North")
    async with reader.store.writing(ORGANISATION) as session:
        row = await session.get_one(Connection, reader.connection.id)
        row.credentials = other.credentials
    returned = await read(reader)
    assert returned.failed
    assert "cannot be opened" in returned.text
    assert reader.service.reads == []


async def test_a_service_that_never_answers_is_given_up(
    reader: Harbor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "READ_TIMEOUT", 0.01)
    reader.service.hang = asyncio.Event()
    returned = await read(reader)
    assert returned.failed
    assert "Lamp (Demo) did not answer" in returned.text


async def test_wrong_arguments_are_named_and_nothing_is_sent(reader: Harbor) -> None:
    returned = await read(reader, ToolCall("c1", "lamp_get_lamp", {"nome": "bow"}))
    assert returned.failed
    assert "name: " in returned.text
    assert "nome: " in returned.text
    assert reader.service.reads == []


async def test_a_person_reads_from_a_connection_that_they_name(harbor: Harbor) -> None:
    person = Caller(CallerKind.PERSON, ORGANISATION, harbor.ana.id, "Ana")
    returned = await harbor.gate.read_from(person, harbor.connection.id, "list_lamps", {"on": True})
    assert returned.data is not None
    assert [row["name"] for row in returned.data["rows"]] == ["bow"]
    assert await harbor.sentences() == ["Ana listed lamps in Lamp (Demo): 1 row, 09:00 UTC."]


async def test_nobody_writes_by_the_way_of_reports(harbor: Harbor) -> None:
    report = Caller(CallerKind.REPORT, ORGANISATION, "s1", "The incidents report")
    with pytest.raises(ValueError, match="does not only read"):
        await harbor.gate.read_from(
            report, harbor.connection.id, "switch_lamp", {"name": "mast", "on": True}
        )
    with pytest.raises(ValueError, match="through its grants"):
        await harbor.gate.read_from(harbor.caller(), harbor.connection.id, "list_lamps", {})
    assert harbor.service.writes == []


async def test_a_test_of_a_connection_keeps_and_records_what_it_found(harbor: Harbor) -> None:
    person = Caller(CallerKind.PERSON, ORGANISATION, harbor.ana.id, "Ana")
    tested = await harbor.gate.check(person, harbor.connection.id)
    assert (tested.status, tested.status_note) == (ConnectionStatus.CONNECTED, "harbor master")

    def fail() -> None:
        raise errors.Unavailable(f"Lamp is down, said {TOKEN}.")

    harbor.service.before = fail
    tested = await harbor.gate.check(person, harbor.connection.id)
    assert tested.status == ConnectionStatus.FAILING
    assert TOKEN not in tested.status_note
    assert await harbor.sentences() == [
        "Ana tested Lamp (Demo): it answered, 09:00 UTC.",
        "Ana tested Lamp (Demo): Lamp is down, said [redacted], 09:00 UTC.",
    ]
