"""What the team wrote down: looked up where a question asks for it, and told with its place."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents.house_tools import Arguments
from bot.agents.knowledge.recall import SEARCH, SearchKnowledge
from bot.agents.messages import Asked, Replied, Returned, ToolCall, ToolSpec
from bot.agents.offline import OfflinePlanner
from bot.connectors.base import Access
from tests.agents.offline.world import Fake, Talk, everything

PASSAGES: list[tuple[dict[str, Any], str]] = [
    (
        {"file": "runbook.md", "page": 3, "heading": "Restarting the queue"},
        "Drain the queue first.\n\nThen restart the workers, *one by one*.",
    ),
    ({"file": "runbook.md", "heading": "Checkout"}, "Checkout is called Till. Call <@U1> first."),
    ({"file": "notes.txt"}, "The queue is long on Mondays."),
]


def knowledge(*found: tuple[dict[str, Any], str]) -> Fake:
    """The house's search as `Recall` answers: any passage that has any of the words."""

    def search(given: dict[str, Any]) -> dict[str, Any] | str:
        words = set(given["query"].lower().split())
        fitting = [
            (place, text)
            for place, text in found
            if words & set(f"{place.get('heading', '')} {text}".lower().replace(".", " ").split())
        ]
        if not fitting:
            return "!No passage has any of these words. Try others."
        return {
            "data": {"found": [place for place, _ in fitting]},
            "title": "passages",
            "cut": "",
            "link": "",
            "text": "\n\n".join(f"[{_head(place)}]\n{text}" for place, text in fitting),
        }

    return Fake(_spec(SearchKnowledge), search)


def _head(place: dict[str, Any]) -> str:
    page = f"page {place['page']}" if "page" in place else ""
    return ", ".join(one for one in (place["file"], page, place.get("heading", "")) if one)


def _spec(arguments: type[Arguments]) -> ToolSpec:
    schema = arguments.model_json_schema()
    shown = {key: value for key, value in schema.items() if key not in ("title", "description")}
    return ToolSpec(SEARCH, arguments.__doc__ or "", shown, Access.READ)


def talk() -> Talk:
    return Talk([*everything(), knowledge(*PASSAGES)])


async def test_a_how_to_question_is_answered_from_the_runbook() -> None:
    talking = talk()
    answer = await talking.ask("how do we restart the queue?")
    assert talking.made == [(SEARCH, {"query": "restart queue"})]
    assert "**runbook.md, page 3, Restarting the queue**" in answer
    assert "> Drain the queue first." in answer
    assert "notes.txt" not in answer, "it has only one of the words"
    assert "No language model" in answer


async def test_a_question_about_the_runbook_is_answered_from_it() -> None:
    answer = await talk().ask("what does our runbook say about checkout?")
    assert "**runbook.md, Checkout**" in answer
    assert "Checkout is called Till." in answer


async def test_what_a_file_says_is_shown_and_mentions_nobody() -> None:
    answer = await talk().ask("what does our runbook say about checkout?")
    assert "<@U1>" not in answer.replace("\\<@U1\\>", "")
    answer = await talk().ask("how do we restart the queue?")
    assert "\\*one by one\\*" in answer


@pytest.mark.parametrize(
    "question", ["which incidents are open?", "who is on call?", "list the tickets"]
)
async def test_other_questions_do_not_search_the_files(question: str) -> None:
    talking = talk()
    await talking.ask(question)
    assert SEARCH not in [name for name, _ in talking.made]


async def test_where_no_passage_fits_nothing_is_said_of_it() -> None:
    talking = talk()
    answer = await talking.ask("how do we find the open incidents?")
    assert (SEARCH, {"query": "open incidents"}) in talking.made
    assert "2 incidents" in answer
    assert "passage" not in answer.lower()
    assert "wrote" not in answer


async def test_what_no_tool_fits_is_looked_for_in_the_files() -> None:
    answer = await talk().ask("till?")
    assert "Checkout is called Till." in answer


async def test_what_neither_knows_is_told_as_before() -> None:
    answer = await talk().ask("what is the weather in Lisbon?")
    assert "I found no tool here that fits" in answer
    assert "passage" not in answer.lower()


async def test_an_order_is_no_question_to_the_files() -> None:
    talking = talk()
    await talking.ask("acknowledge the checkout incident")
    assert SEARCH not in [name for name, _ in talking.made]


async def test_without_the_tool_nothing_changes() -> None:
    talking = Talk(everything())
    answer = await talking.ask("what does our runbook say about weather?")
    assert "I found no tool here that fits" in answer


async def test_a_search_that_another_model_made_is_told() -> None:
    talking = Talk([*everything(), knowledge(*PASSAGES)], OfflinePlanner("It fell silent."))
    call = ToolCall("x1", SEARCH, {"query": "till"})
    talking.turns += [
        Asked("tell me of the till", "Ada"),
        Replied("", [call], model="other"),
        Returned([talking._run(call)]),
    ]
    reply = await talking._respond()
    assert "Checkout is called Till." in reply.text
