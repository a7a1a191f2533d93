"""Patience: transient failures are tried again, then another model answers and says who it is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from bot.agents.messages import Model, ModelFailed, OnText, Replied, Request
from bot.agents.models.retry import Busy, Patient
from tests.agents.models import fake_anthropic as play
from tests.agents.models.fake_anthropic import FakeAnthropic
from tests.agents.models.support import KEY, Screen, asking, direct

DOWN = Busy("The model provider is overloaded.")
WRONG_KEY = ModelFailed("The key is wrong.", transient=False)


@dataclass
class Scripted:
    """A model that shows a text, then fails or replies as its script says."""

    script: Sequence[ModelFailed | str]
    name: str = "scripted"
    shows: str = ""
    asked: list[Request] = field(default_factory=list)

    async def respond(self, request: Request, on_text: OnText) -> Replied:
        answer = self.script[len(self.asked)]
        self.asked.append(request)
        if self.shows:
            await on_text(self.shows)
        if isinstance(answer, ModelFailed):
            raise answer
        return Replied(answer)


@dataclass
class Waits:
    """A sleep that notes its seconds and does not sleep."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@dataclass
class Planner:
    """The offline planner's place: made with a notice, which its answer opens with."""

    notices: list[str] = field(default_factory=list)

    def __call__(self, notice: str) -> Model:
        self.notices.append(notice)
        return Scripted([f"{notice} Here is the plan."], name="offline")


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def planner() -> Planner:
    return Planner()


def patient(model: Model, fallback: Planner | Model, waits: Waits, jitter: float = 1.0) -> Patient:
    return Patient(model, fallback, sleep=waits, jitter=lambda: jitter)


async def test_a_passing_failure_is_tried_again(waits: Waits, planner: Planner) -> None:
    model = Scripted([DOWN, "Fine."])
    reply = await patient(model, planner, waits).respond(asking("?"), Screen())
    assert reply.text == "Fine."
    assert len(model.asked) == 2
    assert planner.notices == []


async def test_waits_grow_and_are_spread(waits: Waits, planner: Planner) -> None:
    await patient(Scripted([DOWN, DOWN, "x"]), planner, waits, 1.0).respond(asking("?"), Screen())
    await patient(Scripted([DOWN, DOWN, "x"]), planner, waits, 0.0).respond(asking("?"), Screen())
    assert waits.seconds == [1.0, 2.0, 0.5, 1.0]


async def test_the_provider_may_ask_for_a_longer_wait(waits: Waits, planner: Planner) -> None:
    model = Scripted([Busy("Slow down.", retry_after=7), "Fine."])
    await patient(model, planner, waits).respond(asking("?"), Screen())
    assert waits.seconds == [7]


async def test_too_long_a_wait_is_not_waited_for(waits: Waits, planner: Planner) -> None:
    model = Scripted([Busy("Come back tomorrow.", retry_after=3600)])
    reply = await patient(model, planner, waits).respond(asking("?"), Screen())
    assert waits.seconds == []
    assert reply.model == "offline"


async def test_after_three_tries_the_planner_answers_with_a_notice(
    waits: Waits, planner: Planner
) -> None:
    model = Scripted([DOWN, DOWN, DOWN])
    reply = await patient(model, planner, waits).respond(asking("?"), Screen())
    assert len(model.asked) == 3
    assert len(waits.seconds) == 2
    assert reply.model == "offline"
    assert reply.text == (
        "The language model could not be reached. The model provider is overloaded. "
        "Here is the plan."
    )


async def test_a_second_model_comes_before_the_planner(waits: Waits, planner: Planner) -> None:
    second = patient(Scripted(["From the second."], name="haiku"), planner, waits)
    reply = await patient(Scripted([DOWN] * 3), second, waits).respond(asking("?"), Screen())
    assert (reply.text, reply.model) == ("From the second.", "haiku")
    assert planner.notices == []


async def test_a_final_failure_is_told_and_not_tried_again(waits: Waits, planner: Planner) -> None:
    model = Scripted([WRONG_KEY])
    with pytest.raises(ModelFailed, match="The key is wrong"):
        await patient(model, planner, waits).respond(asking("?"), Screen())
    assert len(model.asked) == 1
    assert planner.notices == []


async def test_text_of_a_failed_try_is_taken_back(waits: Waits, planner: Planner) -> None:
    screen = Screen()
    model = Scripted([DOWN, "Check"], shows="Check")
    await patient(model, planner, waits).respond(asking("?"), screen)
    assert screen.shown == ["Check", "", "Check"]


async def test_nothing_is_taken_back_where_nothing_was_shown(
    waits: Waits, planner: Planner
) -> None:
    screen = Screen()
    await patient(Scripted([DOWN, "Fine."]), planner, waits).respond(asking("?"), screen)
    assert screen.shown == []


async def test_cancelling_ends_the_patience(planner: Planner) -> None:
    async def cancelled(seconds: float) -> None:
        raise asyncio.CancelledError

    model = Scripted([DOWN, "Fine."])
    with pytest.raises(asyncio.CancelledError):
        await Patient(model, planner, sleep=cancelled, jitter=lambda: 0).respond(
            asking("?"), Screen()
        )
    assert len(model.asked) == 1
    assert planner.notices == []


async def test_an_error_of_ours_is_not_taken_for_a_failure_of_the_model(
    waits: Waits, planner: Planner
) -> None:
    async def broken(text: str) -> None:
        raise RuntimeError("Slack")

    model = Scripted(["Fine."], shows="Fi")
    with pytest.raises(RuntimeError, match="Slack"):
        await patient(model, planner, waits).respond(asking("?"), broken)


# With the real wire


async def test_an_overloaded_anthropic_answers_on_the_second_try(
    fake: FakeAnthropic, waits: Waits, planner: Planner
) -> None:
    fake.plays(play.error(529, "overloaded_error", "Overloaded"), play.says("Fine."))
    line = direct(fake)
    model = patient(line, planner, waits)
    reply = await model.respond(asking("?"), Screen())
    await line.aclose()
    assert reply.text == "Fine."
    assert waits.seconds == [1.0]


async def test_a_rate_limit_is_waited_for(
    fake: FakeAnthropic, waits: Waits, planner: Planner
) -> None:
    limited = play.error(429, "rate_limit_error", "Slow down", {"Retry-After": "3"})
    fake.plays(limited, play.says("Fine."))
    line = direct(fake)
    model = patient(line, planner, waits)
    reply = await model.respond(asking("?"), Screen())
    await line.aclose()
    assert reply.text == "Fine."
    assert waits.seconds == [3.0]


async def test_a_stream_that_breaks_starts_again_from_empty(
    fake: FakeAnthropic, waits: Waits, planner: Planner
) -> None:
    screen = Screen()
    fake.plays(
        play.breaks_off(play.message(play.text("Check", "out"))[:5]), play.says("Check", "out.")
    )
    line = direct(fake)
    model = patient(line, planner, waits)
    await model.respond(asking("?"), screen)
    await line.aclose()
    assert screen.shown == ["Check", "Checkout", "", "Check", "Checkout."]


async def test_each_failed_try_is_logged_without_the_key(
    fake: FakeAnthropic, waits: Waits, planner: Planner
) -> None:
    fake.plays(*[play.echoes_key(500)] * 2, play.echoes_key(429))
    line = direct(fake)
    model = patient(line, planner, waits)
    with capture_logs() as logs:
        await model.respond(asking("?"), Screen())
    await line.aclose()
    assert [entry["event"] for entry in logs] == ["model_failed"] * 3 + ["model_fallback"]
    assert KEY not in repr(logs)
    assert KEY not in repr(planner.notices)
