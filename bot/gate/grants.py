"""What an agent is offered: the tools that its grants reach, over all its connections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.base import Access, Connector, Tool
from bot.connectors.errors import Invalid
from bot.gate.calls import ToolSpec
from bot.gate.kinds import kind_of, kind_or_key_error
from bot.gate.opening import parse_form
from bot.store.tables import Connection, Grant, ToolSwitch

CONNECTION_ARGUMENT = "connection"
"""The argument that names one of several connections of the same service."""


@dataclass(frozen=True)
class Reach:
    """What an agent may do through one connection: a level an area, and single tools beside it.

    A tool that is switched on is allowed whatever its area's level; one that is off never is.
    """

    levels: Mapping[str, Access] = field(default_factory=dict)
    switches: Mapping[str, bool] = field(default_factory=dict)

    def level_of(self, tool: Tool[Any, Any, Any]) -> Access:
        """What the agent may do with a tool."""
        level = self.levels.get(tool.area, Access.OFF)
        switch = self.switches.get(tool.verb)
        if switch is None:
            return level
        return max(level, tool.access) if switch else Access.OFF

    @property
    def is_empty(self) -> bool:
        return not any(self.levels.values()) and not any(self.switches.values())


NO_REACH = Reach()


@dataclass(frozen=True)
class Held:
    """A connection through which a tool is offered, and up to which level."""

    connection: Connection
    level: Access


@dataclass(frozen=True)
class Offer:
    """A tool as an agent has it: through which connections, by their labels."""

    kind: type[Connector]
    tool: Tool[Any, Any, Any]
    held: Mapping[str, Held]
    about: str = ""

    @property
    def name(self) -> str:
        return self.kind.tool_name(self.tool.verb)

    @property
    def connections(self) -> list[Connection]:
        return [one.connection for one in self.held.values()]

    @property
    def spec(self) -> ToolSpec:
        schema = self.tool.schema
        if len(self.held) > 1:
            schema = deepcopy(schema)
            schema.setdefault("properties", {})[CONNECTION_ARGUMENT] = {
                "type": "string",
                "enum": list(self.held),
                "description": f"Which {self.kind.title} connection to use.",
            }
            schema["required"] = [*schema.get("required", []), CONNECTION_ARGUMENT]
        labels = f"Connection: {', '.join(self.held)}."
        parts = [self.tool.description, self.about, labels]
        return ToolSpec(
            name=self.name,
            description="\n\n".join(part for part in parts if part),
            schema=schema,
            access=self.tool.access,
            instead_of_fetch=self.tool.instead_of_fetch,
        )


async def reach_of(session: AsyncSession, agent_id: str) -> dict[str, Reach]:
    """An agent's grants, by connection id."""
    levels: dict[str, dict[str, Access]] = {}
    switches: dict[str, dict[str, bool]] = {}
    for grant in await session.scalars(select(Grant).where(Grant.agent_id == agent_id)):
        levels.setdefault(grant.connection_id, {})[grant.area] = Access(grant.level)
    for switch in await session.scalars(select(ToolSwitch).where(ToolSwitch.agent_id == agent_id)):
        switches.setdefault(switch.connection_id, {})[switch.tool] = switch.on
    return {
        connection_id: Reach(levels.get(connection_id, {}), switches.get(connection_id, {}))
        for connection_id in levels.keys() | switches.keys()
    }


async def set_reach(session: AsyncSession, agent_id: str, connection_id: str, reach: Reach) -> None:
    """Replaces an agent's grants on one connection. What is off, or left out, has no row.

    Raises:
        ValueError: an area or tool that the connector does not have.
    """
    connection = await session.get_one(Connection, connection_id)
    kind = kind_or_key_error(connection)
    _refuse_unknown(connection.label, "area", set(reach.levels), {one.name for one in kind.areas})
    _refuse_unknown(connection.label, "tool", set(reach.switches), set(kind.tools))
    for table in (Grant, ToolSwitch):
        await session.execute(
            delete(table).where(table.agent_id == agent_id, table.connection_id == connection_id)
        )
    session.add_all(
        Grant(agent_id=agent_id, connection_id=connection_id, area=area, level=level)
        for area, level in reach.levels.items()
        if level > Access.OFF
    )
    session.add_all(
        ToolSwitch(agent_id=agent_id, connection_id=connection_id, tool=tool, on=on)
        for tool, on in reach.switches.items()
    )


async def offers_for(session: AsyncSession, agent_id: str) -> list[Offer]:
    """Every tool that the agent's grants reach, sorted by name."""
    reached = await reach_of(session, agent_id)
    if not reached:
        return []
    there = select(Connection).where(Connection.removed_at.is_(None))
    found = there.where(Connection.id.in_(reached)).order_by(Connection.label)
    return _offers((await session.scalars(found)).all(), reached)


def only_reads(offers: Sequence[Offer]) -> list[Offer]:
    """The offers without what changes anything; a tool that can do both may only read."""
    return [
        replace(
            offer,
            held={label: replace(one, level=Access.READ) for label, one in offer.held.items()},
        )
        for offer in offers
        if offer.tool.access <= Access.READ
    ]


def out_of_reach(connection: Connection) -> Mapping[str, str]:
    """The tools that a connection's sign-in cannot use, by verb, each with what would open it."""
    kind = kind_of(connection)
    if kind is None:
        return {}
    try:
        return kind.out_of_reach(parse_form(kind.Settings, connection.settings))
    except Invalid:
        return {}  # settings of an older version: the call itself says what is wrong with them


async def closed_to(session: AsyncSession, agent_id: str, tool: str) -> Mapping[str, str]:
    """By their labels, the connections that an agent's grants lead to but whose sign-in does not
    reach the tool, each with what would open it."""
    reached = await reach_of(session, agent_id)
    there = select(Connection).where(Connection.removed_at.is_(None))
    found = there.where(Connection.id.in_(reached)).order_by(Connection.label)
    closed: dict[str, str] = {}
    for connection in await session.scalars(found):
        kind = kind_of(connection)
        for verb, needs in out_of_reach(connection).items():
            one = kind.tools[verb] if kind else None
            granted = one is not None and reached[connection.id].level_of(one) >= one.access
            if kind and kind.tool_name(verb) == tool and granted:
                closed[connection.label] = needs
    return closed


def _offers(connections: Sequence[Connection], reached: Mapping[str, Reach]) -> list[Offer]:
    held: dict[tuple[str, str], dict[str, Held]] = {}
    kinds: dict[str, type[Connector]] = {}
    for connection in connections:
        kind = kind_of(connection)
        if kind is None:
            continue
        kinds[kind.slug] = kind
        closed = out_of_reach(connection)
        for verb, tool in kind.tools.items():
            level = reached[connection.id].level_of(tool)
            if level >= tool.access and verb not in closed:
                held.setdefault((kind.slug, verb), {})[connection.label] = Held(connection, level)
    offers = [
        Offer(kinds[slug], kinds[slug].tools[verb], where) for (slug, verb), where in held.items()
    ]
    return sorted(offers, key=lambda offer: offer.name)


def _refuse_unknown(label: str, what: str, given: set[str], known: set[str]) -> None:
    unknown = sorted(given - known)
    if unknown:
        raise ValueError(f"{label} has no {what} {', '.join(unknown)}")
