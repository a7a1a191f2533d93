"""A write is put before people: what the card will show, and when nobody is asked."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors import errors
from bot.connectors.base import Access
from bot.connectors.results import Change
from bot.gate import writes
from bot.gate.calls import ToolCall, ToolReturn, digest
from bot.store.tables import Approval, ApprovalState, Connection
from tests.fixtures_store import ORGANISATION
from tests.support.connectors import TOKEN
from tests.support.harbor import ALL, Harbor

SWITCH = ToolCall("c1", "lamp_switch_lamp", {"name": "mast", "on": True})


@pytest.fixture
async def asked(harbor: Harbor) -> Harbor:
    await harbor.grant(ALL)
    await harbor.ask()
    return harbor


async def propose(harbor: Harbor, call: ToolCall = SWITCH) -> Approval | ToolReturn:
    return await harbor.gate.handle(harbor.caller(), harbor.ana.id, call)


async def proposed(harbor: Harbor, call: ToolCall = SWITCH) -> Approval:
    made = await propose(harbor, call)
    assert isinstance(made, Approval)
    return made


async def refused(harbor: Harbor, call: ToolCall = SWITCH) -> str:
    told = await propose(harbor, call)
    assert isinstance(told, ToolReturn)
    assert told.failed
    assert harbor.service.writes == []
    return told.text


async def test_the_live_resource_is_named_and_nothing_is_sent(asked: Harbor) -> None:
    approval = await proposed(asked)
    assert (approval.action, approval.past) == ("switch lamp “mast”", "switched lamp “mast”")
    assert approval.resource == "“mast”"
    assert approval.changes == [["on", "False", "True"]]
    assert approval.arguments == {"name": "mast", "on": True}
    assert approval.state == ApprovalState.PENDING
    assert approval.expires_at - approval.created_at == timedelta(minutes=30)
    assert asked.service.writes == []
    assert await asked.sentences() == [
        "Debugger, asked by Ana, asked to switch lamp “mast” in Lamp (Demo), 09:00 UTC."
    ]


async def test_a_write_without_a_preview_is_named_by_its_arguments(asked: Harbor) -> None:
    approval = await proposed(asked, ToolCall("c1", "lamp_ring_bell", {"times": 3}))
    assert approval.action == "ring the bell 3 times"


async def test_an_argument_that_was_not_given_leaves_its_place_empty(asked: Harbor) -> None:
    approval = await proposed(asked, ToolCall("c1", "lamp_ring_bell", {}))
    assert approval.action == "ring the bell  times"


async def test_a_value_that_looks_like_a_placeholder_is_only_text(asked: Harbor) -> None:
    asked.service.lamps["{on}{resource}"] = False
    call = ToolCall("c1", "lamp_switch_lamp", {"name": "{on}{resource}", "on": True})
    assert (await proposed(asked, call)).action == "switch lamp “{on}{resource}”"


async def test_the_same_call_proposed_twice_is_one_request(asked: Harbor) -> None:
    first, second = await proposed(asked), await proposed(asked)
    assert first.id == second.id
    assert len(await asked.record()) == 1


async def test_two_calls_of_a_run_are_two_requests(asked: Harbor) -> None:
    first = await proposed(asked)
    second = await proposed(asked, ToolCall("c2", SWITCH.name, SWITCH.arguments))
    assert first.id != second.id


async def test_where_the_action_makes_no_sense_nobody_is_asked(asked: Harbor) -> None:
    asked.service.obstacle = "The lamp is broken."
    assert await refused(asked) == ("Nothing was sent and nobody was asked. The lamp is broken.")
    asked.service.obstacle = ""
    already = ToolCall("c2", SWITCH.name, {"name": "bow", "on": True})
    assert await refused(asked, already) == (
        "Nothing was sent and nobody was asked. It is already so."
    )
    wish = "Debugger, asked by Ana, wanted to switch lamp"
    assert await asked.sentences() == [
        f"{wish} “mast” in Lamp (Demo); nobody was asked: The lamp is broken, 09:00 UTC.",
        f"{wish} “bow” in Lamp (Demo); nobody was asked: It is already so, 09:00 UTC.",
    ]


async def test_a_resource_that_is_not_there_is_said_and_nobody_is_asked(asked: Harbor) -> None:
    call = ToolCall("c1", SWITCH.name, {"name": "stern", "on": True})
    assert await refused(asked, call) == "Nothing was sent. There is no lamp stern."
    assert await asked.sentences() == [
        "Debugger, asked by Ana, wanted to switch lamp in Lamp (Demo); nobody was asked: "
        "it failed: There is no lamp stern, 09:00 UTC."
    ]


async def test_wrong_arguments_are_said_and_nobody_is_asked(asked: Harbor) -> None:
    text = await refused(asked, ToolCall("c1", SWITCH.name, {"name": "mast"}))
    assert text.startswith("The arguments of switch_lamp are not right. on: ")


async def test_a_write_without_a_grant_is_refused_and_recorded(asked: Harbor) -> None:
    await asked.grant({"lamps": Access.READ})
    assert "has no access to lamp_switch_lamp" in await refused(asked)
    assert [entry.outcome for entry in await asked.record()] == ["refused"]


async def test_a_service_that_cannot_be_read_first_is_not_written_to(asked: Harbor) -> None:
    def fail() -> None:
        raise errors.NotSignedIn(f"The key {TOKEN} was refused.")

    asked.service.looking = fail
    assert await refused(asked) == "Nothing was sent. The key [redacted] was refused."
    async with asked.store.reading(ORGANISATION) as session:
        row = await session.get_one(Connection, asked.connection.id)
    assert (row.status, row.status_note) == ("reconnect", "The key [redacted] was refused.")


async def test_a_service_that_does_not_answer_the_look_is_given_up(
    asked: Harbor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes, "LOOK_TIMEOUT", 0.01)

    async def hang() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asked.service, "look", hang)
    assert "did not answer in time" in await refused(asked)


async def test_a_service_that_echoes_our_key_does_not_get_it_onto_the_card(asked: Harbor) -> None:
    asked.service.changes = [Change("header", f"key {TOKEN}", TOKEN)]
    asked.service.link = f"https://lamp.example.com/?key={TOKEN}"
    approval = await proposed(asked)
    assert TOKEN not in str(approval.changes) + approval.link
    assert approval.changes == [["header", "key [redacted]", "[redacted]"]]


def test_the_digest_tells_connection_tool_and_arguments_apart() -> None:
    base = digest("k1", "lamp_switch_lamp", {"name": "mast", "on": True})
    assert base == digest("k1", "lamp_switch_lamp", {"on": True, "name": "mast"})
    assert base != digest("k2", "lamp_switch_lamp", {"name": "mast", "on": True})
    assert base != digest("k1", "lamp_remove_lamp", {"name": "mast", "on": True})
    assert base != digest("k1", "lamp_switch_lamp", {"name": "mast", "on": False})
    assert base != digest("k1", "lamp_switch_lamp", {"name": "mast"})


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
_arguments = st.dictionaries(st.text(), _json)


@given(_arguments, _arguments)
def test_different_arguments_never_share_a_digest(
    one: dict[str, object], other: dict[str, object]
) -> None:
    same = _exactly(one) == _exactly(other)
    assert (digest("k", "t", one) == digest("k", "t", other)) is same


def _exactly(value: object) -> object:
    """Python takes True for 1; what is sent does not."""
    if isinstance(value, dict):
        return {key: _exactly(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_exactly(inner) for inner in value]
    return (type(value).__name__, value)
