"""Each tool drives the stand-in, which is strict about paths, methods, parameters and sign-in.

docs/better-stack-actions.md names the case of each tool; a tool without one fails here.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.connectors.base import Access
from bot.connectors.better_stack import BetterStack
from bot.connectors.better_stack.endpoints import ENDPOINTS
from bot.connectors.better_stack.mcp_names import MCP_NAMES, counterpart
from bot.connectors.errors import NotAllowed, Unavailable
from playground.betterstack.actions_page import DRIVEN_BY, actions_page
from playground.betterstack.faults import Fault, Kind
from playground.betterstack.server import Sandbox
from tests.connectors.better_stack.samples import SAMPLES
from tests.connectors.helpers import look_ahead, run

CLOSED = {
    "set_error_state": {"application": "Storefront", "error_id": "1", "state": "resolved"},
}
"""What no token opens: these say what would."""


@pytest.mark.parametrize("verb", sorted(BetterStack.tools))
async def test_drives(stack: Any, sandbox: Sandbox, verb: str) -> None:
    tool = BetterStack.tools[verb]
    if verb in CLOSED:
        for way in (run, look_ahead):
            with pytest.raises(NotAllowed, match="sign in with OAuth"):
                await way(stack, verb, **CLOSED[verb])
        return
    if tool.access > Access.READ:
        assert (await look_ahead(stack, verb, **SAMPLES[verb])).resource
    await run(stack, verb, **SAMPLES[verb])
    sent = [(entry.method, _shape(entry.path)) for entry in sandbox.journal]
    assert (tool.method, _shape(tool.path)) in sent
    assert all(entry.status is not None and entry.status < 300 for entry in sandbox.journal)


def test_each_tool_has_a_sample() -> None:
    assert set(SAMPLES) | set(CLOSED) == set(BetterStack.tools)


def test_the_28_endpoints_are_there_and_the_table_has_every_tool_once() -> None:
    assert len(ENDPOINTS) == 28
    page = actions_page()
    assert all(page.count(f"[{verb}]") == 1 for verb in BetterStack.tools)
    assert __file__.endswith(DRIVEN_BY)


@pytest.mark.parametrize(
    "verb", [verb for verb in SAMPLES if verb.startswith(("create", "publish", "escalate_inc"))]
)
async def test_what_wakes_or_makes_is_sent_once_although_its_answer_is_lost(
    stack: Any, sandbox: Sandbox, verb: str
) -> None:
    method = BetterStack.tools[verb].method
    sandbox.faults.add(Fault(kind=Kind.BAD_GATEWAY, method=method, after=True))
    with pytest.raises(Unavailable):
        await run(stack, verb, **SAMPLES[verb])
    assert len(sandbox.journal.writes()) == 1


def test_mcp_names_belong_to_tools_and_the_newest_that_is_offered_is_taken() -> None:
    assert set(MCP_NAMES) <= set(BetterStack.tools)
    old = "uptime_list_monitors_tool"
    assert counterpart("list_monitors", {old, "monitors"}) == "monitors"
    assert counterpart("list_monitors", {old}) == old
    assert counterpart("list_monitors", {"incidents"}) is None
    assert counterpart("list_metadata", {"monitors"}) is None


def _shape(path: str) -> list[str]:
    return [
        "*" if part.isdigit() or part == "default" or part.startswith("{") else part
        for part in path.split("/")
    ]
