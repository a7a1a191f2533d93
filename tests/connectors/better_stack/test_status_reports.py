"""Reports on status pages: what customers are told, once."""

from __future__ import annotations

from typing import Any

import pytest

from bot.connectors.errors import Invalid
from bot.connectors.results import Change
from playground.betterstack.server import Sandbox
from tests.connectors.helpers import look_ahead, rows, run

REPORT = {
    "status_page_id": "8001",
    "title": "Checkout is down",
    "message": "We are looking into it.",
    "affected": [{"status_page_resource_id": "8202", "status": "downtime"}],
}
UPDATE = {
    "status_page_id": "8001",
    "report_id": "8301",
    "message": "It works again.",
    "affected": [{"status_page_resource_id": "8204", "status": "resolved"}],
}


async def test_past_reports_and_their_updates_are_listed(stack: Any) -> None:
    [report] = await rows(stack, "list_status_reports", status_page_id="8001")
    assert report["title"] == "Late payments"
    said = await rows(stack, "list_status_updates", status_page_id="8001", report_id="8301")
    assert [update["affected"] for update in said] == ["8204: degraded", "8204: resolved"]


async def test_a_report_s_card_names_the_entries_and_says_whether_people_are_mailed(
    stack: Any, sandbox: Sandbox
) -> None:
    preview = await look_ahead(stack, "publish_status_report", **REPORT)
    assert preview.resource == "Checkout is down on Harbor"
    assert Change("affects", "", "Checkout: downtime") in preview.changes
    assert Change("e-mails subscribers", "", "no") in preview.changes
    await run(stack, "publish_status_report", **REPORT)
    sent: Any = sandbox.journal.writes()[0].body
    assert sent["notify_subscribers"] is False


async def test_the_same_report_is_not_published_again(stack: Any) -> None:
    await run(stack, "publish_status_report", **REPORT)
    again = await look_ahead(stack, "publish_status_report", **REPORT)
    assert again.obstacle == "a report of this title is there already"
    assert again.done


async def test_maintenance_needs_an_end(stack: Any, sandbox: Sandbox) -> None:
    for way in (run, look_ahead):
        with pytest.raises(Invalid, match="ends_at"):
            await way(stack, "publish_status_report", **REPORT, report_type="maintenance")
    assert len(sandbox.journal) == 0


async def test_maintenance_is_announced_with_its_times(stack: Any) -> None:
    asked = {
        **REPORT,
        "report_type": "maintenance",
        "affected": [{"status_page_resource_id": "8202", "status": "maintenance"}],
        "starts_at": "2026-05-14T01:00:00Z",
        "ends_at": "2026-05-14T02:00:00Z",
        "notify_subscribers": True,
    }
    preview = await look_ahead(stack, "publish_status_report", **asked)
    assert Change("to", "", "2026-05-14T02:00:00Z") in preview.changes
    assert Change("e-mails subscribers", "", "yes") in preview.changes
    assert (await run(stack, "publish_status_report", **asked)).title == "Report Checkout is down"


async def test_an_update_is_published_to_its_report(stack: Any) -> None:
    preview = await look_ahead(stack, "publish_status_update", **UPDATE)
    assert preview.resource == "Late payments"
    assert not preview.done
    await run(stack, "publish_status_update", **UPDATE)
    assert (await look_ahead(stack, "publish_status_update", **UPDATE)).done


async def test_a_page_itself_is_changed(stack: Any) -> None:
    asked = {"status_page_id": "8001", "changes": {"announcement": "We moved."}}
    preview = await look_ahead(stack, "update_status_page", **asked)
    assert list(preview.changes) == [Change("announcement", "not set", "We moved.")]
    await run(stack, "update_status_page", **asked)
    assert (await look_ahead(stack, "update_status_page", **asked)).done
