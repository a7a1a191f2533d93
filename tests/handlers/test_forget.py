"""`/ops forget`: what a person asked is deleted, and what the organisation needs stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.handlers.commands.forget import FORGET
from bot.store.tables import Conversation, Feedback, Run, RunState, Step
from bot.store.talks import runs_before
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk
from tests.support.harbor import CHANNEL

DIRECT = f"{ORGANISATION}:"
SECRET = "what we pay the keeper"


@pytest.fixture
async def remembered(desk: Desk) -> Desk:
    """Ana's answered question in a direct message, with a step and a thumb, and one of hers in a
    channel."""
    harbor = desk.harbor
    await harbor.ask("private", thread="1.0")
    await harbor.ask("public", thread="2.0")
    async with harbor.store.writing(ORGANISATION) as session:
        talk = await session.get_one(Conversation, "talk1.0")
        talk.direct, talk.channel_id = True, "DANA"
        for run_id in ("private", "public"):
            run = await session.get_one(Run, run_id)
            run.state, run.question, run.answer = RunState.DONE, SECRET, f"{SECRET}: 3"
            session.add(
                Step(
                    run_id=run_id,
                    number=0,
                    replied={"text": SECRET, "calls": [], "wire": {"text": SECRET}},
                    returned={"c1": {"text": SECRET}},
                    complete=True,
                    model="scripted",
                    input_tokens=7,
                    created_at=harbor.clock(),
                )
            )
            session.add(Feedback(run_id=run_id, member_id="ana", good=True, at=harbor.clock()))
    return desk


async def held(desk: Desk, run_id: str) -> str:
    """Everything that is kept of a run."""
    async with desk.harbor.store.reading(ORGANISATION) as session:
        run = await session.get_one(Run, run_id)
        steps = await session.scalars(select(Step).where(Step.run_id == run_id))
        thumbs = await session.scalars(select(Feedback).where(Feedback.run_id == run_id))
        said = [run.question, run.answer, *(f"{one.replied}{one.returned}" for one in steps)]
        return "\n".join([*said, *("thumb" for _ in thumbs)])


async def test_it_asks_first_and_says_what_stays(remembered: Desk) -> None:
    told = await remembered.command("UANA", "forget")
    assert "I remember 1 question of yours in direct messages." in told
    assert "the audit log" in told
    assert SECRET in await held(remembered, "private")


async def test_pressed_the_direct_messages_are_gone_and_the_channel_is_not(
    remembered: Desk,
) -> None:
    told = await remembered.press("UANA", FORGET, DIRECT)
    assert "Forgotten: 1 question with the answers." in told
    assert (await held(remembered, "private")).strip() == "{'text': '', 'calls': []}{}"
    assert SECRET in await held(remembered, "public")
    assert "remember nothing" in await remembered.command("UANA", "forget")


async def test_here_is_the_channel_and_only_ones_own(remembered: Desk) -> None:
    assert "remember nothing" in await remembered.command("UBO", "forget here")
    await remembered.press("UBO", FORGET, f"{ORGANISATION}:{CHANNEL}")
    assert SECRET in await held(remembered, "public")
    assert "1 question of yours in <#" in await remembered.command("UANA", "forget here")
    await remembered.press("UANA", FORGET, f"{ORGANISATION}:{CHANNEL}")
    assert SECRET not in await held(remembered, "public")


async def test_what_it_cost_and_that_it_happened_stay(remembered: Desk) -> None:
    await remembered.press("UANA", FORGET, DIRECT)
    async with remembered.harbor.store.reading(ORGANISATION) as session:
        [step] = await session.scalars(select(Step).where(Step.run_id == "private"))
        assert (step.model, step.input_tokens) == ("scripted", 7)
    sentences = await remembered.harbor.sentences()
    assert sentences[-1].startswith("Ana had what they asked in direct messages forgotten: 1")


async def test_a_forgotten_question_is_in_no_later_conversation(remembered: Desk) -> None:
    await remembered.press("UANA", FORGET, DIRECT)
    later = await remembered.harbor.ask("later", thread="1.0")
    async with remembered.harbor.store.reading(ORGANISATION) as session:
        assert await runs_before(session, later, 8) == []


async def test_what_is_still_worked_on_stays(remembered: Desk) -> None:
    async with remembered.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Run, "private")).state = RunState.WAITING
    assert "1 that I still work on stay" in await remembered.command("UANA", "forget")
    await remembered.press("UANA", FORGET, DIRECT)
    assert SECRET in await held(remembered, "private")


async def test_a_button_of_another_organisation_forgets_nothing(remembered: Desk) -> None:
    told = await remembered.press("UANA", FORGET, "labs:")
    assert "another organisation" in told
    assert SECRET in await held(remembered, "private")
