"""The access grid: one menu for each area of each connection that fits the agent's type."""

from __future__ import annotations

import json
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.agents.types import TYPES
from bot.connectors.base import Access, Connector
from bot.connectors.catalogue import all_connectors
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.gate.grants import levels_of, set_levels
from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.slack.blocks import context, header, plain_text
from bot.slack.messages import Block, Place
from bot.store import crew
from bot.store.tables import Agent, Connection, Role

CALLBACK = "access"
LEVEL = "level"

WORDS = {
    Access.OFF: "Off",
    Access.READ: "Read",
    Access.WRITE: "Read and write, with approval",
    Access.FULL: "Full: also delete, with approval",
}


def register(app: AsyncApp, services: Services) -> None:
    async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is None:
            return await ack()
        if visitor.member.role != Role.OWNER:
            first = next(iter(view["state"]["values"]), "")
            return await ack(
                response_action="errors", errors={first: "Only owners may change access."}
            )
        await _save(services, visitor, view)
        return await ack()

    app.view(CALLBACK)(submitted)


async def access_view(
    services: Services, organisation_id: str, agent: Agent
) -> dict[str, Any] | None:
    """The modal for an agent, or None where there is no connection that it could use."""
    async with services.store.reading(organisation_id) as session:
        connections = await crew.connections(session)
        levels = await levels_of(session, agent.id)
    blocks: list[Block] = []
    for connection in connections:
        kind = all_connectors().get(connection.connector)
        if kind is None or kind.category not in TYPES[agent.type].categories:
            continue
        blocks.append(header(place_of(connection)))
        blocks += _grid(kind, connection, levels.get(connection.id, {}))
    if not blocks:
        return None
    foot = context("Whatever is granted here, every write still waits for a person's approval.")
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": plain_text("Access"),
        "submit": plain_text("Save"),
        "close": plain_text("Cancel"),
        "blocks": [context(f"What *{agent.name}* may do."), *blocks[:97], foot],
    }


def _grid(kind: type[Connector], connection: Connection, held: dict[str, Access]) -> list[Block]:
    blocks: list[Block] = []
    for area in kind.areas:
        levels = _levels(kind, area.name)
        now = max(level for level in levels if level <= held.get(area.name, Access.OFF))
        menu = {
            "type": "static_select",
            "action_id": LEVEL,
            "options": [_option(level) for level in levels],
            "initial_option": _option(now),
        }
        blocks.append(
            {
                "type": "input",
                "block_id": f"{connection.id}:{area.name}",
                "label": plain_text(area.title),
                "element": menu,
            }
        )
    return blocks


def _levels(kind: type[Connector], area: str) -> list[Access]:
    """Off, and what the area's tools need."""
    needed = {tool.access for tool in kind.tools.values() if tool.area == area}
    return [Access.OFF, *sorted(needed)]


def _option(level: Access) -> dict[str, Any]:
    return {"text": plain_text(WORDS[level]), "value": level.word}


async def _save(services: Services, visitor: Visitor, view: dict[str, Any]) -> None:
    metadata = json.loads(view["private_metadata"])
    chosen: dict[str, dict[str, Access]] = {}
    for block_id, state in view["state"]["values"].items():
        connection_id, _, area = block_id.partition(":")
        word = state[LEVEL]["selected_option"]["value"]
        chosen.setdefault(connection_id, {})[area] = Access[word.upper()]
    async with services.store.writing(visitor.organisation_id) as session:
        agent = await session.get_one(Agent, metadata["agent"])
        for connection_id, levels in chosen.items():
            connection = await session.get_one(Connection, connection_id)
            await set_levels(session, agent.id, connection_id, levels)
            audit.record(
                session,
                Caller(
                    CallerKind.PERSON,
                    visitor.organisation_id,
                    visitor.member.id,
                    visitor.member.name,
                ),
                at=services.store.clock(),
                action="grant",
                outcome="done",
                connection_id=connection_id,
                sentence=(
                    f"{visitor.member.name} set what {agent.name} may do in "
                    f"{place_of(connection)}: {_told(levels)}"
                ),
            )
    if metadata["channel"]:
        place = Place(metadata["channel"])
        text = f"Saved. {agent.name} works with the new access from the next question on."
        await services.sender.whisper(place, visitor.member.user_id, text)


def _told(levels: dict[str, Access]) -> str:
    given = [f"{area} {level.word}" for area, level in levels.items() if level > Access.OFF]
    return ", ".join(given) or "nothing"
