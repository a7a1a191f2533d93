"""The record is kept as long as was set, and what is left can be verified as before."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.gate.retention import KEEP_ALL, PRUNE_EVERY, Retention, prune
from bot.store.chain import NotSealed
from bot.store.database import Store
from bot.store.tables import Organisation
from bot.store.verification import Tampered, verify
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION, VAULT, counted_ids
from tests.support.harbor import Harbor

KEEPER = Caller(CallerKind.SYSTEM, ORGANISATION, "retention", "Quarterdeck")


async def put(harbor: Harbor, *days_ago: float, organisation: str = ORGANISATION) -> None:
    for ago in days_ago:
        at = harbor.clock() - timedelta(days=ago)
        caller = Caller(CallerKind.PERSON, organisation, "ana", "Ana")
        async with harbor.store.writing(organisation) as session:
            audit.record(
                session, caller, at=at, action="test", outcome="done", sentence=f"{ago} days ago"
            )


async def left(harbor: Harbor) -> list[str]:
    return [one.rpartition(",")[0] for one in await harbor.sentences()]


async def problem(harbor: Harbor) -> str:
    async with harbor.store.reading(ORGANISATION) as session:
        return (await verify(session, VAULT)).problem


async def set_days(harbor: Harbor, days: int | None, organisation: str = ORGANISATION) -> None:
    async with harbor.store.installation() as session:
        (await session.get_one(Organisation, organisation)).audit_days = days


async def tamper(harbor: Harbor, sql: str) -> None:
    async with harbor.store.engine.begin() as connection:
        await connection.exec_driver_sql(sql)


async def test_what_is_older_goes_and_that_is_on_record(harbor: Harbor) -> None:
    await put(harbor, 40, 31, 30, 29)
    assert await prune(harbor.store, KEEPER, 30) == 2
    assert await left(harbor) == [
        "30 days ago",
        "29 days ago",
        "Quarterdeck pruned the record up to entry 2, to keep 30 days",
    ]
    assert await problem(harbor) == ""


async def test_where_nothing_is_old_nothing_is_done_or_recorded(harbor: Harbor) -> None:
    await put(harbor, 3, 2)
    assert await prune(harbor.store, KEEPER, 30) == 0
    assert await prune(harbor.store, KEEPER, 30) == 0
    assert await left(harbor) == ["3 days ago", "2 days ago"]


async def test_only_a_beginning_is_removed_never_an_entry_after_a_newer_one(
    harbor: Harbor,
) -> None:
    """Clocks go back at times; the chain stays without a gap."""
    await put(harbor, 40, 5, 39, 4)
    assert await prune(harbor.store, KEEPER, 30) == 1
    assert (await left(harbor))[:3] == ["5 days ago", "39 days ago", "4 days ago"]
    assert await problem(harbor) == ""


async def test_everything_may_be_old(harbor: Harbor) -> None:
    await put(harbor, 40, 39)
    assert await prune(harbor.store, KEEPER, 30) == 2
    assert len(await left(harbor)) == 1
    await put(harbor, 0)
    assert await problem(harbor) == ""


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entries SET sentence = 'x' WHERE sequence = 1",
        "UPDATE audit_entries SET sentence = 'x' WHERE sequence = 4",
        "DELETE FROM audit_entries WHERE sequence = 2",
        "DELETE FROM audit_entries WHERE sequence = 4",
    ],
)
async def test_pruning_does_not_wipe_the_traces_of_tampering(harbor: Harbor, sql: str) -> None:
    await put(harbor, 40, 39, 38, 2)
    await tamper(harbor, sql)
    before = await left(harbor)
    with pytest.raises(Tampered, match="Entry"):
        await prune(harbor.store, KEEPER, 30)
    assert await left(harbor) == before


async def test_forced_pruning_says_on_record_what_it_removed(harbor: Harbor) -> None:
    await put(harbor, 40, 39, 38, 2)
    await tamper(harbor, "DELETE FROM audit_entries WHERE sequence = 2")
    assert await prune(harbor.store, KEEPER, 30, force=True) == 2
    assert (await left(harbor))[-1] == (
        "Quarterdeck pruned the record up to entry 3, to keep 30 days, although it was not whole: "
        "Entry 2 is missing"
    )
    assert await problem(harbor) == ""


async def test_a_store_without_the_vault_does_not_prune(harbor: Harbor, database: str) -> None:
    await put(harbor, 40)
    other = Store(database, clock=harbor.clock, ids=counted_ids())
    with pytest.raises(NotSealed):
        await prune(other, KEEPER, 30)
    await other.close()
    assert await left(harbor) == ["40 days ago"]


@pytest.mark.parametrize(
    ("default", "own", "kept"),
    [
        (None, None, 3),
        (30, None, 2),
        (30, 10, 1),
        (30, 60, 3),
        (30, KEEP_ALL, 3),
        (None, 10, 1),
    ],
)
async def test_an_organisations_own_setting_comes_before_the_installations(
    harbor: Harbor, default: int | None, own: int | None, kept: int
) -> None:
    await put(harbor, 40, 20, 5)
    await set_days(harbor, own)
    await Retention(harbor.store, default).prune_all()
    assert len([one for one in await left(harbor) if "ago" in one]) == kept


async def test_a_record_that_was_tampered_with_does_not_keep_the_others_from_pruning(
    harbor: Harbor,
) -> None:
    for organisation in (ORGANISATION, OTHER_ORGANISATION):
        await put(harbor, 40, 39, 1, organisation=organisation)
    await tamper(
        harbor, f"DELETE FROM audit_entries WHERE organisation_id = '{ORGANISATION}' AND sequence=1"
    )
    with capture_logs() as logs:
        await Retention(harbor.store, 30).prune_all()
    told = {one["event"]: one for one in logs}
    assert told["audit.tampered"]["found"] == "Entry 1 is missing."
    assert told["audit.pruned"]["entries"] == 2
    assert await left(harbor) == ["39 days ago", "1 days ago"]


async def test_a_database_that_does_not_answer_does_not_end_the_task(
    harbor: Harbor, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps = 0

    async def nap(_seconds: float) -> None:
        nonlocal naps
        naps += 1
        if naps == 2:
            raise asyncio.CancelledError

    async def fail(_store: Store) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr("bot.gate.retention.organisations", fail)
    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        await Retention(harbor.store, 30, sleep=nap).run()
    assert [one["event"] for one in logs] == ["audit.not_pruned"] * 2


async def test_it_looks_at_the_start_and_then_once_a_day(harbor: Harbor) -> None:
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)
        harbor.clock.forward(seconds=seconds)
        if len(naps) == 3:
            raise asyncio.CancelledError

    await put(harbor, 31, 28.5, 27)
    with pytest.raises(asyncio.CancelledError):
        await Retention(harbor.store, 30, sleep=nap).run()
    assert naps == [PRUNE_EVERY.total_seconds()] * 3
    assert [one for one in await left(harbor) if "ago" in one] == ["27 days ago"]
