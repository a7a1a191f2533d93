"""Health checks in the background: when, how many at a time, and one warning an episode."""

from __future__ import annotations

import json

import pytest

from bot.connecting.health import HealthWatch
from bot.connectors.errors import NotSignedIn, Unavailable
from bot.scheduling.says import TELL
from bot.store.tables import Connection, Job, JobState, Member
from tests.fixtures_store import ORGANISATION, MovableClock
from tests.support.connectors import LampService
from tests.support.desk import Desk
from tests.support.harbor import Harbor


@pytest.fixture
def watch(desk: Desk, harbor: Harbor) -> HealthWatch:
    return HealthWatch(
        harbor.store,
        harbor.gate,
        desk.services.tickets,
        harbor.queue,
        lambda: None,
        chance=lambda: 0.5,
    )


def down() -> None:
    raise Unavailable("Lamp cannot be reached.")


def refused() -> None:
    raise NotSignedIn("Lamp does not accept the key.")


async def told(desk: Desk) -> list[tuple[str, str]]:
    """Who was told what since the last time."""
    jobs = await desk.jobs(TELL)
    async with desk.harbor.store.installation() as session:
        for job in jobs:
            (await session.get_one(Job, job.id)).state = JobState.DONE
    found = [json.loads(job.subject) for job in jobs]
    return [(one["user_id"], one["text"]) for one in found]


async def stored(harbor: Harbor) -> Connection:
    async with harbor.store.reading(ORGANISATION) as session:
        return await session.get_one(Connection, harbor.connection.id)


async def checks(harbor: Harbor) -> int:
    return len([one for one in await harbor.record() if one.action == "check"])


async def test_each_is_tested_about_once_an_hour(
    watch: HealthWatch, harbor: Harbor, clock: MovableClock
) -> None:
    await watch.round()
    await watch.round()
    assert await checks(harbor) == 1
    clock.forward(minutes=59)
    await watch.round()
    assert await checks(harbor) == 1
    clock.forward(minutes=2)
    await watch.round()
    assert await checks(harbor) == 2


async def test_a_short_outage_warns_nobody_and_a_long_one_once(
    watch: HealthWatch, desk: Desk, harbor: Harbor, service: LampService, clock: MovableClock
) -> None:
    await watch.round()
    service.before = down
    clock.forward(hours=2)
    await watch.round()
    assert await told(desk) == []
    clock.forward(minutes=11)
    await watch.round()
    [(user, words)] = await told(desk)
    assert user == "UANA"
    assert "has not worked since" in words
    for _ in range(5):
        clock.forward(hours=1)
        await watch.round()
    assert await told(desk) == [], "once an episode, not every hour"

    service.before = lambda: None
    clock.forward(hours=1)
    await watch.round()
    [(_, words)] = await told(desk)
    assert "answers again" in words
    service.before = down
    clock.forward(hours=2)
    await watch.round()
    clock.forward(minutes=11)
    await watch.round()
    assert len(await told(desk)) == 1, "a new episode is a new warning"


async def test_refused_credentials_warn_whoever_added_them_at_once(
    watch: HealthWatch, desk: Desk, harbor: Harbor, service: LampService
) -> None:
    async with harbor.store.writing(ORGANISATION) as session:
        bo = await session.get_one(Member, harbor.bo.id)
        bo.outsider = ""
        (await session.get_one(Connection, harbor.connection.id)).created_by = bo.id
    service.before = refused
    await watch.round()
    [(user, words)] = await told(desk)
    assert user == "UBO"
    assert "/ops connections reconnect" in words


async def test_a_failure_that_an_agent_met_warns_too(
    watch: HealthWatch, desk: Desk, harbor: Harbor, clock: MovableClock
) -> None:
    await watch.round()
    async with harbor.store.writing(ORGANISATION) as session:
        row = await session.get_one(Connection, harbor.connection.id)
        row.status, row.failing_since = "reconnect", clock()
    await watch.round()
    assert len(await told(desk)) == 1


async def test_two_processes_share_the_tests(
    watch: HealthWatch, desk: Desk, harbor: Harbor
) -> None:
    other = HealthWatch(
        harbor.store,
        harbor.gate,
        desk.services.tickets,
        harbor.queue,
        lambda: None,
        chance=lambda: 0.1,
    )
    await watch.round()
    await other.round()
    assert await checks(harbor) == 1


async def test_a_broken_connector_keeps_nobody_else_from_being_tested(
    watch: HealthWatch, harbor: Harbor, service: LampService
) -> None:
    second = await harbor.connect("Second")
    calls = iter([ValueError("a bug")])

    def once() -> None:
        for error in calls:
            raise error

    service.before = once
    await watch.round()
    async with harbor.store.reading(ORGANISATION) as session:
        rows = [await session.get_one(Connection, one) for one in (harbor.connection.id, second.id)]
    assert sorted(one.status for one in rows) == ["connected", "untested"]
