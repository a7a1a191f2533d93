"""Who answers: private agents for their maker alone, and the default agent of a channel."""

from __future__ import annotations

import pytest

from bot.agents.channel_defaults import set_channels
from bot.store.tables import Agent, Visibility
from tests.fixtures_store import ORGANISATION
from tests.support.harbor import BOT_USER, CHANNEL, TEAM
from tests.support.stage import Stage

MENTION = f"<@{BOT_USER}>"


async def change(stage: Stage, handle: str, **columns: object) -> None:
    async with stage.harbor.store.writing(ORGANISATION) as session:
        agent = await session.get_one(Agent, handle)
        for name, value in columns.items():
            setattr(agent, name, value)


async def make_default(stage: Stage, handle: str) -> None:
    async with stage.harbor.store.writing(ORGANISATION) as session:
        await set_channels(session, TEAM, handle, [CHANNEL])


async def said(stage: Stage) -> list[str]:
    await stage.work()
    return [str(post["text"]) for post in stage.slack.posts.values()]


async def answering(stage: Stage) -> list[str]:
    return [run.agent_id for run in await stage.runs()]


@pytest.fixture
async def private(stage: Stage) -> Stage:
    """Tony, whom only Ana knows."""
    await stage.harbor.hire("tony")
    await change(stage, "tony", visibility=Visibility.ONLY_ME, created_by="ana")
    return stage


async def test_a_private_agent_answers_its_maker(private: Stage) -> None:
    await private.say("@tony how are the lamps?", user="UANA")
    assert await answering(private) == ["tony"]


async def test_a_private_agent_is_nobody_to_others(private: Stage) -> None:
    assert not await private.say("@tony how are the lamps?", user="UBO")
    await private.say(f"{MENTION} @tonny how are the lamps?", user="UBO", ts="11.0")
    [text] = await said(private)
    assert text == "There is no agent called “tonny”. You can ask: @debugger."
    assert await private.runs() == []


async def test_in_its_thread_others_are_answered_by_somebody_else(private: Stage) -> None:
    await private.say("@tony how are the lamps?", user="UANA", ts="10.0")
    await private.say(f"{MENTION} and now?", user="UBO", ts="11.0", thread="10.0")
    assert await answering(private) == ["tony", "debugger"]


async def test_a_channels_default_agent_answers_where_nobody_is_named(stage: Stage) -> None:
    await stage.harbor.hire("tony")
    await make_default(stage, "tony")
    await stage.say(f"{MENTION} how are the lamps?", ts="10.0")
    await stage.say(f"{MENTION} debugger how are the lamps?", ts="11.0")
    await stage.say(f"{MENTION} and now?", ts="12.0", thread="11.0")
    assert await answering(stage) == ["tony", "debugger", "debugger"]


async def test_a_default_that_is_archived_or_private_is_passed_over(private: Stage) -> None:
    await make_default(private, "tony")
    await private.say(f"{MENTION} how are the lamps?", user="UBO", ts="10.0")
    assert await answering(private) == ["debugger"]
    archived = private.harbor.clock()
    await change(private, "tony", visibility=Visibility.EVERYONE, archived_at=archived)
    await private.say(f"{MENTION} how are the lamps?", user="UBO", ts="11.0")
    assert await answering(private) == ["debugger", "debugger"]
