"""A unit of work that only reads sees one moment, whatever others save meanwhile."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.store.database import Store
from bot.store.tables import Member
from tests.fixtures_store import ORGANISATION, add_member, on_both_databases


@on_both_databases
@pytest.mark.parametrize("name", ["ana", "bo"])
async def test_what_was_saved_since_it_began_to_read_is_not_there(store: Store, name: str) -> None:
    await add_member(store, "ana", "Ana", "UTC")
    wanted = select(Member.name).where(Member.id == name)
    async with store.reading(ORGANISATION) as session:
        before = await session.scalar(wanted)
        async with store.writing(ORGANISATION) as other:
            (await other.get_one(Member, "ana")).name = "Ana Silva"
        if name == "bo":
            await add_member(store, "bo", "Bo", "UTC")
        assert await session.scalar(wanted) == before
    async with store.reading(ORGANISATION) as session:
        assert await session.scalar(wanted) == {"ana": "Ana Silva", "bo": "Bo"}[name]
