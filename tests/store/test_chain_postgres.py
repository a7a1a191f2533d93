"""The chain on PostgreSQL, where several writers are in their units of work at once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.store.database import Store
from bot.store.tables import AuditEntry, Member, Organisation
from bot.store.verification import verify
from tests.fixtures_store import ORGANISATION, VAULT, add_member, on_postgresql

pytestmark = on_postgresql


@pytest.fixture(autouse=True)
async def members(store: Store) -> None:
    for name in ("ana", "bo"):
        await add_member(store, name, name.title(), "UTC")


def entry(store: Store, words: str) -> AuditEntry:
    return AuditEntry(
        at=store.clock(),
        caller_kind="person",
        caller="Ana",
        action="test",
        outcome="done",
        sentence=words,
    )


async def test_many_writers_at_once_make_one_chain(store: Store) -> None:
    async def put(number: int) -> None:
        async with store.writing(ORGANISATION) as session:
            session.add(entry(store, f"deed {number}"))

    await asyncio.gather(*(put(number) for number in range(30)))
    async with store.reading(ORGANISATION) as session:
        rows = (await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence))).all()
        verdict = await verify(session, VAULT)
    assert [row.sequence for row in rows] == list(range(1, 31))
    assert {row.sentence for row in rows} == {f"deed {number}" for number in range(30)}
    assert (verdict.problem, verdict.count) == ("", 30)


async def test_recording_makes_no_two_writers_wait_for_each_other(store: Store) -> None:
    """One records first and then changes a row, the other the other way round."""
    changed, recorded = asyncio.Event(), asyncio.Event()

    async def records_first() -> None:
        async with store.writing(ORGANISATION) as session:
            session.add(entry(store, "first"))
            await session.flush()
            recorded.set()
            await changed.wait()
            (await session.get_one(Member, "ana")).name = "Ana Silva"
            await session.flush()

    async def changes_first() -> None:
        await recorded.wait()
        async with store.writing(ORGANISATION) as session:
            (await session.get_one(Member, "ana")).name = "Ana Marin"
            await session.flush()
            changed.set()
            session.add(entry(store, "second"))

    async with asyncio.timeout(20):
        await asyncio.gather(records_first(), changes_first())
    async with store.reading(ORGANISATION) as session:
        assert (await verify(session, VAULT)).count == 2


async def test_a_new_row_of_the_organisation_does_not_wait_for_a_record(store: Store) -> None:
    """The lock that orders records leaves rows that refer to the organisation alone."""
    async with asyncio.timeout(20), store.writing(ORGANISATION) as slow:
        organisation = select(Organisation.id).with_for_update(key_share=True)
        await slow.execute(organisation.where(Organisation.id == ORGANISATION))
        async with store.writing(ORGANISATION) as session:
            session.add(Member(user_id="cy", name="Cy", joined_at=store.clock()))
