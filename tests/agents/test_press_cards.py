"""A person's press that somebody else has to approve: its card in a thread, and what follows."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents.cards import CardDesk
from bot.agents.following import PRESS
from bot.gate.decisions import Press
from bot.gate.presses import Outcome
from bot.scheduling.queue import TryLater
from bot.slack.messages import Place
from bot.store.tables import Approval, ApprovalPolicy, ApprovalState, Member, Role
from tests.fixtures_store import ORGANISATION, add_member
from tests.support.harbor import ALL
from tests.support.models import Scripted, calls, says
from tests.support.stage import Stage

SENT = ("switch_lamp", {"name": "mast", "on": True})
THREAD = Place("CINC", "7.0")


@pytest.fixture
async def waiting(stage: Stage) -> str:
    """Ana pressed a button, and Cy, an editor, has to approve it. Returns the approval's id."""
    harbor = stage.harbor
    await add_member(harbor.store, "cy", "Cy", "UTC")
    async with harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, "cy")).role = Role.EDITOR
        session.add(
            ApprovalPolicy(
                connection_id=harbor.connection.id, people=[], critical=[], own_allowed=False
            )
        )
    pressed = await harbor.gate.press(
        harbor.ana, harbor.connection.id, "switch_lamp", dict(SENT[1]), key="press1"
    )
    assert pressed.outcome is Outcome.WAITING
    assert pressed.approval is not None
    await stage.cards().post(ORGANISATION, pressed.approval.id, THREAD)
    return pressed.approval.id


def card(stage: Stage) -> str:
    return stage.slack.texts(THREAD.channel, THREAD.thread_ts)[0]


async def test_the_card_stands_in_the_thread_and_names_the_person(
    stage: Stage, waiting: str
) -> None:
    text = card(stage)
    assert "<@UANA> wants to switch lamp *“mast”* in Lamp (Demo)" in text
    assert "asked by" not in text
    assert "Ana wants to switch lamp “mast” in Lamp (Demo). Approve or deny it" in text
    assert "<@UCY> can decide" in text
    await stage.cards().post(ORGANISATION, waiting, THREAD)
    assert len(stage.slack.posts) == 1


async def test_an_approval_carries_it_out_and_says_so_on_the_card(
    stage: Stage, waiting: str
) -> None:
    await stage.press(user="cy")
    await stage.work()
    assert stage.harbor.service.writes == [SENT]
    assert "*Done.* Approved by <@UCY>" in card(stage)
    assert not stage.slack.buttons()


@pytest.mark.parametrize(
    ("who", "press", "words"),
    [
        ("cy", Press.DENY, "*Denied* by <@UCY>"),
        ("ana", Press.WITHDRAW, "*Withdrawn* by <@UANA>"),
    ],
)
async def test_one_that_is_turned_down_is_redrawn_and_never_sent(
    stage: Stage, waiting: str, who: str, press: Press, words: str
) -> None:
    await stage.press(press, user=who)
    await stage.work()
    assert words in card(stage)
    assert stage.harbor.service.writes == []


async def test_time_reminds_once_and_then_ends_it(stage: Stage, waiting: str) -> None:
    stage.harbor.clock.forward(minutes=16)
    await stage.work()
    reminder = stage.slack.texts(THREAD.channel, THREAD.thread_ts)[1]
    assert "<@UCY>: Ana still waits for a decision" in reminder
    stage.harbor.clock.forward(minutes=16)
    await stage.work()
    assert "*Expired.* Nobody decided in time" in card(stage)
    assert (await stage.harbor.sentences())[-1] == (
        "Ana's request to switch lamp “mast” in Lamp (Demo) expired: nobody decided, 09:32 UTC."
    )


async def test_those_who_want_to_know_hear_how_it_ended(
    stage: Stage, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = listen(stage, monkeypatch)
    await stage.press(user="cy")
    await stage.work()
    assert heard == [(ORGANISATION, waiting, "done")]


async def test_they_hear_of_agents_requests_too(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = listen(stage, monkeypatch)
    await stage.harbor.grant(ALL)
    stage.model = Scripted(calls(("lamp_switch_lamp", dict(SENT[1]))), says("So it is."))
    await stage.ask()
    await stage.press()
    await stage.work()
    assert [state for _, _, state in heard] == ["done"]


def listen(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    heard: list[tuple[str, str, str]] = []
    made = stage.cards()

    async def hear(organisation_id: str, approval: Approval) -> None:
        heard.append((organisation_id, approval.id, approval.state))

    async def break_down(_organisation_id: str, _approval: Approval) -> None:
        raise RuntimeError("an incident card is broken")

    made.on_settled(break_down)
    made.on_settled(hear)
    monkeypatch.setattr(stage, "cards", lambda: made)
    return heard


async def test_while_slack_is_away_it_is_sent_once_and_the_card_follows_later(
    stage: Stage, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.press(user="cy")

    async def away(*_: Any) -> None:
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(CardDesk, "_redraw", away)
        [claim] = [one for one in await stage.harbor.queue.take(5) if one.kind == PRESS]
        with pytest.raises(TryLater) as later:
            await stage.cards().follow(claim)
    await stage.harbor.queue.put_back(claim, later.value.wait)
    assert (await stage.harbor.approval(waiting)).state == ApprovalState.DONE
    stage.harbor.clock.forward(seconds=20)
    await stage.work()
    assert "*Done.* Approved by <@UCY>" in card(stage)
    assert stage.harbor.service.writes == [SENT]
