"""What an agent is offered: the tools that its grants reach, over all its connections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.base import Access, Connector, Tool
from bot.connectors.catalogue import all_connectors
from bot.gate.calls import ToolSpec
from bot.store.tables import Connection, Grant

CONNECTION_ARGUMENT = "connection"
"""The argument that names one of several connections of the same service."""


@dataclass(frozen=True)
class Offer:
    """A tool as an agent has it: through which connections, by their labels."""

    kind: type[Connector]
    tool: Tool[Any, Any, Any]
    connections: Mapping[str, Connection]

    @property
    def name(self) -> str:
        return self.kind.tool_name(self.tool.verb)

    @property
    def spec(self) -> ToolSpec:
        schema = self.tool.schema
        if len(self.connections) > 1:
            schema.setdefault("properties", {})[CONNECTION_ARGUMENT] = {
                "type": "string",
                "enum": list(self.connections),
                "description": f"Which {self.kind.title} connection to use.",
            }
            schema["required"] = [*schema.get("required", []), CONNECTION_ARGUMENT]
        labels = ", ".join(self.connections)
        return ToolSpec(
            name=self.name,
            description=f"{self.tool.description}\n\nConnection: {labels}.",
            schema=schema,
            access=self.tool.access,
        )


Levels = Mapping[str, Access]


async def levels_of(session: AsyncSession, agent_id: str) -> dict[str, dict[str, Access]]:
    """An agent's grants: by connection id, then by area."""
    levels: dict[str, dict[str, Access]] = {}
    for grant in await session.scalars(select(Grant).where(Grant.agent_id == agent_id)):
        levels.setdefault(grant.connection_id, {})[grant.area] = Access(grant.level)
    return levels


async def set_levels(
    session: AsyncSession, agent_id: str, connection_id: str, levels: Levels
) -> None:
    """Replaces an agent's grants on one connection. Areas that are off, or left out, have no row.

    Raises:
        ValueError: an area that the connector does not have.
    """
    connection = await session.get_one(Connection, connection_id)
    known = {area.name for area in all_connectors()[connection.connector].areas}
    unknown = set(levels) - known
    if unknown:
        raise ValueError(f"{connection.label} has no area {', '.join(sorted(unknown))}")
    await session.execute(
        delete(Grant).where(Grant.agent_id == agent_id, Grant.connection_id == connection_id)
    )
    session.add_all(
        Grant(agent_id=agent_id, connection_id=connection_id, area=area, level=level)
        for area, level in levels.items()
        if level > Access.OFF
    )


async def offers_for(session: AsyncSession, agent_id: str) -> list[Offer]:
    """Every tool that the agent's grants reach, sorted by name."""
    levels = await levels_of(session, agent_id)
    if not levels:
        return []
    found = select(Connection).where(Connection.id.in_(levels)).order_by(Connection.label)
    return _offers((await session.scalars(found)).all(), levels)


def _offers(connections: Sequence[Connection], levels: Mapping[str, Levels]) -> list[Offer]:
    reached: dict[tuple[str, str], dict[str, Connection]] = {}
    catalogue = all_connectors()
    for connection in connections:
        kind = catalogue.get(connection.connector)
        if kind is None:
            continue
        for verb, tool in kind.tools.items():
            if levels[connection.id].get(tool.area, Access.OFF) >= tool.access:
                reached.setdefault((kind.slug, verb), {})[connection.label] = connection
    offers = [
        Offer(catalogue[slug], catalogue[slug].tools[verb], held)
        for (slug, verb), held in reached.items()
    ]
    return sorted(offers, key=lambda offer: offer.name)
