"""A small organisation for tests: people, an agent, a lamp connection and a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.base import Access
from bot.gate.calls import Caller, CallerKind, ToolCall, ToolReturn
from bot.gate.decisions import Decisions, Press, Pressed
from bot.gate.door import Gate
from bot.gate.grants import Reach, set_reach
from bot.gate.opening import Opener
from bot.gate.policy import Approvers
from bot.scheduling.queue import TableQueue
from bot.store.database import Store
from bot.store.tables import (
    Agent,
    Approval,
    AuditEntry,
    Connection,
    Conversation,
    Member,
    Role,
    Run,
    Workspace,
)
from tests.fixtures_store import ORGANISATION, VAULT, MovableClock, add_member
from tests.support.connectors import TOKEN, LampService

TEAM = "T1"
BOT_USER = "UBOT"
CHANNEL = "C1"
WAIT = timedelta(minutes=30)
ALL = {"lamps": Access.FULL, "house": Access.WRITE}


@dataclass
class Harbor:
    """The organisation, and the parts of the house that its tests talk to."""

    store: Store
    clock: MovableClock
    opener: Opener
    gate: Gate
    approvers: Approvers
    decisions: Decisions
    groups: dict[str, list[str]]
    queue: TableQueue
    service: LampService
    workspace: Workspace
    ana: Member  # an owner
    bo: Member  # a viewer
    debugger: Agent
    connection: Connection

    def caller(self, run_id: str = "run1", agent: Agent | None = None) -> Caller:
        who = agent or self.debugger
        return Caller(CallerKind.AGENT, ORGANISATION, who.id, who.name, "Ana", run_id)

    async def grant(
        self,
        levels: Mapping[str, Access],
        *,
        agent: Agent | None = None,
        connection: Connection | None = None,
        switches: Mapping[str, bool] | None = None,
    ) -> None:
        async with self.store.writing(ORGANISATION) as session:
            await set_reach(
                session,
                (agent or self.debugger).id,
                (connection or self.connection).id,
                Reach(levels, switches or {}),
            )

    async def connect(
        self, label: str, connector: str = "lamp", organisation: str = ORGANISATION
    ) -> Connection:
        connection = Connection(
            id=self.store.ids(),
            organisation_id=organisation,
            connector=connector,
            label=label,
            settings={},
            created_at=self.clock(),
        )
        credentials = {"key": TOKEN} if connector == "lamp" else {}
        connection.credentials = self.opener.seal(connection, credentials)
        async with self.store.writing(organisation) as session:
            session.add(connection)
        return connection

    async def hire(self, handle: str, type: str = "custom") -> Agent:
        agent = Agent(
            id=handle,
            name=handle.title(),
            handle=handle,
            type=type,
            icon=":mag:",
            created_at=self.clock(),
        )
        async with self.store.writing(ORGANISATION) as session:
            session.add(agent)
        return agent

    async def ask(self, run_id: str = "run1", *, thread: str = "1.0") -> Run:
        """A question of Ana's in a thread, as a row."""
        async with self.store.writing(ORGANISATION) as session:
            conversation = await session.get(Conversation, f"talk{thread}")
            if conversation is None:
                conversation = Conversation(
                    id=f"talk{thread}",
                    team_id=TEAM,
                    channel_id=CHANNEL,
                    thread_ts=thread,
                    agent_id=self.debugger.id,
                    created_at=self.clock(),
                )
                session.add(conversation)
                await session.flush()
            run = Run(
                id=run_id,
                conversation_id=conversation.id,
                agent_id=self.debugger.id,
                asked_by=self.ana.id,
                source_ts=f"{thread}{run_id}",
                question="Switch the mast lamp on.",
                created_at=self.clock(),
            )
            session.add(run)
        return run

    async def press(
        self, member: Member, approval_id: str, press: Press = Press.APPROVE, reason: str = ""
    ) -> Pressed:
        """A button pressed on a card; nothing follows from it but the decision."""

        async def nothing(_session: AsyncSession, _approval: Approval) -> None:
            pass

        return await self.decisions.press(member, approval_id, press, nothing, reason=reason)

    async def read(self, call: ToolCall) -> ToolReturn:
        """A call of the debugger's that is put before nobody."""
        returned = await self.gate.handle(self.caller(), self.ana.id, call)
        assert isinstance(returned, ToolReturn)
        return returned

    async def approval(self, approval_id: str) -> Approval:
        async with self.store.reading(ORGANISATION) as session:
            return await session.get_one(Approval, approval_id)

    async def record(self) -> list[AuditEntry]:
        """The audit log, oldest first."""
        async with self.store.reading(ORGANISATION) as session:
            rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            return list(rows)

    async def sentences(self) -> list[str]:
        return [entry.sentence for entry in await self.record()]


async def build_harbor(store: Store, clock: MovableClock, service: LampService) -> Harbor:
    """The organisation in a store that has nothing but the two organisations of the fixture."""
    opener = Opener(VAULT, clock)
    ticks = iter(range(1_000_000))
    groups: dict[str, list[str]] = {}

    async def members_of(group: str) -> list[str]:
        if group not in groups:
            raise LookupError(f"the user group {group} could not be read")
        return groups[group]

    gate = Gate(
        store,
        opener,
        approval_wait=WAIT,
        groups=members_of,
        timer=lambda: next(ticks) / 1000,
    )
    ana = await add_member(store, "ana", "Ana", "Europe/Lisbon")
    bo = await add_member(store, "bo", "Bo", "UTC")
    async with store.writing(ORGANISATION) as session:
        bo = await session.get_one(Member, bo.id)
        bo.role = Role.VIEWER
    async with store.installation() as session:
        workspace = Workspace(
            team_id=TEAM,
            organisation_id=ORGANISATION,
            name="Harbor",
            bot_user_id=BOT_USER,
            created_at=clock(),
        )
        session.add(workspace)
    harbor = Harbor(
        store=store,
        clock=clock,
        opener=opener,
        gate=gate,
        approvers=gate.approvers,
        decisions=Decisions(store, gate.approvers),
        groups=groups,
        queue=TableQueue(store),
        service=service,
        workspace=workspace,
        ana=ana,
        bo=bo,
        debugger=Agent(),
        connection=Connection(),
    )
    harbor.debugger = await harbor.hire("debugger", "debugger")
    harbor.connection = await harbor.connect("Demo")
    return harbor
