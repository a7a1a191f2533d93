"""Two organisations with one row each in every table, told apart by marks in everything they hold.

What people may name (ids, names, labels) is marked with the organisation's MARK; everything else
is marked SECRET, which nobody of the other organisation could have typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Boolean, Column, DateTime, Float, Integer, LargeBinary, select
from sqlalchemy.types import TypeDecorator

from bot.gate.opening import owner_of
from bot.store.columns import Dollars
from bot.store.database import Store
from bot.store.tables import AuditCheckpoint, Base, Channel, Connection, Organisation, Scoped
from tests.fixtures_store import VAULT
from tests.support.connectors import TOKEN
from tests.support.harbor import TEAM

NAMED = {"id", "handle", "label", "name", "user_id", "email"}
"""Columns whose values a person of another organisation could know and type."""

Values = dict[str, Any]


@dataclass(frozen=True)
class Side:
    """An organisation of the walk."""

    id: str
    mark: str
    secret: str
    channel: str
    owner: str


HERE = Side("harbor", "HARBORMARK", "HARBORSECRET", "CHARBOR", "UHARBORMARK")
THERE = Side("labs", "LABSMARK", "LABSSECRET", "CLABS", "ULABSMARK")


def scoped_tables() -> list[type[Any]]:
    """Every table whose rows belong to an organisation, parents first."""
    order = {table.name: number for number, table in enumerate(Base.metadata.sorted_tables)}
    found = [one.class_ for one in Base.registry.mappers if issubclass(one.class_, Scoped)]
    return sorted(found, key=lambda cls: order[cls.__tablename__])


async def fill(store: Store, side: Side) -> None:
    """One row in each table of an organisation, and a channel that belongs to it."""
    async with store.installation() as session:
        organisation = await session.get_one(Organisation, side.id)
        organisation.name = f"{side.mark} organisation"
        session.add(Channel(team_id=TEAM, channel_id=side.channel, organisation_id=side.id))
    for cls in scoped_tables():
        if cls is AuditCheckpoint:
            continue  # the chain makes it with the first entry, and lets nobody else
        async with store.writing(side.id) as session:
            session.add(cls(**_row(cls, side, store.clock())))
    async with store.writing(side.id) as session:
        session.add(Connection(**_second_connection(side, store.clock())))


async def snapshot(store: Store, side: Side) -> dict[str, list[Values]]:
    """Everything that an organisation holds, by table."""
    held: dict[str, list[Values]] = {}
    async with store.installation() as session:
        organisation = await session.get_one(Organisation, side.id)
        held["organisations"] = [_values(organisation)]
    async with store.reading(side.id) as session:
        for cls in scoped_tables():
            rows = [_values(row) for row in await session.scalars(select(cls))]
            held[cls.__tablename__] = sorted(rows, key=str)
    return held


def _values(row: Any) -> Values:
    return {column.name: getattr(row, column.key) for column in type(row).__table__.columns}


def _row(cls: type[Any], side: Side, now: datetime) -> Values:
    table = cls.__tablename__
    values = {
        column.name: _value(table, column, side, now)
        for column in cls.__table__.columns
        if not (column.primary_key and isinstance(column.type, Integer))
    }
    return values | _FITTING.get(table, lambda _side, _now: {})(side, now)


def _value(table: str, column: Column[Any], side: Side, now: datetime) -> Any:
    if column.name == "organisation_id":
        return side.id
    if column.foreign_keys:
        parent = next(iter(column.foreign_keys)).column.table.name
        return None if column.nullable else f"{side.mark}{parent}"
    if isinstance(column.type, Dollars):
        return Decimal(1)
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(kind, DateTime):
        return None if column.nullable else now
    if isinstance(kind, JSON):
        return [side.secret] if column.name in _LISTS else {"held": side.secret}
    plain = {Boolean: False, Integer: 1, Float: 1.0, LargeBinary: side.secret.encode()}
    for type_, value in plain.items():
        if isinstance(kind, type_):
            return value
    if column.name == "id":
        return f"{side.mark}{table}"
    mark = side.mark if column.name in NAMED else side.secret
    return f"{mark} {table} {column.name}"[: getattr(kind, "length", None) or 200]


_LISTS = {
    column.name
    for table in Base.metadata.tables.values()
    for column in table.columns
    if isinstance(column.type, JSON) and column.name in {"people", "critical", "changes", "sources"}
}


def _connection(side: Side, now: datetime) -> Values:
    made = Connection(id=f"{side.mark}connections", organisation_id=side.id)
    sealed = VAULT.seal({"key": TOKEN}, owner=owner_of(made))
    kept: Values = {"settings": {}, "status": "connected", "credentials": sealed, "toolset": None}
    return kept | {"connector": "lamp"}


def _second_connection(side: Side, now: datetime) -> Values:
    """With two connections the modals show their lists too."""
    held = _row(Connection, side, now)
    return held | {"id": f"{side.mark}second", "label": f"{side.mark} second label"}


def _member(side: Side, now: datetime) -> Values:
    kept = {"outsider": "", "timezone": "UTC", "refreshed_at": now, "role": "owner"}
    return kept | {"user_id": side.owner, "name": f"{side.mark} owner"}


def _invitation(side: Side, now: datetime) -> Values:
    return {"team_id": TEAM, "role": "viewer", "expires_at": now + timedelta(days=7)}


def _agent(side: Side, now: datetime) -> Values:
    made = {"handle": side.mark.lower(), "type": "debugger", "model": "", "icon": ":mag:"}
    return made | {"visibility": "everyone"}


def _channel_default(side: Side, now: datetime) -> Values:
    return {"team_id": TEAM, "channel_id": side.channel}


def _pin(side: Side, now: datetime) -> Values:
    return {"kind": "agent", "subject": f"{side.mark}agents"}


def _approval(side: Side, now: datetime) -> Values:
    later = now + timedelta(minutes=30)
    asked = {"run_id": f"{side.mark}runs", "agent_id": f"{side.mark}agents"}
    wanted = {"state": "pending", "tool": "lamp_switch_lamp", "expires_at": later, "area": "lamps"}
    return asked | wanted


def _run(side: Side, now: datetime) -> Values:
    return {"state": "waiting"}


def _grant(side: Side, now: datetime) -> Values:
    return {"area": "lamps", "level": 2}


def _step(side: Side, now: datetime) -> Values:
    return {"replied": {"text": side.secret, "calls": []}, "returned": {}}


def _incident(side: Side, now: datetime) -> Values:
    return {"state": "started", "channel_id": side.channel}


def _incident_event(side: Side, now: datetime) -> Values:
    return {"about": "unknown", "source": "webhook"}


def _incident_route(side: Side, now: datetime) -> Values:
    return {"by": "everything", "team_id": TEAM, "channel_id": side.channel}


def _subscription(side: Side, now: datetime) -> Values:
    return {"report": "incidents", "timezone": "UTC", "channel_id": side.channel, "hour": 9}


def _knowledge_item(side: Side, now: datetime) -> Values:
    return {"kind": "file", "state": "ready"}


def _prose(side: Side, now: datetime) -> Values:
    return {"kind": "summary", "subject": f"{side.mark}incidents"}


def _usage(side: Side, now: datetime) -> Values:
    return {"month": f"{now:%Y-%m}", "kind": "messages"}


def _model_rules(side: Side, now: datetime) -> Values:
    return {"fallbacks": [f"{side.mark} own_models model"]}


def _model_choice(side: Side, now: datetime) -> Values:
    return {"scope": "organisation", "model": f"{side.mark} own_models model"}


def _own_model(side: Side, now: datetime) -> Values:
    named = {"model": f"{side.mark} own_models model", "title": f"{side.mark} model"}
    return named | {"tier": "standard", "provider": "anthropic"}


_FITTING = {
    "agents": _agent,
    "approvals": _approval,
    "channel_defaults": _channel_default,
    "connections": _connection,
    "grants": _grant,
    "incident_events": _incident_event,
    "incident_routes": _incident_route,
    "incidents": _incident,
    "invitations": _invitation,
    "knowledge_items": _knowledge_item,
    "members": _member,
    "model_choices": _model_choice,
    "model_rules": _model_rules,
    "own_models": _own_model,
    "pins": _pin,
    "prose": _prose,
    "runs": _run,
    "steps": _step,
    "subscriptions": _subscription,
    "usage": _usage,
}
"""Where the code reads a value by its meaning, one that has a meaning."""
