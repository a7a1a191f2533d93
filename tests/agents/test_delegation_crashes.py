"""A process may die at any moment of a colleague's work; whoever takes it up ends it once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from bot.store.database import Store
from bot.store.tables import Run, RunState
from tests.fixtures_store import (
    VAULT,
    MovableClock,
    add_organisations,
    counted_ids,
    in_no_hurry,
)
from tests.support.cast import Cast, connect
from tests.support.harbor import ALL
from tests.support.models import Scripted, calls, says
from tests.support.mortal import Died, MortalStore
from tests.support.stage import Stage

ASK = ("ask_colleague", {"colleague": "Analyst", "question": "How are the lamps?"})
LIST: tuple[str, dict[str, Any]] = ("lamp_list_lamps", {})
SWITCH = ("lamp_switch_lamp", {"name": "mast", "on": True})


@pytest.fixture
async def store(database: str, clock: MovableClock) -> AsyncIterator[Store]:
    made = MortalStore(database, clock=clock, ids=counted_ids(), vault=VAULT)
    await add_organisations(in_no_hurry(made))
    yield made
    await made.close()


@pytest.fixture
async def mortal(stage: Stage) -> Stage:
    analyst = await stage.harbor.hire("analyst", "custom")
    await stage.harbor.grant(ALL, agent=analyst)
    await connect(stage.harbor, stage.harbor.debugger, analyst)
    danger = MortalStore.danger
    stage.slack.danger = danger
    service = stage.harbor.service
    service.before = service.after = service.looking = danger
    return stage


def begin(stage: Stage, moment: int, *lines: object) -> str:
    """The two begin anew; returns the ts of a new thread."""
    stage.model = Cast(
        debugger=Scripted(calls(ASK), says("So it is.")),
        analyst=Scripted(*lines),  # type: ignore[arg-type]
    )
    stage.model.danger = MortalStore.danger
    stage.harbor.service.lamps["mast"] = False
    stage.harbor.service.writes.clear()
    return f"{moment + 1}00.0"


async def die_at(stage: Stage, moment: int) -> bool:
    MortalStore.danger.strike_in(moment)
    with suppress(Died):
        await stage.one_job()
    return MortalStore.danger.pass_over()


async def live_on(stage: Stage) -> None:
    await stage.harbor.queue.recover()
    while await stage.one_job():
        pass


async def the_two(stage: Stage, thread: str) -> tuple[Run, Run]:
    runs = await stage.runs()
    [outer] = [one for one in runs if one.source_ts == thread]
    [inner] = [one for one in runs if one.parent_run_id == outer.id]
    return outer, inner


async def test_it_is_asked_once_and_its_steps_are_kept(mortal: Stage) -> None:
    moment, died = 0, True
    while died:
        thread = begin(mortal, moment, calls(LIST), says("Two."))
        await mortal.say("@debugger how are the lamps?", ts=thread)
        died = await die_at(mortal, moment)
        await live_on(mortal)
        outer, inner = await the_two(mortal, thread)
        assert (outer.state, inner.state) == (RunState.DONE, RunState.DONE), moment
        assert inner.answer == "Two."
        assert [one.number for one in await mortal.steps(inner)] == [0, 1], moment
        asked, _answered = await mortal.steps(outer)
        assert "Two." in asked.returned["s0"]["text"], moment
        moment += 1
    assert moment > 20, "it dies at all these moments"
    questions = [one for one in await mortal.harbor.sentences() if "asked Analyst" in one]
    assert len(questions) == moment, "each question stands in the record once"


async def test_its_approved_write_is_sent_once(mortal: Stage) -> None:
    moment, died = 0, True
    while died:
        thread = begin(mortal, moment, calls(SWITCH), says("It is on."))
        await mortal.say("@debugger switch the mast lamp on", ts=thread)
        await live_on(mortal)
        _, inner = await the_two(mortal, thread)
        [approval] = [one for one in await mortal.approvals() if one.run_id == inner.id]
        await mortal.press(approval_id=approval.id)
        died = await die_at(mortal, moment)
        await live_on(mortal)
        assert {one.state for one in await the_two(mortal, thread)} == {RunState.DONE}, moment
        settled = (await mortal.harbor.approval(approval.id)).state
        sent = mortal.harbor.service.writes
        assert len(sent) == (settled == "done"), moment
        moment += 1
    assert moment > 20, "it dies at all these moments"
