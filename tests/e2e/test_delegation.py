"""One agent asks another in the local workspace, before a scripted language model's wire."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from playground.betterstack.seed_names import CHECKOUT_5XX
from tests.agents.models.fake_anthropic import (
    Answer,
    FakeAnthropic,
    calling,
    says,
    streams,
    tool_use,
)
from tests.browser import new_page, save_picture
from tests.e2e.screen import WAIT_MS
from tests.e2e.stage import Stage, staged

LEAK = "https://evil.example/?d=checkout"


@pytest_asyncio.fixture(loop_scope="session")
async def fake() -> AsyncIterator[FakeAnthropic]:
    server = FakeAnthropic()
    async with server.serving():
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path, fake: FakeAnthropic) -> AsyncIterator[Stage]:
    """The demo with a language model; the Debugger may ask Tony."""
    extra = {"ANTHROPIC_API_KEY": "sk-ant-not-a-real-key", "ANTHROPIC_BASE_URL": fake.url}
    async with staged(tmp_path, extra=extra) as ready:
        connect(tmp_path / "quarterdeck.db", "debugger", "tony")
        yield ready


def connect(database: Path, asking: str, asked: str) -> None:
    with sqlite3.connect(database, timeout=20) as plain:
        plain.execute(
            "insert into agent_links (organisation_id, agent_id, connected_id) "
            "select a.organisation_id, a.id, b.id from agents a, agents b "
            "where a.handle = ? and b.handle = ?",
            (asking, asked),
        )
    plain.close()


def call(number: int, name: str, **arguments: Any) -> Answer:
    return streams(calling(tool_use(f"toolu_{number}", name, json.dumps(arguments))))


@pytest.mark.e2e
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.browser
async def test_a_colleagues_write_is_decided_in_the_askers_thread(
    browser: Browser, stage: Stage, fake: FakeAnthropic
) -> None:
    fake.plays(
        call(1, "ask_colleague", colleague="Tony", question="Acknowledge the checkout incident."),
        call(2, "better_stack_list_incidents", resolved=False),
        call(3, "better_stack_acknowledge_incident", incident_id=str(CHECKOUT_5XX)),
        says("Acknowledged."),
        says(f"Tony acknowledged it. [Details]({LEAK}) and {LEAK}"),
    )
    thread = stage.say("ana", "@debugger have the checkout incident acknowledged")
    await stage.card(thread)
    async with new_page(browser, width=1360, height=860) as page:
        await page.goto(f"{stage.workspace.url}/#{stage.workspace.channel('#incidents').id}")
        await page.get_by_text("replies").or_(page.get_by_text("reply")).first.click()
        pane = page.get_by_test_id("thread-pane")
        await expect(pane.get_by_text("asked by Debugger for")).to_be_visible(timeout=WAIT_MS)
        await expect(pane.get_by_text("↳ Tony: Better Stack: list incidents")).to_be_visible()
        await save_picture(page, "delegation-card")
        await pane.locator("[data-action-id=approval_approve]").click()
        await expect(pane.get_by_text("Tony acknowledged it.")).to_be_visible(timeout=WAIT_MS)
        await expect(pane.get_by_text("Debugger took 1 step")).to_be_visible(timeout=WAIT_MS)
        await save_picture(page, "delegation-answered")
        assert await pane.locator("a[href*='evil.example']").count() == 0
    assert len(stage.sandbox.journal.writes()) == 1
    child = json.dumps(fake.seen[1].body)
    assert "have the checkout incident acknowledged" not in child, "it sees the question alone"
