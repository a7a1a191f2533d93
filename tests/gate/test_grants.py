"""What an agent is offered, and what happens when it reaches for more."""

from __future__ import annotations

import pytest

from bot.connectors.base import Access
from bot.gate.calls import ToolCall
from bot.store.tables import Approval, Connection
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION
from tests.support.harbor import ALL, Harbor


async def offered(harbor: Harbor) -> list[str]:
    return [spec.name for spec in await harbor.gate.offered(harbor.caller())]


async def test_without_a_grant_nothing_is_offered(harbor: Harbor) -> None:
    assert await offered(harbor) == []
    assert await harbor.gate.places(harbor.caller()) == []


async def test_read_offers_the_reads_of_its_area_and_nothing_else(harbor: Harbor) -> None:
    await harbor.grant({"lamps": Access.READ})
    assert await offered(harbor) == ["lamp_get_lamp", "lamp_list_lamps"]
    assert await harbor.gate.places(harbor.caller()) == ["Lamp (Demo)"]


async def test_write_does_not_offer_what_cannot_be_undone(harbor: Harbor) -> None:
    await harbor.grant({"lamps": Access.WRITE})
    assert await offered(harbor) == ["lamp_get_lamp", "lamp_list_lamps", "lamp_switch_lamp"]


async def test_full_offers_everything_of_its_area(harbor: Harbor) -> None:
    await harbor.grant({"lamps": Access.FULL})
    assert "lamp_remove_lamp" in await offered(harbor)
    assert "lamp_ring_bell" not in await offered(harbor)


async def test_a_new_grant_replaces_the_one_before(harbor: Harbor) -> None:
    await harbor.grant(ALL)
    await harbor.grant({"house": Access.READ})
    assert await offered(harbor) == ["lamp_list_keepers"]
    await harbor.grant({"house": Access.OFF})
    assert await offered(harbor) == []


async def test_a_grant_on_an_area_that_does_not_exist_is_refused(harbor: Harbor) -> None:
    await harbor.grant({"lamps": Access.READ})
    with pytest.raises(ValueError, match="Demo has no area cellar"):
        await harbor.grant({"cellar": Access.READ, "lamps": Access.FULL})
    assert await offered(harbor) == ["lamp_get_lamp", "lamp_list_lamps"]


@pytest.mark.parametrize("name", ["lamp_list_lamps", "lamp_blow_up", "", "x" * 5000])
async def test_a_tool_without_a_grant_is_refused_and_recorded(harbor: Harbor, name: str) -> None:
    returned = await harbor.read(ToolCall("c1", name, {}))
    assert returned.failed
    assert returned.data is None
    assert returned.text.startswith("Debugger has no access to ")
    assert "/ops access" in returned.text
    assert harbor.service.reads == []
    [entry] = await harbor.record()
    assert (entry.action, entry.outcome) == ("refuse", "refused")
    known = {"lamp_list_lamps": "to list lamps (Lamp)", "": "a call without a name"}
    assert entry.sentence == (
        f"Debugger, asked by Ana, was refused {known.get(name, name[:128])}: "
        "no grant reaches it, 09:00 UTC."
    )


async def test_a_write_does_not_pass_as_a_read(harbor: Harbor) -> None:
    await harbor.grant(ALL)
    await harbor.ask()
    call = ToolCall("c1", "lamp_switch_lamp", {"name": "mast", "on": True})
    waiting = await harbor.gate.handle(harbor.caller(), harbor.ana.id, call)
    assert isinstance(waiting, Approval)
    assert harbor.service.writes == []


async def test_a_tool_switched_off_is_not_offered_whatever_its_areas_level(
    harbor: Harbor,
) -> None:
    await harbor.grant(ALL, switches={"switch_lamp": False, "list_lamps": False})
    names = await offered(harbor)
    assert "lamp_get_lamp" in names
    assert not {"lamp_switch_lamp", "lamp_list_lamps"} & set(names)
    returned = await harbor.read(ToolCall("c1", "lamp_list_lamps", {}))
    assert returned.failed
    assert harbor.service.reads == []


async def test_a_tool_switched_on_is_all_that_is_offered_of_its_area(harbor: Harbor) -> None:
    await harbor.grant({}, switches={"switch_lamp": True})
    assert await offered(harbor) == ["lamp_switch_lamp"]


async def test_a_switch_for_a_tool_that_does_not_exist_is_refused(harbor: Harbor) -> None:
    with pytest.raises(ValueError, match="Demo has no tool blow_up"):
        await harbor.grant(ALL, switches={"blow_up": True})
    assert await offered(harbor) == []


async def test_another_agents_grants_are_not_ours(harbor: Harbor) -> None:
    other = await harbor.hire("analyst", "analyst")
    await harbor.grant(ALL, agent=other)
    assert await offered(harbor) == []
    assert await harbor.gate.offered(harbor.caller(agent=other))


async def test_one_connection_is_not_asked_for_by_name(harbor: Harbor) -> None:
    await harbor.grant(ALL)
    spec = {one.name: one for one in await harbor.gate.offered(harbor.caller())}["lamp_get_lamp"]
    assert list(spec.schema["properties"]) == ["name"]
    assert spec.description == "One lamp.\n\nConnection: Demo."


async def test_of_two_connections_the_call_names_one(harbor: Harbor) -> None:
    north = await harbor.connect("North")
    await harbor.grant({"lamps": Access.READ})
    await harbor.grant({"lamps": Access.READ}, connection=north)
    spec = {one.name: one for one in await harbor.gate.offered(harbor.caller())}["lamp_get_lamp"]
    assert spec.schema["properties"]["connection"]["enum"] == ["Demo", "North"]
    assert spec.schema["required"] == ["name", "connection"]

    call = ToolCall("c1", "lamp_get_lamp", {"name": "bow", "connection": "North"})
    assert not (await harbor.read(call)).failed
    assert (await harbor.record())[-1].connection_id == north.id


@pytest.mark.parametrize("named", [{}, {"connection": "South"}, {"connection": ["Demo"]}])
async def test_a_connection_that_is_not_named_or_unknown_is_asked_for(
    harbor: Harbor, named: dict[str, object]
) -> None:
    north = await harbor.connect("North")
    await harbor.grant({"lamps": Access.READ})
    await harbor.grant({"lamps": Access.READ}, connection=north)
    call = ToolCall("c1", "lamp_get_lamp", {"name": "bow", **named})
    returned = await harbor.read(call)
    assert returned.failed
    assert "Choose one of: Demo, North." in returned.text
    assert harbor.service.reads == []


async def test_a_connection_of_another_organisation_is_never_offered(harbor: Harbor) -> None:
    await harbor.connect("Theirs", organisation=OTHER_ORGANISATION)
    await harbor.grant(ALL)
    assert await harbor.gate.places(harbor.caller()) == ["Lamp (Demo)"]


async def test_a_connection_whose_connector_was_removed_is_left_out(harbor: Harbor) -> None:
    await harbor.grant(ALL)
    async with harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Connection, harbor.connection.id)).connector = "gone"
    assert await offered(harbor) == []
    tested = await harbor.gate.check(harbor.caller(), harbor.connection.id)
    assert tested.status == "failing"
    assert "not installed" in tested.status_note
