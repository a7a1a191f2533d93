"""An organisation never sees, changes or makes another's rows, whatever the query looks like."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, exists, func, insert, literal, select, union_all, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.store.database import OutOfScope, Store
from bot.store.tables import (
    Agent,
    Base,
    Conversation,
    Job,
    Member,
    Organisation,
    Role,
    Scoped,
    Workspace,
)
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION, add_member

OURS, THEIRS = ORGANISATION, OTHER_ORGANISATION


@pytest.fixture(autouse=True)
async def people(store: Store) -> None:
    """Two people here, one there, and an agent and a talk on each side."""
    await add_member(store, "ana", "Ana", "UTC")
    await add_member(store, "bo", "Bo", "UTC")
    await add_member(store, "zed", "Zed", "UTC", THEIRS)
    for organisation in (OURS, THEIRS):
        async with store.writing(organisation) as session:
            agent = Agent(
                id=f"{organisation}-bot",
                name="Tony",
                handle="tony",
                type="custom",
                icon=":x:",
                created_at=store.clock(),
            )
            session.add(agent)
            await session.flush()
            session.add(
                Conversation(
                    id=f"{organisation}-talk",
                    team_id=organisation,
                    channel_id="C1",
                    thread_ts="1.0",
                    agent_id=agent.id,
                    created_at=store.clock(),
                )
            )


async def names(session: AsyncSession, statement: Any) -> set[str]:
    return set(await session.scalars(statement))


async def everybody(store: Store) -> dict[str, str]:
    """Every member's name and organisation, read around the store's own ways."""
    async with store.engine.connect() as connection:
        rows = await connection.exec_driver_sql("SELECT name, organisation_id FROM members")
        return {row["name"]: row["organisation_id"] for row in rows.mappings()}


async def test_a_select_sees_only_its_own(store: Store) -> None:
    """Back and forth, because a cached statement must not keep the organisation of its first."""
    for _ in range(3):
        async with store.reading(OURS) as session:
            assert await names(session, select(Member.name)) == {"Ana", "Bo"}
        async with store.writing(THEIRS) as session:
            assert await names(session, select(Member.name)) == {"Zed"}


_other = aliased(Member)
_inner = select(Member.id).where(Member.name == "Zed").subquery()

SELECTS: dict[str, Any] = {
    "of whole rows": select(Member).where(Member.name == "Zed"),
    "by alias": select(_other.name).where(_other.name == "Zed"),
    "of a count": select(literal(1)).where(select(func.count(Member.id)).scalar_subquery() > 2),
    "of one column": select(Member.user_id).where(Member.user_id == "UZED"),
    "through EXISTS": select(Agent.name).where(exists().where(Member.name == "Zed")),
    "through IN": select(Agent.name).where(
        select(Member.name).where(Member.name == "Zed").scalar_subquery() == "Zed"
    ),
    "through a subquery": select(_inner.c.id),
    "through a CTE": select(select(Member.id).where(Member.name == "Zed").cte().c.id),
    "through a join on it": select(Agent.name).join(Member, Member.name == "Zed"),
    "through an outer join": select(Member.name)
    .select_from(Agent)
    .outerjoin(Member, Member.name == "Zed")
    .where(Member.name.is_not(None)),
    "from a table outside": select(Organisation.name).join(
        Member, (Member.organisation_id == Organisation.id) & (Member.name == "Zed")
    ),
    "through EXISTS from a table outside": select(Organisation.name).where(
        exists().where(Member.name == "Zed")
    ),
    "of a union": union_all(
        select(Member.name).where(Member.name == "Zed"),
        select(Member.user_id).where(Member.name == "Zed"),
    ),
}


@pytest.mark.parametrize("shape", SELECTS)
async def test_no_shape_of_a_select_reaches_another_organisation(store: Store, shape: str) -> None:
    async with store.reading(THEIRS) as session:
        if shape != "of a count":
            assert (await session.execute(SELECTS[shape])).all(), "it finds what is there"
    async with store.reading(OURS) as session:
        assert (await session.execute(SELECTS[shape])).all() == []


@pytest.mark.parametrize("shape", SELECTS)
async def test_without_an_organisation_no_shape_of_a_select_is_answered(
    store: Store, shape: str
) -> None:
    async with store.installation() as session:
        with pytest.raises(OutOfScope):
            await session.execute(SELECTS[shape])


async def test_a_row_of_another_is_not_found_by_its_id(store: Store) -> None:
    async with store.writing(OURS) as session:
        assert await session.get(Member, "ana") is not None
        assert await session.get(Member, "zed") is None
        with pytest.raises(NoResultFound):
            await session.get_one(Member, "zed")


async def test_an_update_or_delete_leaves_the_others_alone(store: Store) -> None:
    async with store.writing(OURS) as session:
        await session.execute(update(Member).values(name=Member.name + "!"))
        await session.execute(delete(Member).where(Member.user_id.in_(["UBO", "UZED"])))
    assert await everybody(store) == {"Ana!": OURS, "Zed": THEIRS}


async def test_a_new_row_gets_the_organisation_and_an_id(store: Store) -> None:
    async with store.writing(THEIRS) as session:
        member = Member(user_id="UNEW", name="New", role=Role.VIEWER, joined_at=store.clock())
        session.add(member)
    assert len(member.id) == 32
    assert (await everybody(store))["New"] == THEIRS


async def test_a_new_row_for_another_organisation_is_refused(store: Store) -> None:
    with pytest.raises(OutOfScope, match="Member belongs to another organisation"):
        async with store.writing(OURS) as session:
            session.add(
                Member(organisation_id=THEIRS, user_id="UX", name="X", joined_at=store.clock())
            )
    assert "X" not in await everybody(store)


async def test_a_row_carried_over_from_another_is_refused(store: Store) -> None:
    async with store.reading(THEIRS) as session:
        zed = await session.get_one(Member, "zed")
    zed.name = "Ours now"
    with pytest.raises(OutOfScope):
        async with store.writing(OURS) as session:
            session.add(zed)
    with pytest.raises(OutOfScope):
        async with store.writing(OURS) as session:
            await session.delete(zed)
    assert (await everybody(store))["Zed"] == THEIRS


async def test_a_row_cannot_be_moved_to_another_organisation(store: Store) -> None:
    with pytest.raises(OutOfScope):
        async with store.writing(OURS) as session:
            (await session.get_one(Member, "ana")).organisation_id = THEIRS
    with pytest.raises(OutOfScope):
        async with store.writing(OURS) as session:
            await session.execute(update(Member).values(organisation_id=THEIRS))
    assert (await everybody(store))["Ana"] == OURS


async def test_an_insert_statement_cannot_forget_or_forge_the_organisation(store: Store) -> None:
    row = {"id": "x", "user_id": "UX", "name": "X", "joined_at": store.clock()}
    for organisation in (THEIRS, None):
        values = row if organisation is None else {**row, "organisation_id": organisation}
        with pytest.raises(OutOfScope):
            async with store.writing(OURS) as session:
                await session.execute(insert(Member).values(**values))
        with pytest.raises(OutOfScope):
            async with store.writing(OURS) as session:
                await session.execute(insert(Member), [values])
    assert "X" not in await everybody(store)


async def test_a_statement_on_the_bare_table_is_refused(store: Store) -> None:
    """It would go around the models, and so around the organisation."""
    table = Base.metadata.tables["members"]
    for statement in (
        select(table.c.name),
        update(table).values(name="X"),
        delete(table),
        select(literal(1)).where(exists().where(table.c.name == "Zed")),
    ):
        with pytest.raises(OutOfScope):
            async with store.writing(OURS) as session:
                await session.execute(statement)
    assert set(await everybody(store)) == {"Ana", "Bo", "Zed"}


async def test_without_an_organisation_nothing_of_one_is_touched(store: Store) -> None:
    for statement in (
        update(Member).values(name="X"),
        delete(Member),
        insert(Member).values(id="x", organisation_id=OURS, user_id="UX", name="X"),
    ):
        with pytest.raises(OutOfScope):
            async with store.installation() as session:
                await session.execute(statement)
    with pytest.raises(OutOfScope, match="Member needs an organisation's unit of work"):
        async with store.installation() as session:
            session.add(Member(user_id="UX", name="X", joined_at=store.clock()))
    assert set(await everybody(store)) == {"Ana", "Bo", "Zed"}


async def test_a_unit_that_only_reads_refuses_every_write(store: Store) -> None:
    async def add(session: AsyncSession) -> None:
        session.add(Member(user_id="UX", name="X", joined_at=store.clock()))

    async def change(session: AsyncSession) -> None:
        (await session.get_one(Member, "ana")).name = "X"

    async def remove(session: AsyncSession) -> None:
        await session.delete(await session.get_one(Member, "ana"))

    async def update_all(session: AsyncSession) -> None:
        await session.execute(update(Member).values(name="X"))

    async def delete_all(session: AsyncSession) -> None:
        await session.execute(delete(Member))

    async def insert_outside(session: AsyncSession) -> None:
        await session.execute(insert(Organisation).values(id="x", name="X", created_at=None))

    for write in (add, change, remove, update_all, delete_all, insert_outside):
        with pytest.raises(OutOfScope, match="only reads"):
            async with store.reading(OURS) as session:
                await write(session)
    assert set(await everybody(store)) == {"Ana", "Bo", "Zed"}


async def test_a_unit_that_fails_leaves_nothing_behind(store: Store) -> None:
    async def fail() -> None:
        async with store.writing(OURS) as session:
            (await session.get_one(Member, "ana")).name = "X"
            await session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert set(await everybody(store)) == {"Ana", "Bo", "Zed"}


async def test_what_stands_outside_is_open_to_all(store: Store) -> None:
    async with store.installation() as session:
        session.add(
            Workspace(
                team_id="T1",
                organisation_id=OURS,
                name="W",
                bot_user_id="U1",
                created_at=store.clock(),
            )
        )
    async with store.reading(THEIRS) as session:
        assert await session.get(Workspace, "T1") is not None


OUTSIDE = {
    "organisations",
    "workspaces",
    "channels",
    "direct_choices",
    "seen_events",
    "installation_events",
    "jobs",
}
"""Every table that is not of one organisation. Whoever adds one here says why in `tables.py`."""


def test_the_tables_outside_of_organisations_are_exactly_these() -> None:
    outside = {
        mapper.local_table.name  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if not issubclass(mapper.class_, Scoped)
    }
    assert outside == OUTSIDE
    assert Job.__tablename__ in outside


def test_every_other_table_must_name_its_organisation() -> None:
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, Scoped):
            column = mapper.local_table.c["organisation_id"]
            assert not column.nullable
            assert [key.column.table.name for key in column.foreign_keys] == ["organisations"]
