"""The buttons that stand with every answer: Stop while it is made, thumbs when it is there."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.agents.feedback import GONE, SORRY, THANKS, ratings
from bot.slack.messages import MAX_BLOCKS, Message
from bot.slack.progress import STOP
from bot.slack.thumbs import BAD, FEEDBACK, GOOD, with_thumbs
from bot.store.tables import Feedback, Run, RunState
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk
from tests.support.harbor import CHANNEL, TEAM

PROGRESS = "1.0"
"""The post that the desk presses on, and its thread."""


@pytest.fixture
async def asked(desk: Desk) -> Desk:
    """Ana's question, whose steps are shown in a post."""
    await desk.harbor.ask()
    async with desk.harbor.store.writing(ORGANISATION) as session:
        run = await session.get_one(Run, "run1")
        run.progress_ts, run.state = PROGRESS, RunState.WAITING
    return desk


async def thumbs_of(desk: Desk) -> list[tuple[str, bool]]:
    async with desk.harbor.store.reading(ORGANISATION) as session:
        found = await session.scalars(select(Feedback).order_by(Feedback.member_id))
        return [(one.member_id, one.good) for one in found]


def whispers(desk: Desk) -> list[str]:
    return [str(sent["text"]) for sent in desk.slack.sent("chat_postEphemeral")]


async def run_of(desk: Desk) -> Run:
    async with desk.harbor.store.reading(ORGANISATION) as session:
        return await session.get_one(Run, "run1")


async def test_the_button_stops_and_wakes_the_run(asked: Desk) -> None:
    await asked.press("UANA", STOP)
    assert (await run_of(asked)).stopped_by == "ana"
    assert [job.subject for job in await asked.jobs("run")] == ["run1"]
    assert whispers(asked) == []


async def test_slacks_own_button_stops_too(asked: Desk) -> None:
    event = {"channel": CHANNEL, "user": "UANA", "thread_ts": PROGRESS}
    listener = asked.listeners.get("event", "agent_session_stopped")
    await listener(event=event, context={"team_id": TEAM})
    assert (await run_of(asked)).stopped_by == "ana"


async def test_somebody_who_may_not_is_told_alone(asked: Desk) -> None:
    await asked.press("UBO", STOP)
    assert (await run_of(asked)).stopped_by is None
    assert whispers(asked)[0].startswith("Only owners and editors may stop")


async def test_a_thumb_is_kept_and_the_last_one_counts(asked: Desk) -> None:
    await asked.press("UANA", FEEDBACK, "good")
    await asked.press("UBO", BAD, "bad")
    await asked.press("UBO", GOOD, "good")
    await asked.press("UANA", FEEDBACK, "bad")
    assert await thumbs_of(asked) == [("ana", False), ("bo", True)]
    assert whispers(asked) == [THANKS, SORRY, THANKS, SORRY]


async def test_usage_counts_this_months_thumbs(asked: Desk) -> None:
    await asked.press("UANA", FEEDBACK, "good")
    await asked.press("UBO", FEEDBACK, "bad")
    assert "1 answer found good, 1 bad" in await asked.command("UANA", "usage")
    async with asked.harbor.store.reading(ORGANISATION) as session:
        later = asked.harbor.clock().replace(year=2030)
        assert (await ratings(session, later)).good == 0


@pytest.mark.parametrize("value", ["", "run1", "great"])
async def test_a_forged_thumb_is_none(asked: Desk, value: str) -> None:
    await asked.press("UANA", FEEDBACK, value)
    assert await thumbs_of(asked) == []


async def test_a_thumb_in_another_channel_has_no_answer_to_be_about(asked: Desk) -> None:
    await asked.press("UANA", FEEDBACK, "good", channel="CELSE")
    assert await thumbs_of(asked) == []
    assert whispers(asked) == [GONE]


def test_thumbs_stand_below_the_last_message_with_plain_buttons_behind_them() -> None:
    block = {"type": "divider"}
    first, last = with_thumbs([Message("a", [block]), Message("b", [block], [[block]])])
    assert first.blocks == [block]
    assert [form[-1]["type"] for form in last.forms[:-1]] == [
        "context_actions",
        "actions",
        "actions",
    ]


def test_a_message_that_is_full_or_only_text_stays_as_it_is() -> None:
    full = Message("a", [{"type": "divider"}] * MAX_BLOCKS)
    assert with_thumbs([full]) == [full]
    assert with_thumbs([Message("b")]) == [Message("b")]
