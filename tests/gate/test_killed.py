"""A process is really killed, at every point between an approval and its record.

The child process writes through the real Better Stack connector to the sandbox, which runs here and
keeps a journal. Whoever carries on afterwards says "done", "not done" or "unknown", whichever is
true of that journal, and the service never gets the write twice.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.base import Access
from bot.gate.approvals import Decision
from bot.gate.calls import ToolCall
from bot.gate.decisions import Decisions, Press
from bot.gate.grants import Reach, set_reach
from bot.gate.policy import Approvers
from bot.store.database import Store
from bot.store.tables import (
    Agent,
    Approval,
    ApprovalState,
    AuditEntry,
    Connection,
    Conversation,
    Member,
    Organisation,
    Run,
)
from playground.betterstack.auth import TEAM_TOKEN
from playground.betterstack.faults import Fault, Kind
from playground.betterstack.seed_names import CHECKOUT_5XX
from playground.betterstack.server import Sandbox
from playground.bot_process import ROOT
from tests.fixtures_store import ORGANISATION, add_member, new_sqlite
from tests.gate.killed_child import AGENT, Point, agent, gate_over, store_at

CHILD_TIMEOUT = 60.0
RUN = "run1"
ACKNOWLEDGE = f"/api/v3/incidents/{CHECKOUT_5XX}/acknowledge"

DONE, NOT_DONE, UNKNOWN = ApprovalState.DONE, ApprovalState.NOT_DONE, ApprovalState.UNKNOWN

TRUE_OUTCOMES = {
    # Nothing had been claimed, so whoever carries on sends it: for the first and only time.
    Point.BEFORE_THE_CLAIM: DONE,
    Point.WHILE_CLAIMING: DONE,
    Point.AFTER_THE_CLAIM: NOT_DONE,
    Point.BEFORE_SENDING: NOT_DONE,
    Point.HALF_SENT: NOT_DONE,
    Point.SENT: DONE,
    Point.ANSWERED: DONE,
    Point.BEFORE_SETTLING: DONE,
    Point.WHILE_SETTLING: DONE,
    Point.AFTER_SETTLING: DONE,
}


@dataclass
class Scene:
    """An approved write, before anybody has carried it out."""

    database: str
    sandbox: Sandbox
    approval_id: str

    async def kill_at(self, point: Point) -> None:
        """Has a child carry the write out until it kills itself."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.gate.killed_child"),
            *(self.database, RUN, self.approval_id, point),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(CHILD_TIMEOUT):
            out, _ = await child.communicate()
        assert child.returncode == -signal.SIGKILL, (
            f"it was not killed at “{point}”: {out.decode()}"
        )

    async def carry_on(self) -> Approval:
        """Executes with a new store and a new gate, as the process does that takes it up."""
        store = store_at(self.database)
        gate, opener = gate_over(store)
        try:
            return await gate.execute(agent(RUN), self.approval_id)
        finally:
            await opener.close()
            await store.close()

    @property
    def acknowledged(self) -> bool:
        return self.sandbox.state.incidents[CHECKOUT_5XX].acknowledged_at is not None

    @property
    def writes(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.sandbox.journal.writes()]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    database = new_sqlite(tmp_path / "killed.db")
    async with Sandbox(clock=lambda: datetime.now(UTC)) as sandbox:
        store = store_at(database)
        try:
            approval_id = await _approved(store, sandbox.url)
        finally:
            await store.close()
        yield Scene(database, sandbox, approval_id)


@pytest.mark.parametrize("point", Point, ids=lambda point: point.name.lower())
async def test_killed_anywhere_the_outcome_is_true_and_nothing_is_sent_twice(
    scene: Scene, point: Point
) -> None:
    await scene.kill_at(point)
    if point is Point.SENT:
        await _arrival(scene.sandbox)
    settled = await scene.carry_on()
    assert settled.state == TRUE_OUTCOMES[point]
    assert scene.acknowledged == (settled.state == DONE)
    assert scene.writes == [f"POST {ACKNOWLEDGE}"] * (settled.state == DONE)

    again = await scene.carry_on()
    assert (again.state, again.outcome) == (settled.state, settled.outcome)
    assert len(scene.writes) <= 1
    assert await _recorded(scene) == [settled.state]


async def test_killed_and_the_service_is_down_afterwards_it_is_unknown(scene: Scene) -> None:
    await scene.kill_at(Point.ANSWERED)
    await scene.sandbox.stop()
    settled = await scene.carry_on()
    assert settled.state == UNKNOWN
    assert "please check" in settled.outcome
    assert scene.writes == [f"POST {ACKNOWLEDGE}"]
    assert await _recorded(scene) == [UNKNOWN]


async def test_killed_and_somebody_else_moved_it_meanwhile_it_is_unknown(scene: Scene) -> None:
    """Nothing was sent, but what the service shows is neither what was asked nor what was seen."""
    await scene.kill_at(Point.BEFORE_SENDING)
    incident = scene.sandbox.state.incidents[CHECKOUT_5XX]
    incident.resolved_at, incident.resolved_by = scene.sandbox.clock(), "chidi@harbor.example"
    settled = await scene.carry_on()
    assert settled.state == UNKNOWN
    assert scene.writes == []


async def test_killed_time_and_again_it_is_still_sent_once(scene: Scene) -> None:
    await scene.kill_at(Point.WHILE_CLAIMING)
    await scene.kill_at(Point.ANSWERED)
    await scene.kill_at(Point.WHILE_SETTLING)
    assert (await scene.carry_on()).state == DONE
    assert scene.writes == [f"POST {ACKNOWLEDGE}"]


async def test_killed_while_the_service_fails_it_is_not_done(scene: Scene) -> None:
    """The write reached the service once and had no effect; nobody repeats it."""
    scene.sandbox.faults.add(Fault(kind=Kind.ERROR, path=ACKNOWLEDGE))
    await scene.kill_at(Point.ANSWERED)
    assert (await scene.carry_on()).state == NOT_DONE
    assert scene.writes == [f"POST {ACKNOWLEDGE}"]
    assert not scene.acknowledged


async def _arrival(sandbox: Sandbox) -> None:
    """Returns when the service has done what a dead process sent it."""
    async with asyncio.timeout(CHILD_TIMEOUT):
        while sandbox.state.incidents[CHECKOUT_5XX].acknowledged_at is None:
            await asyncio.sleep(0)


async def _recorded(scene: Scene) -> list[str]:
    """The outcomes on record for the write."""
    store = store_at(scene.database)
    try:
        async with store.reading(ORGANISATION) as session:
            found = select(AuditEntry.outcome).where(AuditEntry.action == "write")
            return list(await session.scalars(found))
    finally:
        await store.close()


async def _approved(store: Store, url: str) -> str:
    """An organisation whose agent's write was proposed and approved. Returns the approval's id."""
    async with store.installation() as session:
        session.add(Organisation(id=ORGANISATION, name="Harbor", created_at=store.clock()))
    ana = await add_member(store, "ana", "Ana", "Europe/Lisbon")
    gate, opener = gate_over(store)
    connection = Connection(
        id="demo",
        organisation_id=ORGANISATION,
        connector="better_stack",
        label="Demo",
        settings={"base_url": url},
        created_at=store.clock(),
    )
    connection.credentials = opener.seal(connection, {"api_token": TEAM_TOKEN})
    async with store.writing(ORGANISATION) as session:
        await _asked(session, connection, ana)
        await set_reach(session, AGENT, connection.id, Reach({"incidents": Access.WRITE}))
    call = ToolCall("c1", "better_stack_acknowledge_incident", {"incident_id": str(CHECKOUT_5XX)})
    approval = await gate.handle(agent(RUN), ana.id, call)
    assert isinstance(approval, Approval), approval
    await _approve(store, ana, approval.id)
    await opener.close()
    return approval.id


async def _asked(session: AsyncSession, connection: Connection, ana: Member) -> None:
    """The rows that a question of Ana's to the debugger leaves."""
    now = connection.created_at
    talk = Conversation(
        id="talk1",
        team_id="T1",
        channel_id="C1",
        thread_ts="1.0",
        agent_id=AGENT,
        created_at=now,
    )
    run = Run(
        id=RUN,
        conversation_id=talk.id,
        agent_id=AGENT,
        asked_by=ana.id,
        source_ts="1.0",
        question="Acknowledge the checkout incident.",
        created_at=now,
    )
    debugger = Agent(
        id=AGENT, name="Debugger", handle=AGENT, type="debugger", icon=":mag:", created_at=now
    )
    for row in (connection, debugger, talk, run):
        session.add(row)
        await session.flush()


async def _approve(store: Store, member: Member, approval_id: str) -> None:
    async def nothing_follows(_session: AsyncSession, _approval: Approval) -> None:
        pass

    async def unasked(*_: str) -> list[str]:
        raise AssertionError("the policy names neither a group nor who is on call")

    decisions = Decisions(store, Approvers(store, unasked, unasked))
    pressed = await decisions.press(member, approval_id, Press.APPROVE, nothing_follows)
    assert pressed.decision is Decision.TAKEN
