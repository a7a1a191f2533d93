"""“Investigate this” in a message's menu: a question about it, asked by whoever chose it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.handlers.shortcuts import AGAIN, INVESTIGATE, NO_WORDS, words_of
from bot.manifest import manifest
from bot.store.tables import Conversation, Run
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk
from tests.support.harbor import CHANNEL, TEAM

ALERT = {
    "ts": "50.000100",
    "bot_id": "B7",
    "text": "",
    "attachments": [{"title": "Checkout 5xx", "text": "@tony error rate is 12 %"}],
}


async def choose(desk: Desk, message: dict[str, Any], user: str = "UANA") -> None:
    async def ack() -> None:
        return None

    body = {
        "type": "message_action",
        "callback_id": INVESTIGATE,
        "team": {"id": TEAM},
        "user": {"id": user, "team_id": TEAM},
        "channel": {"id": CHANNEL},
        "message_ts": message["ts"],
        "message": message,
    }
    await desk.listeners.get("shortcut", INVESTIGATE)(ack=ack, body=body)


async def runs(desk: Desk) -> list[Run]:
    async with desk.harbor.store.reading(ORGANISATION) as session:
        return list(await session.scalars(select(Run)))


def whispers(desk: Desk) -> list[str]:
    return [str(sent["text"]) for sent in desk.slack.sent("chat_postEphemeral")]


async def test_an_alert_becomes_a_question_in_its_thread(desk: Desk) -> None:
    await choose(desk, ALERT)
    [run] = await runs(desk)
    assert (run.asked_by, run.read_only) == ("ana", True)
    assert run.question.startswith("Investigate what this message reports.")
    assert "<message>\nCheckout 5xx\n@tony error rate is 12 %\n</message>" in run.question
    async with desk.harbor.store.reading(ORGANISATION) as session:
        conversation = await session.get_one(Conversation, run.conversation_id)
    assert (conversation.channel_id, conversation.thread_ts) == (CHANNEL, "50.000100")
    assert [job.subject for job in await desk.jobs("run")] == [run.id]


async def test_a_reply_is_looked_into_in_the_thread_that_it_stands_in(desk: Desk) -> None:
    await choose(desk, {"ts": "51.0", "thread_ts": "50.0", "text": "It is down again"})
    [run] = await runs(desk)
    async with desk.harbor.store.reading(ORGANISATION) as session:
        conversation = await session.get_one(Conversation, run.conversation_id)
    assert conversation.thread_ts == "50.0"


async def test_chosen_twice_it_is_one_question(desk: Desk) -> None:
    await choose(desk, ALERT)
    await choose(desk, ALERT, "UBO")
    assert len(await runs(desk)) == 1
    assert whispers(desk) == [AGAIN]


async def test_a_message_without_words_is_said_to_be_that(desk: Desk) -> None:
    await choose(desk, {"ts": "52.0", "text": " ", "files": [{"id": "F1"}]})
    assert await runs(desk) == []
    assert whispers(desk) == [NO_WORDS]


async def test_a_key_in_the_message_goes_no_further(desk: Desk) -> None:
    key = "ghp_" + "a1B2c3D4e" * 4
    await choose(desk, {"ts": "53.0", "text": f"fails with {key}"})
    [run] = await runs(desk)
    assert key not in run.question


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"text": "a"}, ["a"]),
        ({"text": "a b", "blocks": [{"type": "section", "text": {"text": "a b"}}]}, ["a b"]),
        ({"attachments": [{"fields": [{"title": "Rate", "value": "12 %"}]}]}, ["Rate", "12 %"]),
        ({}, []),
    ],
)
def test_words_are_found_wherever_an_alert_keeps_them(
    message: dict[str, Any], words: list[str]
) -> None:
    assert list(words_of(message)) == words


def test_the_manifest_offers_it() -> None:
    [shortcut] = manifest()["features"]["shortcuts"]
    assert (shortcut["callback_id"], shortcut["type"]) == (INVESTIGATE, "message")
