"""Links of what the team gave an agent to know can be clicked in its answers."""

from __future__ import annotations

import pytest

from bot.agents.knowledge.attachments import write_text
from bot.agents.knowledge.recall import Recall
from bot.agents.messages import Replied
from bot.store.tables import KnowledgeItem, KnowledgeKind
from tests.fixtures_store import ORGANISATION
from tests.support.clickable import clickable
from tests.support.models import Scripted, calls, says
from tests.support.shelves import Shelves, long
from tests.support.stage import Stage

RUNBOOK = "https://runbooks.example.com/till?tab=rollback"


@pytest.fixture
def shelves(stage: Stage) -> Shelves:
    stage.house = [Recall(stage.harbor.store).tool()]
    return Shelves(stage.harbor.store, stage.harbor.queue)


async def answer_with(stage: Stage, *steps: Replied) -> set[str]:
    """What can be clicked in the answer."""
    stage.model = Scripted(*steps)
    await stage.ask("<@UBOT> how do I roll the till back?")
    return set(clickable(list(stage.slack.posts.values())[-1]))


async def give(stage: Stage, shelves: Shelves, text: str) -> None:
    await shelves.put(stage.harbor.ana, runbook_md=text)
    await shelves.read()
    await shelves.give(stage.harbor.ana, stage.harbor.debugger, "runbook.md")


async def test_a_link_of_its_text(stage: Stage) -> None:
    harbor = stage.harbor
    await write_text(harbor.store, harbor.ana, harbor.debugger.id, f"Runbooks: {RUNBOOK}.")
    assert await answer_with(stage, says(f"See [it]({RUNBOOK}).")) == {RUNBOOK}


async def test_a_link_of_a_file_that_stands_in_its_instructions(
    stage: Stage, shelves: Shelves
) -> None:
    await give(stage, shelves, f"# Rollback\nFollow {RUNBOOK}.")
    assert await answer_with(stage, says(f"See [it]({RUNBOOK}).")) == {RUNBOOK}


async def test_another_page_of_the_same_host(stage: Stage, shelves: Shelves) -> None:
    await give(stage, shelves, "Runbooks are at <https://runbooks.example.com/> by service.")
    assert await answer_with(stage, says(f"See [it]({RUNBOOK}).")) == {RUNBOOK}


async def test_a_link_of_a_passage_that_it_found(stage: Stage, shelves: Shelves) -> None:
    await give(stage, shelves, long(f"# Rollback\nFollow {RUNBOOK}, then wait."))
    search = calls(("search_knowledge", {"query": "rollback"}))
    assert await answer_with(stage, search, says(f"See [it]({RUNBOOK}).")) == {RUNBOOK}


async def test_of_a_long_file_only_what_it_found_and_exactly_that(
    stage: Stage, shelves: Shelves
) -> None:
    await give(stage, shelves, long(f"# Rollback\nFollow {RUNBOOK}"))
    search = calls(("search_knowledge", {"query": "rollback"}))
    assert await answer_with(stage, search, says(f"See [it]({RUNBOOK}&d=4711).")) == set()


async def test_no_link_of_a_long_file_that_was_not_searched(stage: Stage, shelves: Shelves) -> None:
    await give(stage, shelves, long(f"# Rollback\nFollow {RUNBOOK}"))
    assert await answer_with(stage, says(f"See [it]({RUNBOOK}).")) == set()


async def test_no_link_of_a_file_that_it_was_not_given(stage: Stage, shelves: Shelves) -> None:
    await shelves.put(stage.harbor.ana, runbook_md=f"Follow {RUNBOOK}.")
    await shelves.read()
    assert await answer_with(stage, says(f"See [it]({RUNBOOK}).")) == set()


async def test_no_link_of_a_report_which_quotes_what_services_say(
    stage: Stage, shelves: Shelves
) -> None:
    await give(stage, shelves, f"Top referrer: {RUNBOOK}")
    async with stage.harbor.store.writing(ORGANISATION) as session:
        items = await shelves.items(ORGANISATION)
        row = await session.get_one(KnowledgeItem, items["runbook.md"].id)
        row.kind = KnowledgeKind.REPORT
    assert await answer_with(stage, says(f"See [it]({RUNBOOK}).")) == set()


async def test_a_picture_is_no_more_than_a_link(stage: Stage) -> None:
    harbor = stage.harbor
    await write_text(harbor.store, harbor.ana, harbor.debugger.id, f"Runbooks: {RUNBOOK}.")
    await answer_with(stage, says(f"![chart]({RUNBOOK})"))
    assert "image_url" not in str(stage.slack.posts)
