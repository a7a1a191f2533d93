"""What is on record stays as it was recorded, and whoever changes it around the application is
found out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.chain import (
    HEAD,
    ORIGIN,
    RESEAL,
    NotSealed,
    Point,
    Untouchable,
    hash_of,
    remove_through,
)
from bot.store.database import OutOfScope, Store
from bot.store.tables import AuditCheckpoint, AuditEntry, Job, Organisation
from bot.store.vault import Vault
from bot.store.verification import Verdict, verify
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION, VAULT, counted_ids

OURS, THEIRS = ORGANISATION, OTHER_ORGANISATION
CHANGED = (
    "was changed, moved or put in, or the one before it was: "
    "it does not have the hash that it was recorded with."
)


def entry(store: Store, words: str) -> AuditEntry:
    return AuditEntry(
        at=store.clock(),
        caller_kind="person",
        caller="Ana",
        action="test",
        outcome="done",
        sentence=words,
    )


async def put(store: Store, *words: str, organisation: str = OURS) -> None:
    """Each in a unit of work of its own."""
    for one in words:
        async with store.writing(organisation) as session:
            session.add(entry(store, one))


async def ten(store: Store, organisation: str = OURS) -> None:
    await put(store, *(f"deed {number}" for number in range(1, 11)), organisation=organisation)


async def checked(
    store: Store, organisation: str = OURS, known: Point | None = None, vault: Vault = VAULT
) -> Verdict:
    async with store.reading(organisation) as session:
        return await verify(session, vault, known)


async def problem(store: Store) -> str:
    return (await checked(store)).problem


async def kept(store: Store, organisation: str = OURS) -> Sequence[AuditEntry]:
    async with store.reading(organisation) as session:
        return (await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence))).all()


async def tamper(store: Store, sql: str, **values: Any) -> None:
    """What somebody does who has the database, but not the key."""
    async with store.engine.begin() as connection:
        statement = sql.replace(" OURS", f" organisation_id = '{OURS}'")
        await connection.exec_driver_sql(statement, values)


async def prune(store: Store, sequence: int) -> None:
    rows = await kept(store)
    point = Point(sequence, next(row.hash for row in rows if row.sequence == sequence))
    async with store.writing(OURS) as session:
        await remove_through(session, point, now=store.clock())


async def rewrite(store: Store, first: int) -> None:
    """Makes the hashes right again from an entry on, as whoever knows how they are made can."""
    rows = await kept(store)
    before = {row.sequence: row.hash for row in rows}
    for row in rows:
        if row.sequence >= first:
            before[row.sequence] = hash_of(row, before.get(row.sequence - 1, Point().hash))
            await tamper(
                store,
                "UPDATE audit_entries SET hash = :hash WHERE OURS AND sequence = :sequence",
                hash=before[row.sequence],
                sequence=row.sequence,
            )


# Recording.


async def test_entries_are_numbered_and_linked_in_the_order_in_which_they_were_added(
    store: Store,
) -> None:
    async with store.writing(OURS) as session:
        session.add(entry(store, "first"))
        await session.flush()
        session.add(entry(store, "second"))
        session.add(entry(store, "third"))
    await put(store, "fourth")
    rows = await kept(store)
    assert [row.sentence for row in rows] == ["first", "second", "third", "fourth"]
    assert [row.sequence for row in rows] == [1, 2, 3, 4]
    before = Point().hash
    for row in rows:
        assert row.hash == hash_of(row, before)
        before = row.hash
    assert await checked(store) == Verdict(4, Point(), Point(4, rows[-1].hash))


async def test_an_empty_record_is_whole(store: Store) -> None:
    assert await checked(store) == Verdict(0, Point(), Point())


async def test_what_is_not_saved_is_not_on_record_and_leaves_no_gap(store: Store) -> None:
    await put(store, "first")

    async def fail() -> None:
        async with store.writing(OURS) as session:
            session.add(entry(store, "never happened"))
            await session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    await put(store, "second")
    assert [row.sentence for row in await kept(store)] == ["first", "second"]
    assert await problem(store) == ""


async def test_the_hash_covers_every_column_that_tells_something() -> None:
    from bot.store.chain import COVERED

    columns = {column.name for column in AuditEntry.__table__.columns}
    assert columns - set(COVERED) == {"id", "hash", "at"}, "the moment is covered beside them"


async def test_many_writers_at_once_make_one_chain(store: Store, database: str) -> None:
    other = Store(database, clock=store.clock, ids=counted_ids(), vault=VAULT)
    await asyncio.gather(
        *(
            put(one, f"{name} {number}")
            for number in range(15)
            for name, one in (("here", store), ("there", other))
        )
    )
    await other.close()
    rows = await kept(store)
    assert len({row.sentence for row in rows}) == 30
    assert [row.sequence for row in rows] == list(range(1, 31))
    assert await problem(store) == ""


async def test_each_organisation_has_a_chain_of_its_own(store: Store) -> None:
    for number in range(1, 4):
        await put(store, f"ours {number}")
        await put(store, f"theirs {number}", organisation=THEIRS)
    assert [row.sequence for row in await kept(store)] == [1, 2, 3]
    assert [row.sequence for row in await kept(store, THEIRS)] == [1, 2, 3]
    await tamper(store, "UPDATE audit_entries SET sentence = 'x' WHERE OURS AND sequence = 2")
    assert (await problem(store)).startswith("Entry 2 ")
    assert (await checked(store, THEIRS)).problem == ""


async def test_without_the_vault_nothing_is_recorded_and_nothing_is_done(
    store: Store, database: str
) -> None:
    other = Store(database, clock=store.clock, ids=counted_ids())
    job = Job(
        organisation_id=OURS,
        kind="deed",
        subject="",
        lock="",
        available_at=store.clock(),
        created_at=store.clock(),
    )
    with pytest.raises(NotSealed, match="without the vault"):
        async with other.writing(OURS) as session:
            session.add_all([job, entry(store, "did it")])
    await other.close()
    async with store.installation() as session:
        assert (await session.scalars(select(Job))).all() == []


# The application itself cannot change it.


async def test_the_application_cannot_change_the_record(store: Store) -> None:
    await put(store, "first", "second")

    async def change(session: AsyncSession) -> None:
        (await session.scalars(select(AuditEntry))).all()[0].sentence = "x"

    async def remove(session: AsyncSession) -> None:
        await session.delete((await session.scalars(select(AuditEntry))).all()[0])

    async def move_the_seal(session: AsyncSession) -> None:
        (await session.get_one(AuditCheckpoint, (OURS, HEAD))).sequence = 1

    async def forge_a_seal(session: AsyncSession) -> None:
        session.add(
            AuditCheckpoint(kind=ORIGIN, sequence=1, hash="0" * 64, seal=b"", made_at=store.clock())
        )

    for deed in (change, remove, move_the_seal, forge_a_seal):
        with pytest.raises(Untouchable):
            async with store.writing(OURS) as session:
                await deed(session)
    assert await problem(store) == ""
    assert len(await kept(store)) == 2


@pytest.mark.parametrize(("table", "key"), [(AuditEntry, "id"), (AuditCheckpoint, "kind")])
async def test_no_statement_of_the_application_changes_the_record(
    store: Store, table: Any, key: str
) -> None:
    await put(store, "first")
    bare = table.__table__
    removed = delete(table).returning(table.sequence).cte()
    for statement in (
        update(table).values(sequence=9),
        delete(table),
        insert(table).values({"organisation_id": OURS, "sequence": 2, key: 2}),
        update(bare).values(sequence=9),
        delete(bare),
        select(removed.c.sequence),
    ):
        with pytest.raises((Untouchable, OutOfScope)):
            async with store.writing(OURS) as session:
                await session.execute(statement)
    assert await problem(store) == ""


async def test_the_guard_is_back_after_pruning(store: Store) -> None:
    await put(store, "first", "second")
    first = (await kept(store))[0]

    async def prune_and_more() -> None:
        async with store.writing(OURS) as session:
            await remove_through(session, Point(1, first.hash), now=store.clock())
            await session.execute(delete(AuditEntry))

    with pytest.raises(Untouchable):
        await prune_and_more()
    assert len(await kept(store)) == 2


# Somebody with the database changes it.


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sentence", "Nothing happened."),
        ("caller", "Zed"),
        ("caller_id", "zed"),
        ("asked_by", "Zed"),
        ("outcome", "refused"),
        ("connection_id", "elsewhere"),
        ("resource", "another"),
        ("tool", "other_tool"),
        ("run_id", "run9"),
        ("duration_ms", 1),
        ("at", "2026-11-22 09:00:01.000000"),
        ("hash", "f" * 64),
    ],
)
async def test_a_changed_field_is_found(store: Store, field: str, value: Any) -> None:
    await ten(store)
    await tamper(
        store, f"UPDATE audit_entries SET {field} = :value WHERE OURS AND sequence = 4", value=value
    )
    verdict = await checked(store)
    assert verdict.problem == f"Entry 4 {CHANGED}"
    assert (verdict.count, verdict.head.sequence) == (3, 3)


async def test_entries_missing_from_the_middle_are_found(store: Store) -> None:
    await ten(store)
    await tamper(store, "DELETE FROM audit_entries WHERE OURS AND sequence = 4")
    assert await problem(store) == "Entry 4 is missing."
    await tamper(store, "DELETE FROM audit_entries WHERE OURS AND sequence IN (5, 6)")
    assert await problem(store) == "Entries 4 to 6 are missing."


async def test_entries_missing_from_the_beginning_are_found(store: Store) -> None:
    await ten(store)
    await tamper(store, "DELETE FROM audit_entries WHERE OURS AND sequence < 3")
    assert await problem(store) == "Entries 1 to 2 are missing."


async def test_entries_missing_from_the_end_are_found(store: Store) -> None:
    await ten(store)
    await tamper(store, "DELETE FROM audit_entries WHERE OURS AND sequence > 7")
    assert await problem(store) == "Entries 8 to 10 are missing from the record's end."


async def test_an_end_that_was_cut_off_stays_missing_whatever_is_recorded_afterwards(
    store: Store,
) -> None:
    await ten(store)
    await tamper(store, "DELETE FROM audit_entries WHERE OURS AND sequence > 7")
    await put(store, "afterwards")
    assert (await kept(store))[-1].sequence == 11
    assert await problem(store) == "Entries 8 to 10 are missing."


async def test_a_record_that_was_emptied_is_found(store: Store) -> None:
    await ten(store)
    await tamper(store, "DELETE FROM audit_entries")
    assert await problem(store) == "Entries 1 to 10 are missing from the record's end."


async def test_two_entries_that_were_swapped_are_found(store: Store) -> None:
    await ten(store)
    for before, after in ((4, -1), (5, 4), (-1, 5)):
        await tamper(
            store,
            "UPDATE audit_entries SET sequence = :after WHERE OURS AND sequence = :before",
            before=before,
            after=after,
        )
    assert await problem(store) == f"Entry 4 {CHANGED}"


async def forge(store: Store, sequence: int, before: str) -> None:
    """Puts in an entry with a right hash."""
    fake = entry(store, "Ana approved it")
    fake.organisation_id, fake.sequence = OURS, sequence
    for name in ("caller_id", "asked_by", "connection_id", "tool", "resource", "run_id"):
        setattr(fake, name, "")
    async with store.engine.begin() as connection:
        await connection.execute(
            insert(AuditEntry.__table__).values(  # type: ignore[arg-type]
                **{
                    column.name: getattr(fake, column.name)
                    for column in AuditEntry.__table__.columns
                    if column.name not in ("id", "hash")
                },
                hash=hash_of(fake, before),
            )
        )


async def test_an_entry_put_in_at_the_end_is_found(store: Store) -> None:
    await ten(store)
    await forge(store, 11, (await kept(store))[-1].hash)
    assert await problem(store) == "Entry 11 was put in: the record was sealed before it."
    with pytest.raises(Exception, match="UNIQUE"):
        await put(store, "the true entry 11")


async def test_an_entry_put_in_in_the_middle_is_found(store: Store) -> None:
    await ten(store)
    await tamper(
        store, "UPDATE audit_entries SET sequence = sequence + 100 WHERE OURS AND sequence > 4"
    )
    await tamper(
        store, "UPDATE audit_entries SET sequence = sequence - 99 WHERE OURS AND sequence > 100"
    )
    await forge(store, 5, (await kept(store))[3].hash)
    assert await problem(store) == f"Entry 6 {CHANGED}"


async def test_a_record_that_was_written_anew_with_right_hashes_is_found(store: Store) -> None:
    await ten(store)
    await tamper(store, "UPDATE audit_entries SET sentence = 'x' WHERE OURS AND sequence = 4")
    await rewrite(store, 4)
    assert await problem(store) == (
        "Entry 10 is not the one that was sealed: it, or entries before it, were written anew."
    )
    await put(store, "afterwards")
    assert await problem(store) == f"Entry 11 {CHANGED}"


@pytest.mark.parametrize(
    "change", ["sequence = 7", f"hash = '{'0' * 64}'", "seal = x'0101310000'", "kind = 'start'"]
)
async def test_a_changed_seal_is_found_and_stays_found(store: Store, change: str) -> None:
    await ten(store)
    await tamper(store, f"UPDATE audit_checkpoints SET {change} WHERE OURS AND kind = 'head'")
    assert "seal" in (await problem(store)).lower()
    await tamper(store, "DELETE FROM audit_checkpoints WHERE kind = 'start'")
    await put(store, "afterwards")
    rows = await kept(store)
    assert [row.action for row in rows[-2:]] == [RESEAL, "test"]
    assert "found the seal of this record" in rows[-2].sentence
    assert await problem(store) == (
        "Entry 11 says that the record was found without a good seal there."
    )


async def test_a_seal_that_was_removed_with_the_end_is_found(store: Store) -> None:
    await ten(store)
    await tamper(store, "DELETE FROM audit_entries WHERE OURS AND sequence > 7")
    await tamper(store, "DELETE FROM audit_checkpoints")
    assert await problem(store) == "The seal on the record's end, entry 7, is missing."
    await put(store, "afterwards")
    assert (await problem(store)).startswith("Entry 8 says")


async def test_a_seal_of_another_organisation_does_not_fit(store: Store) -> None:
    await ten(store)
    await put(store, "x", organisation=THEIRS)
    await tamper(
        store,
        "UPDATE audit_checkpoints SET (sequence, hash, seal) = "
        "(SELECT sequence, hash, seal FROM audit_checkpoints AS other WHERE other.organisation_id"
        f" = '{THEIRS}') WHERE OURS",
    )
    assert "seal on the record's end is broken" in await problem(store)


async def test_another_key_does_not_pass_for_ours(store: Store) -> None:
    await ten(store)
    verdict = await checked(store, vault=Vault({"1": bytes(32)}, "1"))
    assert "or the encryption key is another one" in verdict.problem


async def test_what_was_noted_down_finds_a_record_that_was_put_back_as_it_was(
    store: Store,
) -> None:
    """Only a copy outside tells that entries and seal are both those of yesterday."""
    await put(store, "one", "two")
    async with store.engine.connect() as connection:
        seals = await connection.exec_driver_sql(
            "SELECT sequence, hash, seal FROM audit_checkpoints"
        )
        yesterday = seals.one()
    await put(store, "three")
    noted = (await checked(store)).head
    assert (await checked(store, known=noted)).problem == ""
    await tamper(store, "DELETE FROM audit_entries WHERE OURS AND sequence = 3")
    await tamper(
        store,
        "UPDATE audit_checkpoints SET sequence = :sequence, hash = :hash, seal = :seal WHERE OURS",
        **yesterday._mapping,
    )
    assert await problem(store) == ""
    assert (await checked(store, known=noted)).problem == (
        "Entry 3, which was noted down, is missing."
    )
    await put(store, "another three")
    assert (await checked(store, known=noted)).problem == (
        "Entry 3 is not the one that was noted down."
    )


# Pruning.


async def test_after_pruning_the_rest_is_whole_and_goes_on(store: Store) -> None:
    await ten(store)
    await prune(store, 6)
    assert [row.sequence for row in await kept(store)] == [7, 8, 9, 10]
    verdict = await checked(store)
    assert (verdict.problem, verdict.count, verdict.origin.sequence) == ("", 4, 6)
    await put(store, "afterwards")
    await prune(store, 9)
    assert (await checked(store)).count == 2
    await prune(store, 11)
    assert await kept(store) == []
    await put(store, "and on")
    assert [row.sequence for row in await kept(store)] == [12]
    assert await problem(store) == ""


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE audit_entries SET sentence = 'x' WHERE OURS AND sequence = 7", "Entry 7 was"),
        ("UPDATE audit_entries SET sentence = 'x' WHERE OURS AND sequence = 9", "Entry 9 was"),
        ("DELETE FROM audit_entries WHERE OURS AND sequence = 7", "Entry 7 is missing."),
        ("DELETE FROM audit_entries WHERE OURS AND sequence = 8", "Entry 8 is missing."),
        ("DELETE FROM audit_entries WHERE OURS", "Entries 7 to 10 are missing"),
        ("UPDATE audit_entries SET sequence = 5 WHERE OURS AND sequence = 8", "Entry 5 was put in"),
        ("DELETE FROM audit_checkpoints WHERE kind = 'start'", "Entries 1 to 6 are missing."),
        (
            "UPDATE audit_checkpoints SET sequence = 7 WHERE OURS AND kind = 'start'",
            "The seal on the record's pruned beginning is broken",
        ),
        (
            "UPDATE audit_checkpoints SET seal = (SELECT seal FROM audit_checkpoints WHERE "
            "kind = 'head') WHERE OURS AND kind = 'start'",
            "The seal on the record's pruned beginning is broken",
        ),
    ],
)
async def test_after_pruning_tampering_is_still_found(store: Store, sql: str, found: str) -> None:
    await ten(store)
    await prune(store, 6)
    await tamper(store, sql)
    assert (await problem(store)).startswith(found)


async def test_pruning_one_organisation_leaves_the_other_alone(store: Store) -> None:
    await ten(store)
    await ten(store, THEIRS)
    await prune(store, 10)
    assert len(await kept(store, THEIRS)) == 10
    assert (await checked(store, THEIRS)).count == 10


async def test_a_long_record_is_read_in_pages(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.verification.PAGE", 3)
    await ten(store)
    assert (await checked(store)).count == 10
    await tamper(store, "UPDATE audit_entries SET sentence = 'x' WHERE OURS AND sequence = 7")
    assert (await problem(store)).startswith("Entry 7 ")


async def test_moments_keep_their_microseconds(store: Store) -> None:
    async with store.writing(OURS) as session:
        one = entry(store, "x")
        one.at += timedelta(microseconds=123)
        session.add(one)
        session.add(Organisation(id="third", name="Third", created_at=store.clock()))
    assert await problem(store) == ""
