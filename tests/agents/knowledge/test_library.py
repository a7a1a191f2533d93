"""The library, from a file that is given to it to the agents that know it, and its end."""

from __future__ import annotations

import aiohttp
import pytest
from sqlalchemy import select

from bot.agents.knowledge.attachments import choice_of, choose, write_text
from bot.agents.knowledge.library import Given, add_files, delete_file, library_of
from bot.agents.knowledge.processing import Processing
from bot.agents.knowledge.recall import Known, Recall
from bot.people.limits import LimitReached
from bot.people.refusals import Refused
from bot.scheduling.queue import TryLater
from bot.store.tables import (
    Agent,
    AuditEntry,
    Job,
    KnowledgePassage,
    KnowledgeState,
    KnowledgeUpload,
    Organisation,
    StoredReport,
    Visibility,
)
from tests.fixtures_store import ORGANISATION
from tests.support.harbor import Harbor
from tests.support.pdfs import pdf
from tests.support.shelves import Shelves


@pytest.fixture
def shelves(harbor: Harbor) -> Shelves:
    return Shelves(harbor.store, harbor.queue)


async def on_plan(harbor: Harbor, plan: str) -> None:
    async with harbor.store.installation() as session:
        (await session.get_one(Organisation, ORGANISATION)).plan = plan


async def another_agent(harbor: Harbor, name: str, **more: str) -> Agent:
    agent = Agent(
        name=name,
        handle=name.lower(),
        type="debugger",
        icon=":mag:",
        created_at=harbor.clock(),
        **more,
    )
    async with harbor.store.writing(ORGANISATION) as session:
        session.add(agent)
    return agent


async def told(harbor: Harbor) -> str:
    """What people are told directly."""
    async with harbor.store.installation() as session:
        return " ".join(
            await session.scalars(select(Job.subject).where(Job.kind == "tell").order_by(Job.id))
        )


async def test_a_file_waits_is_read_and_its_uploader_is_told(
    harbor: Harbor, shelves: Shelves
) -> None:
    await shelves.put(harbor.ana, runbook_pdf=pdf("Press the red button", "Wait"))
    assert (await shelves.items(ORGANISATION))["runbook.pdf"].state == KnowledgeState.PENDING
    await shelves.read()
    item = (await shelves.items(ORGANISATION))["runbook.pdf"]
    assert (item.state, item.pages, item.characters) == ("ready", 2, 24)
    assert "*runbook.pdf* is in the library, 2 pages." in await told(harbor)
    async with harbor.store.reading(ORGANISATION) as session:
        assert (await session.scalars(select(KnowledgeUpload))).all() == [], "not kept twice"


async def test_a_file_that_cannot_be_read_says_why(harbor: Harbor, shelves: Shelves) -> None:
    await shelves.put(harbor.ana, scan_pdf=pdf("", ""))
    await shelves.read()
    item = (await shelves.items(ORGANISATION))["scan.pdf"]
    assert item.state == KnowledgeState.FAILED
    assert "(OCR)" in item.reason
    assert "*scan.pdf* could not be read." in await told(harbor)


async def test_reading_twice_after_a_crash_makes_no_passage_twice(
    harbor: Harbor, shelves: Shelves
) -> None:
    await shelves.put(harbor.ana, notes_txt="Press the red button.")
    [claim] = await harbor.queue.take(1)
    processing = Processing(harbor.store, harbor.queue, shelves.fetch)

    async def dies(*_: object) -> None:
        raise RuntimeError("the process died here")

    saved = processing._finish
    processing._finish = dies  # type: ignore[method-assign, assignment]
    with pytest.raises(RuntimeError):
        await processing.handle(claim)
    processing._finish = saved  # type: ignore[method-assign]
    await processing.handle(claim)
    async with harbor.store.reading(ORGANISATION) as session:
        assert len((await session.scalars(select(KnowledgePassage))).all()) == 1


async def test_a_file_deleted_while_it_is_read_stays_away(harbor: Harbor, shelves: Shelves) -> None:
    shelves.in_slack["F1"] = b"Press the red button."
    given = Given("notes.txt", 21, slack_file="F1")
    await add_files(harbor.store, harbor.queue, harbor.ana, [given])
    item = (await shelves.items(ORGANISATION))["notes.txt"]

    async def slowly(file_id: str, most: int) -> bytes:
        await delete_file(harbor.store, harbor.ana, item.id)
        return await shelves.fetch(file_id, most)

    [claim] = await harbor.queue.take(1)
    await Processing(harbor.store, harbor.queue, slowly).handle(claim)
    assert await shelves.items(ORGANISATION) == {}


async def test_while_slack_is_away_a_file_waits(harbor: Harbor, shelves: Shelves) -> None:
    given = Given("notes.txt", 21, slack_file="F1")
    await add_files(harbor.store, harbor.queue, harbor.ana, [given])

    async def away(_file_id: str, _most: int) -> bytes:
        raise aiohttp.ClientError("no route")

    [claim] = await harbor.queue.take(1)
    processing = Processing(harbor.store, harbor.queue, away)
    with pytest.raises(TryLater):
        await processing.handle(claim)
    await processing.give_up(claim)
    assert "again and again" in (await shelves.items(ORGANISATION))["notes.txt"].reason


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (Given("a.docx", 10, b"x" * 10), "I read PDF, TXT and Markdown files"),
        (Given("a.pdf", 10_000_001), "10.0 MB; 10 MB is the most"),
        (Given("a.txt", 0), "It is empty."),
        (Given("NOTES.txt", 5, b"hello"), "a file of that name already"),
        (Given("a" * 200 + ".txt", 5, b"hello"), "more than 200 characters"),
    ],
)
async def test_what_is_not_taken_is_said(
    harbor: Harbor, shelves: Shelves, given: Given, words: str
) -> None:
    await shelves.put(harbor.ana, notes_txt="hello")
    added = await add_files(harbor.store, harbor.queue, harbor.ana, [given])
    assert added.names == []
    assert words in added.refused[0]


async def test_viewers_change_nothing(harbor: Harbor, shelves: Shelves) -> None:
    await shelves.put(harbor.ana, notes_txt="hello")
    await shelves.read()
    item = (await shelves.items(ORGANISATION))["notes.txt"]
    with pytest.raises(Refused, match="Only owners and editors may change what agents know"):
        await shelves.put(harbor.bo, more_txt="hello")
    with pytest.raises(Refused):
        await delete_file(harbor.store, harbor.bo, item.id)
    with pytest.raises(Refused):
        await shelves.give(harbor.bo, harbor.debugger, "notes.txt")
    with pytest.raises(Refused):
        await write_text(harbor.store, harbor.bo, harbor.debugger.id, "hello")


async def test_deleting_says_who_loses_it_and_names_no_private_agent_of_others(
    harbor: Harbor, shelves: Shelves
) -> None:
    await shelves.put(harbor.ana, notes_txt="hello")
    await shelves.read()
    own = await another_agent(harbor, "Own", visibility=Visibility.ONLY_ME, created_by="ana")
    hers = await another_agent(harbor, "Hidden", visibility=Visibility.ONLY_ME, created_by="bo")
    for agent in (harbor.debugger, own):
        await shelves.give(harbor.ana, agent, "notes.txt")
    editor = await another_agent(harbor, "Spare")
    await shelves.give(harbor.ana, editor, "notes.txt")
    async with harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Agent, editor.id)).visibility = Visibility.ONLY_ME
        (await session.get_one(Agent, editor.id)).created_by = "bo"
    async with harbor.store.reading(ORGANISATION) as session:
        [shelved] = await library_of(session, harbor.ana)
    assert shelved.known_by == "Debugger, Own and 1 private agent"
    with pytest.raises(Refused, match="no such agent"):
        await shelves.give(harbor.ana, hers, "notes.txt")
    gone = await delete_file(harbor.store, harbor.ana, shelved.item.id)
    assert gone.known_by == "Debugger, Own and 1 private agent"
    async with harbor.store.reading(ORGANISATION) as session:
        assert (await session.scalars(select(KnowledgePassage))).all() == []
        recorded = list(await session.scalars(select(AuditEntry.sentence)))
    assert any("deleted notes.txt from the library; Debugger" in one for one in recorded)
    with pytest.raises(Refused, match="not in the library any more"):
        await delete_file(harbor.store, harbor.ana, shelved.item.id)


async def test_only_ready_files_are_given(harbor: Harbor, shelves: Shelves) -> None:
    await shelves.put(harbor.ana, notes_txt="hello")
    with pytest.raises(Refused, match=r"notes\.txt is pending; only a file that is ready"):
        await shelves.give(harbor.ana, harbor.debugger, "notes.txt")
    async with harbor.store.reading(ORGANISATION) as session:
        assert (await choice_of(session, harbor.ana, harbor.debugger.id)).files == []


async def test_the_limit_of_files_names_them_and_leaves_what_is_there(
    harbor: Harbor, shelves: Shelves
) -> None:
    await on_plan(harbor, "explore")
    await shelves.put(harbor.ana, a_txt="hello", b_txt="hello", c_txt="hello")
    await shelves.read()
    with pytest.raises(LimitReached, match=r"room for 2 files .* 3: a.txt, b.txt, c.txt. Leave"):
        await shelves.give(harbor.ana, harbor.debugger, "a.txt", "b.txt", "c.txt")
    await on_plan(harbor, "scale")
    await shelves.give(harbor.ana, harbor.debugger, "a.txt", "b.txt", "c.txt")
    await on_plan(harbor, "explore")
    kept = await shelves.give(harbor.ana, harbor.debugger, "a.txt", "b.txt", "c.txt")
    assert len(kept) == 3, "a lower plan takes nothing away"


async def test_the_limit_of_text_names_its_longest_parts(harbor: Harbor) -> None:
    await on_plan(harbor, "explore")
    text = f"# Names\n{'a' * 2000}\n# History\n{'b' * 9000}"
    with pytest.raises(LimitReached, match=r"11 KB; .* 10 KB .* “History” \(9 KB\), “Names”"):
        await write_text(harbor.store, harbor.ana, harbor.debugger.id, text)
    await on_plan(harbor, "scale")
    await write_text(harbor.store, harbor.ana, harbor.debugger.id, text)
    await on_plan(harbor, "explore")
    await write_text(harbor.store, harbor.ana, harbor.debugger.id, text[:-500])


async def stored(harbor: Harbor, number: int, *, private: bool = False) -> str:
    """A report that somebody had made, of a run of its own."""
    run = await harbor.ask(f"run{number}", thread=f"{number}.0")
    report = StoredReport(
        title="Checkout",
        text=f"# Checkout\nReport {number}: 17 orders failed.",
        data=[],
        made_by=harbor.ana.id,
        agent_id=harbor.debugger.id,
        conversation_id=run.conversation_id,
        run_id=run.id,
        private=private,
        created_at=harbor.clock(),
    )
    async with harbor.store.writing(ORGANISATION) as session:
        session.add(report)
    return report.id


async def test_a_report_is_known_until_no_agent_knows_it(harbor: Harbor, shelves: Shelves) -> None:
    report = await stored(harbor, 1)
    given = await choose(harbor.store, harbor.ana, harbor.debugger.id, [], [report])
    assert given == ["Checkout (22 Nov 2026)"]
    known = await Recall(harbor.store).known(harbor.debugger)
    assert known.whole[0].text == "[Checkout]\nReport 1: 17 orders failed."
    async with harbor.store.reading(ORGANISATION) as session:
        assert await library_of(session, harbor.ana) == [], "it is no file of the library"
    await choose(harbor.store, harbor.ana, harbor.debugger.id, [], [])
    assert await shelves.items(ORGANISATION) == {}


async def test_a_report_that_is_forgotten_is_known_by_nobody(
    harbor: Harbor, shelves: Shelves
) -> None:
    report = await stored(harbor, 1)
    await choose(harbor.store, harbor.ana, harbor.debugger.id, [], [report])
    async with harbor.store.writing(ORGANISATION) as session:
        await session.delete(await session.get_one(StoredReport, report))
    assert await shelves.items(ORGANISATION) == {}
    assert await Recall(harbor.store).known(harbor.debugger) == Known("", [], [])


async def test_a_report_of_a_private_conversation_is_given_to_nobody(harbor: Harbor) -> None:
    report = await stored(harbor, 1, private=True)
    async with harbor.store.reading(ORGANISATION) as session:
        assert (await choice_of(session, harbor.ana, harbor.debugger.id)).reports == []
    with pytest.raises(Refused, match="not there any more"):
        await choose(harbor.store, harbor.ana, harbor.debugger.id, [], [report])


async def test_an_agent_knows_twenty_reports(harbor: Harbor) -> None:
    reports = [await stored(harbor, number) for number in range(21)]
    with pytest.raises(LimitReached, match="can know 20 reports, and these are 21"):
        await choose(harbor.store, harbor.ana, harbor.debugger.id, [], reports)
