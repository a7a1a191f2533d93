"""An incident from its first webhook to its summary, in a real browser.

The pictures are left under build/pictures/.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from playground.betterstack.auth import TEAM_TOKEN
from playground.betterstack.records import Incident
from playground.stage import free_port
from tests.browser import new_page, save_picture
from tests.e2e.screen import WAIT_MS
from tests.e2e.stage import Stage, staged

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROUTE = "/ops incidents route everything to #incidents investigate with @debugger"


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    port = str(free_port())
    reached = {"QUARTERDECK_PORT": port, "QUARTERDECK_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    async with staged(tmp_path, "socket", extra=reached) as ready:
        ready.sandbox.state.incidents.clear()
        yield ready


async def test_from_the_first_webhook_to_the_summary(page: Page, stage: Stage) -> None:
    await type_in(page, "composer", ROUTE)
    await expect(page.get_by_test_id("ephemeral").last).to_contain_text("from now on")
    await hooked(page, stage)

    happens(stage, 9001)
    await webhook(stage, 9001, "created")
    acknowledge = page.locator("[data-action-id=incident_acknowledge]")
    await expect(acknowledge).to_be_visible(timeout=WAIT_MS)
    await page.get_by_text("replies").or_(page.get_by_text("reply")).first.click(timeout=WAIT_MS)
    pane = page.get_by_test_id("thread-pane")
    await expect(pane.get_by_text("Debugger took")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "incident-investigated")

    await acknowledge.first.click()
    await expect(pane.get_by_text("acknowledged this")).to_be_visible(timeout=WAIT_MS)
    await expect(page.get_by_text("Acknowledged").first).to_be_visible(timeout=WAIT_MS)
    await expect(acknowledge).to_have_count(0, timeout=WAIT_MS)
    await save_picture(page, "incident-acknowledged")
    sent = [one.path for one in stage.sandbox.journal.writes() if "acknowledge" in one.path]
    assert sent == ["/api/v3/incidents/9001/acknowledge"]

    await page.locator("[data-action-id=incident_escalate]").first.click()
    modal = page.get_by_test_id("modal")
    await expect(modal.get_by_text("Who will be woken")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "incident-escalate")
    await page.keyboard.press("Escape")

    await resolved_in_better_stack(stage, 9001)
    await expect(page.get_by_text("Resolved").first).to_be_visible(timeout=WAIT_MS)
    await expect(pane.get_by_text("Draft of a summary")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "incident-summary")


async def test_on_a_phone_at_night(browser: Browser, stage: Stage) -> None:
    async with new_page(browser, width=412, height=860) as phone:
        await phone.goto(f"{stage.workspace.url}/#{stage.workspace.channel('#incidents').id}")
        await phone.get_by_test_id("composer").wait_for(timeout=WAIT_MS)
        await type_in(phone, "composer", "/ops incidents route everything to #incidents")
        await expect(phone.get_by_test_id("ephemeral").last).to_contain_text("from now on")
        await hooked(phone, stage)
        happens(stage, 9002)
        await webhook(stage, 9002, "created")
        button = phone.locator("[data-action-id=incident_acknowledge]")
        await expect(button).to_be_visible(timeout=WAIT_MS)
        await save_picture(phone, "incident-phone")
        posts = [one for one in stage.workspace.messages("#incidents") if one.get("bot_id")]
        assert posts[-1]["text"].startswith("Incident started: Checkout 5xx (Status 503")


async def type_in(page: Page, where: str, text: str) -> None:
    box = page.get_by_test_id(where)
    await box.fill(text)
    await page.get_by_role("button", name="Send").first.click()


ADDRESS: dict[int, str] = {}


async def hooked(page: Page, stage: Stage) -> None:
    """Has Better Stack send its events to the address that the bot shows."""
    await type_in(page, "composer", "/ops connections webhook Demo")
    shown = page.get_by_test_id("ephemeral").last
    await expect(shown).to_contain_text("/hooks/", timeout=WAIT_MS)
    found = re.search(r"http://\S+?/hooks/[^\s`]+", await shown.inner_text())
    assert found
    ADDRESS[id(stage)] = found[0]
    body = {
        "name": "Quarterdeck",
        "url": found[0],
        "trigger_type": "incident_change",
        "on_incident_acknowledged": True,
        "on_incident_resolved": True,
        "on_incident_comment": True,
    }
    await better_stack(stage, "/api/v2/outgoing-webhooks", body)


async def better_stack(stage: Stage, path: str, body: dict[str, object]) -> None:
    """Somebody does something in Better Stack itself."""
    headers = {"Authorization": f"Bearer {TEAM_TOKEN}"}
    async with httpx.AsyncClient(base_url=stage.sandbox.url, headers=headers) as client:
        (await client.post(path, json=body)).raise_for_status()


async def resolved_in_better_stack(stage: Stage, incident_id: int) -> None:
    await better_stack(stage, f"/api/v3/incidents/{incident_id}/resolve", {"resolved_by": "Bo"})


def happens(stage: Stage, incident_id: int) -> None:
    """A monitor's check fails."""
    state = stage.sandbox.state
    monitor = next(iter(state.monitors.values()))
    state.incidents[incident_id] = Incident(
        id=incident_id,
        team_name=monitor.team_name,
        name="Checkout 5xx",
        cause="Status 503 (expected 200)",
        started_at=datetime.now(UTC) - timedelta(minutes=2),
        monitor_id=monitor.id,
        url=monitor.url,
        response_content="upstream connect error: connection pool exhausted",
    )


async def webhook(stage: Stage, incident_id: int, event: str) -> None:
    body = {"event": event, "data": {"id": str(incident_id), "type": "incident", "attributes": {}}}
    async with httpx.AsyncClient() as client:
        (await client.post(ADDRESS[id(stage)], json=body)).raise_for_status()
