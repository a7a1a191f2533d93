"""A process may die at any moment; whoever takes the question up ends it once and sends nothing
twice.

Each test plays a whole question again and again, and lets the process die one moment later each
time: around every unit of work, every post to Slack, the model, the service.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

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
from tests.support.harbor import ALL
from tests.support.models import Scripted, calls, says
from tests.support.mortal import Died, MortalStore
from tests.support.stage import Stage

SWITCH = ("lamp_switch_lamp", {"name": "mast", "on": True})
SENT = ("switch_lamp", {"name": "mast", "on": True})


@pytest.fixture
async def store(database: str, clock: MovableClock) -> AsyncIterator[Store]:
    made = MortalStore(database, clock=clock, ids=counted_ids(), vault=VAULT)
    await add_organisations(in_no_hurry(made))
    yield made
    await made.close()


@pytest.fixture
async def mortal(stage: Stage) -> Stage:
    """Everything that goes out is a moment to die at."""
    await stage.harbor.grant(ALL)
    danger = MortalStore.danger
    stage.slack.danger = danger
    service = stage.harbor.service
    service.before = service.after = service.looking = danger
    return stage


def begin(stage: Stage, moment: int) -> str:
    """A new thread with a new question; returns its ts."""
    stage.model = Scripted(calls(SWITCH), says("So it is."))
    stage.model.danger = MortalStore.danger
    stage.harbor.service.lamps["mast"] = False
    stage.harbor.service.writes.clear()
    return f"{moment + 1}00.0"


async def die_at(stage: Stage, moment: int) -> bool:
    """Works on the next job until the process dies. False where it was done before that."""
    MortalStore.danger.strike_in(moment)
    with suppress(Died):
        await stage.one_job()
    return MortalStore.danger.pass_over()


async def live_on(stage: Stage) -> None:
    """The next process: frees what the dead one held, and works until there is nothing left."""
    await stage.harbor.queue.recover()
    while await stage.one_job():
        pass


def answers(stage: Stage, thread: str) -> list[str]:
    return [text for text in stage.slack.texts(thread=thread) if text.startswith("So it is.")]


def cards(stage: Stage, thread: str) -> list[str]:
    return [text for text in stage.slack.texts(thread=thread) if "wants to switch" in text]


async def run_of(stage: Stage, thread: str) -> Run:
    [run] = [one for one in await stage.runs() if one.source_ts == thread]
    return run


async def test_dying_before_the_decision_leaves_one_open_request(mortal: Stage) -> None:
    moment, died = 0, True
    while died:
        thread = begin(mortal, moment)
        await mortal.say("@debugger switch the mast lamp on", ts=thread)
        died = await die_at(mortal, moment)
        shown = len(cards(mortal, thread))
        await live_on(mortal)
        run = await run_of(mortal, thread)
        assert run.state == RunState.WAITING, moment
        assert mortal.harbor.service.writes == []
        [approval] = [one for one in await mortal.approvals() if one.run_id == run.id]
        assert approval.state == "pending"
        # One card, and a second one only where the first was posted and not yet on record.
        assert len(cards(mortal, thread)) in (1, 1 + shown), moment
        moment += 1
    assert moment > 15, "it dies at all these moments"


async def test_dying_after_the_decision_sends_once_and_answers(mortal: Stage) -> None:
    moment, died, twice = 0, True, 0
    while died:
        thread = begin(mortal, moment)
        await mortal.say("@debugger switch the mast lamp on", ts=thread)
        await live_on(mortal)
        run = await run_of(mortal, thread)
        [approval] = [one for one in await mortal.approvals() if one.run_id == run.id]
        await mortal.press(approval_id=approval.id)
        died = await die_at(mortal, moment)
        unsaved = (
            bool(answers(mortal, thread))
            and not RunState((await run_of(mortal, thread)).state).ended
        )
        sent = list(mortal.harbor.service.writes)
        await live_on(mortal)

        assert (await run_of(mortal, thread)).state == RunState.DONE, moment
        approval = await mortal.harbor.approval(approval.id)
        assert approval.state in ("done", "not_done"), moment
        expected = [SENT] if approval.state == "done" else []
        assert mortal.harbor.service.writes == expected, moment
        assert not sent or approval.state == "done", "what was sent is told as done"
        # An answer that Slack took while we died before saving it cannot be told from one that
        # it did not take: it is said again rather than never.
        assert len(answers(mortal, thread)) == 1 + unsaved, moment
        assert not any(button["value"] == approval.id for button in mortal.slack.buttons()), (
            "the card is closed"
        )
        twice += unsaved
        moment += 1
    assert moment > 15, "it dies at all these moments"
    assert twice <= 5, "only between the post and its save"


async def test_dying_over_a_read_makes_it_again(mortal: Stage) -> None:
    moment, died = 0, True
    while died:
        thread = begin(mortal, moment)
        mortal.model = Scripted(calls(("lamp_list_lamps", {})), says("So it is."))
        mortal.model.danger = MortalStore.danger
        await mortal.say("@debugger how are the lamps?", ts=thread)
        died = await die_at(mortal, moment)
        unsaved = (
            bool(answers(mortal, thread))
            and not RunState((await run_of(mortal, thread)).state).ended
        )
        await live_on(mortal)
        run = await run_of(mortal, thread)
        assert run.state == RunState.DONE, moment
        assert len(answers(mortal, thread)) == 1 + unsaved, moment
        steps = await mortal.steps(run)
        assert [step.number for step in steps] == [0, 1]
        assert all(step.complete for step in steps)
        moment += 1
    assert moment > 15, "it dies at all these moments"
