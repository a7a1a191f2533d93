"""The pages for files and texts: behind their links, with room for files, and saved once."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.agents.knowledge.recall import Recall
from bot.connecting.tickets import Purpose
from bot.store.tables import Organisation
from bot.web.forms import Forms
from bot.web.knowledge import KnowledgePages
from bot.web.server import web_app
from tests.fixtures_store import ORGANISATION
from tests.support.browsing import Browser, Shown, Site
from tests.support.desk import build_desk
from tests.support.fixtures import harbor, service
from tests.support.harbor import Harbor
from tests.support.shelves import Shelves

__all__ = ["harbor", "service"]


@pytest.fixture
async def site(harbor: Harbor) -> AsyncIterator[Site]:
    desk = build_desk(harbor)
    services = desk.services

    async def ready() -> str:
        return ""

    forms = Forms(services.store, services.tickets, services.connections)
    knowledge = KnowledgePages(
        services.store, services.queue, services.tickets, forms, lambda: None
    )
    app = web_app(slack=None, ready=ready, forms=forms, knowledge=knowledge)
    server = TestServer(app)
    async with server:
        yield Site(desk, server)


async def opened(site: Site, harbor: Harbor, purpose: Purpose) -> str:
    """The path of a new link for Ana."""
    return await site.link(harbor.ana, purpose, connection=harbor.debugger.id)


async def send(browser: Browser, path: str, **files: bytes) -> Shown:
    """Sends the open form with files by name, `_md` at the end for `.md`."""
    page = await browser.get(f"{path}/knowledge")
    form = aiohttp.FormData({"csrf": page.csrf})
    for name, content in files.items():
        stem, _, suffix = name.rpartition("_")
        form.add_field("files", io.BytesIO(content), filename=f"{stem}.{suffix}")
    answer = await browser.client.post(f"{path}/knowledge", data=form)
    return Shown(answer.status, await answer.text(), answer.headers)


async def test_files_are_added_and_the_link_ends(site: Site, harbor: Harbor) -> None:
    shelves = Shelves(harbor.store, harbor.queue)
    path = await opened(site, harbor, Purpose.KNOWLEDGE)
    async with site.browser() as ana:
        landing = await ana.get(path)
        assert "Add files to the library" in landing.words.replace("lamp", "the library")
        await ana.open(path)
        big = b"heron " * 1_000_000
        page = await send(ana, path, notes_md=b"# Codes\nheron", big_txt=big, cat_gif=b"GIF89a")
        assert "Added to the library notes.md big.txt" in page.words.replace("  ", " ")
        assert "cat.gif: I read PDF, TXT and Markdown files" in page.words
        assert (await ana.get(f"{path}/knowledge")).status == 410
    await shelves.read()
    items = await shelves.items(ORGANISATION)
    assert {name: one.state for name, one in items.items()} == {
        "notes.md": "ready",
        "big.txt": "ready",
    }


async def test_nothing_good_leaves_the_link_open(site: Site, harbor: Harbor) -> None:
    path = await opened(site, harbor, Purpose.KNOWLEDGE)
    async with site.browser() as ana:
        await ana.open(path)
        page = await send(ana, path, cat_gif=b"GIF89a")
        assert page.status == 422
        assert "I read PDF" in page.words
        assert "Choose one to 5 files." in (await send(ana, path)).words
        large = await send(ana, path, large_txt=b"x" * 10_000_001)
        assert "10 MB is the most" in large.words
        assert (await ana.get(f"{path}/knowledge")).status == 200


async def test_another_browser_or_a_forged_form_adds_nothing(site: Site, harbor: Harbor) -> None:
    path = await opened(site, harbor, Purpose.KNOWLEDGE)
    async with site.browser() as ana, site.browser() as other:
        await ana.open(path)
        assert (await send(other, path, notes_md=b"heron")).status == 403
        forged = aiohttp.FormData({"csrf": "guessed"})
        forged.add_field("files", b"heron", filename="notes.md")
        answer = await ana.client.post(f"{path}/knowledge", data=forged)
        assert answer.status == 403
    assert await Shelves(harbor.store, harbor.queue).items(ORGANISATION) == {}


async def test_a_link_for_one_page_does_not_open_the_other(site: Site, harbor: Harbor) -> None:
    for purpose, page in ((Purpose.KNOWLEDGE, "text"), (Purpose.TEXT, "knowledge")):
        path = await opened(site, harbor, purpose)
        async with site.browser() as ana:
            await ana.open(path)
            assert (await ana.get(f"{path}/{page}")).status == 404
    path = await site.link(harbor.ana, Purpose.ADD)
    async with site.browser() as ana:
        await ana.open(path)
        assert (await ana.get(f"{path}/knowledge")).status == 404


async def test_a_text_is_written_and_comes_back_for_the_next_change(
    site: Site, harbor: Harbor
) -> None:
    async with harbor.store.installation() as session:
        (await session.get_one(Organisation, ORGANISATION)).plan = "explore"
    path = await opened(site, harbor, Purpose.TEXT)
    async with site.browser() as ana:
        await ana.open(path)
        page = await ana.get(f"{path}/text")
        assert "What Debugger always knows" in page.words
        assert "Up to 10 KB." in page.words
        over = await ana.post(f"{path}/text", csrf=page.csrf, text="a" * 10_001)
        assert over.status == 422
        assert "the plan Explore has room for 10 KB an agent" in over.words
        done = await ana.post(f"{path}/text", csrf=page.csrf, text="Checkout is <Till>.\r\nYes.")
        assert "The text is saved" in done.words
    assert (await Recall(harbor.store).known(harbor.debugger)).text == "Checkout is <Till>.\nYes."
    path = await opened(site, harbor, Purpose.TEXT)
    async with site.browser() as ana:
        await ana.open(path)
        assert "Checkout is &lt;Till&gt;." in (await ana.get(f"{path}/text")).text
