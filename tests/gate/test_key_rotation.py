"""Rotating the keys: everything that was sealed is sealed anew, and nothing is lost."""

from __future__ import annotations

import asyncio

from sqlalchemy import LargeBinary, select

from bot.gate.calls import ToolCall, ToolReturn
from bot.gate.door import Gate
from bot.gate.opening import Opener
from bot.store.columns import OWNER
from bot.store.database import Base, Store
from bot.store.keyring import Keyring
from bot.store.resealing import Resealed, keys_in_use, reseal, sealed_columns
from bot.store.tables import AuditCheckpoint, Connection, ConnectionStatus
from bot.store.vault import Vault
from bot.store.verification import verify
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION, VAULT
from tests.support.harbor import ALL, WAIT, Harbor

OLD = bytes(range(32))
NEW = bytes(32)
TURNED = Vault({"2": NEW, "1": OLD}, "2")
ONLY_NEW = Vault({"2": NEW}, "2")


NOT_SECRET = {("knowledge_uploads", "content")}
"""What is binary and no secret: files that wait to be read."""


def gate_with(harbor: Harbor, vault: Vault) -> Gate:
    return Gate(harbor.store, Opener(vault, harbor.clock), approval_wait=WAIT)


def test_every_binary_column_tells_whose_secret_it_holds() -> None:
    known = {(column.table.__tablename__, column.name) for column in sealed_columns()}
    binary = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert binary == known | NOT_SECRET
    assert all(OWNER in column.table.__table__.c[column.name].info for column in sealed_columns())


async def test_after_a_rotation_the_former_key_is_needed_no_more(harbor: Harbor) -> None:
    await harbor.gate.check(harbor.caller(), harbor.connection.id)
    counts = await reseal(harbor.store, TURNED, ORGANISATION)
    assert counts.done >= 2  # the connection's credentials, and the seal of the record
    assert set(await keys_in_use(harbor.store, ORGANISATION)) == {"2"}
    async with harbor.store.reading(ORGANISATION) as session:
        connection = await session.get_one(Connection, harbor.connection.id)
        owner = f"{ORGANISATION}/{connection.id}"
        assert ONLY_NEW.open(connection.credentials, owner=owner)["key"].startswith("lumen")


async def test_the_record_is_whole_after_a_rotation(harbor: Harbor) -> None:
    await harbor.gate.check(harbor.caller(), harbor.connection.id)
    await reseal(harbor.store, TURNED, ORGANISATION)
    harbor.store.vault = ONLY_NEW
    tested = await gate_with(harbor, ONLY_NEW).check(harbor.caller(), harbor.connection.id)
    assert tested.status == ConnectionStatus.CONNECTED
    async with harbor.store.reading(ORGANISATION) as session:
        verdict = await verify(session, ONLY_NEW)
    assert verdict.problem == ""


async def test_a_second_rotation_finds_nothing_to_do(harbor: Harbor) -> None:
    await reseal(harbor.store, TURNED, ORGANISATION)
    assert await reseal(harbor.store, TURNED, ORGANISATION) == Resealed()


async def test_another_organisation_is_not_touched(harbor: Harbor) -> None:
    await harbor.connect("Theirs", organisation=OTHER_ORGANISATION)
    await reseal(harbor.store, TURNED, ORGANISATION)
    assert set(await keys_in_use(harbor.store, OTHER_ORGANISATION)) == {"1"}


async def test_what_no_key_opens_is_counted_and_left_as_it_is(harbor: Harbor, store: Store) -> None:
    async with store.writing(ORGANISATION) as session:
        row = await session.get_one(Connection, harbor.connection.id)
        row.credentials = VAULT.seal({"key": "lumen-0"}, owner="somebody else")
        before = row.credentials
    counts = await reseal(store, TURNED, ORGANISATION)
    assert counts.broken == 1
    async with store.reading(ORGANISATION) as session:
        assert (await session.get_one(Connection, harbor.connection.id)).credentials == before
        assert (await session.scalars(select(AuditCheckpoint))).all() == []


async def test_fifty_runs_in_flight_lose_nothing_to_a_rotation(harbor: Harbor) -> None:
    """Each run reads before and after; the former key is gone by then."""
    await harbor.grant(ALL)
    ring = [Keyring({"1": OLD}, "1")]
    running = Vault({"1": OLD}, "1", lambda: ring[0])
    harbor.store.vault = running
    gate = gate_with(harbor, running)
    started, rotated = asyncio.Barrier(51), asyncio.Event()

    async def work(number: int) -> list[bool]:
        caller = harbor.caller(f"run{number}")

        async def look(name: str) -> bool:
            call = ToolCall(f"{number}-{name}", "lamp_list_lamps", {})
            returned = await gate.handle(caller, harbor.ana.id, call)
            assert isinstance(returned, ToolReturn)
            return not returned.failed

        before = await look("before")
        await started.wait()
        meanwhile = await look("meanwhile")
        await rotated.wait()
        return [before, meanwhile, await look("after")]

    async def rotate() -> None:
        await started.wait()
        ring[0] = Keyring({"2": NEW, "1": OLD}, "2")
        while set(await keys_in_use(harbor.store, ORGANISATION)) != {"2"}:
            await reseal(harbor.store, TURNED, ORGANISATION)
        ring[0] = Keyring({"2": NEW}, "2")
        rotated.set()

    *looked, _ = await asyncio.gather(*(work(number) for number in range(50)), rotate())
    assert looked == [[True] * 3] * 50
    async with harbor.store.reading(ORGANISATION) as session:
        assert (await verify(session, ONLY_NEW)).problem == ""
