"""Two processes of the bot on one database: what one of them hears, the other may be at work on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.agents import stopping
from bot.agents.acquaintance import Acquaintance
from bot.agents.reception import Post, Reception
from bot.agents.stopping import Spot, Stops
from bot.people.organisations import Site
from bot.scheduling.queue import TableQueue
from bot.store.database import Store
from bot.store.people import ensure_workspace, organisations
from bot.store.tables import RunState
from tests.agents.test_stopping import Pondering, said
from tests.fixtures_store import ORGANISATION, VAULT, MovableClock, on_both_databases
from tests.support.desk import SlackDouble
from tests.support.harbor import BOT_USER, CHANNEL, TEAM
from tests.support.stage import Stage

pytestmark = on_both_databases


@pytest.fixture
async def elsewhere(stage: Stage, database: str, clock: MovableClock) -> AsyncIterator[Store]:
    """The store as another process has it."""
    other = Store(database, clock=clock, ids=stage.harbor.store.ids, vault=VAULT)
    yield other
    await other.close()


async def test_a_stop_that_one_process_takes_breaks_off_the_model_that_thinks_in_the_other(
    stage: Stage, elsewhere: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "LOOK_EVERY", 0.02)
    stage.model = thinking = Pondering()
    await stage.say("@debugger how are the lamps?")
    working = asyncio.create_task(stage.work())
    async with asyncio.timeout(20):
        await thinking.begun.wait()
        theirs = Stops(elsewhere, TableQueue(elsewhere))
        assert await theirs.stop(stage.harbor.ana, Spot(TEAM, CHANNEL, "10.0")) == ""
        await working
    [run] = await stage.runs()
    assert (run.state, run.stopped_by) == (RunState.STOPPED, "ana")
    assert "🛑 Ana stopped this, so there is no answer." in said(stage)


async def test_a_mention_whose_two_events_come_to_both_at_once_is_one_question(
    stage: Stage, elsewhere: Store
) -> None:
    theirs = Reception(elsewhere, TableQueue(elsewhere))
    site = Site(stage.harbor.workspace, ORGANISATION)
    text = f"<@{BOT_USER}> how are the lamps?"
    for ts in ("10.0", "11.0", "12.0"):
        post = Post(CHANNEL, ts, "", "UNEW", text)  # somebody whom neither has met
        both = await asyncio.gather(
            *(one.receive(site, replace(post)) for one in (stage.reception, theirs) * 2)
        )
        assert sorted(both) == [False, False, False, True]
    assert len(await stage.runs()) == 3


async def test_somebody_whom_both_meet_at_once_is_one_member(
    stage: Stage, elsewhere: Store
) -> None:
    client: Any = SlackDouble()
    client.add("UCHIDI", "Chidi")
    met = await asyncio.gather(
        *(
            Acquaintance(store, client).member(ORGANISATION, TEAM, "UCHIDI")
            for store in (stage.harbor.store, elsewhere) * 2
        )
    )
    assert len({one.id for one in met}) == 1
    assert {one.name for one in met} == {"Chidi"}


async def test_a_workspace_that_both_sign_in_to_first_has_one_organisation(
    stage: Stage, elsewhere: Store
) -> None:
    store = stage.harbor.store
    before = len(await organisations(store))

    async def sign_in(one: Store) -> str:
        found = await ensure_workspace(
            one, team_id="TNEW", name="Pier", bot_user_id="UB", plan="scale", now=one.clock()
        )
        return found.organisation_id

    named = await asyncio.gather(*(sign_in(one) for one in (store, elsewhere) * 2))
    assert len(set(named)) == 1
    assert len(await organisations(store)) == before + 1
