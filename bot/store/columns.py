"""Column types that behave the same on every database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, String
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator

Id = String(32)

OWNER = "sealed_for"
"""Under which a sealed column keeps how its row tells whose secret it is."""


def sealed(owner: Callable[[Any], str]) -> MappedColumn[Any]:
    """A column of values that the vault sealed. The rotation of keys finds it by this.

    Args:
        owner: from a row, what its value is bound to: the `owner` of `Vault.seal`.
    """
    return mapped_column(info={OWNER: owner})


def sealed_for(row: Any) -> str:
    """What the sealed value of a row is bound to, as its column declares it."""
    return next(str(one.info[OWNER](row)) for one in row.__table__.columns if OWNER in one.info)


class Instant(TypeDecorator[datetime]):
    """A moment in time, always aware and in UTC. SQLite would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Dollars(TypeDecorator[Decimal]):
    """US dollars, exact to the millionth of a millionth, and so in every sum: tokens have prices of
    a few cents a million. SQLite has no decimals of its own."""

    impl = BigInteger
    cache_ok = True
    _parts = 10**12

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((value * self._parts).to_integral_value())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / self._parts
