"""The main job: ask, read the answer, approve a write, deny one; over both of Slack's doors."""

import pytest

from tests.e2e.stage import Stage, spoken

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

QUESTION = "@debugger which incidents are open, and who is on call?"
ACKNOWLEDGE = "/api/v3/incidents/5101/acknowledge"


async def test_a_question_is_answered_in_its_thread_with_a_table_and_steps(stage: Stage) -> None:
    thread = stage.say("ana", QUESTION)
    answer = await stage.expect("Checkout 5xx", thread=thread)
    assert "Bo Chen" in spoken(answer)
    assert "No language model is configured" in spoken(answer)
    assert any(block["type"] == "table" for block in answer["blocks"])
    assert answer["username"] == "Debugger"
    steps = await stage.expect("Debugger took 2 steps", thread=thread)
    assert "list incidents" in spoken(steps)
    assert len(stage.bot_posts(thread)) == 2

    follow_up = stage.say("ana", "only the acknowledged ones", thread=thread)
    assert follow_up != thread
    await stage.expect("Search latency", thread=thread)


async def test_an_approved_write_happens_once_and_says_who_approved(stage: Stage) -> None:
    thread = stage.say("ana", "@debugger acknowledge the checkout incident")
    card = await stage.card(thread)
    asked = spoken(card)
    assert "*Debugger* wants to acknowledge incident" in asked
    assert "Checkout 5xx" in asked
    assert "Better Stack (Demo)" in asked
    assert "5101" in asked
    assert stage.sandbox.journal.writes() == []

    await stage.press("ana", card, "approve")
    assert "acknowledged incident" in spoken(await stage.answer(thread))
    closed = stage.workspace.message("#incidents", card["ts"])
    assert "Approved by" in spoken(closed)
    assert not any(block["type"] == "actions" for block in closed["blocks"])
    assert [(one.method, one.path) for one in stage.sandbox.journal.writes()] == [
        ("POST", ACKNOWLEDGE)
    ]


async def test_a_denied_write_is_never_sent_and_the_agent_says_so(stage: Stage) -> None:
    thread = stage.say("ana", "@debugger acknowledge the checkout incident")
    card = await stage.card(thread)
    await stage.deny("ana", card, reason="Bo is on it")
    await stage.until(
        lambda: "*Denied* by" in spoken(stage.workspace.message("#incidents", card["ts"]))
    )
    answer = await stage.answer(thread)
    assert "othing was sent" in spoken(answer)
    assert "Bo is on it" in spoken(stage.workspace.message("#incidents", card["ts"]))
    assert stage.sandbox.journal.writes() == []


async def test_killed_between_card_and_click_nothing_is_lost(stage: Stage) -> None:
    question = stage.say("ana", QUESTION)
    await stage.expect("Checkout 5xx", thread=question)
    thread = stage.say("ana", "@debugger acknowledge the checkout incident")
    card = await stage.card(thread)

    await stage.bot.kill()
    await stage.bot.start()
    await stage.connected()

    await stage.press("ana", card, "approve")
    await stage.answer(thread)
    assert len(stage.sandbox.journal.writes()) == 1
    # The thread from before the restart is still known: a follow-up needs no mention.
    stage.say("ana", "and who is on call?", thread=question)
    await stage.until(lambda: len(stage.bot_posts(question)) == 4)


async def test_a_click_by_a_stranger_changes_nothing_and_is_explained(stage: Stage) -> None:
    thread = stage.say("ana", "@debugger acknowledge the checkout incident")
    card = await stage.card(thread)
    await stage.press("chidi", card, "approve")
    await stage.until(lambda: stage.workspace.ephemerals("chidi"))
    assert "You may not decide on this" in spoken(stage.workspace.ephemerals("chidi")[-1])
    assert stage.sandbox.journal.writes() == []


async def test_a_card_that_was_deleted_can_no_longer_be_pressed_twice(stage: Stage) -> None:
    """The card is gone, but the press that was on its way still counts, and only once."""
    thread = stage.say("ana", "@debugger acknowledge the checkout incident")
    card = await stage.card(thread)
    stage.workspace.fail_next("chat.update", "message_not_found")
    await stage.press("ana", card, "approve")
    await stage.press("ana", card, "approve")
    await stage.answer(thread)
    assert len(stage.sandbox.journal.writes()) == 1
