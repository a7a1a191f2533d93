"""Heartbeats: scheduled jobs that call in."""

from __future__ import annotations

from typing import Any

import pytest

from bot.connectors.errors import Invalid
from bot.connectors.results import Change
from playground.betterstack.seed_names import BACKUP, INVOICES
from playground.betterstack.server import Sandbox
from tests.connectors.helpers import document, look_ahead, rows, run


class TestReading:
    async def test_lists_jobs_with_their_rhythm(self, stack: Any) -> None:
        found = {row["name"]: row for row in await rows(stack, "list_heartbeats")}
        assert found["Order export"]["expected_every"] == "15 min"
        assert found["Order export"]["grace"] == "3 min"
        assert found["Invoice mailer"]["status"] == "paused"

    async def test_tells_one_in_full(self, stack: Any) -> None:
        found = await document(stack, "get_heartbeat", heartbeat_id=BACKUP)
        assert found["name"] == "Nightly database backup"
        assert found["expected_every"] == "1 d"

    async def test_tells_how_reliably_a_job_ran(self, stack: Any) -> None:
        asked = {"heartbeat_id": BACKUP, "from_date": "2026-05-01", "to_date": "2026-05-10"}
        result = await run(stack, "heartbeat_availability", **asked)
        assert (
            result.title == "Availability of Nightly database backup from 2026-05-01 to 2026-05-10"
        )
        assert result.data["total_downtime"] == "52 min"
        assert result.data["number_of_incidents"] == 1


class TestWriting:
    async def test_creates_a_job_without_showing_its_secret_address(
        self, stack: Any, sandbox: Sandbox
    ) -> None:
        asked = {"name": "Reports", "period": 3600, "grace": 600, "settings": {"email": True}}
        preview = await look_ahead(stack, "create_heartbeat", **asked)
        assert Change("period", "not set", "3600") in preview.changes
        result = await run(stack, "create_heartbeat", **asked)
        assert sandbox.journal.writes()[0].body == {
            "name": "Reports",
            "period": 3600,
            "grace": 600,
            "email": True,
        }
        assert "is a secret" in result.cut
        assert "url" not in result.data
        again = await look_ahead(stack, "create_heartbeat", **asked)
        assert again.obstacle == "a heartbeat of this name exists already"
        assert again.done

    def test_refuses_a_period_that_the_service_would(self, stack: Any) -> None:
        with pytest.raises(Invalid, match="period"):
            stack.tools["create_heartbeat"].parse({"name": "x", "period": 29, "grace": 0})

    async def test_changes_only_what_shall_change(self, stack: Any, sandbox: Sandbox) -> None:
        asked = {"heartbeat_id": INVOICES, "changes": {"paused": False, "period": 3600}}
        preview = await look_ahead(stack, "update_heartbeat", **asked)
        assert list(preview.changes) == [Change("paused", "yes", "no")]
        result = await run(stack, "update_heartbeat", **asked)
        assert result.data["status"] != "paused"
        assert sandbox.journal.writes()[0].body == {"paused": False, "period": 3600}
        assert (await look_ahead(stack, "update_heartbeat", **asked)).done

    async def test_deletes_for_good(self, stack: Any, sandbox: Sandbox) -> None:
        preview = await look_ahead(stack, "delete_heartbeat", heartbeat_id=INVOICES)
        assert preview.resource == "Invoice mailer"
        await run(stack, "delete_heartbeat", heartbeat_id=INVOICES)
        assert INVOICES not in sandbox.state.heartbeats
        assert (await look_ahead(stack, "delete_heartbeat", heartbeat_id=INVOICES)).done
