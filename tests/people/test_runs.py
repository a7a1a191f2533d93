"""A run and its organisation: who may go on, with which model, and what is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from bot.agents.loop import Loop
from bot.agents.messages import Replied, Request
from bot.agents.permit import Permit
from bot.people.counters import MESSAGES, used
from bot.scheduling.queue import Claim
from bot.store.tables import Run, RunState
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk

QUESTION = "@debugger is the mast lamp on?"


class Voice:
    """What a thread would show."""

    def __init__(self) -> None:
        self.said: list[str] = []

    async def begin(self, _ts: str) -> str:
        return "1.0"

    async def steps(self, *_: Any) -> None: ...

    async def text(self, _so_far: str) -> None: ...

    def trust(self, _allowed: object) -> None: ...

    async def entitle(self, _title: str) -> None: ...

    async def answer(self, markdown: str, _lines: Sequence[Any], footer: str, *_: Any) -> str:
        self.said += [markdown, footer]
        return "2.0"

    async def apologise(self, words: str, _lines: Sequence[Any]) -> None:
        self.said.append(words)


class Answering:
    """A model that answers at once, after `meanwhile` has happened."""

    def __init__(self, name: str, meanwhile: Callable[[], Any] | None) -> None:
        self.name = name
        self._meanwhile = meanwhile

    async def respond(self, _request: Request, _on_text: Any) -> Replied:
        if self._meanwhile is not None:
            await self._meanwhile()
        return Replied("It is on.", model=self.name)


async def run_question(
    desk: Desk, *, model: str = "claude-sonnet-5-5", meanwhile: Callable[[], Any] | None = None
) -> tuple[str, Run]:
    """Works on the run that waits, and returns what its thread shows."""
    harbor, voice = desk.harbor, Voice()
    nothing: Any = None
    loop = Loop(
        harbor.store,
        harbor.gate,
        harbor.queue,
        model_for=lambda fit: Answering(fit.model, meanwhile),
        voice_for=lambda *_: voice,  # type: ignore[arg-type]
        cards=nothing,
        acquaintance=desk.services.acquaintance,
        permit=Permit(harbor.store, harbor.queue, default_model=model),
        max_steps=5,
    )
    (claim,) = await harbor.queue.take(1)
    await loop.work(Claim(**claim.__dict__))
    async with harbor.store.reading(ORGANISATION) as session:
        run = (await session.scalars(select(Run))).one()
    return " ".join(voice.said), run


async def counted(desk: Desk) -> int:
    async with desk.harbor.store.reading(ORGANISATION) as session:
        return await used(session, MESSAGES, desk.harbor.clock())


async def test_a_question_that_is_answered_counts(desk: Desk) -> None:
    await desk.say("UBO", QUESTION)
    said, run = await run_question(desk)
    assert said == "It is on. claude-sonnet-5-5"
    assert (run.state, await counted(desk)) == (RunState.DONE, 1)


async def test_a_question_of_a_guest_is_refused_and_does_not_count(desk: Desk) -> None:
    desk.slack.add("UDANA", "Dana", is_restricted=True)
    await desk.say("UDANA", QUESTION)
    said, run = await run_question(desk)
    assert "you are a guest of this workspace" in said
    assert (run.state, await counted(desk)) == (RunState.FAILED, 0)


async def test_whoever_is_removed_while_the_run_goes_on_gets_no_answer(desk: Desk) -> None:
    async def removed() -> None:
        await desk.command("UANA", "team remove <@UBO>")

    await desk.say("UBO", QUESTION)
    said, run = await run_question(desk, meanwhile=removed)
    assert "you are no longer a member of this organisation" in said
    assert "It is on" not in said
    assert (run.state, await counted(desk)) == (RunState.FAILED, 1)


@pytest.mark.parametrize(("plan", "name"), [("scale", "opus"), ("explore", "sonnet")])
async def test_a_model_above_the_plan_falls_back_and_the_answer_says_so(
    desk: Desk, plan: str, name: str
) -> None:
    await desk.command("UANA", f"plan {plan}")
    await desk.say("UBO", QUESTION)
    said, _ = await run_question(desk, model="claude-opus-5-5")
    assert f"claude-{name}-5-5" in said
    told = "instead of Claude Opus 5.5, which the plan Explore does not have"
    assert (told in said) == (plan == "explore")


async def test_without_money_no_model_is_asked(desk: Desk) -> None:
    async def never() -> None:
        raise AssertionError("the model was asked")

    await desk.say("UBO", QUESTION)
    await desk.command("UANA", "budget 0")
    said, run = await run_question(desk, meanwhile=never)
    assert "This month's budget of $0.00 for language models is used up" in said
    assert (run.state, await counted(desk)) == (RunState.FAILED, 0)
