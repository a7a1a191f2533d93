"""Where webhooks do not come, services are asked; what is found goes the same way."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.incidents.intake import POLL
from bot.incidents.poller import SWEEP, Poller
from bot.incidents.port import INCIDENT_POLL, INCIDENT_TRUTH
from bot.store.tables import Connection, ConnectionStatus, IncidentState, JobState
from playground.betterstack.faults import Fault, Kind
from playground.betterstack.records import Incident as Told
from tests.fixtures_store import ORGANISATION
from tests.incidents.watch import CHANNEL, Watch


async def look(watch: Watch) -> None:
    """One look of the poller, with the work that comes of it."""
    await watch.poller.look()
    await watch.work()


def asked(watch: Watch) -> int:
    """How often Better Stack was asked for its incidents."""
    return len(watch.sandbox.journal.requests("GET", "/api/v3/incidents"))


def resolve(watch: Watch, told: Told) -> None:
    told.status, told.resolved_at = "Resolved", watch.clock()


async def test_what_webhooks_would_have_told_is_found(watch: Watch) -> None:
    await watch.route()
    told = watch.happens(1)
    await look(watch)
    assert (await watch.incident(told)).channel_id == CHANNEL

    told.status, told.acknowledged_at, told.acknowledged_by = "Acknowledged", watch.clock(), "Bo"
    await look(watch)
    assert (await watch.incident(told)).acknowledged_by == "Bo"

    resolve(watch, told)
    await look(watch)
    assert (await watch.incident(told)).state == IncidentState.RESOLVED

    assert [(one.source, one.verb) for one in await watch.events()] == [
        (POLL, "created"),
        (POLL, "acknowledged"),
        (POLL, "resolved"),
    ]
    assert len(watch.cards) == 3


async def test_where_nothing_has_changed_nothing_is_read_or_drawn(watch: Watch) -> None:
    await watch.route()
    told = watch.happens(1)
    for _ in range(3):
        await look(watch)
    assert watch.reads_of(told) == 1
    assert len(watch.cards) == 1


async def test_one_that_opened_and_closed_between_two_looks_is_found(watch: Watch) -> None:
    await watch.route()
    told = watch.happens(1)
    watch.clock.forward(seconds=20)
    resolve(watch, told)
    await look(watch)
    kept = await watch.incident(told)
    assert (kept.state, kept.channel_id) == (IncidentState.RESOLVED, CHANNEL)


async def test_what_was_over_before_anybody_watched_is_left_alone(watch: Watch) -> None:
    await watch.route()
    told = watch.happens(1)
    resolve(watch, told)
    watch.clock.forward(hours=2)
    await look(watch)
    assert await watch.incidents() == {}
    assert watch.reads_of(told) == 0


async def test_an_open_incident_that_is_gone_is_noticed(watch: Watch) -> None:
    await watch.route()
    told = watch.happens(1)
    await look(watch)
    watch.sandbox.state.incidents.clear()
    await look(watch)
    assert (await watch.incident(told)).state == IncidentState.DELETED


async def test_several_processes_ask_no_more_often_than_one(watch: Watch) -> None:
    await watch.route()
    pollers = [watch.poller, replace(watch).poller]
    for poller in pollers:  # each asks when it starts
        await poller.look()
        await watch.work()
        watch.clock.forward(seconds=30)
    before = asked(watch)
    for _ in range(5):  # minutes, in each of which both look
        for poller in pollers:
            await poller.look()
            await watch.work()
            watch.clock.forward(seconds=30)
    assert asked(watch) - before == 5 * (before // 2)


async def test_nobody_is_asked_while_no_channel_wants_incidents(watch: Watch) -> None:
    watch.happens(1)
    await look(watch)
    assert asked(watch) == 0


async def test_while_webhooks_arrive_it_only_sweeps_and_finds_what_was_lost(watch: Watch) -> None:
    await watch.route()
    first = watch.happens(1)
    await watch.tell(first, "created")
    await look(watch)  # a start always looks
    before = asked(watch)
    for _ in range(14):
        watch.clock.forward(minutes=1)
        await look(watch)
    assert asked(watch) == before

    lost = watch.happens(2)
    watch.clock.forward(minutes=1)
    await look(watch)
    assert (await watch.incident(lost)).channel_id == CHANNEL
    before = asked(watch)
    watch.clock.forward(minutes=1)
    await look(watch)
    assert asked(watch) > before, "webhooks are not trusted any more"

    await watch.tell(first, "comment")
    before = asked(watch)
    watch.clock.forward(minutes=1)
    await look(watch)
    assert asked(watch) == before, "and are again when one comes"
    assert timedelta(minutes=15) == SWEEP


async def test_a_service_that_does_not_answer_is_left_in_peace_for_a_while(watch: Watch) -> None:
    await watch.route()
    watch.sandbox.faults.add(Fault(kind=Kind.ERROR, path="/api/v3/incidents", times=999))
    await look(watch)
    before = asked(watch)
    for _ in range(5):
        watch.clock.forward(seconds=2)
        await look(watch)
    assert asked(watch) == before
    watch.sandbox.faults.clear()
    told = watch.happens(1)
    watch.clock.forward(seconds=10)
    await look(watch)
    assert (await watch.incident(told)).channel_id == CHANNEL
    assert len(await watch.jobs(INCIDENT_POLL)) == 0


async def test_a_connection_that_must_be_signed_in_anew_is_not_asked(watch: Watch) -> None:
    await watch.route()
    async with watch.store.writing(ORGANISATION) as session:
        row = await session.get_one(Connection, watch.connection.id)
        row.status = ConnectionStatus.RECONNECT
    await look(watch)
    assert asked(watch) == 0


async def test_a_route_that_comes_later_gets_what_is_open_already(watch: Watch) -> None:
    told = watch.happens(1)
    await watch.tell(told, "created")
    await watch.work()
    assert (await watch.incident(told)).channel_id == ""
    await watch.route()
    await look(watch)
    assert (await watch.incident(told)).channel_id == CHANNEL


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 48.0), (0.5, 60.0), (1.0, 72.0)])
async def test_it_looks_about_once_a_minute_even_after_a_look_that_failed(
    watch: Watch, chance: float, seconds: float
) -> None:
    slept: list[float] = []

    async def sleep(so_long: float) -> None:
        slept.append(so_long)
        if len(slept) == 2:
            raise asyncio.CancelledError

    class Failing(Poller):
        async def look(self) -> None:
            raise OSError("the disk is away")

    poller: Any = Failing(
        watch.store,
        watch.queue,
        watch.gate,
        lambda: None,
        interval=timedelta(seconds=60),
        chance=lambda: chance,
        sleep=sleep,
    )
    with pytest.raises(asyncio.CancelledError):
        await poller.run()
    assert slept == pytest.approx([seconds, seconds])


async def test_a_webhook_that_comes_after_the_look_changes_nothing(watch: Watch) -> None:
    await watch.route()
    told = watch.happens(1)
    await look(watch)
    await watch.tell(told, "created")
    await watch.work()
    assert len(await watch.incidents()) == 1
    assert len(watch.cards) == 1
    assert await watch.jobs(INCIDENT_TRUTH, JobState.QUEUED) == []
