"""An answer offers what could be asked next, and costs nothing more for it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents.directives.results import tables
from bot.agents.messages import Asked, Replied, Request, Returned
from bot.agents.suggesting import SUGGEST, TOO_EARLY, TOOL, suggested
from bot.store.tables import RunState
from tests.support.cast import Cast, connect
from tests.support.harbor import ALL
from tests.support.models import Scripted, calls, says
from tests.support.stage import Stage

LIST: tuple[str, dict[str, Any]] = ("lamp_list_lamps", {})
MAST = ("Who lit the mast?", "Who switched the mast lamp on, and when?")
BOW = ("And the bow lamp?", "How long has the bow lamp been off?")


def offer(*wanted: tuple[str, str]) -> tuple[str, dict[str, Any]]:
    return SUGGEST, {"follow_ups": [{"label": label, "question": asks} for label, asks in wanted]}


@pytest.fixture
async def ready(stage: Stage) -> Stage:
    await stage.harbor.grant(ALL)
    stage.house = [TOOL]
    return stage


def script(stage: Stage, *lines: Any) -> None:
    stage.model = Scripted(*lines)


def offered(stage: Stage) -> list[str]:
    """What the buttons below answers say, from the top."""
    every = stage.slack.buttons()
    return [one["text"]["text"] for one in every if one["action_id"].startswith("follow_up")]


async def kept(stage: Stage) -> list[tuple[str, str]]:
    steps = await stage.steps((await stage.runs())[-1])
    return [(one.label, one.question) for one in suggested(steps)]


# The answer and its buttons.


async def test_they_come_with_the_answer_and_cost_no_further_request(ready: Stage) -> None:
    script(ready, calls(LIST), calls(offer(MAST, BOW), text="Two are lit.", step="end"))
    await ready.ask()
    assert len(ready.model.requests) == 2
    assert offered(ready) == [MAST[0], BOW[0]]
    assert await kept(ready) == [MAST, BOW]
    [run] = await ready.runs()
    assert (run.state, run.answer) == (RunState.DONE, "Two are lit.")


async def test_they_stand_above_the_thumbs(ready: Stage) -> None:
    script(ready, calls(offer(MAST), text="Two are lit."))
    await ready.ask()
    answer = list(ready.slack.posts.values())[-1]
    assert [one["type"] for one in answer["blocks"][-2:]] == ["actions", "context_actions"]
    [button] = answer["blocks"][-2]["elements"]
    [run] = await ready.runs()
    assert button["value"] == f"{run.id}:0", "never the question itself"


async def test_people_do_not_see_the_call_among_the_steps(ready: Stage) -> None:
    script(ready, calls(LIST), calls(offer(MAST), text="Two are lit.", step="end"))
    await ready.ask()
    progress = ready.slack.texts()[0]
    assert "Debugger took 1 step" in progress
    assert "follow" not in progress


async def test_the_last_of_the_steps_is_enough_for_it(ready: Stage) -> None:
    ready.max_steps = 2
    script(ready, calls(LIST), calls(offer(MAST), text="Two are lit.", step="end"))
    await ready.ask()
    assert [one.answer for one in await ready.runs()] == ["Two are lit."]
    assert ready.model.requests[-1].tools == [], "nothing is offered where an answer is due"
    assert offered(ready) == [MAST[0]]


async def test_without_an_answer_it_says_to_give_one(ready: Stage) -> None:
    script(ready, calls(offer(MAST)), calls(offer(BOW), text="Two are lit.", step="end"))
    await ready.ask()
    returned = ready.model.requests[1].turns[-1]
    assert isinstance(returned, Returned)
    assert returned.returns[0].text == TOO_EARLY
    assert offered(ready) == [BOW[0]]
    assert "answered without looking anything up" in ready.slack.texts()[0]


async def test_words_beside_another_call_are_not_the_answer(ready: Stage) -> None:
    script(ready, calls(LIST, offer(MAST), text="Looking."), says("Two are lit."))
    await ready.ask()
    assert [one.answer for one in await ready.runs()] == ["Two are lit."]
    assert offered(ready) == []


@pytest.mark.parametrize("wrong", [{}, {"follow_ups": "none"}, {"follow_ups": [{"label": "x"}]}])
async def test_an_answer_stands_whatever_is_wrong_with_its_follow_ups(
    ready: Stage, wrong: dict[str, Any]
) -> None:
    script(ready, calls((SUGGEST, wrong), text="Two are lit."))
    await ready.ask()
    assert len(ready.model.requests) == 1
    assert [one.state for one in await ready.runs()] == [RunState.DONE]
    assert offered(ready) == []


async def test_a_later_question_hears_nothing_of_them(ready: Stage) -> None:
    wire = {"provider_name": "anthropic", "parts": "with the call in it"}
    end = calls(offer(MAST), text="Two are lit.", step="end")
    early = calls(offer(BOW), step="early")
    script(ready, early, Replied(end.text, end.calls, end.usage, end.model, wire))
    await ready.ask(ts="10.0")
    script(ready, says("The mast."))
    await ready.say("<@UBOT> which?", ts="11.0", thread="10.0")
    await ready.work()
    [question, answer, again] = ready.model.requests[0].turns
    assert isinstance(question, Asked)
    assert isinstance(again, Asked)
    assert isinstance(answer, Replied)
    assert (answer.text, list(answer.calls), answer.wire) == ("Two are lit.", [], None)


async def test_a_process_that_dies_on_the_way_says_it_once(ready: Stage) -> None:
    class Died(BaseException):
        """The machine lost its power."""

    script(ready, calls(offer(MAST), text="Two are lit."))
    await ready.say("<@UBOT> how are the lamps?")
    posts = iter([None, Died()])  # the sign of work is posted, the answer is not

    def die(method: str, _arguments: dict[str, Any]) -> str:
        death = next(posts, None) if method == "chat_postMessage" else None
        if death is not None:
            raise death
        return ""

    ready.slack.refuse = die
    with pytest.raises(Died):
        await ready.one_job()
    ready.harbor.clock.forward(minutes=5)
    await ready.work()
    assert len(ready.model.requests) == 1
    assert offered(ready) == [MAST[0]]


async def test_a_colleague_is_not_offered_it(ready: Stage) -> None:
    analyst = await ready.harbor.hire("analyst", "custom")
    await ready.harbor.grant(ALL, agent=analyst)
    await connect(ready.harbor, ready.harbor.debugger, analyst)
    asking = calls(("ask_colleague", {"colleague": "Analyst", "question": "Lamps?"}))
    inner = Scripted(calls(offer(BOW), text="Two are lit.", step="in"))
    cast = Cast(debugger=Scripted(asking, says("Two.")), analyst=inner)
    ready.model = cast
    await ready.ask()
    assert SUGGEST not in [tool.name for tool in inner.requests[0].tools]
    assert SUGGEST in [tool.name for tool in cast.parts["debugger"].requests[0].tools]
    returned = cast.parts["debugger"].requests[-1].turns[-1]
    assert isinstance(returned, Returned)
    assert "answered after 0 steps" in returned.returns[0].text
    assert offered(ready) == []


# What may stand on a button.


@pytest.mark.parametrize(
    "hostile",
    [
        "Tell @channel that the lamps are out",
        "Tell <!here> that the lamps are out",
        "Ask <@UBO> to switch it on",
        "Ask @analyst instead",
        "Open https://evil.example/login",
        "Open www.evil.example",
        "Read [this](evil.example)",
        "List lamps and #alert on anything",
        "List lamps #Alert",
        "List lamps and #report it",
        "List lamps and #notify everyone",
        "Use the key ghp_" + "a1B2c3D4e" * 4,
        "https:/\u200b/evil.example and h\u200bttps://evil.example",
        "",
        ":smile:",
        "x" * 201,
    ],
)
async def test_what_is_more_than_plain_words_is_left_out(ready: Stage, hostile: str) -> None:
    script(ready, calls(offer(("Look", hostile), (hostile, ""), BOW), text="Two are lit."))
    await ready.ask()
    assert offered(ready) == [BOW[0]]


async def test_they_are_one_line_within_their_lengths_and_at_most_three(ready: Stage) -> None:
    long = ("Which of the lamps were lit in the night of the storm?", "Which\n  lamps\twere lit?")
    many = [(f"Lamp {number}?", f"Is lamp {number} lit?") for number in range(5)]
    script(ready, calls(offer(long, *many), text="Two are lit."))
    await ready.ask()
    [(label, question), *others] = await kept(ready)
    assert (label, question) == ("Which of the lamps were lit in the…", "Which lamps were lit?")
    assert len(others) == 2


async def test_what_was_just_asked_and_what_is_said_twice_is_left_out(ready: Stage) -> None:
    asked = ("The lamps", "How are the lamps?")
    script(ready, calls(offer(asked, MAST, MAST, ("Other", MAST[1])), text="Two are lit."))
    await ready.ask()
    assert await kept(ready) == [MAST]


async def test_they_are_no_rows_to_draw_or_flag(ready: Stage) -> None:
    script(ready, calls(offer(MAST), text="Two are lit."))
    await ready.ask()
    assert tables(await ready.steps((await ready.runs())[0])) == []


async def test_each_kind_of_agent_is_told_when_to_use_it(ready: Stage) -> None:
    heard: dict[str, str] = {}

    def listen(request: Request) -> Replied:
        heard[str(len(heard))] = request.instructions
        return says("Fine.")

    script(ready, listen)
    for number, kind in enumerate(("custom", "debugger", "analyst", "product_manager")):
        await ready.harbor.hire(f"{kind.replace('_', '-')}-one", kind)
        await ready.say(f"@{kind.replace('_', '-')}-one hello there", ts=f"2{number}.0")
        await ready.work()
    told = [one.partition("Where you have suggest_follow_ups")[2] for one in heard.values()]
    assert len(set(told)) == len(told) == 4
    assert all("go further than what was asked" in one for one in told)
