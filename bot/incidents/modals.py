"""Fills modals with what a service says: whom one can escalate to, which status pages there are.

Slack gives three seconds to open a modal, which a service may not keep. So it is opened at once and
filled when the service has answered.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.results import Row
from bot.gate.calls import Caller, CallerKind
from bot.gate.door import Gate
from bot.gate.kinds import kind_of
from bot.gate.policy import Standing
from bot.incidents.card import CHANNEL_WORDS
from bot.incidents.deeds import VERBS, Action
from bot.incidents.port import INCIDENT_MODAL
from bot.incidents.scene import Scene, load
from bot.incidents.sources import CannotRead, Source
from bot.incidents.summary import for_customers
from bot.scheduling.queue import Claim, JobQueue
from bot.slack.blocks import escape
from bot.slack.incident_cards import linked
from bot.slack.incident_forms import Choice, Origin, escalate_form, publish_form, sorry_form
from bot.store.database import Store
from bot.store.tables import Incident, Member

log = structlog.get_logger(__name__)

MOST_PAGES = 5
"""Status pages whose entries are offered."""


class Topic(enum.StrEnum):
    ESCALATE = "escalate"
    PUBLISH = "publish"

    @property
    def heading(self) -> str:
        return {"escalate": "Escalate", "publish": "Publish a report"}[self]

    @property
    def action(self) -> Action:
        return Action(self)


@dataclass(frozen=True)
class Opened:
    """A modal that waits to be filled, as its job's subject says it."""

    view_id: str
    topic: Topic
    incident_id: str
    member_id: str
    channel: str


async def put_modal(
    queue: JobQueue, session: AsyncSession, organisation_id: str, opened: Opened
) -> None:
    """Has a modal filled."""
    await queue.put(
        session,
        organisation_id=organisation_id,
        kind=INCIDENT_MODAL,
        subject=json.dumps(asdict(opened)),
        lock=f"modal:{opened.view_id}",
    )


class Modals:
    """The handler of modal jobs."""

    def __init__(self, store: Store, gate: Gate, client: AsyncWebClient) -> None:
        self._store = store
        self._gate = gate
        self._client = client

    async def handle(self, claim: Claim) -> None:
        """Fills a modal, or says in it why it cannot be filled."""
        said = json.loads(claim.subject)
        opened = Opened(**{**said, "topic": Topic(said["topic"])})
        async with self._store.reading(claim.organisation_id) as session:
            scene = await load(session, opened.incident_id)
            member = await session.get_one(Member, opened.member_id)
            if scene is None:
                return
            text = await for_customers(session, scene)
        view = await self._refused(scene, member, opened.topic)
        if view is None:
            view = await self._filled(scene, member, opened, text)
        try:
            await self._client.views_update(view_id=opened.view_id, view=view)
        except SlackApiError as error:  # it was closed meanwhile
            log.info("slack.no_modal", error=error.response["error"])

    async def _refused(self, scene: Scene, member: Member, topic: Topic) -> dict[str, Any] | None:
        """What somebody sees who may not do this: who can."""
        kind = kind_of(scene.connection)
        tool = kind.tools.get(VERBS[topic.action]) if kind else None
        if tool is None:
            return sorry_form(topic.heading, f"{escape(scene.place)} does not offer this.")
        own = await self._gate.approvers.own_press(member, scene.connection.id, tool.area)
        return sorry_form(topic.heading, own.why) if own.standing is Standing.REFUSED else None

    async def _filled(
        self, scene: Scene, member: Member, opened: Opened, text: str
    ) -> dict[str, Any]:
        caller = Caller(CallerKind.PERSON, member.organisation_id, member.id, member.name)
        source = Source(self._gate, caller, scene.connection.id)
        origin = Origin(scene.primary.id, opened.channel)
        try:
            if opened.topic is Topic.ESCALATE:
                return await _escalate(source, origin, scene)
            return await _publish(source, origin, scene, text)
        except CannotRead as why:
            page = linked(scene.primary.link, "the incident's own page")
            words = f"{escape(str(why))} Nothing was sent. In urgent cases use {page}."
            return sorry_form(opened.topic.heading, words)


async def _escalate(source: Source, origin: Origin, scene: Scene) -> dict[str, Any]:
    incident = (scene.open or [scene.primary])[0]
    rows, _ = await source.rows("escalation_options", incident_id=incident.external_id)
    choices = [*_targets(rows), *_others(incident)]
    return escalate_form(origin, incident.name, choices, CHANNEL_WORDS)


def _targets(rows: Sequence[Row]) -> list[Choice]:
    return [
        Choice(
            f"{row['escalation_type']}:{row['target']}",
            f"{row['escalation_type']} {row['name']}",
            str(row["wakes"]),
        )
        for row in rows
        if row["escalation_type"] in ("Policy", "Schedule")
    ]


def _others(incident: Incident) -> list[Choice]:
    team = [Choice(f"Team:{incident.team}", f"Team {incident.team}", "everybody in this team")]
    return [
        *(team if incident.team else []),
        Choice("Organization:", "Everybody", "everybody in the whole organization"),
        Choice("User:", "One person", "whose e-mail address you give below"),
    ]


async def _publish(source: Source, origin: Origin, scene: Scene, text: str) -> dict[str, Any]:
    pages, _ = await source.rows("list_status_pages")
    entries: dict[str, list[Choice]] = {}
    for page in pages[:MOST_PAGES]:
        rows, _ = await source.rows("list_status_page_resources", status_page_id=str(page["id"]))
        if rows:
            entries[_name(page)] = [Choice(f"{page['id']}:{row['id']}", _name(row)) for row in rows]
    if not entries:
        words = f"{escape(scene.place)} has no status page with entries."
        return sorry_form(Topic.PUBLISH.heading, words)
    return publish_form(origin, scene.primary.name, text, entries)


def _name(row: Row) -> str:
    named = (row.get(key) for key in ("name", "company_name", "public_name", "subdomain"))
    return str(next((one for one in named if one), row["id"]))
