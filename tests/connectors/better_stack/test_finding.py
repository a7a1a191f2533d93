"""Further reads: to whom an incident can go, who had the pager, and what is there instead."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.connectors.errors import NotFound
from playground.betterstack.server import Sandbox
from tests.connectors.better_stack.conftest import mocked
from tests.connectors.helpers import Service, document, rows, run


async def test_what_is_not_there_is_told_with_what_is(stack: Any) -> None:
    with pytest.raises(NotFound, match=r"another team\. There are: Checkout API \(3001\)"):
        await run(stack, "get_monitor", monitor_id="999")
    with pytest.raises(NotFound, match=r"Checkout 5xx \(5101\)"):
        await run(stack, "get_incident", incident_id="999")


async def test_where_nothing_else_can_be_listed_the_error_stays_as_it_was() -> None:
    service = Service(
        httpx.Response(404, json={"errors": "no"}), httpx.Response(403, json={"errors": "no"})
    )
    with pytest.raises(NotFound, match="list again"):
        await run(mocked(service), "get_monitor", monitor_id="1")


async def test_incidents_are_found_by_their_labels(stack: Any, sandbox: Sandbox) -> None:
    await rows(stack, "list_incidents", metadata={"Service": "checkout"})
    query = dict(sandbox.journal.entries[0].query)
    assert query["metadata[Service][][value]"] == "checkout"


async def test_the_ways_to_escalate_say_who_would_be_woken(stack: Any) -> None:
    found = await rows(stack, "escalation_options", incident_id="5101")
    by_kind = {(row["escalation_type"], row["target"]): row for row in found}
    assert by_kind["Schedule", "6001"]["wakes"] == "Bo Chen"
    assert "whoever is on call" in str(found) or "current on call" in str(found)
    assert any(row["name"].endswith("(in use)") for row in found)


async def test_shifts_come_next_first_then_those_that_are_over(stack: Any) -> None:
    found = await rows(stack, "list_on_call_shifts")
    ahead = [row["starts_at"] for row in found if not row["over"]]
    past = [row["starts_at"] for row in found if row["over"]]
    assert ahead == sorted(ahead)
    assert past == sorted(past, reverse=True)
    assert [row["over"] for row in found] == sorted(row["over"] for row in found)


async def test_a_rotation_says_who_takes_turns_and_how_long(stack: Any) -> None:
    found = await document(stack, "get_rotation_plan")
    assert found["people"] == "bo@harbor.example, ana@harbor.example"
    assert found["turns_every"] == "1 week"
