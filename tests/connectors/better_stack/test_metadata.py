"""Metadata: labels on monitors, heartbeats and incidents."""

from __future__ import annotations

from typing import Any

from bot.connectors.results import Change
from playground.betterstack.server import Sandbox
from tests.connectors.helpers import look_ahead, rows, run

OWNED: dict[str, Any] = {"owner_type": "Monitor", "owner_id": "3003", "key": "Service"}


async def test_labels_are_told_in_words(stack: Any) -> None:
    found = await rows(stack, "list_metadata", owner_type="Monitor", owner_id=3001)
    assert {row["key"]: row["value"] for row in found} == {
        "Service": "checkout-api",
        "Owner": "bo@harbor.example",
    }


async def test_a_label_is_replaced(stack: Any, sandbox: Sandbox) -> None:
    asked = {**OWNED, "values": [{"type": "String", "value": "search-v2"}]}
    preview = await look_ahead(stack, "set_metadata", **asked)
    assert preview.resource == "Service of Monitor 3003"
    assert list(preview.changes) == [Change("Service", "search", "search-v2")]
    result = await run(stack, "set_metadata", **asked)
    assert result.title == "Service of Monitor 3003 is search-v2"
    assert sandbox.journal.writes()[0].body == asked
    assert (await look_ahead(stack, "set_metadata", **asked)).done


async def test_a_label_without_values_is_removed(stack: Any) -> None:
    """The service answers that with 204 and no body."""
    result = await run(stack, "set_metadata", **OWNED, values=[])
    assert result.title == "Service of Monitor 3003 is removed"
    assert await rows(stack, "list_metadata", owner_type="Monitor", owner_id="3003") == []
