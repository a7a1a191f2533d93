"""Seals what is stored anew when the keys were rotated, while others work on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.chain import opened_up
from bot.store.columns import OWNER
from bot.store.database import Store
from bot.store.tables import Base, Scoped
from bot.store.vault import SealBroken, Vault, sealed_with


@dataclass(frozen=True)
class SealedColumn:
    """Where sealed values stand, and how a row tells whose they are."""

    table: type[Any]
    name: str

    def owner(self, row: Any) -> str:
        return str(self.table.__table__.c[self.name].info[OWNER](row))

    @property
    def scoped(self) -> bool:
        return issubclass(self.table, Scoped)


def sealed_columns() -> Iterator[SealedColumn]:
    """Every column that was declared with `sealed`, whoever's table it is in."""
    for mapper in sorted(Base.registry.mappers, key=lambda one: one.class_.__name__):
        for column in mapper.columns:
            if OWNER in column.info:
                yield SealedColumn(mapper.class_, mapper.get_property_by_column(column).key)


@dataclass
class Resealed:
    """How many values were sealed anew, and how many no key opens."""

    done: int = 0
    broken: int = 0


async def reseal(store: Store, vault: Vault, organisation_id: str = "") -> Resealed:
    """Seals with the current key what was sealed with another, table by table.

    A row is read and written under its lock, so whoever changes it meanwhile comes before or
    after. May be repeated; what is in order is left alone.

    Args:
        organisation_id: empty for the tables that stand outside of organisations.
    """
    counts = Resealed()
    for column in _columns(organisation_id):
        async with _unit(store, organisation_id) as session:
            with opened_up(session.sync_session):
                await _reseal(session, vault, column, counts)
                await session.flush()
    return counts


async def keys_in_use(store: Store, organisation_id: str = "") -> Counter[str]:
    """How many values each key holds, by its id."""
    counts: Counter[str] = Counter()
    for column in _columns(organisation_id):
        async with _unit(store, organisation_id) as session:
            values = await session.scalars(select(getattr(column.table, column.name)))
            counts.update(sealed_with(value) for value in values if value)
    return counts


async def _reseal(
    session: AsyncSession, vault: Vault, column: SealedColumn, counts: Resealed
) -> None:
    for row in await session.scalars(select(column.table).with_for_update()):
        value = getattr(row, column.name)
        if not value or sealed_with(value) == vault.current:
            continue
        owner = column.owner(row)
        try:
            opened = vault.open(value, owner=owner)
        except SealBroken:
            counts.broken += 1
            continue
        setattr(row, column.name, vault.seal(opened, owner=owner))
        counts.done += 1


def _columns(organisation_id: str) -> Iterator[SealedColumn]:
    return (one for one in sealed_columns() if one.scoped == bool(organisation_id))


def _unit(store: Store, organisation_id: str) -> Any:
    return store.writing(organisation_id) if organisation_id else store.installation()
