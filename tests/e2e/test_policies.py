"""Who may approve: the policy that an owner sets in Slack, and cards with several writes."""

from typing import Any

import pytest

from tests.e2e.stage import Stage, spoken

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def set_policy(stage: Stage, **chosen: Any) -> None:
    await stage.workspace.command("ana", "#incidents", "/ops approvals demo")
    view = stage.workspace.views("ana")[-1]
    values = {f"policy_{name}": value for name, value in chosen.items()}
    await stage.workspace.submit_view("ana", view["id"], values)
    await stage.until(
        lambda: any("may approve" in spoken(one) for one in stage.workspace.ephemerals("ana"))
    )


async def test_whoever_is_on_call_may_approve_and_nobody_else(stage: Stage) -> None:
    rota = await first_option(stage, "policy_on_call")
    await set_policy(stage, roles=[], on_call=rota)
    await stage.answer(stage.say("bo", "@debugger who is on call?"))  # Bo is known from now on
    thread = stage.say("ana", "@debugger acknowledge the checkout incident")
    card = await stage.card(thread)
    await stage.press("ana", card, "approve")
    await stage.until(
        lambda: any("may not decide" in spoken(one) for one in stage.workspace.ephemerals("ana"))
    )
    assert stage.sandbox.journal.writes() == []
    await stage.press("bo", card, "approve")
    assert "acknowledged incident" in spoken(await stage.answer(thread))


async def test_in_a_critical_area_two_different_people_have_to_approve(stage: Stage) -> None:
    await stage.answer(stage.say("bo", "@debugger who is on call?"))
    await set_policy(
        stage, roles=["owners"], people=[stage.workspace.person("bo").id], critical=["incidents"]
    )
    thread = stage.say("ana", "@debugger acknowledge the checkout incident")
    card = await stage.card(thread)
    await stage.press("ana", card, "approve")
    await stage.press("ana", card, "approve")
    await stage.until(lambda: "did" in spoken(stage.workspace.message("#incidents", card["ts"])))
    assert stage.sandbox.journal.writes() == []
    await stage.press("bo", card, "approve")
    await stage.answer(thread)
    assert len(stage.sandbox.journal.writes()) == 1


async def test_several_writes_are_one_card_and_can_be_decided_one_by_one(stage: Stage) -> None:
    thread = stage.say("ana", "@debugger resolve all open incidents")
    card = await stage.card(thread)
    assert "2 changes" in spoken(card)
    buttons = [
        element
        for block in card["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    first = next(one["value"] for one in buttons if one["action_id"] == "approval_approve")
    await stage.workspace.click("ana", "#incidents", card["ts"], "approval_approve", value=first)
    await stage.until(lambda: len(stage.sandbox.journal.writes()) == 1)
    await stage.deny("ana", card)
    await stage.answer(thread)
    assert len(stage.sandbox.journal.writes()) == 1


async def test_the_one_who_asked_can_take_a_request_back(stage: Stage) -> None:
    thread = stage.say("chidi", "@debugger acknowledge the checkout incident")
    card = await stage.card(thread)
    await stage.press("chidi", card, "withdraw")
    await stage.answer(thread)
    assert "Withdrawn" in spoken(stage.workspace.message("#incidents", card["ts"]))
    assert stage.sandbox.journal.writes() == []


async def first_option(stage: Stage, block_id: str) -> str:
    await stage.workspace.command("ana", "#incidents", "/ops approvals demo")
    view = stage.workspace.views("ana")[-1]
    block = next(one for one in view["blocks"] if one.get("block_id") == block_id)
    await stage.workspace.close_view("ana", view["id"])
    return str(block["element"]["options"][0]["value"])
