"""The modals of `/ops access @agent`: its connections, and what it may do in each of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.connectors.base import Access
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.gate.grants import NO_REACH, Reach, reach_of, set_reach
from bot.gate.kinds import kind_or_key_error
from bot.gate.presets import presets_of, reach_in_words
from bot.handlers.access_views import (
    ALLOWED,
    EDIT,
    GRID,
    LEVEL,
    NEVER,
    PRESET,
    area_of,
    fitting,
    grid_view,
    list_view,
)
from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.slack.messages import Place
from bot.slack.submitted import ticked
from bot.store import crew
from bot.store.rights import Right, may
from bot.store.tables import Agent, Connection

ONLY_OWNERS = "Only owners may change access."


@dataclass(frozen=True)
class Subject:
    """What a grid is about: kept in the modal's private metadata, so it holds no secret.

    `then` are the ids of connections whose grids follow when this one is saved.
    """

    agent: str
    connection: str
    channel: str
    revision: int = 0
    then: Sequence[str] = ()

    @classmethod
    def read(cls, view: dict[str, Any]) -> Subject:
        return cls(**json.loads(view["private_metadata"]))

    def written(self) -> str:
        return json.dumps(self.__dict__)


def register(app: AsyncApp, services: Services) -> None:
    async def edit(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is not None and may(visitor.member, Right.SET_ACCESS):
            known = json.loads(body["view"]["private_metadata"])
            subject = Subject(known["agent"], body["actions"][0]["value"], known["channel"])
            view = await grid(services, visitor.organisation_id, subject)
            await services.client.views_push(trigger_id=body["trigger_id"], view=view)
        return await ack()

    async def preset(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is not None and may(visitor.member, Right.SET_ACCESS):
            chosen = body["actions"][0]["selected_option"]["value"]
            view = await _with_preset(services, visitor, Subject.read(body["view"]), chosen)
            await services.client.views_update(view_id=body["view"]["id"], view=view)
        return await ack()

    async def saved(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is None:
            return await ack()
        if not may(visitor.member, Right.SET_ACCESS):
            first = next(iter(view["state"]["values"]), "")
            return await ack(response_action="errors", errors={first: ONLY_OWNERS})
        await _save(services, visitor, view)
        subject = Subject.read(view)
        if subject.then:
            following = await enabled(services, visitor, subject.agent, subject.then)
            return await ack(response_action="update", view=following)
        return await ack(response_action="clear")

    app.action(EDIT)(edit)
    app.action(PRESET)(preset)
    app.view(GRID)(saved)


async def first_view(services: Services, visitor: Visitor, agent: Agent) -> dict[str, Any] | None:
    """What `/ops access` opens: the grid of an only connection, else the list of them. None where
    there is nothing that an agent of this type could use."""
    async with services.store.reading(visitor.organisation_id) as session:
        connections = fitting(agent, await crew.connections(session))
        reached = await reach_of(session, agent.id)
    if not connections:
        return None
    if len(connections) == 1:
        subject = Subject(agent.id, connections[0].id, visitor.channel)
        return await grid(services, visitor.organisation_id, subject)
    metadata = json.dumps({"agent": agent.id, "channel": visitor.channel})
    return list_view(agent, connections, reached, metadata)


async def enabled(
    services: Services, visitor: Visitor, agent_id: str, connections: Sequence[str]
) -> dict[str, Any]:
    """Asks how much an agent may do in connections that were just ticked, one after another, with
    “read everything” proposed."""
    first, *then = connections
    async with services.store.reading(visitor.organisation_id) as session:
        connection = await session.get_one(Connection, first)
    reading = presets_of(kind_or_key_error(connection))[0]
    subject = Subject(agent_id, first, visitor.channel, then=then)
    reach = Reach(reading.levels, dict.fromkeys(reading.tools, True))
    return await grid(services, visitor.organisation_id, subject, reach)


async def grid(
    services: Services, organisation_id: str, subject: Subject, reach: Reach | None = None
) -> dict[str, Any]:
    """The grid with the stored access, or with `reach` as a proposal."""
    async with services.store.reading(organisation_id) as session:
        agent = await session.get_one(Agent, subject.agent)
        connection = await session.get_one(Connection, subject.connection)
        stored = (await reach_of(session, agent.id)).get(connection.id, NO_REACH)
    shown = stored if reach is None else reach
    return grid_view(agent, connection, shown, subject.revision, subject.written())


async def _with_preset(
    services: Services, visitor: Visitor, subject: Subject, name: str
) -> dict[str, Any]:
    async with services.store.reading(visitor.organisation_id) as session:
        connection = await session.get_one(Connection, subject.connection)
    kind = kind_or_key_error(connection)
    preset = next(one for one in presets_of(kind) if one.name == name)
    # Slack keeps what was entered in a block whose id stays; a new revision gives new ids.
    newer = replace(subject, revision=subject.revision + 1)
    reach = Reach(preset.levels, dict.fromkeys(preset.tools, True))
    return await grid(services, visitor.organisation_id, newer, reach)


def chosen_reach(view: dict[str, Any]) -> Reach:
    """The access that a submitted grid asks for."""
    levels: dict[str, Access] = {}
    switches: dict[str, bool] = {}
    values = view["state"]["values"]
    for block_id, state in values.items():
        if LEVEL in state:
            levels[area_of(block_id)] = Access[state[LEVEL]["selected_option"]["value"].upper()]
        for action, on in ((ALLOWED, True), (NEVER, False)):
            switches |= dict.fromkeys(ticked(values, block_id, action), on)
    return Reach(levels, switches)


async def _save(services: Services, visitor: Visitor, view: dict[str, Any]) -> None:
    subject = Subject.read(view)
    reach = chosen_reach(view)
    member = visitor.member
    async with services.store.writing(visitor.organisation_id) as session:
        agent = await session.get_one(Agent, subject.agent)
        connection = await session.get_one(Connection, subject.connection)
        await set_reach(session, agent.id, connection.id, reach)
        kind = kind_or_key_error(connection)
        audit.record(
            session,
            Caller(CallerKind.PERSON, visitor.organisation_id, member.id, member.name),
            at=services.store.clock(),
            action="grant",
            outcome="done",
            connection_id=connection.id,
            resource=agent.id,
            sentence=(
                f"{member.name} set what {agent.name} may do in {place_of(connection)}: "
                f"{reach_in_words(kind, reach)}"
            ),
        )
    if subject.channel:
        text = f"Saved. {agent.name} works with the new access from the next question on."
        await services.sender.whisper(Place(subject.channel), member.user_id, text)
