"""The modal of `/ops approvals`: who may approve the writes of an agent or a connection."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.base import Area, Connector
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.gate.kinds import kind_of
from bot.handlers.policy_views import (
    CRITICAL,
    GROUP,
    ON_CALL,
    OWN,
    PEOPLE,
    POLICY,
    ROLES,
    Choices,
    policy_view,
)
from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.slack.messages import Place
from bot.slack.submitted import entered, selected, ticked
from bot.store import crew
from bot.store.people import ensure_member
from bot.store.rights import Right, may
from bot.store.tables import Agent, ApprovalPolicy, Connection, Member

NOBODY = "Somebody has to be able to approve."


def register(app: AsyncApp, services: Services) -> None:
    async def saved(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is None:
            return await ack()
        if not may(visitor.member, Right.SET_ACCESS):
            words = "Only owners may change who approves."
            return await ack(response_action="errors", errors={PEOPLE: words})
        chosen = _chosen(view)
        if not any((chosen["roles"], chosen["people"], chosen["group"], chosen["on_call"])):
            return await ack(response_action="errors", errors={PEOPLE: NOBODY})
        await _save(services, visitor, json.loads(view["private_metadata"]), chosen)
        return await ack()

    app.view(POLICY)(saved)


async def open_view(
    services: Services, visitor: Visitor, subject: Agent | Connection
) -> dict[str, Any]:
    """The modal with the policy that an agent or connection has now."""
    is_agent = isinstance(subject, Agent)
    async with services.store.reading(visitor.organisation_id) as session:
        row = await _row(session, subject.id, is_agent=is_agent)
        row = row or ApprovalPolicy(
            owners=True, editors=True, people=[], own_allowed=True, critical=[]
        )
        people = [
            member.user_id
            for member in await session.scalars(select(Member).where(Member.id.in_(row.people)))
        ]
        found = await crew.connections(session)
    choices = Choices(
        title=subject.name if isinstance(subject, Agent) else place_of(subject),
        areas=_areas(subject, found),
        groups=await _groups(services),
        rotas=[(one.id, place_of(one)) for one in found if _has_on_call(one)],
    )
    metadata = {"subject": subject.id, "agent": is_agent, "channel": visitor.channel}
    return policy_view(row, people, choices, json.dumps(metadata))


async def _row(session: AsyncSession, subject_id: str, *, is_agent: bool) -> ApprovalPolicy | None:
    column = ApprovalPolicy.agent_id if is_agent else ApprovalPolicy.connection_id
    found: ApprovalPolicy | None = await session.scalar(
        select(ApprovalPolicy).where(column == subject_id)
    )
    return found


def _areas(subject: Agent | Connection, found: Sequence[Connection]) -> list[Area]:
    about = [subject] if isinstance(subject, Connection) else found
    areas: dict[str, Area] = {}
    for connection in about:
        kind = kind_of(connection)
        areas |= {area.name: area for area in (kind.areas if kind else ())}
    return list(areas.values())


def _has_on_call(connection: Connection) -> bool:
    kind = kind_of(connection)
    return kind is not None and kind.on_call_emails is not Connector.on_call_emails


async def _groups(services: Services) -> list[tuple[str, str]]:
    """The workspace's user groups; none where Slack does not tell (they need a paid plan)."""
    try:
        answer = await services.client.usergroups_list()
    except SlackApiError:
        return []
    return [(one["id"], f"@{one['handle']}") for one in answer["usergroups"]]


def _chosen(view: dict[str, Any]) -> dict[str, Any]:
    values = view["state"]["values"]
    return {
        "roles": ticked(values, ROLES),
        "people": entered(values, PEOPLE).get("selected_users") or [],
        "group": selected(values, GROUP),
        "on_call": selected(values, ON_CALL),
        "own": bool(ticked(values, OWN)),
        "critical": ticked(values, CRITICAL),
    }


async def _save(
    services: Services, visitor: Visitor, metadata: dict[str, Any], chosen: dict[str, Any]
) -> None:
    member, is_agent = visitor.member, metadata["agent"]
    async with services.store.writing(visitor.organisation_id) as session:
        subject: Agent | Connection = await session.get_one(
            Agent if is_agent else Connection, metadata["subject"]
        )
        row = await _row(session, subject.id, is_agent=is_agent)
        if row is None:
            key = {"agent_id" if is_agent else "connection_id": subject.id}
            row = ApprovalPolicy(people=[], critical=[], **key)
            session.add(row)
        now = services.store.clock()
        people = [await ensure_member(session, user, now=now) for user in chosen["people"]]
        row.owners, row.editors = "owners" in chosen["roles"], "editors" in chosen["roles"]
        row.people = [one.id for one in people]
        row.user_group, row.on_call = chosen["group"], chosen["on_call"]
        row.own_allowed, row.critical = chosen["own"], chosen["critical"]
        name = subject.name if isinstance(subject, Agent) else place_of(subject)
        audit.record(
            session,
            Caller(CallerKind.PERSON, visitor.organisation_id, member.id, member.name),
            at=now,
            action="policy",
            outcome="done",
            connection_id="" if is_agent else subject.id,
            resource=subject.id if is_agent else "",
            sentence=f"{member.name} set who approves the writes of {name}: {_told(row, people)}",
        )
    if metadata["channel"]:
        text = f"Saved: {_told(row, people)} may approve the writes of {name} from now on."
        await services.sender.whisper(Place(metadata["channel"]), member.user_id, text)


def _told(row: ApprovalPolicy, people: list[Member]) -> str:
    parts = [word for word, given in (("owners", row.owners), ("editors", row.editors)) if given]
    parts += [one.name for one in people]
    parts += ["a user group"] if row.user_group else []
    parts += ["whoever is on call"] if row.on_call else []
    own = "" if row.own_allowed else "; nobody their own"
    critical = f"; two people in {', '.join(row.critical)}" if row.critical else ""
    return f"{', '.join(parts)}{own}{critical}"
