"""A direct message is answered in Slack's own stream: steps as tasks, then the answer."""

import pytest

from tests.e2e.stage import Stage, spoken

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_a_direct_message_needs_no_name_and_streams_its_answer(stage: Stage) -> None:
    channel = stage.workspace.direct("ana")
    thread = stage.say("ana", "which incidents are open?", channel=channel)
    answer = await stage.expect("Checkout 5xx", channel=channel, thread=thread)
    assert stage.workspace.calls("chat.startStream")
    assert stage.workspace.calls("chat.stopStream")
    assert answer["username"] == "Debugger"
    assert "No language model is configured" in spoken(answer)


async def test_a_write_in_a_direct_message_outlives_the_stream(stage: Stage) -> None:
    channel = stage.workspace.direct("ana")
    thread = stage.say("ana", "acknowledge the checkout incident", channel=channel)
    card = await stage.expect("wants to acknowledge", channel=channel, thread=thread)
    await stage.workspace.click("ana", channel, card["ts"], "approval_approve")
    await stage.expect("acknowledged incident", channel=channel, thread=thread)
    assert len(stage.sandbox.journal.writes()) == 1
