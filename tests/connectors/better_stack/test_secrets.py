"""What the service returns in clear, and we must not pass on."""

from __future__ import annotations

from typing import Any

import pytest

from bot.connectors.better_stack import BetterStack
from bot.connectors.results import Rows
from playground.betterstack.server import Sandbox
from tests.connectors.better_stack.samples import SAMPLES
from tests.connectors.helpers import everything_said, look_ahead, run

FORBIDDEN = (
    "secret-",  # every secret of the sandbox's seed begins with it
    "probe",  # the user name beside one of them, and the user of the proxy
    "made-incident-token",
    "/api/v1/heartbeat/",
    "+1 555",  # phone numbers
    "demo-betterstack-token",
)


@pytest.mark.parametrize("verb", sorted(SAMPLES))
async def test_no_result_holds_a_secret_or_a_phone_number(
    stack: Any, sandbox: Sandbox, verb: str
) -> None:
    said = ""
    if BetterStack.tools[verb].has_preview:
        said += everything_said(await look_ahead(stack, verb, **SAMPLES[verb]))
    said += everything_said(await run(stack, verb, **SAMPLES[verb]))
    assert said
    assert not [secret for secret in FORBIDDEN if secret in said]


async def test_no_monitor_s_or_job_s_secret_gets_out(stack: Any, sandbox: Sandbox) -> None:
    for monitor in sandbox.state.monitors.values():
        if monitor.team_name == "Harbor":
            said = everything_said(await run(stack, "get_monitor", monitor_id=monitor.id))
            assert not [secret for secret in FORBIDDEN if secret in said]
    for heartbeat_id in sandbox.state.heartbeats:
        said = everything_said(await run(stack, "get_heartbeat", heartbeat_id=heartbeat_id))
        assert not [secret for secret in FORBIDDEN if secret in said]


@pytest.mark.parametrize("verb", sorted(SAMPLES))
async def test_rows_of_a_table_share_their_keys(stack: Any, verb: str) -> None:
    result = await run(stack, verb, **SAMPLES[verb])
    if isinstance(result, Rows):
        assert result.rows
        assert len({tuple(row) for row in result.rows}) == 1
