"""What is put on record reads like English, and holds no secret and no address."""

from __future__ import annotations

import pytest

from bot.connectors.base import Access
from bot.connectors.errors import Unavailable
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind, ToolCall
from bot.gate.decisions import Press
from bot.store.tables import Approval, ApprovalPolicy, AuditEntry, Role
from tests.fixtures_store import ORGANISATION
from tests.support.connectors import TOKEN, Lamp
from tests.support.harbor import ALL, Harbor

SECRET = "xoxb-" + "1234567890-abcdefghij"


async def put(harbor: Harbor, sentence: str, **parts: str) -> AuditEntry:
    name = parts.pop("name", "Ana")
    caller = Caller(CallerKind.PERSON, ORGANISATION, harbor.ana.id, name)
    async with harbor.store.writing(ORGANISATION) as session:
        audit.record(
            session,
            caller,
            at=harbor.clock(),
            action="test",
            outcome="done",
            sentence=sentence,
            **parts,  # type: ignore[arg-type]
        )
    return (await harbor.record())[-1]


async def test_whatever_looks_like_a_secret_is_masked_wherever_it_stands(harbor: Harbor) -> None:
    entry = await put(
        harbor, f"Ana pasted {SECRET}", resource=f"key {SECRET}", tool=SECRET, name=f"A {SECRET}"
    )
    assert entry.sentence == "Ana pasted [redacted], 09:00 UTC."
    assert (entry.resource, entry.tool, entry.caller) == (
        "key [redacted]",
        "[redacted]",
        "A [redacted]",
    )


async def test_names_stand_there_and_e_mail_addresses_do_not(harbor: Harbor) -> None:
    entry = await put(harbor, "Ana invited Bo (bo.chen+x@mail.example.com).", resource="a@b.io")
    assert entry.sentence == "Ana invited Bo ([email address]), 09:00 UTC."
    assert entry.resource == "[email address]"


async def test_a_slack_mention_and_a_handle_are_not_taken_for_addresses(harbor: Harbor) -> None:
    entry = await put(harbor, "Ana asked @debugger and <@U1> about v1@2")
    assert entry.sentence == "Ana asked @debugger and <@U1> about v1@2, 09:00 UTC."


async def test_a_sentence_is_one_bounded_line_that_shows_all_it_holds(harbor: Harbor) -> None:
    entry = await put(harbor, "one\n  two\x00\x1b[31m three\u202eevil \ud800 👩‍🚒")
    assert entry.sentence == "one two[31m threeevil 👩‍🚒, 09:00 UTC."
    entry = await put(harbor, "word " * 5000)
    assert len(entry.sentence) < audit.LONGEST + 20
    assert entry.sentence.endswith("…, 09:00 UTC.")


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ([], "somebody"),
        (["Ana"], "Ana"),
        (["Ana", "Bo"], "Ana and Bo"),
        (["Ana", "Bo", "Cy"], "Ana, Bo and Cy"),
    ],
)
def test_several_names_are_listed_as_people_do(people: list[str], told: str) -> None:
    assert audit.names(people) == told


async def test_a_write_names_resource_place_and_both_approvers_and_how_long_it_took(
    harbor: Harbor,
) -> None:
    await harbor.grant(ALL)
    async with harbor.store.writing(ORGANISATION) as session:
        bo = await session.get_one(type(harbor.bo), harbor.bo.id)
        bo.role = Role.OWNER
        session.add(
            ApprovalPolicy(connection_id=harbor.connection.id, people=[], critical=["lamps"])
        )
    await harbor.ask("run1")
    call = ToolCall("c1", "lamp_switch_lamp", {"name": "mast", "on": True})
    approval = await harbor.gate.handle(harbor.caller(), harbor.ana.id, call)
    assert isinstance(approval, Approval)
    for member in (harbor.ana, bo):
        await harbor.press(member, approval.id, Press.APPROVE)
    await harbor.gate.execute(harbor.caller(), approval.id)
    last = (await harbor.record())[-1]
    assert last.sentence == (
        "Debugger, asked by Ana, switched lamp “mast” in Lamp (Demo) after Ana and Bo approved, "
        "09:00 UTC."
    )
    assert last.duration_ms is not None
    assert (last.caller_id, last.connection_id) == (harbor.debugger.id, harbor.connection.id)


async def test_a_read_says_what_it_asked_for(harbor: Harbor) -> None:
    await harbor.grant(ALL)
    call = ToolCall("c1", "lamp_get_lamp", {"name": "bow"})
    await harbor.read(call)
    await harbor.read(ToolCall("c2", "lamp_list_lamps", {"on": True}))
    assert [entry.resource for entry in await harbor.record()] == ["name: bow", "on: true"]


async def test_a_call_with_wrong_arguments_is_on_record(harbor: Harbor) -> None:
    await harbor.grant(ALL)
    await harbor.read(ToolCall("c1", "lamp_get_lamp", {"nome": "bow"}))
    [entry] = await harbor.record()
    assert entry.sentence == (
        "Debugger, asked by Ana, was refused to get lamp (Lamp): "
        "The arguments of get_lamp are not right, 09:00 UTC."
    )


async def test_a_grant_that_does_not_reach_that_far_is_on_record_with_its_place(
    harbor: Harbor,
) -> None:
    await harbor.grant({"lamps": Access.READ})
    await harbor.connect("North")
    call = ToolCall("c1", "lamp_switch_lamp", {"name": "mast", "on": True})
    await harbor.gate.handle(harbor.caller(), harbor.ana.id, call)
    [entry] = await harbor.record()
    assert entry.sentence.startswith("Debugger, asked by Ana, was refused to switch lamp (Lamp)")
    assert entry.outcome == "refused"


async def test_a_look_at_who_is_on_call_is_on_record_when_it_fails_too(harbor: Harbor) -> None:
    await harbor.gate.on_call(ORGANISATION, harbor.connection.id)

    def fail() -> None:
        raise Unavailable(f"Lamp is down, said {TOKEN}.")

    harbor.service.before = fail
    with pytest.raises(Unavailable) as raised:
        await harbor.gate.on_call(ORGANISATION, harbor.connection.id)
    assert TOKEN not in str(raised.value)
    assert await harbor.sentences() == [
        "Quarterdeck looked up who is on call in Lamp (Demo), 09:00 UTC.",
        "Quarterdeck looked up who is on call in Lamp (Demo): it failed: "
        "Lamp is down, said [redacted], 09:00 UTC.",
    ]


async def test_credentials_that_are_opened_without_a_call_are_on_record_once_a_run(
    harbor: Harbor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harbor.grant(ALL)
    await harbor.gate.offered(harbor.caller())
    assert await harbor.record() == [], "Lamp has nothing to say of itself, so nothing is opened"
    monkeypatch.setattr(Lamp, "about", lambda lamp: f"The lamps of {lamp.settings.harbor}.")
    for run in ("run1", "run1", "run2"):
        await harbor.gate.offered(harbor.caller(run))
    told = "Debugger, asked by Ana, was told what Lamp (Demo) is; its credentials were opened"
    assert [(one.run_id, one.sentence) for one in await harbor.record()] == [
        ("run1", f"{told}, 09:00 UTC."),
        ("run2", f"{told}, 09:00 UTC."),
    ]
