"""A question from its message to its answer, and everything that may come between."""

from __future__ import annotations

import asyncio

import pytest

from bot.agents.memory import STILL_WAITING
from bot.agents.messages import Asked, ModelFailed, Replied, Request, Returned
from bot.connectors.base import Access
from bot.gate.decisions import Press
from bot.scheduling.queue import LostClaim
from bot.store.tables import Agent, ApprovalState, Job, Member, RunState
from tests.fixtures_store import ORGANISATION
from tests.support.harbor import ALL, CHANNEL
from tests.support.models import Scripted, calls, says
from tests.support.stage import Stage

LIST: tuple[str, dict[str, object]] = ("lamp_list_lamps", {})
SWITCH = ("lamp_switch_lamp", {"name": "mast", "on": True})
SENT = ("switch_lamp", {"name": "mast", "on": True})


@pytest.fixture
async def ready(stage: Stage) -> Stage:
    """The debugger may do everything."""
    await stage.harbor.grant(ALL)
    return stage


def script(stage: Stage, *lines: object) -> None:
    stage.model = Scripted(*lines)  # type: ignore[arg-type]


def answers(stage: Stage) -> list[str]:
    """What was posted besides the message with the steps, and cards."""
    return [
        str(post["text"])
        for ts, post in stage.slack.posts.items()
        if not any(mark in str(post["text"]) for mark in (" took ", "looking into", "answered"))
        and not any(
            word in str(post["text"]) for word in ("wants to", "wanted to", "waits for", "stopped.")
        )
    ]


async def state(stage: Stage) -> str:
    return (await stage.runs())[-1].state


# Answers.


async def test_a_question_gets_its_answer_in_its_thread(ready: Stage) -> None:
    await ready.ask(ts="10.0")
    [progress, answer] = ready.slack.posts.values()
    assert answer["text"] == "All is well."
    assert {post["thread_ts"] for post in (progress, answer)} == {"10.0"}
    assert {post["channel"] for post in (progress, answer)} == {CHANNEL}
    assert (answer["username"], answer["icon_emoji"]) == ("Debugger", ":mag:")
    assert "answered without looking anything up" in str(progress["blocks"])
    [run] = await ready.runs()
    assert (run.state, run.answer) == (RunState.DONE, "All is well.")
    assert run.finished_at == ready.harbor.clock()


async def test_a_sign_comes_before_the_model_is_asked(ready: Stage) -> None:
    def look(_request: Request) -> Replied:
        assert ready.slack.texts()[0].startswith("Debugger is looking into it")
        return says("Fine.")

    script(ready, look)
    await ready.ask()
    assert await state(ready) == RunState.DONE


async def test_the_model_is_told_who_asks_what_and_with_which_tools(ready: Stage) -> None:
    await ready.harbor.grant({"lamps": Access.READ})
    await ready.ask("@debugger how are the lamps?")
    [request] = ready.model.requests
    [asked] = request.turns
    assert isinstance(asked, Asked)
    assert (asked.text, asked.name) == ("how are the lamps?", "Ana")
    assert [tool.name for tool in request.tools] == ["lamp_get_lamp", "lamp_list_lamps"]
    assert "Lamp (Demo)" in request.instructions


async def test_each_step_counts_time_from_the_question(ready: Stage) -> None:
    """Else "the last hour" is another hour in each step, and looked up again and again."""
    script(ready, calls(LIST), says("Two."))
    asked = ready.harbor.clock()
    ready.model.danger = lambda: ready.harbor.clock.forward(seconds=2)
    await ready.ask()
    assert [request.now for request in ready.model.requests] == [asked, asked]


async def test_reads_of_one_step_are_made_at_the_same_time(ready: Stage) -> None:
    others = [("lamp_list_keepers", {}), ("lamp_get_lamp", {"name": "bow"})]
    script(ready, calls(LIST, *others), says("Two."))
    ready.harbor.service.meet = asyncio.Barrier(3)
    async with asyncio.timeout(20):
        await ready.ask()
    returned = ready.model.requests[1].turns[-1]
    assert isinstance(returned, Returned)
    assert [one.name for one in returned.returns] == [
        "lamp_list_lamps",
        "lamp_list_keepers",
        "lamp_get_lamp",
    ]
    assert '"bow"' in returned.returns[0].text
    progress = ready.slack.texts()[0]
    assert "Debugger took 3 steps" in progress
    assert "Lamp: get lamp (name: bow)" in progress
    assert "Lamp: list lamps · 2 rows" in progress


async def test_a_tool_without_a_grant_is_told_to_the_model_and_shown(stage: Stage) -> None:
    script(stage, calls(LIST), says("I may not look."))
    await stage.ask()
    returned = stage.model.requests[1].turns[-1]
    assert isinstance(returned, Returned)
    assert "has no access to lamp_list_lamps" in returned.returns[0].text
    assert "has no access" in stage.slack.texts()[0]
    assert answers(stage) == ["I may not look."]
    assert stage.harbor.service.reads == []


async def test_an_invented_tool_is_told_to_the_model(ready: Stage) -> None:
    script(ready, calls(("lamp_blow_up", {"x": 1})), says("There is no such thing."))
    await ready.ask()
    assert answers(ready) == ["There is no such thing."]


async def test_after_the_last_step_it_stops_and_says_what_it_had(ready: Stage) -> None:
    ready.max_steps = 3
    script(ready, *(calls(LIST, text=f"Thought {n}.", step=f"s{n}") for n in range(9)))
    await ready.ask()
    assert len(ready.model.requests) == 3
    [answer] = answers(ready)
    assert answer.startswith("I stopped after 3 steps, which is the limit of one question.")
    assert "Thought 2." in answer
    assert ready.model.requests[-1].tools == [], "its last chance is to answer"
    assert await state(ready) == RunState.DONE


async def test_every_step_is_kept_with_its_tokens(ready: Stage) -> None:
    script(ready, calls(LIST, text="Looking."), says("Two."))
    await ready.ask()
    first, last = await ready.steps((await ready.runs())[0])
    assert first.replied["text"] == "Looking."
    assert first.returned["s0"]["data"]["rows"][0]["name"] == "mast"
    assert (first.input_tokens, first.output_tokens, first.cached_tokens) == (100, 10, 50)
    assert (last.replied["calls"], last.complete) == ([], True)


# What goes wrong.


async def test_a_model_that_fails_is_apologised_for_with_its_reason(ready: Stage) -> None:
    script(ready, calls(LIST), ModelFailed("The model is overloaded.", transient=True))
    await ready.ask()
    assert answers(ready) == ["⚠️ The model is overloaded."]
    assert "Debugger stopped." in ready.slack.texts()[0]
    assert await state(ready) == RunState.FAILED


async def test_a_fault_of_ours_ends_in_words_with_a_reference(ready: Stage) -> None:
    """As the house does it: `work` raises, `apologise` speaks."""
    script(ready, KeyError("oops"))
    await ready.say("@debugger how are the lamps?")
    [claim] = await ready.harbor.queue.take(1)
    with pytest.raises(KeyError):
        await ready.loop().work(claim)
    await ready.loop().apologise(claim)
    [run] = await ready.runs()
    assert run.state == RunState.FAILED
    [words] = answers(ready)
    assert "Something went wrong on my side" in words
    assert run.id in words
    await ready.loop().apologise(claim)
    assert len(answers(ready)) == 1


async def test_a_run_that_broke_the_process_time_and_again_is_given_up(ready: Stage) -> None:
    await ready.say("@debugger how are the lamps?")
    [claim] = await ready.harbor.queue.take(1)
    await ready.loop().give_up(claim)
    assert answers(ready) == ["⚠️ I could not finish this: it failed again and again."]


@pytest.mark.parametrize("reason", ["not_in_channel", "is_archived", "restricted_action_x"])
async def test_where_the_channel_is_closed_the_asker_is_told_directly(
    ready: Stage, reason: str
) -> None:
    ready.slack.refuse = lambda method, arguments: (
        reason if method == "chat_postMessage" and arguments["channel"] == CHANNEL else ""
    )
    await ready.ask()
    assert await state(ready) == RunState.FAILED
    [told] = ready.slack.texts("DUANA")
    assert told.startswith(f"I could not answer you in <#{CHANNEL}>: ")
    assert ready.model.requests == [], "nothing is spent on what cannot be said"


async def test_a_channel_that_closes_in_the_middle_is_noticed_too(ready: Stage) -> None:
    script(ready, calls(LIST), says("Two."))
    ready.slack.refuse = lambda method, arguments: (
        "is_archived"
        if method == "chat_postMessage"
        and len(ready.model.requests) == 2
        and arguments["channel"] == CHANNEL
        else ""
    )
    await ready.ask()
    assert await state(ready) == RunState.FAILED
    assert "that channel is archived" in ready.slack.texts("DUANA")[0]


async def test_a_guest_gets_a_refusal_and_nothing_else(ready: Stage) -> None:
    ready.slack.users["UGUEST"] = {"id": "UGUEST", "name": "gus", "is_restricted": True}
    await ready.say("@debugger how are the lamps?", user="UGUEST")
    await ready.work()
    [words] = answers(ready)
    assert "you are a guest of this workspace" in words
    assert ready.model.requests == []
    assert await state(ready) == RunState.FAILED


async def test_whoever_lost_the_run_stops_without_a_word(ready: Stage) -> None:
    """Another worker took it over while the model was thinking."""

    async def take_over() -> None:
        ready.harbor.clock.forward(minutes=1)
        assert await ready.harbor.queue.take(1)

    respond = ready.model.respond

    async def slowly(request: Request, on_text: object) -> Replied:
        await take_over()
        return await respond(request, on_text)  # type: ignore[arg-type]

    ready.model.respond = slowly  # type: ignore[method-assign]
    await ready.say("@debugger how are the lamps?")
    [claim] = await ready.harbor.queue.take(1)
    with pytest.raises(LostClaim):
        await ready.loop().work(claim)
    assert answers(ready) == []
    assert (await ready.runs())[0].state == RunState.RUNNING


async def test_whoever_lost_the_run_posts_no_answer_either(ready: Stage) -> None:
    """It was taken over between the model's last word and the answer."""
    script(ready, says("Fine."))
    await ready.say("@debugger how are the lamps?")
    [claim] = await ready.harbor.queue.take(1)
    loop = ready.loop()
    permit_spent = loop._permit.spent

    async def then_lose(*arguments: object) -> None:
        await permit_spent(*arguments)  # type: ignore[arg-type]
        session = arguments[0]
        job = await session.get_one(Job, claim.job_id)  # type: ignore[attr-defined]
        job.fence += 1

    loop._permit.spent = then_lose  # type: ignore[assignment,method-assign]
    with pytest.raises(LostClaim):
        await loop.work(claim)
    assert answers(ready) == []


async def test_an_ended_run_is_left_alone(ready: Stage) -> None:
    await ready.ask()
    [run] = await ready.runs()
    posts = len(ready.slack.posts)
    async with ready.harbor.store.writing(ORGANISATION) as session:
        await ready.harbor.queue.put(
            session, organisation_id=ORGANISATION, kind="run", subject=run.id, lock="x"
        )
    await ready.work()
    assert len(ready.slack.posts) == posts
    assert len(ready.model.requests) == 1


# Writes.


@pytest.fixture
async def waiting(ready: Stage) -> Stage:
    """The debugger wants to switch a lamp, and waits."""
    script(ready, calls(SWITCH, text="I will switch it."), says("So it is."))
    await ready.ask("@debugger switch the mast lamp on")
    return ready


def told(stage: Stage) -> str:
    """What the model was told of the write."""
    returned = stage.model.requests[-1].turns[-1]
    assert isinstance(returned, Returned)
    return returned.returns[0].text


def labels(stage: Stage) -> list[str]:
    return [str(button["text"]["text"]) for button in stage.slack.buttons()]


async def test_a_write_waits_for_a_person(waiting: Stage) -> None:
    assert await state(waiting) == RunState.WAITING
    assert waiting.harbor.service.writes == []
    assert labels(waiting) == ["Approve", "Deny", "Withdraw"]
    assert "waits for a decision" in waiting.slack.texts()[0]
    [approval] = await waiting.approvals()
    card = waiting.slack.posts[approval.card_ts]
    assert "*Debugger* wants to switch lamp *“mast”* in Lamp (Demo), asked by <@UANA>" in str(card)
    assert '"name": "mast"' in str(card["blocks"])
    posts = len(waiting.slack.posts)
    await waiting.work()
    assert len(waiting.slack.posts) == posts, "the card is shown once"


async def test_approved_it_is_done_and_told(waiting: Stage) -> None:
    await waiting.press()
    await waiting.work()
    assert waiting.harbor.service.writes == [SENT]
    assert told(waiting) == "Done after approval: switched lamp “mast”."
    assert answers(waiting) == ["So it is."]
    assert labels(waiting) == []
    assert any("*Done.* Approved by <@UANA>" in text for text in waiting.slack.texts())
    assert await state(waiting) == RunState.DONE


@pytest.mark.parametrize(
    ("press", "words", "card"),
    [
        (Press.DENY, "Denied by a person: nothing was sent", "*Denied* by <@UANA>"),
        (Press.WITHDRAW, "Withdrawn by the one who asked: nothing was sent", "*Withdrawn*"),
    ],
)
async def test_denied_or_withdrawn_nothing_is_sent_and_that_is_said(
    waiting: Stage, press: Press, words: str, card: str
) -> None:
    await waiting.press(press)
    await waiting.work()
    assert waiting.harbor.service.writes == []
    assert words in told(waiting)
    assert labels(waiting) == []
    assert any(card in text and "Nothing was sent." in text for text in waiting.slack.texts())
    assert await state(waiting) == RunState.DONE


async def test_when_nobody_decides_it_expires_and_that_is_said(waiting: Stage) -> None:
    waiting.harbor.clock.forward(minutes=15)
    await waiting.work()
    reminders = [text for text in waiting.slack.texts() if "still waits for a decision" in text]
    assert len(reminders) == 1
    waiting.harbor.clock.forward(minutes=15)
    await waiting.work()
    assert waiting.harbor.service.writes == []
    assert "Nobody decided in time: nothing was sent" in told(waiting)
    assert labels(waiting) == []
    assert any("*Expired.*" in text for text in waiting.slack.texts())
    assert await state(waiting) == RunState.DONE
    assert (
        "Debugger's request, asked by Ana, to switch lamp “mast” in Lamp (Demo) expired: "
        "nobody decided, 09:30 UTC." in (await waiting.harbor.sentences())
    )


async def test_a_write_that_fails_is_told_as_not_done(waiting: Stage) -> None:
    waiting.harbor.service.lamps["mast"] = True
    await waiting.press()
    await waiting.work()
    assert "Nothing was sent. Its state has moved" in told(waiting)
    assert any("*Not done.*" in text for text in waiting.slack.texts())


async def test_access_taken_away_while_waiting_is_said_on_the_card(waiting: Stage) -> None:
    await waiting.harbor.grant({})
    await waiting.press()
    await waiting.work()
    assert waiting.harbor.service.writes == []
    assert "access to this was taken away" in told(waiting)
    assert labels(waiting) == []
    assert any("*Not done.*" in text for text in waiting.slack.texts())


async def test_where_nothing_can_be_done_nobody_is_asked(ready: Stage) -> None:
    ready.harbor.service.obstacle = "The lamp is broken."
    script(ready, calls(SWITCH), says("It is broken."))
    await ready.ask()
    assert labels(ready) == []
    assert "The lamp is broken." in told(ready)
    assert answers(ready) == ["It is broken."]


async def test_several_writes_of_a_step_share_a_card(ready: Stage) -> None:
    bell = ("lamp_ring_bell", {"times": 2})
    script(ready, calls(SWITCH, bell), says("Done."))
    await ready.ask()
    assert labels(ready) == ["Approve", "Deny", "Approve", "Deny", "Approve all", "Deny all"]
    first, second = await ready.approvals()
    await ready.press(approval_id=first.id)
    await ready.work()
    assert ready.harbor.service.writes == [SENT], "the approved one does not wait for the other"
    assert await state(ready) == RunState.WAITING
    await ready.press(Press.DENY, approval_id=second.id)
    await ready.work()
    assert ready.harbor.service.writes == [SENT]
    assert await state(ready) == RunState.DONE


async def test_reads_beside_a_write_do_not_wait(ready: Stage) -> None:
    script(ready, calls(LIST, SWITCH), says("Done."))
    await ready.ask()
    assert ready.harbor.service.reads == ["list_lamps"]
    await ready.press()
    await ready.work()
    assert ready.harbor.service.reads == ["list_lamps"], "and are not made again"
    assert await state(ready) == RunState.DONE


async def test_another_question_is_answered_while_one_waits(waiting: Stage) -> None:
    script(waiting, says("The bow is lit."))
    await waiting.say("and the bow?", ts="11.0", thread="10.0")
    await waiting.work()
    assert answers(waiting) == ["The bow is lit."]
    turns = waiting.model.requests[-1].turns
    assert isinstance(turns[0], Asked)
    assert turns[0].text == "switch the mast lamp on"
    assert STILL_WAITING in str(turns[2])

    waiting.model = Scripted(calls(SWITCH, text="I will switch it."), says("So it is."))
    await waiting.press(Press.APPROVE)
    await waiting.work()
    assert waiting.harbor.service.writes == [SENT]
    assert answers(waiting) == ["The bow is lit.", "So it is."]


# What is remembered.


async def follow_up(stage: Stage, text: str = "and now?", ts: str = "11.0") -> list[object]:
    """Asks on in the thread; returns the turns that the model got."""
    await stage.say(text, ts=ts, thread="10.0")
    await stage.work()
    return list(stage.model.requests[-1].turns)


async def test_the_thread_before_is_known_with_what_was_found(ready: Stage) -> None:
    script(ready, calls(LIST), says("Two."))
    await ready.ask()
    ready.harbor.clock.forward(minutes=1)
    script(ready, says("Still two."))
    turns = await follow_up(ready)
    assert [type(turn).__name__ for turn in turns] == [
        "Asked",
        "Replied",
        "Returned",
        "Replied",
        "Asked",
    ]
    assert '"bow"' in str(turns[2])
    assert isinstance(turns[3], Replied)
    assert turns[3].text == "Two."


async def test_long_ago_only_question_and_answer_are_known(ready: Stage) -> None:
    script(ready, calls(LIST), says("Two."))
    await ready.ask()
    for number in range(3):
        ready.harbor.clock.forward(minutes=1)
        await follow_up(ready, f"number {number}?", ts=f"2{number}.0")
    ready.harbor.clock.forward(minutes=1)
    turns = await follow_up(ready, "and now?", ts="30.0")
    assert [type(turn).__name__ for turn in turns[:3]] == ["Asked", "Replied", "Asked"]
    assert isinstance(turns[1], Replied)
    assert turns[1].text == "Two."


async def test_a_question_that_failed_is_remembered_as_such(ready: Stage) -> None:
    script(ready, calls(LIST), ModelFailed("Overloaded.", transient=True))
    await ready.ask()
    script(ready, says("Better now."))
    turns = await follow_up(ready)
    assert "I could not answer this." in str(turns[-2])
    assert STILL_WAITING not in str(turns), "nothing waits for anybody"


async def test_a_question_that_ran_out_of_steps_is_remembered_as_such(ready: Stage) -> None:
    ready.max_steps = 1
    script(ready, calls(LIST))
    await ready.ask()
    ready.max_steps = 5
    script(ready, says("Better now."))
    turns = await follow_up(ready)
    assert "I stopped after 1 steps" in str(turns[-2])
    assert STILL_WAITING not in str(turns), "nothing waits for anybody"


async def test_another_threads_talk_is_not_known(ready: Stage) -> None:
    await ready.ask(ts="10.0")
    await ready.ask("@debugger hm?", ts="50.0")
    assert len(ready.model.requests[-1].turns) == 1


async def test_two_questions_of_a_thread_are_answered_one_after_the_other(ready: Stage) -> None:
    await ready.say("@debugger one?", ts="10.0")
    await ready.say("two?", ts="11.0", thread="10.0")
    assert len(await ready.harbor.queue.take(5)) == 1


async def test_an_agent_with_an_unknown_type_does_not_leave_people_in_silence(
    ready: Stage,
) -> None:
    """A run whose preparation breaks must still be apologised for."""
    async with ready.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Agent, "debugger")).type = "from_a_newer_version"
    await ready.say("@debugger how are the lamps?")
    [claim] = await ready.harbor.queue.take(1)
    with pytest.raises(Exception, match="from_a_newer_version"):
        await ready.loop().work(claim)
    await ready.loop().apologise(claim)
    assert "Something went wrong on my side" in answers(ready)[0]


async def test_an_odd_time_zone_of_slack_does_not_break_a_question(ready: Stage) -> None:
    async with ready.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, "ana")).refreshed_at = None
    ready.slack.users["UANA"] = {"id": "UANA", "real_name": "Ana", "tz": "Moon/Tranquility"}
    await ready.ask()
    assert await state(ready) == RunState.DONE


async def test_nobody_waits_for_what_was_decided_before_the_card_was_redrawn(
    waiting: Stage,
) -> None:
    await waiting.press(Press.APPROVE)
    await waiting.press(Press.DENY)
    await waiting.work()
    [approval] = await waiting.approvals()
    assert approval.state == ApprovalState.DONE
    assert waiting.harbor.service.writes == [SENT]
