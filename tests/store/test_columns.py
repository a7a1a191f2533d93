"""Moments stay aware and in UTC, on SQLite too."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError

from bot.store.columns import Instant
from bot.store.database import Store
from bot.store.tables import Organisation

LISBON = ZoneInfo("Europe/Lisbon")


async def stored(store: Store, moment: datetime) -> datetime:
    async with store.installation() as session:
        session.add(Organisation(id=moment.isoformat()[:32], name="X", created_at=moment))
    async with store.installation() as session:
        return (await session.get_one(Organisation, moment.isoformat()[:32])).created_at


async def test_a_local_moment_comes_back_as_the_same_moment_in_utc(store: Store) -> None:
    summer = datetime(2026, 7, 1, 9, 0, tzinfo=LISBON)
    kept = await stored(store, summer)
    assert kept == summer
    assert kept.tzinfo is UTC
    assert kept.hour == 8


async def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="a moment needs a time zone"):
        await stored(store, datetime(2026, 7, 1, 9, 0))  # noqa: DTZ001


@given(st.datetimes(timezones=st.timezones()))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_every_moment_survives_on_both_databases(moment: datetime) -> None:
    column = Instant()
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        return  # at the very ends of the calendar there is no such moment in UTC
    dialects: list[Any] = [sqlite, postgresql]
    for dialect in (one.dialect() for one in dialects):
        bound = column.process_bind_param(moment, dialect)
        assert column.process_result_value(bound, dialect) == utc
