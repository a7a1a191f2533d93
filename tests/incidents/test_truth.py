"""What is kept of an incident is what its service says, whatever was told and in which order."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.gate.calls import CallerKind
from bot.incidents.intake import CALM, STORM
from bot.incidents.matching import By, Match
from bot.incidents.port import INCIDENT_CARD, INCIDENT_TRUTH
from bot.store.tables import AuditEntry, IncidentState, JobState
from playground.betterstack.faults import Fault, Kind
from playground.betterstack.records import Comment
from playground.betterstack.seed_names import BACKUP, CHECKOUT, STOREFRONT
from tests.fixtures_store import ORGANISATION
from tests.incidents.watch import CHANNEL, Watch


async def test_an_incident_that_opens_is_read_back_and_gets_its_channel(watch: Watch) -> None:
    await watch.route()
    told = watch.happens(1, name="Checkout 5xx", cause="Status 502", monitor_id=CHECKOUT, call=True)
    await watch.tell(told, "created")
    await watch.work()

    kept = await watch.incident(told)
    assert (kept.name, kept.cause, kept.state) == ("Checkout 5xx", "Status 502", "started")
    assert kept.started_at == watch.clock()
    assert kept.monitor == watch.sandbox.state.monitors[CHECKOUT].pronounceable_name
    assert kept.team == "Harbor"
    assert kept.link.endswith("/team/t400/incidents/1")
    assert (kept.channel_id, kept.folded_into, kept.times) == (CHANNEL, None, 1)
    assert watch.cards == [kept.id]
    assert [one.handled_at for one in await watch.events()] == [watch.clock()]


async def test_it_reads_as_the_system_and_each_read_is_on_record(watch: Watch) -> None:
    await watch.tell(watch.happens(1), "created")
    await watch.work()

    async with watch.store.reading(ORGANISATION) as session:
        entries = (await session.scalars(select(AuditEntry))).all()
    assert {one.caller_kind for one in entries} == {CallerKind.SYSTEM}
    assert "better_stack_get_incident" in {one.tool for one in entries}
    assert not watch.sandbox.journal.writes()


async def test_the_payload_is_only_a_hint(watch: Watch) -> None:
    told = watch.happens(1)
    lie = {"event": "resolved", "data": {"id": "1", "type": "incident", "attributes": {}}}
    await watch.webhook(lie)
    await watch.work()
    assert (await watch.incident(told)).state == IncidentState.STARTED


async def test_what_no_channel_wants_is_kept_without_a_card(watch: Watch) -> None:
    told = watch.happens(1)
    await watch.tell(told, "created")
    await watch.work()
    assert (await watch.incident(told)).channel_id == ""
    assert watch.cards == []


async def test_an_incident_that_the_service_does_not_know_changes_nothing(watch: Watch) -> None:
    await watch.webhook({"event": "created", "data": {"id": "404", "type": "incident"}})
    await watch.work()
    assert await watch.incidents() == {}
    [event] = await watch.events()
    assert event.handled_at is not None
    assert "404" in event.note


async def test_one_that_was_deleted_is_shown_as_deleted(watch: Watch) -> None:
    await watch.route()
    told = watch.happens(1)
    await watch.tell(told, "created")
    await watch.work()
    del watch.sandbox.state.incidents[1]
    await watch.tell(told, "deleted")
    await watch.work()
    kept = await watch.incident(told)
    assert kept.state == IncidentState.DELETED
    assert watch.cards == [kept.id, kept.id]


async def test_five_events_of_an_incident_make_one_reading_and_one_card(watch: Watch) -> None:
    await watch.route()
    told = watch.happens(1)
    for event in ("created", "created", "acknowledged", "comment", "resolved"):
        await watch.tell(told, event)
    assert len(await watch.jobs(INCIDENT_TRUTH)) == 1
    await watch.work()
    assert watch.reads_of(told) == 1
    assert len(watch.cards) == 1
    assert all(one.handled_at for one in await watch.events())


async def test_a_repeated_event_is_counted_and_draws_nothing_new(watch: Watch) -> None:
    await watch.route()
    told = watch.happens(1)
    for _ in range(3):
        await watch.tell(told, "created")
        await watch.work()
    [event] = await watch.events()
    assert event.times == 3
    assert len(watch.cards) == 1


async def test_a_reopened_incident_is_open_again(watch: Watch) -> None:
    await watch.route()
    told = watch.happens(1, status="Resolved", resolved_at=watch.clock())
    await watch.tell(told, "resolved")
    await watch.work()
    told.status, told.reopened_at = "Started", watch.clock()
    await watch.tell(told, "reopened")
    await watch.work()
    kept = await watch.incident(told)
    assert (kept.state, kept.resolved_at) == (IncidentState.STARTED, None)
    assert len(watch.cards) == 2


async def test_comments_are_read_once_somebody_commented(watch: Watch) -> None:
    await watch.route()
    told = watch.happens(1)
    await watch.tell(told, "created")
    await watch.work()
    assert "comments" not in (await watch.incident(told)).facts
    await comment(watch, "Looking into it.")
    await watch.tell(told, "comment")
    await watch.work()
    [said] = (await watch.incident(told)).facts["comments"]
    assert said["comment"] == "Looking into it."
    assert len(watch.cards) == 2


async def comment(watch: Watch, text: str) -> None:
    watch.sandbox.state.comments[1] = Comment(
        id=1,
        team_name="Harbor",
        created_at=watch.clock(),
        updated_at=watch.clock(),
        incident_id=1,
        content=text,
    )


async def test_what_was_over_long_ago_is_kept_but_not_shown(watch: Watch) -> None:
    await watch.route()
    ended = watch.clock() - timedelta(hours=2)
    told = watch.happens(
        1, started_at=ended, status="Resolved", resolved_at=ended + timedelta(minutes=1)
    )
    await watch.tell(told, "resolved")
    await watch.work()
    assert (await watch.incident(told)).channel_id == ""
    assert watch.cards == []


@pytest.mark.parametrize("kind", [Kind.ERROR, Kind.THROTTLED])
async def test_a_service_that_does_not_answer_is_asked_again_later(
    watch: Watch, kind: Kind
) -> None:
    await watch.route()
    told = watch.happens(1)
    watch.sandbox.faults.add(Fault(kind=kind, path="/api/v3/incidents/1", times=99))
    await watch.tell(told, "created")
    await watch.work()
    assert await watch.incidents() == {}
    watch.sandbox.faults.clear()
    watch.clock.forward(seconds=1)
    await watch.work()
    assert (await watch.incident(told)).channel_id == CHANNEL
    assert len(await watch.jobs(INCIDENT_TRUTH, JobState.DONE)) == 1


async def test_while_it_does_not_answer_the_card_says_so_and_afterwards_no_more(
    watch: Watch,
) -> None:
    await watch.route()
    told = watch.happens(1)
    await watch.tell(told, "created")
    await watch.work()
    watch.sandbox.faults.add(Fault(kind=Kind.ERROR, path="/api/v3/incidents/1", times=99))
    await watch.tell(told, "acknowledged")
    await watch.work()
    assert "Better Stack" in (await watch.incident(told)).problem
    watch.sandbox.faults.clear()
    watch.clock.forward(seconds=1)
    await watch.work()
    assert (await watch.incident(told)).problem == ""
    assert len(watch.cards) == 3


async def test_the_group_and_the_heartbeat_of_an_incident_are_found(watch: Watch) -> None:
    state = watch.sandbox.state
    group = next(iter(state.monitor_groups.values()))
    state.monitors[STOREFRONT].monitor_group_id = group.id
    shop = watch.happens(1, monitor_id=STOREFRONT)
    backup = watch.happens(2, heartbeat_id=BACKUP)
    await watch.tell(shop, "created")
    await watch.tell(backup, "created")
    await watch.work()
    assert (await watch.incident(shop)).monitor_group == group.name
    assert (await watch.incident(backup)).monitor == state.heartbeats[BACKUP].name


async def test_a_storm_on_one_monitor_asks_for_its_group_once(watch: Watch) -> None:
    for number in range(1, 9):
        await watch.tell(watch.happens(number, monitor_id=STOREFRONT), "created")
    await watch.work()
    assert len(watch.sandbox.journal.requests("GET", f"/api/v2/monitors/{STOREFRONT}")) <= 4


async def test_the_first_route_that_fits_counts(watch: Watch) -> None:
    await watch.route(Match(By.TEAM, "nobody"), "C7")
    await watch.route(Match(By.TEAM, "harbor"), "C8")
    await watch.route(channel="C9")
    told = watch.happens(1)
    await watch.tell(told, "created")
    await watch.work()
    assert (await watch.incident(told)).channel_id == "C8"


async def test_in_a_storm_reading_waits_a_little_for_what_else_comes(watch: Watch) -> None:
    told = watch.happens(1)
    for number in range(STORM - 1):
        await watch.tell(watch.happens(100 + number), "created")
    await watch.tell(told, "created")
    await watch.work()
    assert str(told.id) not in await watch.incidents()
    await watch.tell(told, "resolved")
    watch.clock.forward(seconds=CALM.total_seconds())
    await watch.work()
    assert str(told.id) in await watch.incidents()
    assert watch.reads_of(told) == 1

    watch.clock.forward(seconds=1)
    calm = watch.happens(2)
    await watch.tell(calm, "created")
    await watch.work()
    assert str(calm.id) in await watch.incidents(), "and it is over at once"


async def test_in_any_order_and_with_repetitions_every_incident_ends_in_the_right_state(
    watch: Watch,
) -> None:
    """The lives of thirty incidents, told in a random order while they are being read."""
    await watch.route()
    chance = random.Random(4)
    told = [watch.happens(number) for number in range(1, 31)]
    events = [(one, event) for one in told for event in ("created", "acknowledged", "resolved")]
    events += chance.sample(events, 9)
    chance.shuffle(events)
    for one in told:
        one.status = chance.choice(("Acknowledged", "Resolved"))
        one.acknowledged_at = watch.clock()
        one.resolved_at = watch.clock() if one.status == "Resolved" else None
    for number, (one, event) in enumerate(events):
        await watch.tell(one, event)
        if number % 20 == 0:
            await watch.work()
    watch.clock.forward(seconds=CALM.total_seconds())
    await watch.work()

    kept = await watch.incidents()
    wanted = {"Acknowledged": IncidentState.ACKNOWLEDGED, "Resolved": IncidentState.RESOLVED}
    assert {key: one.state for key, one in kept.items()} == {
        str(one.id): wanted[one.status] for one in told
    }
    assert sorted(watch.cards) == sorted(one.id for one in kept.values()), "one card each"
    assert sum(one.times for one in await watch.events()) == len(events)
    assert await watch.jobs(INCIDENT_CARD) == []
