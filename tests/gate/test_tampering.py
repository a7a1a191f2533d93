"""Somebody changes a stored request behind the application's back, after it was approved."""

import json

import pytest
from sqlalchemy import text

from bot.gate import approvals
from bot.gate.calls import ToolCall
from bot.store.tables import Approval, ApprovalState
from tests.fixtures_store import ORGANISATION
from tests.support.connectors import LampService
from tests.support.harbor import ALL, Harbor

OTHER_LAMP = {"name": "bow", "on": True}
"""What the request is changed to: it is on already, so looking at it shows it as done."""


@pytest.fixture
async def approved(harbor: Harbor) -> str:
    await harbor.grant(ALL)
    await harbor.ask()
    call = ToolCall("c1", "lamp_switch_lamp", {"name": "mast", "on": True})
    approval = await harbor.gate.handle(harbor.caller(), harbor.ana.id, call)
    assert isinstance(approval, Approval)
    await harbor.press(harbor.ana, approval.id)
    return approval.id


async def tamper(harbor: Harbor, approval_id: str) -> None:
    async with harbor.store.engine.begin() as connection:
        await connection.execute(
            text("UPDATE approvals SET arguments = :arguments WHERE id = :id"),
            {"arguments": json.dumps(OTHER_LAMP), "id": approval_id},
        )


async def test_what_was_changed_after_the_approval_is_not_sent(
    harbor: Harbor, service: LampService, approved: str
) -> None:
    await tamper(harbor, approved)
    settled = await harbor.gate.execute(harbor.caller(), approved)
    assert settled.state == ApprovalState.NOT_DONE
    assert "not the one that was approved" in settled.outcome
    assert service.writes == []


async def test_what_was_changed_while_it_was_carried_out_is_not_called_done(
    harbor: Harbor, approved: str
) -> None:
    """The one who takes it up would look at another lamp than the one that was approved."""
    async with harbor.store.writing(ORGANISATION) as session:
        assert await approvals.claim(session, approved)
    await tamper(harbor, approved)
    settled = await harbor.gate.execute(harbor.caller(), approved)
    assert settled.state == ApprovalState.UNKNOWN
    assert "not the one that was approved" in settled.outcome
