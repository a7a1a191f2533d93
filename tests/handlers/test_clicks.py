"""Approve, Deny and Withdraw: what a press does, and what it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.agents.reception import RUN
from bot.gate.calls import ToolCall
from bot.handlers.clicks import REASON
from bot.slack.cards import APPROVE, APPROVE_ALL, DENY, DENY_ALL, WITHDRAW
from bot.store.tables import Approval
from tests.fixtures_store import ORGANISATION, add_member
from tests.support.desk import Desk
from tests.support.harbor import ALL, CHANNEL

PLACE = {"channel": CHANNEL, "thread": "1.0"}


@pytest.fixture
async def card(desk: Desk) -> list[str]:
    """Two open requests on one card."""
    harbor = desk.harbor
    await harbor.grant(ALL)
    await harbor.ask()
    ids = []
    for number, lamp in enumerate(("mast", "bow")):
        wanted = {"name": lamp, "on": lamp == "mast"}
        call = ToolCall(f"c{number}", "lamp_switch_lamp", wanted)
        made = await harbor.gate.handle(harbor.caller(), harbor.ana.id, call)
        assert isinstance(made, Approval)
        ids.append(made.id)
    async with harbor.store.writing(ORGANISATION) as session:
        for approval_id in ids:
            (await session.get_one(Approval, approval_id)).card = "card1"
    return ids


async def states(desk: Desk, ids: list[str]) -> list[str]:
    return [(await desk.harbor.approval(one)).state for one in ids]


async def whispers(desk: Desk) -> list[str]:
    return [str(sent["text"]) for sent in desk.slack.sent("chat_postEphemeral")]


def why(reason: str) -> dict[str, Any]:
    return {REASON: {REASON: {"type": "plain_text_input", "value": reason}}}


async def test_a_press_of_an_owner_decides_and_the_run_goes_on(desk: Desk, card: list[str]) -> None:
    await desk.press("UANA", APPROVE, card[0])
    assert await states(desk, card) == ["approved", "pending"]
    [job] = await desk.jobs(RUN)
    assert job.subject == "run1"
    assert await whispers(desk) == []


async def test_slacks_second_delivery_changes_and_says_nothing(desk: Desk, card: list[str]) -> None:
    for _ in range(3):
        await desk.press("UANA", APPROVE, card[0])
    assert len(await desk.jobs(RUN)) == 1
    assert await whispers(desk) == []


async def test_a_stranger_changes_nothing_and_is_told_who_can(desk: Desk, card: list[str]) -> None:
    await desk.press("UBO", APPROVE, card[0])
    assert await states(desk, card) == ["pending", "pending"]
    assert await desk.jobs(RUN) == []
    [told] = await whispers(desk)
    assert "<@UANA> can" in told
    [sent] = desk.slack.sent("chat_postEphemeral")
    assert (sent["user"], sent["channel"]) == ("UBO", CHANNEL)


@pytest.mark.parametrize("value", ["", "forged", "card1", "' OR 1=1 --", "x" * 5000])
@pytest.mark.parametrize("action", [APPROVE, WITHDRAW])
async def test_a_forged_value_is_on_nobodys_record(
    desk: Desk, card: list[str], action: str, value: str
) -> None:
    await desk.press("UANA", action, value)
    assert await states(desk, card) == ["pending", "pending"]
    assert "no longer on record" in (await whispers(desk))[0]


async def test_a_late_press_is_told_that_it_is_late(desk: Desk, card: list[str]) -> None:
    desk.harbor.clock.forward(minutes=31)
    await desk.press("UANA", APPROVE, card[0])
    assert await states(desk, card) == ["pending", "pending"]
    assert "has expired" in (await whispers(desk))[0]


async def test_whoever_comes_second_is_told_who_decided(desk: Desk, card: list[str]) -> None:
    desk.slack.add("UEVE", "Eve")
    await add_member(desk.harbor.store, "eve", "Eve", "UTC")
    await desk.press("UANA", APPROVE, card[0])
    await desk.press("UEVE", APPROVE, card[0])
    assert (await whispers(desk))[0].startswith("<@UANA> approved this at ")


async def test_deny_asks_why_and_only_then_denies(desk: Desk, card: list[str]) -> None:
    await desk.press("UANA", DENY, card[0])
    assert await states(desk, card) == ["pending", "pending"]
    [opened] = desk.slack.sent("views_open")
    assert json.loads(opened["view"]["private_metadata"])["approvals"] == [card[0]]
    await desk.submit("UANA", REASON, {"approvals": [card[0]], **PLACE}, why(" too dark "))
    assert await states(desk, card) == ["denied", "pending"]
    assert (await desk.harbor.approval(card[0])).reason == "too dark"


async def test_a_denial_needs_no_reason(desk: Desk, card: list[str]) -> None:
    values = {REASON: {REASON: {"type": "plain_text_input", "value": None}}}
    await desk.submit("UANA", REASON, {"approvals": [card[0]], **PLACE}, values)
    assert await states(desk, card) == ["denied", "pending"]


async def test_a_no_counts_even_where_slack_does_not_open_the_modal(
    desk: Desk, card: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if method == "views_open":
            raise SlackApiError("no", {"error": "trigger_expired"})  # type: ignore[no-untyped-call]
        return answer(method, arguments)

    answer = desk.slack._answer
    monkeypatch.setattr(desk.slack, "_answer", refuse)
    await desk.press("UANA", DENY, card[0])
    assert await states(desk, card) == ["denied", "pending"]


async def test_the_modal_of_somebody_without_the_right_changes_nothing(
    desk: Desk, card: list[str]
) -> None:
    await desk.submit("UBO", REASON, {"approvals": card, **PLACE}, why("no"))
    assert await states(desk, card) == ["pending", "pending"]
    assert "<@UANA> can" in (await whispers(desk))[0]


async def test_all_of_a_card_are_decided_together(desk: Desk, card: list[str]) -> None:
    await desk.press("UANA", APPROVE_ALL, "card1")
    assert await states(desk, card) == ["approved", "approved"]


async def test_all_that_is_still_open_is_denied_together(desk: Desk, card: list[str]) -> None:
    await desk.press("UANA", APPROVE, card[0])
    await desk.press("UANA", DENY_ALL, "card1")
    [opened] = desk.slack.sent("views_open")
    assert json.loads(opened["view"]["private_metadata"])["approvals"] == [card[1]]


async def test_pressing_all_where_nothing_is_open_is_said(desk: Desk, card: list[str]) -> None:
    """An old copy of a card, say: a press must never be followed by silence."""
    for action in (APPROVE_ALL, DENY_ALL):
        await desk.press("UANA", action, "an older card")
    assert len(await whispers(desk)) == 2
    assert desk.slack.sent("views_open") == []


async def test_withdraw_is_for_the_one_who_asked(desk: Desk, card: list[str]) -> None:
    await desk.press("UBO", WITHDRAW, card[0])
    assert await states(desk, card) == ["pending", "pending"]
    await desk.press("UANA", WITHDRAW, card[0])
    assert await states(desk, card) == ["withdrawn", "pending"]


async def test_a_button_that_nothing_listens_to_is_acknowledged(desk: Desk) -> None:
    await desk.press("UANA", "from_an_older_version", "x")


async def test_a_press_in_a_workspace_that_is_not_ours_is_nothing(
    desk: Desk, card: list[str]
) -> None:
    body = {
        "team": {"id": "TOTHER"},
        "user": {"id": "UANA"},
        "actions": [{"action_id": APPROVE, "value": card[0]}],
    }

    async def ack(**_: Any) -> None:
        pass

    await desk.listeners.get("action", APPROVE)(ack=ack, body=body)
    assert await states(desk, card) == ["pending", "pending"]
