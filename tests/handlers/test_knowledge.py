"""`/ops knowledge`, its modals, and files that people send directly, as they reach the handlers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.store.tables import Organisation
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk, text_of
from tests.support.shelves import Shelves


@pytest.fixture
def shelves(desk: Desk) -> Shelves:
    return Shelves(desk.harbor.store, desk.harbor.queue)


def last_view(desk: Desk) -> dict[str, Any]:
    return desk.slack.sent("views_open")[-1]["view"]  # type: ignore[no-any-return]


def in_slack(shelves: Shelves, file_id: str, name: str, content: bytes) -> dict[str, Any]:
    """A file as Slack tells of it."""
    shelves.in_slack[file_id] = content
    return {"id": file_id, "name": name, "size": len(content)}


async def upload(desk: Desk, *files: dict[str, Any], user: str = "UANA") -> str:
    """Opens the modal and sends it with files."""
    await desk.command(user, "knowledge add")
    held = json.loads(last_view(desk)["private_metadata"])
    chosen = {"knowledge_upload": {"knowledge_upload": {"files": list(files)}}}
    return await desk.submit(user, "knowledge_uploaded", held, chosen)


async def test_the_modal_puts_files_into_the_library(desk: Desk, shelves: Shelves) -> None:
    told = await upload(
        desk,
        in_slack(shelves, "F1", "notes.md", b"# Codes\nheron"),
        in_slack(shelves, "F2", "cat.gif", b"GIF89a"),
    )
    assert "*notes.md*: in the library, and being read" in told
    assert "cat.gif: I read PDF, TXT and Markdown files" in told
    assert ":hourglass: waits to be read" in await desk.command("UANA", "knowledge")
    await shelves.read()
    told = await desk.command("UANA", "knowledge")
    assert "*notes.md* · 1 KB" in told
    assert ":white_check_mark: ready · known by no agent" in told


async def test_a_modal_without_a_good_file_stays_open(desk: Desk, shelves: Shelves) -> None:
    assert "Choose at least one file." in await upload(desk)
    told = await upload(desk, in_slack(shelves, "F2", "cat.gif", b"GIF89a"))
    assert "errors" in str(desk.heard[-1])
    assert "I read PDF" in told


async def test_what_an_agent_knows_is_chosen_in_a_modal(desk: Desk, shelves: Shelves) -> None:
    await shelves.put(desk.harbor.ana, notes_md="# Codes\nheron")
    await shelves.read()
    item = (await shelves.items(ORGANISATION))["notes.md"]
    await desk.command("UANA", "knowledge agent @debugger")
    view = last_view(desk)
    assert "notes.md" in text_of(view)
    held = json.loads(view["private_metadata"])
    chosen = {"knowledge_files": {"knowledge_files": {"selected_options": [{"value": item.id}]}}}
    told = await desk.submit("UANA", "knowledge_chosen", held, chosen)
    assert "it knows *notes.md*" in told
    await desk.command("UANA", "knowledge agent debugger")
    [files] = [one for one in last_view(desk)["blocks"] if one.get("block_id") == "knowledge_files"]
    assert [one["value"] for one in files["element"]["initial_options"]] == [item.id]
    listed = await desk.command("UANA", "knowledge")
    assert "known by Debugger" in listed
    assert "Debugger will not know it any more." in listed, "asked before it is deleted"


async def test_above_the_limit_the_modal_says_which_could_go(desk: Desk, shelves: Shelves) -> None:
    async with desk.harbor.store.installation() as session:
        (await session.get_one(Organisation, ORGANISATION)).plan = "explore"
    await shelves.put(desk.harbor.ana, a_txt="hello", b_txt="hello", c_txt="hello")
    await shelves.read()
    await desk.command("UANA", "knowledge agent @debugger")
    held = json.loads(last_view(desk)["private_metadata"])
    ids = [one.id for one in (await shelves.items(ORGANISATION)).values()]
    options = [{"value": one} for one in ids]
    chosen = {"knowledge_files": {"knowledge_files": {"selected_options": options}}}
    told = await desk.submit("UANA", "knowledge_chosen", held, chosen)
    assert "room for 2 files an agent, and these are 3: a.txt, b.txt, c.txt" in told


@pytest.mark.parametrize("by", ["button", "command"])
async def test_a_deleted_file_is_gone_and_it_is_said_who_knew_it(
    desk: Desk, shelves: Shelves, by: str
) -> None:
    await shelves.put(desk.harbor.ana, notes_md="heron")
    await shelves.read()
    await shelves.give(desk.harbor.ana, desk.harbor.debugger, "notes.md")
    item = (await shelves.items(ORGANISATION))["notes.md"]
    if by == "button":
        told = await desk.press("UANA", "knowledge_delete", f"{ORGANISATION}:{item.id}")
    else:
        assert "Did you mean `notes.md`?" in await desk.command("UANA", "knowledge delete note.md")
        told = await desk.command("UANA", "knowledge delete Notes.MD")
    assert "Deleted *notes.md*. Debugger knew it until now." in told
    assert "The library is empty." in told
    again = await desk.press("UANA", "knowledge_delete", f"{ORGANISATION}:{item.id}")
    assert "not in the library any more" in again


async def test_pages_for_files_and_for_a_text_are_behind_one_time_links(desk: Desk) -> None:
    told = await desk.command("UANA", "knowledge page")
    assert "https://ops.example/connect/" in told
    assert "Add files to the library" in told
    told = await desk.command("UANA", "knowledge text @debugger")
    assert "Write what Debugger always knows" in told
    assert "There are: `@debugger`" in await desk.command("UANA", "knowledge text @nobody")


async def test_viewers_are_told_who_can(desk: Desk, shelves: Shelves) -> None:
    for typed in ("", " list", " add", " page", " agent @debugger", " text @debugger", " delete x"):
        told = await desk.command("UBO", f"knowledge{typed}")
        assert "Only owners and editors may change what agents know" in told, typed
        assert "<@UANA>" in told
    await shelves.put(desk.harbor.ana, notes_md="heron")
    item = (await shelves.items(ORGANISATION))["notes.md"]
    for action in ("knowledge_add", "knowledge_delete"):
        told = await desk.press("UBO", action, f"{ORGANISATION}:{item.id}")
        assert "Only owners and editors" in told
    assert desk.slack.sent("views_open") == []


async def test_a_file_sent_directly_without_words_goes_into_the_library_once(
    desk: Desk, shelves: Shelves
) -> None:
    file = in_slack(shelves, "F1", "notes.md", b"# Codes\nheron")
    for _ in range(2):  # Slack sends it again
        await desk.say("UANA", "", "DUANA", files=[file], subtype="file_share", ts="5.0")
    [say] = await desk.jobs("say")
    assert "*notes.md*: in the library" in say.subject
    await shelves.read()
    assert list(await shelves.items(ORGANISATION)) == ["notes.md"]
    assert await desk.jobs("run") == []


async def test_a_viewer_who_sends_a_file_is_told_who_can(desk: Desk, shelves: Shelves) -> None:
    file = in_slack(shelves, "F1", "notes.md", b"heron")
    await desk.say("UBO", "", "DUBO", files=[file], subtype="file_share")
    [say] = await desk.jobs("say")
    assert "Only owners and editors may change what agents know" in say.subject
    assert await shelves.items(ORGANISATION) == {}


async def test_a_file_with_words_or_in_a_channel_is_a_question_or_nothing(
    desk: Desk, shelves: Shelves
) -> None:
    file = in_slack(shelves, "F1", "notes.md", b"heron")
    await desk.say("UANA", "what is open?", "DUANA", files=[file], subtype="file_share")
    await desk.say("UANA", "", files=[file], subtype="file_share")
    assert len(await desk.jobs("run")) == 1
    assert await shelves.items(ORGANISATION) == {}
