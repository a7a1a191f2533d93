"""Stop: the run ends, its open requests are withdrawn, and the thread says who wanted it."""

from __future__ import annotations

import asyncio

import pytest

from bot.agents.messages import OnText, Replied, Request
from bot.agents.stopping import OVER, Spot
from bot.store.tables import ApprovalState, Member, Run, RunState
from tests.fixtures_store import ORGANISATION
from tests.support.harbor import ALL, CHANNEL, TEAM
from tests.support.models import Scripted, calls, says
from tests.support.stage import Stage

SWITCH = ("lamp_switch_lamp", {"name": "mast", "on": True})


class Pondering(Scripted):
    """Thinks until it is broken off."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()

    async def respond(self, request: Request, on_text: OnText) -> Replied:
        self.begun.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody wakes it")


async def stop(stage: Stage, who: str = "ana", ts: str = "", thread: str = "10.0") -> str:
    async with stage.harbor.store.reading(ORGANISATION) as session:
        member = await session.get_one(Member, who)
    return await stage.stops.stop(member, Spot(TEAM, CHANNEL, thread, ts))


def said(stage: Stage) -> str:
    return "\n".join(stage.slack.texts(CHANNEL))


@pytest.fixture
async def waiting(stage: Stage) -> Stage:
    """Bo, a viewer, asked for a write, and its card waits."""
    await stage.harbor.grant(ALL)
    stage.model = Scripted(calls(SWITCH), says("Switched."))
    await stage.say("@debugger switch the mast lamp on", user="UBO")
    await stage.work()
    return stage


async def test_a_model_that_thinks_is_broken_off(stage: Stage) -> None:
    stage.model = thinking = Pondering()
    await stage.say("@debugger how are the lamps?")
    working = asyncio.create_task(stage.work())
    async with asyncio.timeout(20):
        await thinking.begun.wait()
        assert await stop(stage) == ""
        await working
    [run] = await stage.runs()
    assert (run.state, run.stopped_by) == (RunState.STOPPED, "ana")
    assert "🛑 Ana stopped this, so there is no answer." in said(stage)


async def test_while_it_works_there_is_a_button_and_afterwards_none(stage: Stage) -> None:
    stage.model = thinking = Pondering()
    await stage.say("@debugger how are the lamps?")
    working = asyncio.create_task(stage.work())
    async with asyncio.timeout(20):
        await thinking.begun.wait()
        [progress] = stage.slack.posts.values()
        assert progress["blocks"][0]["accessory"]["action_id"] == "run_stop"
        await stop(stage, ts="1.000100")
        await working
    assert "run_stop" not in str(list(stage.slack.posts.values()))


async def test_open_requests_are_withdrawn_and_nothing_is_sent(waiting: Stage) -> None:
    assert await stop(waiting, "bo") == ""
    await waiting.work()
    [approval] = await waiting.approvals()
    assert (approval.state, approval.decided_by) == (ApprovalState.WITHDRAWN, "bo")
    assert [run.state for run in await waiting.runs()] == [RunState.STOPPED]
    assert "*Withdrawn* by <@UBO>" in said(waiting)
    assert waiting.slack.buttons() == []
    assert waiting.harbor.service.writes == []


async def test_a_run_that_is_just_about_to_wait_ends_too(waiting: Stage) -> None:
    """Its card can be seen, and Stop be pressed, a moment before it is kept as waiting."""
    [run] = await waiting.runs()
    async with waiting.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Run, run.id)).state = RunState.RUNNING
    await stop(waiting, "bo")
    async with waiting.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Run, run.id)).state = RunState.WAITING
    await waiting.work()
    assert [run.state for run in await waiting.runs()] == [RunState.STOPPED]


async def test_it_is_on_record_who_stopped_what(waiting: Stage) -> None:
    await stop(waiting)
    sentences = await waiting.harbor.sentences()
    assert sentences[-1].startswith("Ana stopped Debugger, asked by Bo")


async def test_what_a_person_approved_is_done_before_it_stops(waiting: Stage) -> None:
    await waiting.press()
    await stop(waiting, "bo")
    await waiting.work()
    [approval] = await waiting.approvals()
    assert approval.state == ApprovalState.DONE
    assert len(waiting.harbor.service.writes) == 1
    assert [run.state for run in await waiting.runs()] == [RunState.STOPPED]


async def test_a_viewer_cannot_stop_what_somebody_else_asked(stage: Stage) -> None:
    await stage.harbor.grant(ALL)
    stage.model = Scripted(calls(SWITCH), says("Switched."))
    await stage.ask("@debugger switch the mast lamp on")
    told = await stop(stage, "bo")
    assert told.startswith("Only owners and editors may stop what somebody else asked for")
    [approval] = await stage.approvals()
    assert approval.state == ApprovalState.PENDING


async def test_pressed_again_it_changes_and_says_nothing(waiting: Stage) -> None:
    assert [await stop(waiting), await stop(waiting)] == ["", ""]
    await waiting.work()
    apologies = [one for one in waiting.slack.texts(CHANNEL) if "Ana stopped this" in one]
    assert len(apologies) == 1
    assert await stop(waiting) == OVER


async def test_an_answer_that_stands_cannot_be_stopped(stage: Stage) -> None:
    await stage.ask()
    assert await stop(stage) == OVER
    assert await stop(stage, ts="1.000100") == OVER
    assert await stop(stage, thread="99.0") == OVER


async def test_the_next_question_knows_that_the_one_before_was_stopped(waiting: Stage) -> None:
    await stop(waiting)
    await waiting.work()
    waiting.model = Scripted(says("Nothing was switched."))
    await waiting.say("@debugger what did you do?", user="UBO", ts="11.0", thread="10.0")
    await waiting.work()
    assert "Ana stopped this" in str(waiting.model.requests[-1].turns)
