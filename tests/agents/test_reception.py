"""A message becomes one question, or one short answer, or nothing."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from sqlalchemy import func, select

from bot.agents.reception import LONGEST_QUESTION
from bot.store.tables import Agent, Conversation, Job, Member
from tests.fixtures_store import ORGANISATION, add_member
from tests.support.harbor import BOT_USER, CHANNEL
from tests.support.stage import Stage

MENTION = f"<@{BOT_USER}>"


async def said(stage: Stage) -> list[str]:
    """What stands in the channel when the work is done, without runs."""
    await stage.work()
    return [str(post["text"]) for post in stage.slack.posts.values()]


async def conversation(stage: Stage) -> Conversation:
    async with stage.harbor.store.reading(ORGANISATION) as session:
        return (await session.scalars(select(Conversation))).one()


@pytest.mark.parametrize(
    "text",
    [
        "@debugger how are the lamps?",
        f"{MENTION} debugger how are the lamps?",
        f"{MENTION} @debugger how are the lamps?",
        f"{MENTION} how are the lamps?",
    ],
)
async def test_a_message_to_an_agent_becomes_a_question(stage: Stage, text: str) -> None:
    assert await stage.say(text, ts="10.5")
    [run] = await stage.runs()
    assert (run.question, run.source_ts) == ("how are the lamps?", "10.5")
    assert (run.agent_id, run.asked_by) == ("debugger", "ana")
    talk = await conversation(stage)
    assert (talk.channel_id, talk.thread_ts, talk.direct) == (CHANNEL, "10.5", False)


async def test_both_events_of_a_message_and_all_repeats_are_one_question(stage: Stage) -> None:
    """`app_mention` and `message` carry the same ts; Slack repeats either at will."""
    text = f"{MENTION} how are the lamps?"
    taken = await asyncio.gather(*(stage.say(text) for _ in range(6)))
    assert sorted(taken) == [False] * 5 + [True]
    await stage.work()
    assert not await stage.say(text), "and later, when it is answered"
    assert len(await stage.runs()) == 1


async def test_two_messages_are_two_questions(stage: Stage) -> None:
    await stage.say("@debugger one?", ts="10.0")
    await stage.say("@debugger two?", ts="11.0")
    assert [run.question for run in await stage.runs()] == ["one?", "two?"]


async def test_a_short_answer_comes_once_however_often_the_message_comes(stage: Stage) -> None:
    for _ in range(3):
        await stage.say("@debuger how are the lamps?")
    assert await said(stage) == [
        "There is no agent called “debuger”. Did you mean Debugger? Write @debugger and ask again."
    ]
    assert await stage.runs() == []


async def test_a_short_answer_stands_in_the_thread_of_its_message(stage: Stage) -> None:
    await stage.say("@debuger hm?", ts="10.5")
    await stage.say("@debuger hm?", ts="11.5", thread="9.0")
    await stage.work()
    assert [post["thread_ts"] for post in stage.slack.posts.values()] == ["10.5", "9.0"]


async def test_an_unknown_name_is_told_who_can_be_asked(stage: Stage) -> None:
    await stage.harbor.hire("tony")
    await stage.say(f"{MENTION} @detective how are the lamps?")
    [text] = await said(stage)
    assert text == "There is no agent called “detective”. You can ask: @debugger, @tony."


async def test_a_wrong_name_cannot_make_the_bot_call_the_whole_channel(stage: Stage) -> None:
    await stage.say(f"{MENTION} @&lt;!channel&gt; hi")
    [text] = await said(stage)
    assert "<!channel>" not in text
    assert "&lt;!channel&gt;" in text


async def test_two_agents_in_one_message_are_asked_to_be_one(stage: Stage) -> None:
    await stage.harbor.hire("tony")
    await stage.say("@debugger and @tony, how are the lamps?")
    [text] = await said(stage)
    assert text.startswith("You named Debugger and Tony. One agent answers a message")


@pytest.mark.parametrize("text", ["@debugger", "@debugger ?", "@debugger :wave:", "@debugger 🔥"])
async def test_a_message_that_asks_nothing_is_asked_back(stage: Stage, text: str) -> None:
    await stage.say(text)
    [answer] = await said(stage)
    assert answer.startswith("What should Debugger look into? For example: ")


async def test_a_pasted_log_is_not_read_as_a_question(stage: Stage) -> None:
    await stage.say("@debugger " + "x" * 40_000)
    [answer] = await said(stage)
    assert "has 40,000 characters; I read up to 12,000" in answer
    await stage.say("@debugger " + "x" * LONGEST_QUESTION, ts="11.0")
    assert len(await stage.runs()) == 1, "just as long as can be read"


async def test_a_name_of_forty_thousand_letters_is_answered_too(stage: Stage) -> None:
    await stage.say(f"{MENTION} @" + "x" * 40_000)
    [answer] = await said(stage)
    assert len(answer) < 500


async def test_a_channel_talk_among_people_is_none_of_our_business(stage: Stage) -> None:
    for number, text in enumerate(["lunch?", "@bob look", "<@UBO> how are the lamps?", ""]):
        assert not await stage.say(text, ts=f"{number}.0")
    async with stage.harbor.store.installation() as session:
        assert await session.scalar(select(func.count(Job.id))) == 0
    assert stage.slack.calls == []


# Follow-ups.


@pytest.fixture
async def asked(stage: Stage) -> Stage:
    """Ana has asked in the thread 10.0."""
    await stage.ask("@debugger how are the lamps?", ts="10.0")
    return stage


async def test_whoever_asked_goes_on_without_naming_anybody(asked: Stage) -> None:
    assert await asked.say("and the bow?", ts="12.0", thread="10.0")
    assert [run.question for run in await asked.runs()] == ["how are the lamps?", "and the bow?"]


@pytest.mark.parametrize(
    ("user", "text", "thread"),
    [
        ("UANA", "<@UBO> can you look?", "10.0"),
        ("UBO", "and the bow?", "10.0"),
        ("UNEW", "and the bow?", "10.0"),
        ("UANA", "and the bow?", "9.0"),
        ("UANA", "and the bow?", ""),
    ],
)
async def test_others_and_other_threads_are_left_alone(
    asked: Stage, user: str, text: str, thread: str
) -> None:
    assert not await asked.say(text, user=user, ts="12.0", thread=thread)


async def test_somebody_else_joins_by_naming_an_agent(asked: Stage) -> None:
    assert await asked.say(f"{MENTION} and the bow?", user="UBO", ts="12.0", thread="10.0")
    assert await asked.say("and the mast?", user="UBO", ts="13.0", thread="10.0")


async def test_a_follow_up_goes_to_the_agent_of_the_thread(asked: Stage) -> None:
    await asked.harbor.hire("tony")
    await asked.say("@tony and the bow?", ts="12.0", thread="10.0")
    await asked.say("and the mast?", ts="13.0", thread="10.0")
    await asked.say(f"{MENTION} and the stern?", ts="14.0", thread="10.0")
    agents = [run.agent_id for run in await asked.runs()]
    assert agents == ["debugger", "tony", "tony", "tony"]


async def test_a_thread_of_an_agent_that_is_gone_goes_to_another(asked: Stage) -> None:
    await asked.harbor.hire("tony")
    async with asked.harbor.store.writing(ORGANISATION) as session:
        debugger = await session.get_one(Agent, "debugger")
        debugger.archived_at = asked.harbor.clock()
    await asked.say("and the bow?", ts="12.0", thread="10.0")
    assert (await asked.runs())[-1].agent_id == "tony"
    await asked.say("@debugger hello", ts="13.0")
    assert len(await asked.runs()) == 2, "nobody is called so any more"


async def test_without_any_agent_people_are_told(stage: Stage) -> None:
    async with stage.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Agent, "debugger")).archived_at = stage.harbor.clock()
    await stage.say(f"{MENTION} how are the lamps?")
    [text] = await said(stage)
    assert text.startswith("There is no agent here yet.")


# Direct messages.


async def test_in_a_direct_message_nobody_needs_to_be_named(stage: Stage) -> None:
    assert await stage.say("how are the lamps?", channel="D1", ts="10.5", direct=True)
    [run] = await stage.runs()
    assert (run.question, run.agent_id) == ("how are the lamps?", "debugger")
    talk = await conversation(stage)
    assert (talk.channel_id, talk.thread_ts, talk.direct) == ("D1", "10.5", True)


async def test_in_a_direct_message_an_agent_may_be_named(stage: Stage) -> None:
    await stage.harbor.hire("tony")
    await stage.say("@tony how are the lamps?", channel="D1", direct=True)
    assert (await stage.runs())[0].agent_id == "tony"


async def test_an_emoji_in_a_direct_message_is_asked_back(stage: Stage) -> None:
    await stage.say(":wave:", channel="D1", direct=True)
    [text] = await said(stage)
    assert text.startswith("What should I look into?")


async def test_a_person_who_was_never_seen_is_taken_on(stage: Stage) -> None:
    await stage.say("@debugger how are the lamps?", user="UNEW")
    async with stage.harbor.store.reading(ORGANISATION) as session:
        found = await session.scalars(select(Member.user_id).order_by(Member.user_id))
        assert list(found) == ["UANA", "UBO", "UNEW"]
    assert len(await stage.runs()) == 1


async def test_the_same_thread_in_two_channels_is_two_conversations(stage: Stage) -> None:
    for channel in ("C1", "C2"):
        await stage.say("@debugger hm?", channel=channel)
    talks = {run.conversation_id for run in await stage.runs()}
    assert len(talks) == 2


async def test_any_order_of_messages_and_repeats_ends_the_same(stage: Stage) -> None:
    await add_member(stage.harbor.store, "cy", "Cy", "UTC")
    events = [("@debugger one?", "10.0", ""), ("two?", "11.0", "10.0")]
    for order in itertools.permutations(events * 2):
        for text, ts, thread in order:
            await stage.say(text, ts=ts, thread=thread)
    assert sorted(run.question for run in await stage.runs()) == ["one?", "two?"]
