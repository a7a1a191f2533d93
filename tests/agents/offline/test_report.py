"""How answers look: the lead first, short tables, links, nothing that breaks Markdown."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents.messages import Replied
from bot.agents.offline import NOTICE, OfflinePlanner
from tests.agents.offline.world import Fake, Row, Talk, document, everything, fake, rows


def listing(found: list[dict[str, Any]], **more: str) -> list[Fake]:
    return [fake("zoo_list_animals", "Animals.", lambda arguments: rows(found, "Animals", **more))]


async def shown(found: list[Row], question: str = "list the animals", **more: str) -> str:
    return await Talk(listing(found, **more)).ask(question)


@pytest.mark.parametrize(
    "question",
    ["which incidents are open?", "hi", "thanks", "help", "", ":tada:", "🎉", "what is love?",
     "acknowledge the checkout incident", "pause the checkout monitor", "delete the moon"],
)  # fmt: skip
async def test_every_answer_ends_with_the_notice_and_is_spoken_once(question: str) -> None:
    talk = Talk(everything())
    answer = await talk.ask(question)
    assert answer.endswith(f"\n\n_{NOTICE}_")
    assert talk.spoken == [answer]


async def test_the_notice_may_say_that_the_provider_is_down() -> None:
    down = "The language model could not be reached."
    talk = Talk(everything(), planner=OfflinePlanner(down))
    answer = await talk.ask("hello")
    assert answer.endswith(f"_{down}_")
    assert NOTICE not in answer


async def test_usage_is_nothing_and_the_model_is_named() -> None:
    talk = Talk(everything())
    await talk.ask("which incidents are open?")
    replies = [turn for turn in talk.turns if isinstance(turn, Replied)]
    assert {reply.model for reply in replies} == {"offline"}
    assert {(one.usage.input, one.usage.output, one.usage.cached) for one in replies} == {(0, 0, 0)}


async def test_at_most_twenty_rows_and_six_columns() -> None:
    found = [{"id": n, "name": f"Animal {n}", **{f"c{i}": n * i for i in range(1, 12)}}
             for n in range(57)]  # fmt: skip
    answer = await shown(found)
    lines = [line for line in answer.splitlines() if line.startswith("|")]
    assert len(lines) == 22
    assert all(line.count("|") == 7 for line in lines)
    assert answer.startswith("**57 animals**.")
    assert "Shown are the first 20 of 57." in answer


async def test_what_was_cut_is_said_in_the_lead_and_below() -> None:
    answer = await shown([{"name": "Ant"}, {"name": "Bee"}], cut="only the newest 2 are listed")
    assert answer.startswith("**At least 2 animals**.")
    assert "Cut: only the newest 2 are listed." in answer


async def test_rows_link_to_their_pages_and_unsafe_links_are_left_out() -> None:
    answer = await shown(
        [
            {"name": "Ant", "url": "https://zoo.example/a(1)"},
            {"name": "Bee", "url": "javascript:alert(1)"},
        ]
    )
    assert "[Ant](https://zoo.example/a%281%29)" in answer
    assert "javascript" not in answer


async def test_markdown_and_mentions_in_values_are_only_text() -> None:
    answer = await shown(
        [{"name": "a | b\nc", "note": "<!channel> [x](http://e) *b* `c`"}, {"name": "d"}]
    )
    assert "a \\| b c" in answer
    assert "\\<!channel\\> \\[x\\](http://e) \\*b\\* \\`c\\`" in answer


async def test_times_are_those_of_the_asker_and_empty_columns_are_left_out() -> None:
    found = [
        {"name": "Ant", "born_at": "2026-03-04T13:58:00Z", "died_at": None, "alive": True},
        {"name": "Bee", "born_at": "2026-03-03T23:30:00Z", "died_at": None, "alive": True},
    ]
    talk = Talk(listing(found), timezone="Europe/Berlin")
    answer = await talk.ask("list the animals")
    assert "| Name | Born |" in answer
    assert "| Ant | today 14:58 |" in answer
    assert "| Bee | today 00:30 |" in answer


async def test_a_column_that_was_asked_for_is_shown() -> None:
    telling = {"status": "ok", "type": "x", "kind": "y", "owner": "z", "count": 1, "email": "e"}
    found: list[Row] = [{"name": f"N{n}", **telling, "wingspan": n} for n in range(3)]
    assert "Wingspan" not in await shown(found)
    assert "Wingspan" in await shown(found, "list the animals with their wingspan")


async def test_one_row_is_a_list_of_fields_and_says_nothing_twice() -> None:
    found = [
        {"id": 7, "name": "Ant", "status": "asleep", "legs": 6, "link": "https://zoo.example/7"}
    ]
    answer = await shown(found)
    assert answer.startswith(
        "1 animal: **[Ant](https://zoo.example/7)** – status: **asleep**.\n\n- **Legs:** 6\n\n"
    )


async def test_a_document_is_named_by_its_title() -> None:
    tool = fake(
        "zoo_get_summary",
        "Summary of the zoo.",
        lambda arguments: document({"visitors": 1200.5, "open": True, "tags": ["a", "b"]}, "Zoo"),
    )
    answer = await Talk([tool]).ask("show the zoo summary")
    assert answer.startswith("**Zoo** – visitors: **1,200.5**, open: **yes**, tags: **a, b**.")


async def test_odd_values_do_not_break_it() -> None:
    found: list[dict[str, Any]] = [
        {},
        {"": None, "nested": {"a": {"b": [1, [2]]}}, "list": [{"x": 1}, None, [3]]},
        {"name": {"name": "deep"}, "big": 10**30, "nan": float("nan"), "long": "x" * 5000},
    ]
    answer = await shown(found)
    assert "**3 animals**" in answer
    assert max(len(line) for line in answer.splitlines()) < 900


async def test_help_lists_what_there_is_by_service() -> None:
    answer = await Talk(everything()).ask("what can you do?")
    assert "- **Warehouse:** tables and query" in answer
    assert "What I can propose, for someone to approve:" in answer
    assert "- **Mint:** refund payment" in answer


async def test_a_greeting_and_thanks_are_short_and_call_nothing() -> None:
    talk = Talk(everything())
    assert (await talk.ask("hey there!")).startswith("Hello! What I can look into:")
    assert (await talk.ask("Thank you so much")).startswith("You're welcome.")
    assert talk.made == []
