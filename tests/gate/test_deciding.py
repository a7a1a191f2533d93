"""Who may decide on a request, until when, and what happens when several try."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.connectors.errors import Unavailable
from bot.gate import approvals
from bot.gate.approvals import Decision
from bot.gate.calls import ToolCall
from bot.gate.decisions import Press, Pressed
from bot.store.people import ensure_member
from bot.store.tables import Approval, ApprovalPolicy, ApprovalState, Member, Role
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION, add_member, on_both_databases
from tests.support.harbor import ALL, Harbor

SWITCH = ToolCall("c1", "lamp_switch_lamp", {"name": "mast", "on": True})
WHAT = "Debugger's request, asked by Ana, to switch lamp “mast” in Lamp (Demo)"


async def propose(harbor: Harbor, call: ToolCall = SWITCH) -> str:
    approval = await harbor.gate.handle(harbor.caller(), harbor.ana.id, call)
    assert isinstance(approval, Approval)
    return approval.id


@pytest.fixture
async def open_request(harbor: Harbor) -> str:
    await harbor.grant(ALL)
    await harbor.ask()
    return await propose(harbor)


async def become(harbor: Harbor, member: Member, **changes: Any) -> Member:
    async with harbor.store.writing(ORGANISATION) as session:
        row = await session.get_one(Member, member.id)
        for name, value in changes.items():
            setattr(row, name, value)
        return row


async def set_policy(harbor: Harbor, **rules: Any) -> None:
    """A policy of the connection, unless it is for an agent."""
    held = {"people": [], "critical": [], **rules}
    if "agent_id" not in held:
        held["connection_id"] = harbor.connection.id
    async with harbor.store.writing(ORGANISATION) as session:
        session.add(ApprovalPolicy(**held))


async def state(harbor: Harbor, approval_id: str) -> str:
    return (await harbor.approval(approval_id)).state


@pytest.mark.parametrize(
    ("press", "after", "past"),
    [
        (Press.APPROVE, ApprovalState.APPROVED, "approved"),
        (Press.DENY, ApprovalState.DENIED, "denied"),
        (Press.WITHDRAW, ApprovalState.WITHDRAWN, "withdrew"),
    ],
)
async def test_a_person_decides_once(
    harbor: Harbor, open_request: str, press: Press, after: ApprovalState, past: str
) -> None:
    harbor.clock.forward(minutes=5)
    assert await harbor.press(harbor.ana, open_request, press) == Pressed(Decision.TAKEN)
    approval = await harbor.approval(open_request)
    assert (approval.state, approval.decided_by) == (after, harbor.ana.id)
    assert approval.decided_at == harbor.clock()
    assert (await harbor.sentences())[-1] == f"Ana {past} {WHAT}, 09:05 UTC."
    for again in Press:
        pressed = await harbor.press(harbor.ana, open_request, again)
        assert pressed == Pressed(Decision.TOO_LATE), "and nothing is said of a second delivery"
    assert await state(harbor, open_request) == after


async def test_the_reason_of_a_denial_is_kept_and_on_record(
    harbor: Harbor, open_request: str
) -> None:
    await harbor.press(harbor.ana, open_request, Press.DENY, "ships are coming in")
    assert (await harbor.approval(open_request)).reason == "ships are coming in"
    assert (await harbor.sentences())[-1] == (
        f"Ana denied {WHAT}, because: ships are coming in, 09:00 UTC."
    )


@on_both_databases
async def test_of_two_who_press_at_once_one_decides(harbor: Harbor, open_request: str) -> None:
    eve = await add_member(harbor.store, "eve", "Eve", "UTC")
    presses = [(who, press) for who in (harbor.ana, eve) for press in (Press.APPROVE, Press.DENY)]
    found = await asyncio.gather(
        *(harbor.press(who, open_request, press) for who, press in presses)
    )
    assert sorted(one.decision for one in found) == ["taken", *["too_late"] * 3]
    [winner] = [
        pair for pair, one in zip(presses, found, strict=True) if one.decision is Decision.TAKEN
    ]
    kept = await harbor.approval(open_request)
    assert kept.decided_by == winner[0].id
    assert kept.state == ("approved" if winner[1] is Press.APPROVE else "denied")


async def test_who_comes_after_somebody_else_is_told_who_it_was(
    harbor: Harbor, open_request: str
) -> None:
    eve = await add_member(harbor.store, "eve", "Eve", "UTC")
    await harbor.press(harbor.ana, open_request, Press.DENY)
    pressed = await harbor.press(eve, open_request)
    assert pressed.decision is Decision.TOO_LATE
    assert pressed.words.startswith("<@UANA> denied this at ")
    assert (await harbor.sentences())[-1] == f"Eve came too late to approve {WHAT}, 09:00 UTC."


@pytest.mark.parametrize("press", [Press.APPROVE, Press.DENY])
async def test_a_viewer_may_not_decide_and_is_told_who_can(
    harbor: Harbor, open_request: str, press: Press
) -> None:
    pressed = await harbor.press(harbor.bo, open_request, press)
    assert pressed == Pressed(Decision.NOT_ALLOWED, "You may not decide on this. <@UANA> can.")
    assert await state(harbor, open_request) == ApprovalState.PENDING
    assert (await harbor.record())[-1].outcome == "refused"


async def test_only_who_asked_can_take_it_back(harbor: Harbor, open_request: str) -> None:
    eve = await add_member(harbor.store, "eve", "Eve", "UTC")
    pressed = await harbor.press(eve, open_request, Press.WITHDRAW)
    assert pressed == Pressed(Decision.NOT_ALLOWED, "Only the person who asked can take this back.")
    assert await state(harbor, open_request) == ApprovalState.PENDING


async def test_an_editor_may_decide(harbor: Harbor, open_request: str) -> None:
    bo = await become(harbor, harbor.bo, role=Role.EDITOR)
    assert (await harbor.press(bo, open_request)).decision is Decision.TAKEN


@pytest.mark.parametrize("gone", [{"outsider": "a guest of this workspace"}, {"removed_at": 1}])
async def test_an_owner_who_left_or_became_a_guest_may_not_decide_any_more(
    harbor: Harbor, open_request: str, gone: dict[str, Any]
) -> None:
    if "removed_at" in gone:
        gone = {"removed_at": harbor.clock()}
    ana = await become(harbor, harbor.ana, **gone)
    pressed = await harbor.press(ana, open_request)
    assert pressed.decision is Decision.NOT_ALLOWED
    assert "Nobody can at the moment." in pressed.words
    assert await state(harbor, open_request) == ApprovalState.PENDING


@pytest.mark.parametrize("press", [Press.APPROVE, Press.DENY])
async def test_after_its_time_nobody_decides(
    harbor: Harbor, open_request: str, press: Press
) -> None:
    harbor.clock.forward(minutes=30)
    pressed = await harbor.press(harbor.ana, open_request, press)
    assert pressed.decision is Decision.TOO_LATE
    assert "expired" in pressed.words
    assert await state(harbor, open_request) == ApprovalState.PENDING


async def test_a_request_of_another_organisation_is_not_there(
    harbor: Harbor, open_request: str
) -> None:
    stranger = await add_member(harbor.store, "zed", "Zed", "UTC", OTHER_ORGANISATION)
    for press in Press:
        pressed = await harbor.press(stranger, open_request, press)
        assert pressed.decision is Decision.GONE
        assert "no longer on record" in pressed.words
    assert await state(harbor, open_request) == ApprovalState.PENDING


@pytest.mark.parametrize("forged", ["", "nobody", "' OR 1=1 --", "x" * 10_000])
async def test_a_request_that_never_was_is_gone(harbor: Harbor, forged: str) -> None:
    assert (await harbor.press(harbor.ana, forged)).decision is Decision.GONE


@on_both_databases
async def test_a_request_expires_once_and_not_before_its_time(
    harbor: Harbor, open_request: str
) -> None:
    async def expire() -> bool:
        async with harbor.store.writing(ORGANISATION) as session:
            return await approvals.expire(session, open_request, now=harbor.clock())

    harbor.clock.forward(minutes=29)
    assert not await expire()
    harbor.clock.forward(minutes=1)
    assert await expire()
    assert not await expire()
    assert await state(harbor, open_request) == ApprovalState.EXPIRED


@on_both_databases
async def test_what_was_decided_does_not_expire(harbor: Harbor, open_request: str) -> None:
    await harbor.press(harbor.ana, open_request)
    harbor.clock.forward(hours=2)
    async with harbor.store.writing(ORGANISATION) as session:
        assert not await approvals.expire(session, open_request, now=harbor.clock())
    assert await state(harbor, open_request) == ApprovalState.APPROVED


# Policies.


@on_both_databases
async def test_in_a_critical_area_two_different_people_have_to_approve(harbor: Harbor) -> None:
    eve = await add_member(harbor.store, "eve", "Eve", "UTC")
    await harbor.grant(ALL)
    await harbor.ask()
    await set_policy(harbor, critical=["lamps"])
    approval_id = await propose(harbor)
    for _ in range(2):
        pressed = await harbor.press(harbor.ana, approval_id)
        assert pressed.decision is Decision.HALF
        assert "second person" in pressed.words
    assert await state(harbor, approval_id) == ApprovalState.PENDING
    assert (await harbor.gate.execute(harbor.caller(), approval_id)).state == "pending"
    assert (await harbor.press(eve, approval_id)).decision is Decision.TAKEN
    assert await state(harbor, approval_id) == ApprovalState.APPROVED

    bell = await propose(harbor, ToolCall("c2", "lamp_ring_bell", {}))
    assert (await harbor.press(eve, bell)).decision is Decision.TAKEN, "another area"


async def test_in_a_critical_area_one_no_is_enough(harbor: Harbor) -> None:
    eve = await add_member(harbor.store, "eve", "Eve", "UTC")
    await harbor.grant(ALL)
    await harbor.ask()
    await set_policy(harbor, critical=["lamps"])
    approval_id = await propose(harbor)
    await harbor.press(harbor.ana, approval_id)
    assert (await harbor.press(eve, approval_id, Press.DENY)).decision is Decision.TAKEN
    assert await state(harbor, approval_id) == ApprovalState.DENIED


async def test_who_asked_may_be_kept_from_approving(harbor: Harbor, open_request: str) -> None:
    eve = await add_member(harbor.store, "eve", "Eve", "UTC")
    await set_policy(harbor, own_allowed=False)
    pressed = await harbor.press(harbor.ana, open_request)
    assert pressed == Pressed(
        Decision.NOT_ALLOWED,
        "You asked for this, so somebody else has to decide. <@UEVE> can.",
    )
    assert (await harbor.press(eve, open_request)).decision is Decision.TAKEN


async def test_named_people_and_a_user_group_may_be_let_in(
    harbor: Harbor, open_request: str
) -> None:
    cy = await become(harbor, await add_member(harbor.store, "cy", "Cy", "UTC"), role=Role.VIEWER)
    harbor.groups["S1"] = [cy.user_id]
    await set_policy(harbor, owners=False, people=[harbor.bo.id], user_group="S1")
    assert (await harbor.press(harbor.ana, open_request)).decision is Decision.NOT_ALLOWED
    assert (await harbor.press(harbor.bo, open_request)).decision is Decision.TAKEN
    other = await propose(harbor, ToolCall("c2", "lamp_ring_bell", {}))
    assert (await harbor.press(cy, other)).decision is Decision.TAKEN


async def test_who_is_on_call_may_be_let_in(harbor: Harbor, open_request: str) -> None:
    bo = await become(harbor, harbor.bo, email="Bo@example.com")
    await set_policy(harbor, owners=False, editors=False, on_call=harbor.connection.id)
    assert (await harbor.press(bo, open_request)).decision is Decision.NOT_ALLOWED
    harbor.service.on_call = ["bo@EXAMPLE.com"]
    assert (await harbor.press(bo, open_request)).decision is Decision.TAKEN


async def test_what_cannot_be_found_out_lets_nobody_in_and_is_said(
    harbor: Harbor, open_request: str
) -> None:
    def down() -> None:
        raise Unavailable("Lamp is down.")

    harbor.service.before = down
    await set_policy(harbor, user_group="S9", on_call=harbor.connection.id)
    pressed = await harbor.press(harbor.bo, open_request)
    assert pressed.decision is Decision.NOT_ALLOWED
    assert "the user group S9 could not be read" in pressed.words
    assert "who is on call could not be read: Lamp is down." in pressed.words
    assert (await harbor.press(harbor.ana, open_request)).decision is Decision.TAKEN


async def test_the_connections_policy_goes_before_the_agents(
    harbor: Harbor, open_request: str
) -> None:
    await set_policy(harbor, agent_id=harbor.debugger.id, owners=False, people=[harbor.bo.id])
    assert (await harbor.press(harbor.ana, open_request)).decision is Decision.NOT_ALLOWED
    await set_policy(harbor)
    assert (await harbor.press(harbor.bo, open_request)).decision is Decision.NOT_ALLOWED
    assert (await harbor.press(harbor.ana, open_request)).decision is Decision.TAKEN


async def test_whom_the_policy_names_and_nobody_has_met_yet_is_named_as_well(
    harbor: Harbor, open_request: str
) -> None:
    async with harbor.store.writing(ORGANISATION) as session:
        dee = await ensure_member(session, "UDEE", now=harbor.clock())
    await set_policy(harbor, owners=False, editors=False, people=[dee.id])
    refused = await harbor.press(harbor.ana, open_request)
    assert refused.words == "You may not decide on this. <@UDEE> can."
    # Until Slack told who they are, they may not.
    assert (await harbor.press(dee, open_request)).decision is Decision.NOT_ALLOWED
    met = await become(harbor, dee, outsider="")
    assert (await harbor.press(met, open_request)).decision is Decision.TAKEN
