"""Somebody is removed from the organisation while something of theirs waits."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.following import put_end
from bot.people import members
from bot.slack.messages import Place
from bot.store.tables import Approval, ApprovalPolicy, ApprovalState, Member, Role, RunState
from tests.fixtures_store import ORGANISATION
from tests.support.harbor import ALL, CHANNEL
from tests.support.models import Scripted, calls, says
from tests.support.stage import Stage

SWITCH = {"name": "mast", "on": True}


async def remove_bo(stage: Stage) -> None:
    harbor = stage.harbor

    async def end(session: AsyncSession, approval: Approval) -> None:
        await put_end(harbor.queue, session, approval)

    await members.remove(harbor.store, harbor.ana, "UBO", end)


@pytest.fixture
async def asked(stage: Stage) -> Stage:
    """Bo asked for a write, and its card waits."""
    await stage.harbor.grant(ALL)
    stage.model = Scripted(calls(("lamp_switch_lamp", SWITCH)), says("So it is."))
    await stage.say("@debugger switch the mast lamp on", user="UBO")
    await stage.work()
    return stage


async def test_their_open_request_is_withdrawn_and_its_run_ends(asked: Stage) -> None:
    await remove_bo(asked)
    await asked.work()
    [approval] = await asked.approvals()
    assert (approval.state, approval.decided_by) == (ApprovalState.WITHDRAWN, "ana")
    assert [run.state for run in await asked.runs()] == [RunState.FAILED]
    shown = "\n".join(asked.slack.texts(CHANNEL))
    assert "*Withdrawn* by <@UANA>" in shown
    assert not asked.slack.buttons()
    assert any(
        sentence.startswith(
            "Ana withdrew Debugger's request, asked by Bo, to switch lamp “mast” in Lamp (Demo) "
            "by removing Bo"
        )
        for sentence in await asked.harbor.sentences()
    )


async def test_what_was_approved_and_not_sent_yet_is_not_sent(asked: Stage) -> None:
    await asked.press()
    await remove_bo(asked)
    await asked.work()
    assert [one.state for one in await asked.approvals()] == [ApprovalState.WITHDRAWN]
    assert asked.harbor.service.writes == []


async def test_their_presses_are_withdrawn_too(stage: Stage) -> None:
    harbor = stage.harbor
    async with harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, "bo")).role = Role.EDITOR
        session.add(
            ApprovalPolicy(
                connection_id=harbor.connection.id, people=[], critical=[], own_allowed=False
            )
        )
    pressed = await harbor.gate.press(
        harbor.bo, harbor.connection.id, "switch_lamp", SWITCH, key="press1"
    )
    assert pressed.approval is not None
    await stage.cards().post(ORGANISATION, pressed.approval.id, Place(CHANNEL, "7.0"))
    await remove_bo(stage)
    await stage.work()
    assert "*Withdrawn* by <@UANA>" in stage.slack.texts(CHANNEL, "7.0")[0]
    assert harbor.service.writes == []


async def test_what_others_asked_for_stays_open(asked: Stage) -> None:
    asked.model = Scripted(calls(("lamp_switch_lamp", SWITCH)), says("So it is."))
    await asked.say("@debugger switch the mast lamp on", ts="20.0")
    await asked.work()
    await remove_bo(asked)
    await asked.work()
    states = {one.requested_by: one.state for one in await asked.approvals()}
    assert states == {"bo": ApprovalState.WITHDRAWN, "ana": ApprovalState.PENDING}
