"""A run comes to an end, however much there is to look up."""

from __future__ import annotations

import pytest

from bot.agents.messages import Asked, Replied, Returned, ToolCall, ToolReturn, Turn
from bot.agents.offline.desk import MOST_CALLS, MOST_STEPS, Call, Desk, NotYet, OutOfSteps, segments
from bot.agents.offline.toolbox import Tool, Toolbox
from tests.agents.offline.world import NOW, Talk, everything, fake, rows

BOX = Toolbox([tool.spec for tool in everything()])


def desk(steps: int, calls: int = 1) -> Desk:
    """After that many steps with that many calls each."""
    turns: list[Turn] = [Asked("?")]
    for step in range(steps):
        made = [ToolCall(f"{step}-{n}", "searchLogs", {"n": [step, n]}) for n in range(calls)]
        turns += [
            Replied("", made),
            Returned([ToolReturn(one.id, one.name, "") for one in made]),
        ]
    every = segments(turns)
    return Desk(BOX, every[-1], every[:-1], NOW, "UTC")


def tool() -> Tool:
    found = BOX.get("searchLogs")
    assert found is not None
    return found


def test_a_call_is_noted_once_and_waited_for() -> None:
    one = desk(1)
    for _ in range(2):
        with pytest.raises(NotYet):
            one.look([Call(tool(), {"query": "a"})])
    assert [call.arguments for call in one.wanted.values()] == [{"query": "a"}]


def test_a_call_that_was_made_is_never_wanted_again() -> None:
    one = desk(1)
    done = one.look([Call(tool(), {"n": [0, 0]})])
    assert [result.call.id for result in done] == ["0-0"]
    assert not one.wanted


def test_after_the_last_step_nothing_more_is_looked_up() -> None:
    with pytest.raises(OutOfSteps):
        desk(MOST_STEPS).look([Call(tool(), {"query": "a"})])


def test_with_all_calls_used_up_nothing_more_is_looked_up() -> None:
    with pytest.raises(OutOfSteps):
        desk(1, MOST_CALLS).look([Call(tool(), {"query": "a"})])


async def test_what_is_left_out_is_said() -> None:
    tools = [
        fake(
            f"s{number}_list_{noun}",
            f"All {noun}.",
            lambda arguments: rows([{"name": "x"}], "Rows"),
            required=["connection"],
            connection={"type": "string", "enum": ["a", "b", "c", "d"]},
        )
        for noun in ("ants", "bees", "cats", "dogs")
        for number in range(3)
    ]
    talk = Talk(tools)
    answer = await talk.ask("list ants. list bees. list cats. list dogs")
    assert len(talk.made) <= MOST_CALLS
    assert "I stopped here" in answer


async def test_the_last_step_of_the_loop_tells_what_is_there() -> None:
    talk = Talk(everything())
    talk.turns += [
        Asked("which incidents are open?", "Ada"),
        Replied("", [ToolCall("t1", "pulse_list_incidents", {})], model="claude"),
        Returned([ToolReturn("t1", "pulse_list_incidents", "", rows([{"name": "Out"}], "Open"))]),
    ]
    talk.tools = []
    reply = await talk._respond()
    assert not reply.calls
    assert "**Out**" in reply.text
