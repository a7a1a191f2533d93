"""Buttons below an answer: one press asks one question, as the person who pressed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.agents.following_up import AGAIN, GONE, PRIVATE
from bot.agents.forgetting import forget
from bot.store.tables import Agent, Conversation, Member, Run, RunState, Step, Visibility
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk
from tests.support.harbor import CHANNEL

WHO, WHEN = "run1:0", "run1:1"


def _step(desk: Desk) -> Step:
    offered = [
        {"label": "Who lit it?", "question": "Who lit the <mast> & when?"},
        {"label": "Since when?", "question": "Since when is it lit?"},
    ]
    call = {"id": "c1", "name": "suggest_follow_ups", "arguments": {}, "closing": True}
    return Step(
        run_id="run1",
        number=0,
        replied={"text": "It is lit.", "calls": [call]},
        returned={"c1": {"failed": False, "text": "", "data": {"data": {"follow_ups": offered}}}},
        complete=True,
        model="scripted",
        created_at=desk.harbor.clock(),
    )


@pytest.fixture
async def answered(desk: Desk) -> Desk:
    """Ana's question, which the debugger answered with two follow-ups."""
    await desk.harbor.ask()
    async with desk.harbor.store.writing(ORGANISATION) as session:
        run = await session.get_one(Run, "run1")
        run.state, run.answer = RunState.DONE, "It is lit."
        session.add(_step(desk))
    return desk


async def press(desk: Desk, user: str, value: str = WHO, channel: str = CHANNEL) -> None:
    await desk.press(user, "follow_up_0", value, channel)


async def asked(desk: Desk) -> list[Run]:
    """What was asked by pressing."""
    async with desk.harbor.store.reading(ORGANISATION) as session:
        found = select(Run).where(Run.id != "run1").order_by(Run.created_at, Run.id)
        return list(await session.scalars(found))


def whispers(desk: Desk) -> list[str]:
    return [str(sent["text"]) for sent in desk.slack.sent("chat_postEphemeral")]


async def test_a_press_asks_the_same_agent_in_the_same_thread(answered: Desk) -> None:
    await answered.harbor.hire("analyst")
    async with answered.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Conversation, "talk1.0")).agent_id = "analyst"  # was named since
    await press(answered, "UBO")
    [run] = await asked(answered)
    assert run.question == "Who lit the <mast> & when?"
    assert (run.asked_by, run.agent_id, run.conversation_id) == ("bo", "debugger", "talk1.0")
    assert not run.read_only, "a write that comes of it is put before a person, as ever"
    assert [job.subject for job in await answered.jobs("run")] == [run.id]
    assert whispers(answered) == []


async def test_the_thread_is_told_who_asks_what(answered: Desk) -> None:
    await press(answered, "UBO")
    [job] = await answered.jobs("say")
    assert '"<@UBO> asks: Who lit the &lt;mast&gt; &amp; when?"' in job.subject
    assert '"verbatim": true' in job.subject
    assert '"thread_ts": "1.0"' in job.subject


async def test_it_is_asked_once_however_often_it_is_pressed(answered: Desk) -> None:
    await press(answered, "UBO")
    await press(answered, "UBO")
    await press(answered, "UANA")
    assert [run.asked_by for run in await asked(answered)] == ["bo"]
    assert len(await answered.jobs("say")) == 1
    assert whispers(answered) == [AGAIN, AGAIN]


async def test_another_button_asks_another_question(answered: Desk) -> None:
    await press(answered, "UBO")
    await press(answered, "UBO", WHEN)
    assert [run.question for run in await asked(answered)][1] == "Since when is it lit?"


@pytest.mark.parametrize("value", ["", "run1", "run1:2", "run1:-1", "run1:²", "run9:0", "Hello?"])
async def test_a_forged_button_asks_nothing(answered: Desk, value: str) -> None:
    await press(answered, "UBO", value)
    assert await asked(answered) == []
    assert whispers(answered) == [GONE]


async def test_a_button_of_another_place_asks_nothing(answered: Desk) -> None:
    await press(answered, "UBO", channel="CELSE")
    assert await asked(answered) == []
    assert whispers(answered) == [GONE]


async def test_whoever_may_not_ask_is_told_so(answered: Desk) -> None:
    async with answered.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, "bo")).removed_at = answered.harbor.clock()
    await press(answered, "UBO")
    assert await asked(answered) == []
    assert len(whispers(answered)) == 1


async def test_a_private_agent_of_somebody_else_is_refused_in_words(answered: Desk) -> None:
    async with answered.harbor.store.writing(ORGANISATION) as session:
        agent = await session.get_one(Agent, "debugger")
        agent.visibility, agent.created_by = Visibility.ONLY_ME, "ana"
    await press(answered, "UBO")
    assert await asked(answered) == []
    assert whispers(answered) == [PRIVATE]
    await press(answered, "UANA")
    assert [run.asked_by for run in await asked(answered)] == ["ana"]


async def test_an_archived_agent_says_so(answered: Desk) -> None:
    async with answered.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Agent, "debugger")).archived_at = answered.harbor.clock()
    await press(answered, "UBO")
    assert await asked(answered) == []
    assert whispers(answered)[0].startswith("Debugger is archived")


async def test_an_answer_that_was_forgotten_says_so(answered: Desk) -> None:
    await forget(answered.harbor.store, answered.harbor.ana, CHANNEL)
    await press(answered, "UBO")
    assert await asked(answered) == []
    assert whispers(answered) == [GONE]


# The panel.


async def open_panel(desk: Desk, channel: str) -> list[dict[str, str]]:
    event = {"type": "app_home_opened", "user": "UANA", "channel": channel, "tab": "messages"}
    await desk.listeners.get("event", "app_home_opened")(event=event, context={"team_id": "T1"})
    return list(desk.slack.sent("assistant_threads_setSuggestedPrompts")[-1]["prompts"])


async def test_the_panel_offers_what_the_last_answer_left_to_ask(answered: Desk) -> None:
    await press(answered, "UANA", WHEN)
    async with answered.harbor.store.writing(ORGANISATION) as session:
        for run in await session.scalars(select(Run).where(Run.id != "run1")):
            run.asked_by = "bo"  # Ana's own last question is the one with the buttons
    first, second, *_ = await open_panel(answered, CHANNEL)
    assert first == {
        "title": "Debugger: Who lit it?",
        "message": "@debugger Who lit the <mast> & when?",
    }
    assert second["title"] == "Debugger: what is open?", "what was asked is not offered again"


async def test_the_panel_forgets_them_after_a_day(answered: Desk) -> None:
    answered.harbor.clock.forward(hours=25)
    titles = [one["title"] for one in await open_panel(answered, CHANNEL)]
    assert "Debugger: Who lit it?" not in titles
