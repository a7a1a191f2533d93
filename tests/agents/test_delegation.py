"""An agent asks a colleague: what that sees, does and costs, and what people see of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents.messages import Asked, ModelFailed, Replied, Request, Returned, Usage
from bot.connectors.base import Access
from bot.gate.decisions import Press
from bot.store.tables import Agent, Run, RunState
from tests.fixtures_store import ORGANISATION
from tests.support.cast import Cast, connect
from tests.support.harbor import ALL
from tests.support.models import Scripted, calls, says
from tests.support.stage import Stage

QUESTION = "How many lamps were lit on 3 March 2026, UTC?"
ASK = ("ask_colleague", {"colleague": "Analyst", "question": QUESTION})
LIST: tuple[str, dict[str, Any]] = ("lamp_list_lamps", {})
SWITCH = ("lamp_switch_lamp", {"name": "mast", "on": True})


@pytest.fixture
async def analyst(stage: Stage) -> Agent:
    """A colleague of the debugger's, who alone may see the lamps."""
    hired = await stage.harbor.hire("analyst", "custom")
    await stage.harbor.grant(ALL, agent=hired)
    await connect(stage.harbor, stage.harbor.debugger, hired)
    return hired


def play(stage: Stage, *lines: object, debugger: tuple[object, ...] = ()) -> Cast:
    """The analyst says these lines; the debugger asks it and repeats the matter."""
    asking: Any = debugger or (calls(ASK), says("Two lamps are lit."))
    cast = Cast(debugger=Scripted(*asking), analyst=Scripted(*lines))  # type: ignore[arg-type]
    stage.model = cast
    return cast


async def the_two(stage: Stage) -> tuple[Run, Run]:
    """The debugger's run, and the analyst's within it."""
    runs = await stage.runs()
    [outer] = [one for one in runs if one.parent_run_id is None]
    [inner] = [one for one in runs if one.parent_run_id == outer.id]
    return outer, inner


def told(cast: Cast) -> str:
    """What the debugger got for its question."""
    returned = cast.parts["debugger"].requests[-1].turns[-1]
    assert isinstance(returned, Returned)
    return returned.returns[0].text


async def test_a_colleague_answers_with_its_own_connections(stage: Stage, analyst: Agent) -> None:
    cast = play(stage, calls(LIST), says("Two of three are lit."))
    await stage.ask("<@UBOT> are the lamps lit?")
    assert "Analyst answered after 1 step" in told(cast)
    assert "Two of three are lit." in told(cast)
    assert "Lamp: list lamps" in told(cast), "with what it looked at"
    assert stage.slack.texts()[-1].startswith("Two lamps are lit.")
    assert not any("Two of three" in text for text in stage.slack.texts()), "only the caller speaks"


async def test_it_sees_the_question_and_nothing_else(stage: Stage, analyst: Agent) -> None:
    await stage.ask("<@UBOT> my secret plan is to sail at dawn", ts="10.0")
    cast = play(stage, says("None."))
    await stage.say("are the lamps lit?", ts="11.0", thread="10.0")
    await stage.work()
    [request] = cast.parts["analyst"].requests
    [asked] = request.turns
    assert isinstance(asked, Asked)
    assert (asked.text, asked.name) == (QUESTION, "Debugger, for Ana")
    assert "ask_colleague" not in [one.name for one in request.tools]
    assert "lamp_list_lamps" in [one.name for one in request.tools]


async def test_the_asking_agent_is_told_whom_it_may_ask(stage: Stage, analyst: Agent) -> None:
    cast = play(stage, says("None."))
    await stage.ask()
    [tool] = [one for one in cast.parts["debugger"].requests[0].tools if one.name == ASK[0]]
    assert "- Analyst: Custom." in tool.description


async def test_an_agent_without_colleagues_is_offered_nothing(stage: Stage) -> None:
    await stage.harbor.hire("analyst")
    cast = play(stage, debugger=(says("Fine."),))
    await stage.ask()
    assert cast.parts["debugger"].requests[0].tools == []


async def test_the_thread_shows_who_was_asked_and_what_that_did(
    stage: Stage, analyst: Agent
) -> None:
    play(stage, calls(LIST), says("Two."))
    await stage.ask()
    [steps] = [text for text in stage.slack.texts() if "took" in text]
    assert "Debugger took 1 step" in steps, "the whole is one step of the caller"
    asking = steps.index("ask colleague (colleague: Analyst")
    assert steps.index("↳ Analyst: Lamp: list lamps · 2 rows") > asking


async def test_the_record_names_both(stage: Stage, analyst: Agent) -> None:
    play(stage, calls(LIST), says("Two."))
    await stage.ask()
    sentences = " ".join(await stage.harbor.sentences())
    assert f"Debugger, asked by Ana, asked Analyst: {QUESTION}" in sentences
    assert "Analyst, asked by Debugger for Ana, listed lamps in Lamp (Demo)" in sentences


async def test_it_counts_as_no_message_but_its_tokens_count(stage: Stage, analyst: Agent) -> None:
    play(stage, calls(LIST), says("Two."))
    await stage.ask()
    outer, inner = await the_two(stage)
    assert (outer.counted, inner.counted) == (True, False)
    assert (inner.asked_by, inner.agent_id) == (outer.asked_by, analyst.id)
    assert [step.input_tokens for step in await stage.steps(inner)] == [100, 100]
    assert (inner.state, inner.answer) == (RunState.DONE, "Two.")
    assert len(await stage.steps(outer)) == 2


async def test_a_follow_up_does_not_hear_what_the_colleague_heard(
    stage: Stage, analyst: Agent
) -> None:
    play(stage, says("Two."))
    await stage.ask(ts="10.0")
    cast = play(stage, debugger=(says("Yes."),))
    await stage.say("sure?", ts="11.0", thread="10.0")
    await stage.work()
    turns = cast.parts["debugger"].requests[0].turns
    assert [one.name for one in turns if isinstance(one, Asked)] == ["Ana", "Ana"]


# What a colleague may not do.


async def test_the_asked_one_cannot_ask_further(stage: Stage, analyst: Agent) -> None:
    other = await stage.harbor.hire("tony")
    await connect(stage.harbor, analyst, other)
    further = ("ask_colleague", {"colleague": "Tony", "question": "And you?"})
    cast = play(stage, calls(further), says("I could not."))
    await stage.ask()
    returned = cast.parts["analyst"].requests[-1].turns[-1]
    assert isinstance(returned, Returned)
    assert "You were asked by a colleague yourself" in returned.returns[0].text
    assert len(await stage.runs()) == 2
    assert "was refused to ask Tony" in " ".join(await stage.harbor.sentences())


async def test_its_own_grants_hold_not_those_of_the_caller(stage: Stage, analyst: Agent) -> None:
    await stage.harbor.grant({}, agent=analyst)
    await stage.harbor.grant(ALL)
    cast = play(stage, calls(LIST), says("I may not look."))
    await stage.ask()
    returned = cast.parts["analyst"].requests[-1].turns[-1]
    assert isinstance(returned, Returned)
    assert "Analyst has no access to lamp_list_lamps" in returned.returns[0].text
    assert stage.harbor.service.reads == []


async def test_in_a_run_that_only_reads_it_only_reads(stage: Stage, analyst: Agent) -> None:
    cast = play(stage, calls(SWITCH), says("I may not."))
    await stage.say("<@UBOT> switch it on")
    async with stage.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Run, (await stage.runs())[0].id)).read_only = True
    await stage.work()
    assert {one.access for one in cast.parts["analyst"].requests[0].tools} == {Access.READ}
    assert await stage.approvals() == []


# A write of the colleague's.


async def test_its_write_waits_for_a_person_on_a_card_that_names_both(
    stage: Stage, analyst: Agent
) -> None:
    cast = play(stage, calls(SWITCH), says("It is on."))
    await stage.ask("<@UBOT> switch the mast lamp on")
    assert {one.state for one in await the_two(stage)} == {RunState.WAITING}
    assert stage.harbor.service.writes == []
    [card] = [text for text in stage.slack.texts() if "wants to switch" in text]
    assert "*Analyst* wants to switch" in card
    assert "asked by *Debugger* for <@UANA>" in card
    [head] = [text for text in stage.slack.texts() if "waits for a decision" in text]
    assert "↳ Analyst: Lamp: switch lamp" in head

    await stage.press()
    await stage.work()
    assert stage.harbor.service.writes == [("switch_lamp", {"name": "mast", "on": True})]
    assert {one.state for one in await the_two(stage)} == {RunState.DONE}
    assert "It is on." in told(cast)
    sentences = " ".join(await stage.harbor.sentences())
    assert "Analyst, asked by Debugger for Ana, asked to switch" in sentences


async def test_its_denied_write_is_told_to_the_caller(stage: Stage, analyst: Agent) -> None:
    cast = play(stage, calls(SWITCH), says("It was denied."))
    await stage.ask("<@UBOT> switch the mast lamp on")
    await stage.press(Press.DENY)
    await stage.work()
    assert stage.harbor.service.writes == []
    assert "It was denied." in told(cast)


# Bounds and failures.


async def test_it_has_its_own_steps(stage: Stage, analyst: Agent) -> None:
    stage.max_steps = 3
    cast = play(stage, *(calls(LIST, step=f"s{number}") for number in range(9)))
    await stage.ask()
    assert len(cast.parts["analyst"].requests) == 3
    assert "I stopped after 3 steps" in told(cast)


async def test_it_spends_the_money_of_the_caller(stage: Stage, analyst: Agent) -> None:
    def dear(step: str) -> Replied:
        made = calls(LIST, step=step)
        return Replied("", made.calls, Usage(1_000_000, 0), "claude-sonnet-5")

    cast = play(stage, *(dear(f"s{number}") for number in range(9)))
    await stage.say("<@UBOT> look")
    async with stage.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Run, (await stage.runs())[0].id)).max_cost = 0.5
    await stage.work()
    requests = cast.parts["analyst"].requests
    assert len(requests) == 2, "the money is spent after one, and one more is for answering"
    assert requests[-1].tools == []
    last = cast.parts["debugger"].requests[-1]
    assert last.tools == [], "the caller has to answer, too"


async def test_after_five_minutes_it_has_to_answer(stage: Stage, analyst: Agent) -> None:
    def slow(_request: Request) -> Replied:
        stage.harbor.clock.forward(minutes=6)
        return calls(LIST)

    cast = play(stage, slow, says("So far: two."), says("never"))
    await stage.ask()
    assert cast.parts["analyst"].requests[-1].tools == []
    assert "So far: two." in told(cast)


async def test_why_it_could_not_answer_is_told(stage: Stage, analyst: Agent) -> None:
    broken = ModelFailed("The provider has no credit left.", transient=False)
    cast = play(stage, broken)
    await stage.ask()
    assert told(cast) == "Analyst could not answer. The provider has no credit left."
    outer, inner = await the_two(stage)
    assert (outer.state, inner.state) == (RunState.DONE, RunState.FAILED)
    assert not any("no credit" in text.splitlines()[0] for text in stage.slack.texts()[1:])


async def test_two_colleagues_look_at_the_same_time(stage: Stage, analyst: Agent) -> None:
    tony = await stage.harbor.hire("tony")
    await connect(stage.harbor, stage.harbor.debugger, tony)
    both = calls(ASK, ("ask_colleague", {"colleague": "@tony", "question": "And sales?"}))
    stage.model = cast = Cast(
        debugger=Scripted(both, says("Both.")),
        analyst=Scripted(says("Two.")),
        tony=Scripted(says("Three.")),
    )
    await stage.ask()
    returned = cast.parts["debugger"].requests[-1].turns[-1]
    assert isinstance(returned, Returned)
    assert ["Analyst answered" in returned.returns[0].text, "Three." in returned.returns[1].text]
    assert len(await stage.runs()) == 3
