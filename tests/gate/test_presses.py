"""A person's own press of a button: allowed by the approver policy, carried out once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.connectors.errors import Unavailable
from bot.gate import approvals
from bot.gate.approvals import Decision
from bot.gate.decisions import Press
from bot.gate.presses import Outcome, Pressing
from bot.store.tables import Approval, ApprovalPolicy, ApprovalState, Member, Role
from tests.fixtures_store import ORGANISATION, add_member, on_both_databases
from tests.support.harbor import Harbor

SENT = ("switch_lamp", {"name": "mast", "on": True})


class Died(BaseException):
    """The process is gone."""


async def press(
    harbor: Harbor, member: Member, key: str = "press1", verb: str = "switch_lamp", **given: Any
) -> Pressing:
    arguments = given or {"name": "mast", "on": True}
    return await harbor.gate.press(member, harbor.connection.id, verb, arguments, key=key)


async def set_policy(harbor: Harbor, **rules: Any) -> None:
    held = {"people": [], "critical": [], "connection_id": harbor.connection.id, **rules}
    async with harbor.store.writing(ORGANISATION) as session:
        session.add(ApprovalPolicy(**held))


async def editor(harbor: Harbor) -> Member:
    await add_member(harbor.store, "cy", "Cy", "UTC")
    async with harbor.store.writing(ORGANISATION) as session:
        cy = await session.get_one(Member, "cy")
        cy.role = Role.EDITOR
    return cy


async def count(harbor: Harbor) -> int:
    async with harbor.store.reading(ORGANISATION) as session:
        return await session.scalar(select(func.count()).select_from(Approval)) or 0


async def test_who_may_approve_does_it_with_one_press(harbor: Harbor) -> None:
    pressed = await press(harbor, harbor.ana)
    assert (pressed.outcome, pressed.words) == (Outcome.DONE, "Done: switched lamp “mast”.")
    assert harbor.service.writes == [SENT]
    assert await harbor.sentences() == [
        "Ana pressed the button to switch lamp “mast” in Lamp (Demo), 09:00 UTC.",
        "Ana switched lamp “mast” in Lamp (Demo) with the button, 09:00 UTC.",
    ]


@on_both_databases
async def test_the_same_press_delivered_twice_has_one_effect(harbor: Harbor) -> None:
    both = await asyncio.gather(press(harbor, harbor.ana), press(harbor, harbor.ana))
    assert [one.outcome for one in both] == [Outcome.DONE, Outcome.DONE]
    assert harbor.service.writes == [SENT]
    assert await count(harbor) == 1
    assert len(await harbor.sentences()) == 2


async def test_a_key_is_never_taken_for_another_press(harbor: Harbor) -> None:
    await press(harbor, harbor.ana)
    with pytest.raises(ValueError, match="another press"):
        await press(harbor, await editor(harbor))
    assert harbor.service.writes == [SENT]


async def test_who_may_not_approve_is_refused_and_told_who_can(harbor: Harbor) -> None:
    pressed = await press(harbor, harbor.bo)
    assert pressed.outcome is Outcome.REFUSED
    assert pressed.words == "You may not do this yourself. <@UANA> can."
    assert (harbor.service.looks, harbor.service.writes) == (0, [])
    assert await harbor.sentences() == [
        "Bo was refused to switch lamp in Lamp (Demo) with the button: "
        "the approval policy does not name them, 09:00 UTC."
    ]


async def test_who_is_on_call_may_press_whatever_their_role(harbor: Harbor) -> None:
    async with harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, harbor.bo.id)).email = "bo@harbor.example"
    harbor.service.on_call = ["Bo@harbor.example"]
    await set_policy(harbor, owners=False, editors=False, on_call=harbor.connection.id)
    assert (await press(harbor, harbor.bo)).outcome is Outcome.DONE
    assert (await press(harbor, harbor.ana, "press2")).outcome is Outcome.REFUSED


async def test_an_agents_policy_says_nothing_about_a_persons_press(harbor: Harbor) -> None:
    other = await harbor.connect("Other")
    await set_policy(harbor, connection_id=other.id, owners=False, editors=False)
    await set_policy(harbor, connection_id=None, agent_id=harbor.debugger.id, owners=False)
    assert (await press(harbor, harbor.ana)).outcome is Outcome.DONE


async def test_what_the_service_shows_already_comes_back_as_words(harbor: Harbor) -> None:
    harbor.service.obstacle = "already switched on by Bo"
    pressed = await press(harbor, harbor.ana)
    assert (pressed.outcome, pressed.words) == (Outcome.NOTHING, "Already switched on by Bo.")
    assert (harbor.service.writes, await count(harbor)) == ([], 0)
    assert await harbor.sentences() == [
        "Ana wanted to switch lamp “mast” in Lamp (Demo); nothing was sent: "
        "Already switched on by Bo, 09:00 UTC."
    ]


async def test_a_service_that_does_not_answer_is_said(harbor: Harbor) -> None:
    def fail() -> None:
        raise Unavailable("Lamp did not answer.")

    harbor.service.looking = fail
    pressed = await press(harbor, harbor.ana)
    assert pressed.outcome is Outcome.NOT_DONE
    assert pressed.words.startswith("Nothing was sent. Lamp did not answer.")


async def test_arguments_that_are_wrong_are_said(harbor: Harbor) -> None:
    pressed = await press(harbor, harbor.ana, name="mast", on="perhaps")
    assert pressed.outcome is Outcome.NOT_DONE
    assert "The arguments of switch_lamp are not right." in pressed.words


async def test_a_connection_that_is_gone_is_said(harbor: Harbor) -> None:
    pressed = await harbor.gate.press(harbor.ana, "gone", "switch_lamp", {}, key="press1")
    assert pressed.words == "Nothing was sent. The connection was removed in the meantime."


async def test_only_writes_are_pressed(harbor: Harbor) -> None:
    with pytest.raises(ValueError, match="only reads"):
        await press(harbor, harbor.ana, verb="get_lamp", name="mast")


async def test_where_ones_own_is_not_enough_it_waits_for_somebody_else(harbor: Harbor) -> None:
    cy = await editor(harbor)
    await set_policy(harbor, own_allowed=False)
    pressed = await press(harbor, harbor.ana)
    assert pressed.outcome is Outcome.WAITING
    assert pressed.approval is not None
    assert harbor.service.writes == []
    own = await harbor.press(harbor.ana, pressed.approval.id)
    assert own.words == "You asked for this, so somebody else has to decide. <@UCY> can."

    assert (await harbor.press(cy, pressed.approval.id)).decision is Decision.TAKEN
    done = await harbor.gate.finish_press(ORGANISATION, pressed.approval.id)
    assert done.state == ApprovalState.DONE
    assert harbor.service.writes == [SENT]
    assert (await harbor.sentences())[-1] == (
        "Ana switched lamp “mast” in Lamp (Demo) with the button after Cy approved, 09:00 UTC."
    )
    again = await press(harbor, harbor.ana)
    assert again.outcome is Outcome.DONE
    assert harbor.service.writes == [SENT]


@on_both_databases
async def test_where_two_have_to_approve_the_press_is_one_of_them(harbor: Harbor) -> None:
    cy = await editor(harbor)
    await set_policy(harbor, critical=["lamps"])
    pressed = await press(harbor, harbor.ana)
    assert (pressed.outcome, harbor.service.writes) == (Outcome.WAITING, [])
    assert pressed.approval is not None
    assert (await harbor.press(harbor.ana, pressed.approval.id)).decision is Decision.HALF
    assert (await harbor.press(cy, pressed.approval.id)).decision is Decision.TAKEN
    await harbor.gate.finish_press(ORGANISATION, pressed.approval.id)
    assert harbor.service.writes == [SENT]


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (Press.DENY, "It was denied, so nothing was sent."),
        (Press.WITHDRAW, "It was withdrawn, so nothing was sent."),
    ],
)
async def test_a_press_that_was_turned_down_is_never_sent(
    harbor: Harbor, decision: Press, words: str
) -> None:
    cy = await editor(harbor)
    await set_policy(harbor, own_allowed=False)
    waiting = (await press(harbor, harbor.ana)).approval
    assert waiting is not None
    await harbor.press(harbor.ana if decision is Press.WITHDRAW else cy, waiting.id, decision)
    await harbor.gate.finish_press(ORGANISATION, waiting.id)
    again = await press(harbor, harbor.ana)
    assert (again.outcome, again.words) == (Outcome.NOT_DONE, words)
    assert harbor.service.writes == []


async def test_who_was_removed_meanwhile_has_nothing_sent(harbor: Harbor) -> None:
    cy = await editor(harbor)
    await set_policy(harbor, own_allowed=False)
    waiting = (await press(harbor, cy)).approval
    assert waiting is not None
    await harbor.press(harbor.ana, waiting.id)
    async with harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, "cy")).removed_at = harbor.clock()
    ended = await harbor.gate.finish_press(ORGANISATION, waiting.id)
    assert (ended.state, harbor.service.writes) == (ApprovalState.NOT_DONE, [])
    assert "Cy does not belong to the organisation any more" in ended.outcome


@on_both_databases
@pytest.mark.parametrize(
    ("point", "outcome", "sent"),
    [("claim", Outcome.DONE, 1), ("settle", Outcome.DONE, 1), ("after", Outcome.DONE, 1)],
)
async def test_a_process_that_died_over_a_press_leaves_it_to_be_finished_once(
    harbor: Harbor, monkeypatch: pytest.MonkeyPatch, point: str, outcome: Outcome, sent: int
) -> None:
    async def die(*_: Any, **__: Any) -> Any:
        raise Died

    def die_at_once() -> None:
        raise Died

    with monkeypatch.context() as patch:
        if point == "after":
            patch.setattr(harbor.service, "after", die_at_once)
        else:
            patch.setattr(approvals, point, die)
        with pytest.raises(Died):
            await press(harbor, harbor.ana)
    again = await press(harbor, harbor.ana)
    assert again.outcome is outcome
    assert harbor.service.writes == [SENT] * sent
    assert (await press(harbor, harbor.ana)).words == again.words
    assert await count(harbor) == 1


async def test_an_answer_that_was_lost_is_looked_up(harbor: Harbor) -> None:
    def lose() -> None:
        raise Unavailable("No answer.")

    harbor.service.after = lose
    pressed = await press(harbor, harbor.ana)
    assert pressed.outcome is Outcome.DONE
    assert "the service shows that it is done" in pressed.words
    rung = await press(harbor, harbor.ana, "press2", "ring_bell", times=2)
    assert rung.outcome is Outcome.UNKNOWN
    assert "please check" in rung.words
