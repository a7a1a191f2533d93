"""Who may ask whom: the table of docs/delegation.md, pair by pair."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.agents.colleagues import MOST, called, colleagues_of, why_not_ask, why_not_connect
from bot.store.tables import Agent, AgentLink, Member, Visibility
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION
from tests.support.cast import connect
from tests.support.harbor import Harbor

Make = Callable[[Harbor, Agent], Awaitable[None]]


async def nothing(harbor: Harbor, analyst: Agent) -> None:
    """Two agents that know nothing of each other."""


async def connected(harbor: Harbor, analyst: Agent) -> None:
    await connect(harbor, harbor.debugger, analyst)


async def the_other_way(harbor: Harbor, analyst: Agent) -> None:
    await connect(harbor, analyst, harbor.debugger)


async def both_ways(harbor: Harbor, analyst: Agent) -> None:
    await connected(harbor, analyst)
    await the_other_way(harbor, analyst)


async def in_a_ring(harbor: Harbor, analyst: Agent) -> None:
    """Debugger asks Analyst, who asks Tony, who asks Debugger: no chain can come of it."""
    tony = await harbor.hire("tony")
    await connected(harbor, analyst)
    await connect(harbor, analyst, tony)
    await connect(harbor, tony, harbor.debugger)


async def private_of(harbor: Harbor, analyst: Agent, owner: Member) -> None:
    await connected(harbor, analyst)
    await change(harbor, analyst, visibility=Visibility.ONLY_ME, created_by=owner.id)


async def private_of_the_asker(harbor: Harbor, analyst: Agent) -> None:
    await private_of(harbor, analyst, harbor.ana)


async def private_of_another(harbor: Harbor, analyst: Agent) -> None:
    await private_of(harbor, analyst, harbor.bo)


async def archived(harbor: Harbor, analyst: Agent) -> None:
    await connected(harbor, analyst)
    await change(harbor, analyst, archived_at=harbor.clock())


async def ten_others(harbor: Harbor, analyst: Agent) -> None:
    others = [await harbor.hire(f"other{number}") for number in range(MOST)]
    await connect(harbor, harbor.debugger, *others)


async def elsewhere(harbor: Harbor, analyst: Agent) -> None:
    """The analyst is another organisation's."""
    moved: dict[str, Any] = {
        "id": "theirs",
        "name": "Theirs",
        "handle": "theirs",
        "type": "custom",
        "icon": ":mag:",
        "created_at": harbor.clock(),
    }
    async with harbor.store.writing(OTHER_ORGANISATION) as session:
        session.add(Agent(**moved))


async def change(harbor: Harbor, agent: Agent, **values: object) -> None:
    async with harbor.store.writing(ORGANISATION) as session:
        row = await session.get_one(Agent, agent.id)
        for name, value in values.items():
            setattr(row, name, value)


ASKING = [
    pytest.param(connected, "analyst", "", id="connected"),
    pytest.param(private_of_the_asker, "analyst", "", id="private, of the one who asks"),
    pytest.param(in_a_ring, "analyst", "", id="in a ring of three"),
    pytest.param(nothing, "analyst", "Debugger is not connected to Analyst.", id="not connected"),
    pytest.param(the_other_way, "analyst", "Debugger is not connected", id="only the other way"),
    pytest.param(both_ways, "analyst", "two agents cannot ask each other", id="a direct cycle"),
    pytest.param(nothing, "debugger", "Debugger cannot ask itself.", id="itself"),
    pytest.param(archived, "analyst", "Analyst is archived.", id="archived"),
    pytest.param(private_of_another, "analyst", "There is no agent", id="private, of another"),
    pytest.param(elsewhere, "theirs", "There is no agent", id="another organisation's"),
    pytest.param(nothing, "nobody", "There is no agent", id="nobody"),
]

CONNECTING = [
    pytest.param(nothing, "analyst", "", id="two of one organisation"),
    pytest.param(in_a_ring, "tony", "Tony may ask Debugger already", id="a direct cycle"),
    pytest.param(nothing, "debugger", "cannot ask itself", id="itself"),
    pytest.param(archived, "analyst", "Analyst is archived.", id="archived"),
    pytest.param(private_of_another, "analyst", "There is no such agent.", id="private, another's"),
    pytest.param(private_of_the_asker, "analyst", "", id="private, one's own"),
    pytest.param(elsewhere, "theirs", "There is no such agent.", id="another organisation's"),
    pytest.param(ten_others, "analyst", "connected to 10 agents, which is the limit", id="11th"),
    pytest.param(ten_others, "other3", "", id="one of the ten again"),
]


@pytest.mark.parametrize(("make", "name", "why"), ASKING)
async def test_asking(harbor: Harbor, make: Make, name: str, why: str) -> None:
    await make(harbor, await harbor.hire("analyst"))
    async with harbor.store.reading(ORGANISATION) as session:
        other = await called(session, name)
        said = await why_not_ask(session, harbor.debugger, other, harbor.ana.id)
        free = await colleagues_of(session, harbor.debugger, harbor.ana.id)
    assert (why in said) if why else said == ""
    assert (name in [one.handle for one in free]) == (why == ""), "the list says the same"


@pytest.mark.parametrize(("make", "name", "why"), CONNECTING)
async def test_connecting(harbor: Harbor, make: Make, name: str, why: str) -> None:
    await make(harbor, await harbor.hire("analyst"))
    async with harbor.store.reading(ORGANISATION) as session:
        other = await called(session, name)
        said = await why_not_connect(session, harbor.debugger, other, harbor.ana.id)
    assert (why in said) if why else said == ""


async def test_a_link_of_another_organisation_connects_nothing(harbor: Harbor) -> None:
    """Even one that somebody forged with the right ids."""
    analyst = await harbor.hire("analyst")
    async with harbor.store.writing(OTHER_ORGANISATION) as session:
        session.add(AgentLink(agent_id=harbor.debugger.id, connected_id=analyst.id))
    async with harbor.store.reading(ORGANISATION) as session:
        assert await colleagues_of(session, harbor.debugger, harbor.ana.id) == []
