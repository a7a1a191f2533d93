"""App Home: what one pinned comes first, for viewers too; what one may not use is locked."""

from __future__ import annotations

from typing import Any

import pytest

from bot.store.tables import StoredReport, Subscription
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk


async def press_at_home(desk: Desk, user: str, action: str, key: str) -> str:
    """Slack names no channel for what is pressed in App Home."""
    return await desk.press(user, action, f"{ORGANISATION}:{key}", channel="")


async def headings(desk: Desk, user: str) -> dict[str, list[str]]:
    """What stands under each heading of somebody's App Home."""
    await desk.open_home(user)
    found: dict[str, list[str]] = {}
    for block in desk.slack.sent("views_publish")[-1]["view"]["blocks"]:
        if block["type"] == "header":
            found[block["text"]["text"]] = []
        elif block["type"] == "section":
            found[list(found)[-1]].append(block["text"]["text"])
    return found


@pytest.fixture
async def reports(desk: Desk) -> Desk:
    """A daily report, and one that Ana keeps for herself."""
    run = await desk.harbor.ask()
    now = desk.harbor.clock()
    daily: dict[str, Any] = {"report": "incidents", "timezone": "UTC", "channel_id": "C1"}
    kept: dict[str, Any] = {"title": "Lamps", "text": "Fine.", "data": [], "private": True}
    async with desk.harbor.store.writing(ORGANISATION) as session:
        session.add(
            Subscription(id="sub", hour=9, minute=0, created_by="ana", created_at=now, **daily)
        )
        session.add(
            StoredReport(
                id="report",
                made_by="ana",
                agent_id="debugger",
                conversation_id=run.conversation_id,
                run_id=run.id,
                created_at=now,
                **kept,
            )
        )
    return desk


async def test_pinned_agents_and_reports_come_first_for_viewers_too(reports: Desk) -> None:
    await reports.harbor.hire("tony")
    assert "Pinned" not in await headings(reports, "UBO")
    await press_at_home(reports, "UBO", "agent_more", "pin:tony")
    reports.harbor.clock.forward(seconds=1)
    await press_at_home(reports, "UBO", "report_pin", "pin:daily:sub")
    shown = await headings(reports, "UBO")
    assert list(shown)[:3] == ["Quarterdeck", "Pinned", "Agents"]
    tony, daily = shown["Pinned"]
    assert "*Tony*" in tony
    assert daily == "*Incidents* in <#C1>, daily at 09:00 (UTC)"
    assert not any("*Tony*" in one for one in shown["Agents"])
    assert "Reports" not in shown
    assert "Pinned" not in await headings(reports, "UANA"), "each has their own"


async def test_what_is_unpinned_goes_back(reports: Desk) -> None:
    await press_at_home(reports, "UBO", "agent_more", "pin:debugger")
    await press_at_home(reports, "UBO", "report_pin", "pin:daily:sub")
    await press_at_home(reports, "UBO", "agent_more", "unpin:debugger")
    await press_at_home(reports, "UBO", "report_pin", "unpin:daily:sub")
    shown = await headings(reports, "UBO")
    assert "Pinned" not in shown
    assert len(shown["Reports"]) == 1


async def test_a_private_report_is_for_one_person(reports: Desk) -> None:
    assert any("Lamps" in one for one in (await headings(reports, "UANA"))["Reports"])
    assert not any("Lamps" in one for one in (await headings(reports, "UBO"))["Reports"])
    told = await press_at_home(reports, "UBO", "report_pin", "pin:report:report")
    assert "not there any more" in told
    await press_at_home(reports, "UANA", "report_pin", "pin:report:report")
    assert "Lamps" in (await headings(reports, "UANA"))["Pinned"][0]


async def test_pins_have_an_end(desk: Desk) -> None:
    for number in range(11):
        await desk.harbor.hire(f"helper{number}")
        told = await press_at_home(desk, "UBO", "agent_more", f"pin:helper{number}")
    assert "You have pinned 10 things. Unpin one first." in told


async def test_a_full_home_stays_within_slacks_hundred_blocks(reports: Desk) -> None:
    for number in range(60):
        await reports.harbor.hire(f"helper{number}")
        await reports.harbor.connect(f"Lamp {number}")
    for number in range(10):
        await press_at_home(reports, "UANA", "agent_more", f"pin:helper{number}")
    await reports.open_home("UANA")
    blocks = reports.slack.sent("views_publish")[-1]["view"]["blocks"]
    assert 60 < len(blocks) <= 100


async def test_a_viewer_sees_locks_and_is_told_privately_who_can(desk: Desk) -> None:
    home = await desk.open_home("UBO")
    assert "🔒 New agent" in home
    assert "🔒 Settings" in home
    assert "🔒 Pin" not in home
    told = await press_at_home(desk, "UBO", "agent_new", "new")
    assert "Only owners and editors may create or edit agents" in told
    assert "UBO" in told
    assert desk.slack.sent("views_open") == []


async def test_what_is_done_in_app_home_shows_there_at_once(desk: Desk) -> None:
    await press_at_home(desk, "UANA", "agent_more", "duplicate:debugger")
    assert len(desk.slack.sent("views_publish")) == 1
    assert "Debugger copy" in str(desk.slack.sent("views_publish")[0])
