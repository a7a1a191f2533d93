"""What comes back: text as it grows, calls, usage, and answers that are cut, refused or empty."""

from __future__ import annotations

import json

import pytest

from bot.agents.messages import ModelFailed, ToolCall, Usage
from bot.agents.models.direct import DirectModel
from tests.agents.models import fake_anthropic as play
from tests.agents.models.fake_anthropic import MODEL, FakeAnthropic
from tests.agents.models.support import Screen, asking


async def test_text_is_shown_as_it_grows(model: DirectModel, fake: FakeAnthropic) -> None:
    screen = Screen()
    fake.plays(play.says("Check", "out is", " fine."))
    reply = await model.respond(asking("How is checkout?"), screen)
    assert screen.shown == ["Check", "Checkout is", "Checkout is fine."]
    assert reply.text == "Checkout is fine."
    assert reply.calls == []


async def test_texts_around_thinking_are_paragraphs(
    model: DirectModel, fake: FakeAnthropic
) -> None:
    screen = Screen()
    fake.plays(
        play.streams(
            play.message(play.text("First."), play.thinking("hm", "c2ln"), play.text("Then."))
        )
    )
    reply = await model.respond(asking("Well?"), screen)
    assert reply.text == "First.\n\nThen."
    assert screen.shown[-1] == reply.text


async def test_thinking_is_not_shown(model: DirectModel, fake: FakeAnthropic) -> None:
    screen = Screen()
    fake.plays(play.streams(play.message(play.thinking("secret", "c2ln"), play.text("Fine."))))
    reply = await model.respond(asking("Well?"), screen)
    assert screen.shown == ["Fine."]
    assert reply.text == "Fine."


async def test_parallel_calls_keep_their_ids_and_arguments(
    model: DirectModel, fake: FakeAnthropic
) -> None:
    fake.plays(
        play.streams(
            play.calling(
                play.text("Looking."),
                play.tool_use("toolu_1", "list_monitors", '{"stat', 'us": "down"}'),
                play.tool_use("toolu_2", "search_logs"),
            )
        )
    )
    reply = await model.respond(asking("Down?"), Screen())
    assert reply.text == "Looking."
    assert reply.calls == [
        ToolCall("toolu_1", "list_monitors", {"status": "down"}),
        ToolCall("toolu_2", "search_logs", {}),
    ]


async def test_usage_counts_what_was_read_from_the_cache(
    model: DirectModel, fake: FakeAnthropic
) -> None:
    usage = {"input_tokens": 25, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 75}
    fake.plays(play.streams(play.message(play.text("Fine."), usage=usage)))
    reply = await model.respond(asking("Well?"), Screen())
    assert reply.usage == Usage(input=1000, output=15, cached=900)


async def test_the_reply_says_who_answered_and_can_be_stored(
    model: DirectModel, fake: FakeAnthropic
) -> None:
    fake.plays(play.says("Fine."))
    reply = await model.respond(asking("Well?"), Screen())
    assert reply.model == MODEL == model.name
    assert reply.wire is not None
    assert json.loads(json.dumps(reply.wire)) == reply.wire
    assert reply.wire["provider_name"] == "anthropic"


# Cut, refused, empty


async def test_a_cut_answer_says_that_it_was_cut(model: DirectModel, fake: FakeAnthropic) -> None:
    fake.plays(play.streams(play.message(play.text("The cause"), stop_reason="max_tokens")))
    reply = await model.respond(asking("Why?"), Screen())
    assert reply.text.startswith("The cause\n\n(The answer was cut here")


async def test_a_cut_call_is_not_made(model: DirectModel, fake: FakeAnthropic) -> None:
    fake.plays(
        play.streams(
            play.message(
                play.tool_use("toolu_1", "list_monitors", '{"status": "down"}'),
                play.tool_use("toolu_2", "search_logs"),
                stop_reason="max_tokens",
            )
        )
    )
    reply = await model.respond(asking("Why?"), Screen())
    assert [call.id for call in reply.calls] == ["toolu_1"]
    assert "toolu_2" not in json.dumps(reply.wire)


async def test_an_answer_that_was_all_thinking_says_what_to_do(
    model: DirectModel, fake: FakeAnthropic
) -> None:
    fake.plays(play.streams(play.message(play.thinking("hm", "c2ln"), stop_reason="max_tokens")))
    with pytest.raises(ModelFailed, match="Ask for less at a time") as caught:
        await model.respond(asking("Why?"), Screen())
    assert not caught.value.transient


async def test_a_refusal_is_told_with_its_reason(model: DirectModel, fake: FakeAnthropic) -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": "It could\ndo harm."}
    events = play.message(play.text("I"), stop_reason="refusal", stop_details=details)
    fake.plays(play.streams(events))
    with pytest.raises(
        ModelFailed, match=r"declined to answer this\. Its reason: It could do harm"
    ) as caught:
        await model.respond(asking("Break in."), Screen())
    assert not caught.value.transient


@pytest.mark.parametrize("blocks", [[], [play.text(" \n")]])
async def test_an_empty_answer_may_be_asked_for_again(
    model: DirectModel, fake: FakeAnthropic, blocks: list[play.Block]
) -> None:
    screen = Screen()
    fake.plays(play.streams(play.message(*blocks)))
    with pytest.raises(ModelFailed, match="empty answer") as caught:
        await model.respond(asking("Why?"), screen)
    assert caught.value.transient
    assert screen.shown == []


@pytest.mark.parametrize("arguments", ['{"status": ', "[1]"])
async def test_a_call_that_cannot_be_read_may_be_asked_for_again(
    model: DirectModel, fake: FakeAnthropic, arguments: str
) -> None:
    fake.plays(play.streams(play.calling(play.tool_use("toolu_1", "list_monitors", arguments))))
    with pytest.raises(ModelFailed, match="list_monitors in a form that cannot be read") as caught:
        await model.respond(asking("Why?"), Screen())
    assert caught.value.transient
