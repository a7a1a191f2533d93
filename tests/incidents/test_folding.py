"""One cause, one thread."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bot.incidents.matching import By, Match
from bot.incidents.port import together
from playground.betterstack.records import Incident as Told
from playground.betterstack.records import Metadata
from playground.betterstack.seed_names import CHECKOUT, SEARCH, STOREFRONT
from tests.fixtures_store import ORGANISATION, on_both_databases
from tests.incidents.watch import Watch


async def opens(watch: Watch, number: int, **given: Any) -> Told:
    told = watch.happens(number, **given)
    await watch.tell(told, "created")
    await watch.work()
    return told


async def resolves(watch: Watch, told: Told) -> None:
    told.status, told.resolved_at = "Resolved", watch.clock()
    await watch.tell(told, "resolved")
    await watch.work()


async def folded(watch: Watch, told: Told) -> bool:
    return (await watch.incident(told)).folded_into is not None


async def test_a_flapping_monitor_has_one_thread_with_a_count(watch: Watch) -> None:
    await watch.route()
    first = await opens(watch, 1, monitor_id=CHECKOUT)
    for number in range(2, 7):
        await resolves(watch, await opens(watch, number, monitor_id=CHECKOUT, cause=f"C {number}"))
        watch.clock.forward(minutes=20)

    primary = await watch.incident(first)
    assert primary.times == 6
    async with watch.store.reading(ORGANISATION) as session:
        members = await together(session, primary)
    assert [one.external_id for one in members] == ["1", "2", "3", "4", "5", "6"]
    assert set(watch.cards) == {primary.id}, "nothing else is ever drawn"


@pytest.mark.parametrize(
    "same",
    [{"monitor_id": SEARCH}, {"cause": "Connection  REFUSED"}],
    ids=["the same monitor", "the same cause"],
)
async def test_what_shares_a_monitor_or_a_cause_is_folded(
    watch: Watch, same: dict[str, Any]
) -> None:
    await watch.route()
    await opens(watch, 1, monitor_id=SEARCH, cause="connection refused")
    assert await folded(watch, await opens(watch, 2, **same))


async def test_monitors_of_one_group_share_a_thread(watch: Watch) -> None:
    state = watch.sandbox.state
    group = next(iter(state.monitor_groups))
    for monitor in (STOREFRONT, CHECKOUT):
        state.monitors[monitor].monitor_group_id = group
    await watch.route()
    await opens(watch, 1, monitor_id=STOREFRONT)
    assert await folded(watch, await opens(watch, 2, monitor_id=CHECKOUT))


async def test_different_things_have_threads_of_their_own(watch: Watch) -> None:
    await watch.route()
    state = watch.sandbox.state
    for monitor in (STOREFRONT, CHECKOUT):
        state.monitors[monitor].monitor_group_id = None
    await opens(watch, 1, monitor_id=STOREFRONT)
    assert not await folded(watch, await opens(watch, 2, monitor_id=CHECKOUT))
    assert not await folded(watch, await opens(watch, 3))


async def test_after_an_hour_without_anything_a_new_thread_begins(watch: Watch) -> None:
    await watch.route()
    first = await opens(watch, 1, cause="Timeout")
    watch.clock.forward(minutes=50)
    await resolves(watch, first)
    watch.clock.forward(minutes=59)
    assert await folded(watch, await opens(watch, 2, cause="Timeout"))
    watch.clock.forward(minutes=61)
    assert not await folded(watch, await opens(watch, 3, cause="Timeout"))


@on_both_databases
async def test_channels_are_not_mixed(watch: Watch) -> None:
    await watch.route(Match(By.METADATA, "shop", "service"), "C1")
    await watch.route(channel="C2")
    await opens(watch, 1, cause="Timeout")
    told = watch.happens(2, cause="Timeout")
    label(watch, 2, "service", "shop")
    await watch.tell(told, "created")
    await watch.work()
    kept = await watch.incident(told)
    assert (kept.channel_id, kept.folded_into) == ("C1", None)
    assert kept.labels == {"service": "shop"}


def label(watch: Watch, incident_id: int, key: str, value: str) -> None:
    watch.sandbox.state.metadata[90_000 + incident_id] = Metadata(
        id=90_000 + incident_id,
        team_name="Harbor",
        owner_type="Incident",
        owner_id=str(incident_id),
        key=key,
        values=[{"type": "String", "value": value}],
    )


async def test_a_change_of_a_folded_one_draws_the_card_of_its_thread(watch: Watch) -> None:
    await watch.route()
    first = await opens(watch, 1, cause="Timeout")
    second = await opens(watch, 2, cause="Timeout")
    watch.cards.clear()
    await resolves(watch, second)
    assert watch.cards == [(await watch.incident(first)).id]


@on_both_databases
async def test_a_storm_of_one_cause_in_any_order_has_one_thread(watch: Watch) -> None:
    await watch.route()
    told = []
    for number in range(1, 13):
        told.append(watch.happens(number, cause="Timeout"))
        watch.clock.forward(minutes=3)
    random.Random(7).shuffle(told)
    for one in told:
        await watch.tell(one, "created")
    await watch.work()
    kept = (await watch.incidents()).values()
    [primary] = [one for one in kept if one.folded_into is None]
    assert primary.times == 12
    assert {one.folded_into for one in kept} == {None, primary.id}
