"""What a model is sent fits into its window, and the question is always in it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.agents.messages import Asked, Replied, Request, Returned, ToolCall, ToolReturn, Turn
from bot.agents.models.catalogue import find
from bot.agents.models.direct import MAX_TOKENS
from bot.agents.models.fitting import Fit
from bot.agents.models.window import BATCH, CHARACTERS_A_TOKEN, UNKNOWN_WINDOW, fitted
from tests.agents.models.support import asking

BIG, SMALL = "claude-sonnet-5-5", "claude-haiku-4-5"
WINDOW = 20_000
ROOM = (WINDOW - MAX_TOKENS) * CHARACTERS_A_TOKEN


def steps(*sizes: int) -> list[Turn]:
    """A question, and steps whose results have so many characters."""
    turns: list[Turn] = [Asked("Why is checkout slow?", "Dana")]
    for number, size in enumerate(sizes):
        call = ToolCall(f"c{number}", "search_logs", {"query": "checkout"})
        result = ToolReturn(call.id, call.name, f"result {number} " + "x" * size)
        turns += [Replied("Let me look.", [call], wire={"thought": "y" * 50}), Returned([result])]
    return turns


def texts(request: Request) -> list[str]:
    results = [turn for turn in request.turns if isinstance(turn, Returned)]
    return [one.text for turn in results for one in turn.returns]


def length(request: Request) -> int:
    return sum(len(text) for text in texts(request))


def test_what_fits_is_sent_as_it_is() -> None:
    request = asking(*steps(1000, 1000))
    assert fitted(request, WINDOW) is request


def test_the_oldest_results_are_shortened_first_and_say_so() -> None:
    made = fitted(asking(*steps(*[6000] * 8)), WINDOW)
    sent = texts(made)
    shortened = [text for text in sent if "shortened to make room" in text]
    assert sent[:BATCH] == shortened
    assert sent[0].startswith("result 0 xxx")
    assert "it had 6,009 characters; call the tool again" in sent[0]
    assert len(sent[-1]) == 6009


def test_the_newest_result_is_shortened_only_when_nothing_else_helps() -> None:
    [before, newest] = texts(fitted(asking(*steps(100, 200_000)), WINDOW))
    assert before == "result 0 " + "x" * 100
    assert ROOM * 0.8 < len(newest) < ROOM


def test_several_new_results_share_the_room() -> None:
    turns = steps(0)
    calls = [ToolCall(str(n), "search_logs", {}) for n in range(4)]
    results = [ToolReturn(call.id, call.name, "x" * 100_000) for call in calls]
    made = fitted(asking(*turns, Replied("", calls), Returned(results)), WINDOW)
    lengths = {len(text) for text in texts(made)[1:]}
    assert len(lengths) == 1
    assert length(made) <= ROOM


def test_old_replies_lose_the_provider_s_own_form_before_the_newest_result_is_cut() -> None:
    turns = steps(10, 10, 10_000)
    heavy = [
        replace(t, wire={"found": "z" * 40_000}) if isinstance(t, Replied) else t for t in turns
    ]
    made = fitted(asking(*heavy), WINDOW)
    replies = [turn for turn in made.turns if isinstance(turn, Replied)]
    assert [reply.wire for reply in replies[:2]] == [None, None]
    assert [reply.calls for reply in replies] == [t.calls for t in turns if isinstance(t, Replied)]


def test_what_was_shortened_stays_the_same_for_some_steps() -> None:
    """So that the prompt's beginning stays what the provider's cache holds."""
    before = fitted(asking(*steps(*[6000] * 8)), WINDOW)
    after = fitted(asking(*steps(*[6000] * 8, 1000)), WINDOW)
    assert list(after.turns)[: len(before.turns)] == list(before.turns)


def test_a_window_that_nobody_knows_is_taken_to_be_small() -> None:
    made = fitted(asking(*steps(*[40_000] * 20)), None)
    assert length(made) <= UNKNOWN_WINDOW * CHARACTERS_A_TOKEN


def test_the_smallest_window_of_those_that_may_answer_counts() -> None:
    sonnet, haiku, pro = (find(id_) for id_ in (BIG, SMALL, "gemini-3.1-pro-preview"))
    assert sonnet is not None
    assert haiku is not None
    assert pro is not None
    assert Fit(BIG, entry=sonnet).window == 1_000_000
    assert Fit(BIG, entry=sonnet, then=(pro, haiku)).window == 200_000
    assert Fit(pro.id, entry=pro, then=(haiku,)).window is None
    assert Fit("our-own").window is None


@given(st.lists(st.integers(0, 60_000), max_size=20))
def test_the_question_and_every_call_with_its_result_stay(sizes: list[int]) -> None:
    request = asking("Who is on call?", Replied("Bo."), *steps(*sizes))
    made = fitted(request, WINDOW)
    assert [t for t in made.turns if isinstance(t, Asked)] == [
        t for t in request.turns if isinstance(t, Asked)
    ]
    pairs = [one.call_id for t in made.turns if isinstance(t, Returned) for one in t.returns]
    assert pairs == [call.id for t in made.turns if isinstance(t, Replied) for call in t.calls]
    assert length(made) <= max(ROOM, 0)
