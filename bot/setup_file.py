"""The setup file: connections, agents and grants as a team keeps them in its own repository.

Secrets are never in the file: `${NAME}` is taken from the environment. Applying a file again
changes only what differs; what it does not name stays as it is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.types import TYPES
from bot.connectors.base import Access
from bot.connectors.catalogue import all_connectors
from bot.connectors.errors import Invalid
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.gate.grants import Reach, set_reach
from bot.gate.kinds import kind_of, kind_or_key_error
from bot.gate.opening import Opener, parse_form
from bot.gate.presets import reach_in_words
from bot.people.limits import LimitReached, room_for_agent, room_for_connection
from bot.store import crew
from bot.store.database import Store
from bot.store.tables import Agent, Connection

_VARIABLE = re.compile(r"\$\{(\w+)\}")

ALL_AREAS = "*"
"""In a file's grants: every area that is not named."""


class SetupError(Exception):
    """A setup file is wrong; the text says where and how."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _off_is_a_word(value: Any) -> Any:
    """YAML reads a bare `off` as false."""
    return "off" if value is False else value


def _can_be_mentioned(name: str) -> str:
    if not crew.handle_of(name):
        raise ValueError("it has no letter or digit that it could be mentioned by")
    return name


Level = Annotated[str, BeforeValidator(_off_is_a_word)]


class ConnectionEntry(_Strict):
    label: Annotated[str, Field(min_length=1, max_length=120)]
    connector: str
    settings: dict[str, Any] = {}
    credentials: dict[str, str] = {}


class AgentEntry(_Strict):
    name: Annotated[str, Field(max_length=80), AfterValidator(_can_be_mentioned)]
    type: str = "custom"
    icon: str = ""
    access: dict[str, dict[str, Level]] = {}


class SetupFile(_Strict):
    connections: list[ConnectionEntry] = []
    agents: list[AgentEntry] = []


@dataclass
class Applied:
    """What applying a file did. `connections` are the ids of those that were written."""

    lines: list[str] = field(default_factory=list)
    connections: list[str] = field(default_factory=list)


def read_setup(path: Path) -> SetupFile:
    """Raises SetupError with the place of the first mistake."""
    try:
        return SetupFile.model_validate(yaml.safe_load(path.read_text()) or {})
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SetupError(f"{path} is not a text file in UTF-8.") from None
    except yaml.YAMLError as error:
        raise SetupError(f"{path} is not YAML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SetupError(f"{path}: {where}: {first['msg']}.") from None


async def apply_setup(
    store: Store, opener: Opener, organisation_id: str, setup: SetupFile
) -> Applied:
    """Brings an organisation's connections, agents and grants to what the file says.

    Raises:
        SetupError: nothing was changed.
    """
    applied = Applied()
    async with store.writing(organisation_id) as session:
        for entry in setup.connections:
            await _connection(session, opener, organisation_id, store, entry, applied)
        for agent in setup.agents:
            await _agent(session, store, organisation_id, agent, applied)
        for line in applied.lines:
            audit.record(
                session,
                Caller(CallerKind.SYSTEM, organisation_id, "setup", "The setup file"),
                at=store.clock(),
                action="setup",
                outcome="done",
                sentence=f"The setup file: {line}",
            )
    return applied


async def _connection(
    session: AsyncSession,
    opener: Opener,
    organisation_id: str,
    store: Store,
    entry: ConnectionEntry,
    applied: Applied,
) -> None:
    kind = all_connectors().get(entry.connector)
    if kind is None:
        known = ", ".join(all_connectors())
        raise SetupError(f"There is no connector {entry.connector!r}. There are: {known}.")
    connection = await crew.find_connection(session, entry.label)
    if connection is None:
        await _fits(room_for_connection(session, organisation_id))
        connection = Connection(
            id=store.ids(),
            organisation_id=organisation_id,
            connector=kind.slug,
            label=entry.label,
            settings={},
            credentials=b"",
            created_by="setup file",
            created_at=store.clock(),
        )
        session.add(connection)
    if connection.connector != kind.slug:
        other = kind_of(connection)
        raise SetupError(
            f"{entry.label!r} is a connection to {other.title if other else connection.connector} "
            "already; choose another label."
        )
    try:
        settings = _filled(entry.settings)
        parse_form(kind.Settings, settings)
        connection.settings = settings
        connection.credentials = opener.seal(connection, _filled(entry.credentials))
    except Invalid as error:
        raise SetupError(f"Connection {entry.label!r}: {error}") from None
    await session.flush()
    applied.connections.append(connection.id)
    applied.lines.append(f"connection {entry.label} ({kind.title}) is set")


async def _fits(room: Awaitable[None]) -> None:
    """Raises SetupError where the organisation's plan has no room for one more."""
    try:
        await room
    except LimitReached as reached:
        raise SetupError(str(reached)) from None


async def _agent(
    session: AsyncSession,
    store: Store,
    organisation_id: str,
    entry: AgentEntry,
    applied: Applied,
) -> None:
    if entry.type not in TYPES:
        raise SetupError(f"Agent {entry.name!r}: the type is one of {', '.join(TYPES)}.")
    handle = crew.handle_of(entry.name)
    agent = await crew.find_agent(session, handle)
    if agent is None:
        await _fits(room_for_agent(session, organisation_id))
        agent = Agent(
            name=entry.name, handle=handle, type=entry.type, icon="", created_at=store.clock()
        )
        session.add(agent)
    agent.type, agent.icon = entry.type, entry.icon or TYPES[entry.type].icon
    await session.flush()
    for label, levels in entry.access.items():
        connection = await crew.find_connection(session, label)
        if connection is None:
            raise SetupError(f"Agent {entry.name!r}: there is no connection {label!r}.")
        reach = Reach(_levels(entry, connection, levels))
        await set_reach(session, agent.id, connection.id, reach)
        words = reach_in_words(kind_or_key_error(connection), reach)
        applied.lines.append(f"agent {entry.name} may use {place_of(connection)}: {words}")
    applied.lines.append(f"agent {entry.name} is set")


def _levels(
    entry: AgentEntry, connection: Connection, words: Mapping[str, str]
) -> dict[str, Access]:
    kind = kind_or_key_error(connection)
    if kind.category not in TYPES[entry.type].categories:
        raise SetupError(f"Agent {entry.name!r}: {entry.type} agents do not use {kind.title}.")
    names = {area.name for area in kind.areas}
    levels: dict[str, Access] = {}
    for area, word in words.items():
        if area != ALL_AREAS and area not in names:
            raise SetupError(
                f"{connection.label} has no area {area!r}: {', '.join(sorted(names))}."
            )
        if word.upper() not in Access.__members__:
            raise SetupError(f"{word!r} is not off, read, write or full.")
        for one in names - set(words) if area == ALL_AREAS else {area}:
            levels[one] = Access[word.upper()]
    return levels


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with `${NAME}` replaced from the environment."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise SetupError(f"The environment has no {name}, which the setup file asks for.")
        return os.environ[name]

    return {
        key: _VARIABLE.sub(value, held) if isinstance(held, str) else held
        for key, held in values.items()
    }
