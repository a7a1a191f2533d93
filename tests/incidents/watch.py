"""A watch over incidents for tests: the sandbox of Better Stack, and all that reads it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import stamina
from sqlalchemy import select

from bot.connectors.results import Row
from bot.gate.door import Gate
from bot.gate.opening import Opener
from bot.incidents.addresses import WebhookAddresses
from bot.incidents.events import read
from bot.incidents.intake import Intake
from bot.incidents.matching import By, Match, Wish
from bot.incidents.poller import Poller
from bot.incidents.port import INCIDENT_CARD, INCIDENT_POLL, INCIDENT_TRUTH, lanes
from bot.incidents.routes import Routes
from bot.incidents.truth import Truth
from bot.scheduling.queue import Claim, TableQueue
from bot.scheduling.worker import Handler, Worker
from bot.store.database import Store
from bot.store.tables import (
    Connection,
    Incident,
    IncidentEvent,
    Job,
    JobState,
    Member,
    Workspace,
)
from playground.betterstack.auth import TEAM_TOKEN
from playground.betterstack.records import Incident as Told
from playground.betterstack.seed_names import TEAM as BETTER_TEAM
from playground.betterstack.server import Sandbox
from tests.fixtures_store import ORGANISATION, START, VAULT, MovableClock

TEAM = "T1"
CHANNEL = "C1"
PUBLIC = "https://ops.harbor.example"
WINDOW = timedelta(minutes=60)
EVERYTHING = Match(By.EVERYTHING)


@dataclass
class Watch:
    """`cards` are the ids of incidents that were to be drawn, in order."""

    store: Store
    clock: MovableClock
    sandbox: Sandbox
    gate: Gate
    queue: TableQueue
    ana: Member
    connection: Connection
    cards: list[str] = field(default_factory=list)
    chance: float = 0.5

    def __post_init__(self) -> None:
        self.intake = Intake(self.store, self.queue, lambda: None)
        self.addresses = WebhookAddresses(self.store, PUBLIC)
        self.truth = Truth(self.store, self.queue, self.gate, window=WINDOW)
        self.poller = Poller(
            self.store,
            self.queue,
            self.gate,
            lambda: None,
            interval=timedelta(seconds=60),
            chance=lambda: self.chance,
        )

    async def route(
        self, match: Match = EVERYTHING, channel: str = CHANNEL, label: str = ""
    ) -> None:
        await Routes(self.store).add(self.ana, TEAM, Wish(match, channel, label))

    def happens(self, external_id: int, **given: Any) -> Told:
        """An incident as Better Stack has it from now on."""
        told = Told(
            id=external_id,
            team_name=BETTER_TEAM,
            **{
                "name": f"Incident {external_id}",
                "cause": f"Cause {external_id}",
                "started_at": self.clock(),
                **given,
            },
        )
        self.sandbox.state.incidents[external_id] = told
        return told

    async def webhook(self, body: object) -> None:
        """A body, as the service's webhook brings it."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        await self.intake.receive(ORGANISATION, self.connection.id, read(raw))

    async def tell(self, told: Told, event: str) -> None:
        await self.webhook(payload(told, event))

    def handlers(self) -> dict[str, Handler]:
        async def draw(claim: Claim) -> None:
            self.cards.append(claim.subject)

        return {
            INCIDENT_TRUTH: self.truth.handle,
            INCIDENT_POLL: self.poller.handle,
            INCIDENT_CARD: draw,
        }

    def worker(
        self,
        more: dict[str, Handler] | None = None,
        limit: int = 4,
        give_up: Handler | None = None,
    ) -> Worker:
        async def nobody(claim: Claim) -> None: ...

        handlers = self.handlers() | (more or {})
        return Worker(
            self.queue,
            handlers,
            limit=limit,
            give_up=give_up or nobody,
            lanes=lanes(list(handlers)),
        )

    async def work(self) -> None:
        """Does all that can be done now."""
        await self.worker().drain()

    async def incidents(self) -> dict[str, Incident]:
        """What is kept, by the service's ids."""
        async with self.store.reading(ORGANISATION) as session:
            found = await session.scalars(select(Incident).order_by(Incident.created_at))
            return {one.external_id: one for one in found}

    async def incident(self, told: Told) -> Incident:
        return (await self.incidents())[str(told.id)]

    async def events(self) -> list[IncidentEvent]:
        async with self.store.reading(ORGANISATION) as session:
            wanted = select(IncidentEvent).order_by(IncidentEvent.received_at, IncidentEvent.id)
            return list(await session.scalars(wanted))

    async def jobs(self, kind: str, state: JobState = JobState.QUEUED) -> list[Job]:
        async with self.store.installation() as session:
            wanted = select(Job).where(Job.kind == kind, Job.state == state).order_by(Job.id)
            return list(await session.scalars(wanted))

    def reads_of(self, told: Told) -> int:
        """How often an incident was asked for at its service."""
        return len(self.sandbox.journal.requests("GET", f"/api/v3/incidents/{told.id}"))


def payload(told: Told, event: str) -> Row:
    """Better Stack's default body for an event of an incident."""
    moments = ("started_at", "acknowledged_at", "resolved_at")
    return {
        "event": event,
        "data": {
            "id": str(told.id),
            "type": "incident",
            "attributes": {
                "name": told.name,
                "cause": told.cause,
                **{name: str(getattr(told, name) or "") or None for name in moments},
            },
        },
    }


@asynccontextmanager
async def watching(store: Store, clock: MovableClock, ana: Member) -> AsyncIterator[Watch]:
    """An organisation with a connection to a sandbox in which nothing is open."""
    opener = Opener(VAULT, clock)
    async with Sandbox(clock) as sandbox:
        sandbox.state.incidents.clear()
        connection = Connection(
            id=store.ids(),
            organisation_id=ORGANISATION,
            connector="better_stack",
            label="Demo",
            settings={"base_url": sandbox.url, "team_id": "t400"},
            created_at=START,
        )
        connection.credentials = opener.seal(connection, {"api_token": TEAM_TOKEN})
        async with store.writing(ORGANISATION) as session:
            session.add(connection)
        async with store.installation() as session:
            session.add(
                Workspace(
                    team_id=TEAM,
                    organisation_id=ORGANISATION,
                    name="Harbor",
                    bot_user_id="UBOT",
                    created_at=START,
                )
            )
        gate = Gate(store, opener, approval_wait=timedelta(minutes=30))
        with stamina.set_testing(True, attempts=2, cap=True):
            yield Watch(store, clock, sandbox, gate, TableQueue(store), ana, connection)
    await opener.close()
