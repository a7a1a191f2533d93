"""What the house may not do by itself, and what ends when a channel is given away."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.gate.system_reads import SYSTEM_READS
from bot.incidents.sources import system
from bot.people.organisations import give_channel
from bot.store.tables import IncidentRoute
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION, add_member
from tests.incidents.watch import CHANNEL, TEAM, Watch


async def test_the_system_reads_only_what_is_on_its_list(watch: Watch) -> None:
    assert "better_stack_list_heartbeats" not in SYSTEM_READS
    with pytest.raises(ValueError, match="not among the reads of the system"):
        await watch.gate.read_from(system(ORGANISATION), watch.connection.id, "list_heartbeats", {})
    assert watch.sandbox.journal.requests() == []


async def test_a_channel_that_is_given_away_gets_no_more_incidents(watch: Watch) -> None:
    await watch.route()
    told = watch.happens(1)
    await watch.tell(told, "created")
    await watch.work()
    ana_there = await add_member(watch.store, "ana2", "Ana", "UTC", OTHER_ORGANISATION)
    async with watch.store.writing(OTHER_ORGANISATION) as session:
        (await session.merge(ana_there)).user_id = watch.ana.user_id
    await give_channel(watch.store, watch.ana, TEAM, CHANNEL, "Labs")

    async with watch.store.reading(ORGANISATION) as session:
        routes = (await session.scalars(select(IncidentRoute))).all()
    assert all(one.removed_at for one in routes)
    assert (await watch.incident(told)).channel_id == ""
    watch.cards.clear()
    told.status, told.resolved_at = "Resolved", watch.clock()
    await watch.tell(told, "resolved")
    await watch.work()
    assert watch.cards == []
