"""Units of work, and the one place where an organisation is kept apart from the others.

A unit of work is opened for one organisation. From then on the store itself adds that organisation
to every SELECT, UPDATE and DELETE of a scoped table and to every new row; a unit of work without
one cannot touch such a table at all. Nobody else writes `WHERE organisation_id = …`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Table, TextClause, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors

from bot.store import chain, sqlite
from bot.store.tables import Base, Scoped
from bot.store.traffic import Traffic
from bot.store.turns import Turns
from bot.store.vault import Vault

Clock = Callable[[], datetime]
Ids = Callable[[], str]
Unit = AbstractAsyncContextManager[AsyncSession]

IDLE_IN_UNIT = "30s"
"""How long PostgreSQL waits for the next word within a unit of work. That of a process that froze,
or is cut off, is then over, and what it had locked is free for others."""

CONNECT_TIMEOUT = 10
"""Seconds within which PostgreSQL has to let us in."""

_SCOPE = "organisation_id"
_READ_ONLY = "read_only"


class OutOfScope(Exception):
    """A query or row reached for another organisation than its unit of work. Always a bug."""


class Store:
    """The database. `clock` and `ids` are where time and new identities come from.

    `vault` seals the audit log; without one nothing can be put on record.
    """

    def __init__(self, url: str, *, clock: Clock, ids: Ids, vault: Vault | None = None) -> None:
        self.clock = clock
        self.ids = ids
        self.vault = vault
        self.engine = _engine(url)
        self.traffic = Traffic()
        self._turns = Turns() if _is_sqlite(url) else None
        self._writing = self.engine.execution_options(quarterdeck_writing=True)
        self._reading = self.engine if _is_sqlite(url) else _of_one_moment(self.engine)

    async def close(self) -> None:
        await self.engine.dispose()

    def reading(self, organisation_id: str) -> Unit:
        """A unit of work of an organisation that only reads. Never blocks a writer, and all that it
        reads is of one moment."""
        return self._unit(self._reading, {_SCOPE: organisation_id, _READ_ONLY: True})

    def writing(self, organisation_id: str) -> Unit:
        """A unit of work of an organisation. Commits at its end, or leaves nothing behind.

        On SQLite it holds the write lock from its start: never wait for the outside in it, and
        never open a second one inside.
        """
        return self._in_turn({_SCOPE: organisation_id})

    def installation(self) -> Unit:
        """A unit of work of the installation: only the tables outside of organisations."""
        return self._in_turn({})

    def looking(self) -> Unit:
        """The same for reading only: it waits for no writer."""
        return self._unit(self._reading, {_READ_ONLY: True})

    @asynccontextmanager
    async def _in_turn(self, info: dict[str, Any]) -> AsyncIterator[AsyncSession]:
        turn = self._turns.turn() if self._turns else nullcontext()
        await self.traffic.give_way()  # not with the turn taken, which others wait for
        async with turn, self._session(self._writing, info) as session:
            yield session

    @asynccontextmanager
    async def _unit(self, engine: AsyncEngine, info: dict[str, Any]) -> AsyncIterator[AsyncSession]:
        await self.traffic.give_way()
        async with self._session(engine, info) as session:
            yield session

    @asynccontextmanager
    async def _session(
        self, engine: AsyncEngine, info: dict[str, Any]
    ) -> AsyncIterator[AsyncSession]:
        session = AsyncSession(engine, expire_on_commit=False, sync_session_class=ScopedSession)
        session.sync_session.info.update(info, ids=self.ids, vault=self.vault)
        async with session, session.begin():
            yield session


class ScopedSession(Session):
    """A session that knows its organisation."""


@event.listens_for(ScopedSession, "do_orm_execute")
def _add_scope(state: ORMExecuteState) -> None:
    scope = state.session.info.get(_SCOPE)
    if state.session.info.get(_READ_ONLY) and not state.is_select:
        raise OutOfScope("this unit of work only reads")
    if scope is None or not (state.is_orm_statement and state.is_select):
        _check(state, scope)
    if scope is None or not state.is_orm_statement:
        return
    state.statement = state.statement.options(_kept_to(scope))


@lru_cache(maxsize=1024)
def _kept_to(scope: str) -> LoaderCriteriaOption:
    """What keeps a statement to an organisation. Made once for each: it is a twentieth of what a
    statement costs."""
    return with_loader_criteria(
        Scoped,
        lambda cls: cls.organisation_id == scope,
        include_aliases=True,
        track_closure_variables=True,
    )


def _check(state: ORMExecuteState, scope: str | None) -> None:
    """Refuses what the criteria cannot keep apart: SQL as text, bare tables, forged rows."""
    if isinstance(state.statement, TextClause):
        raise OutOfScope("SQL as text cannot be kept to an organisation")
    touched = _scoped_in(state.statement)
    if not touched:
        return
    if scope is None:
        raise OutOfScope(f"{touched[0]} needs an organisation's unit of work")
    if not state.is_orm_statement:
        raise OutOfScope(f"{touched[0]} is used without its model")
    if state.parameters:
        raise OutOfScope("statements for many rows go around the scope; add or change the rows")
    if state.is_insert and _values(state).get(_SCOPE) != scope:
        raise OutOfScope("a new row belongs to another organisation, or to none")
    if state.is_update and _SCOPE in _values(state):
        raise OutOfScope("a row stays with its organisation")


def _scoped_in(statement: Any) -> list[str]:
    """The tables of organisations that a statement reads or writes, however deep inside."""
    tables = {one.name for one in visitors.iterate(statement) if isinstance(one, Table)}
    return sorted(tables & _scoped_tables())


@cache
def _scoped_tables() -> frozenset[str]:
    """The names of all tables of organisations. They are declared when this is imported."""
    return frozenset(
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, Scoped) and isinstance(mapper.local_table, Table)
    )


def _values(state: ORMExecuteState) -> Mapping[str, Any]:
    """What a statement sets, by column."""
    statement: Any = state.statement
    values: Mapping[str, Any] = statement.compile(dialect=state.session.get_bind().dialect).params
    return values


@event.listens_for(ScopedSession, "before_flush")
def _stamp(session: Session, _context: Any, _instances: Any) -> None:
    if session.info.get(_READ_ONLY) and (session.new or session.dirty or session.deleted):
        raise OutOfScope("this unit of work only reads")
    scope = session.info.get(_SCOPE)
    for row in session.new:
        if hasattr(row, "id") and row.id is None and not _counted(row):
            row.id = session.info["ids"]()
    for row in [*session.new, *session.dirty, *session.deleted]:
        if not isinstance(row, Scoped):
            continue
        if scope is None:
            raise OutOfScope(f"{type(row).__name__} needs an organisation's unit of work")
        belongs: str | None = row.organisation_id  # a new row has none yet
        if belongs is None:
            row.organisation_id = scope
        elif belongs != scope:
            raise OutOfScope(f"{type(row).__name__} belongs to another organisation")


chain.watch(ScopedSession)  # after the listeners above: it sees rows that have their organisation


def _counted(row: Any) -> bool:
    """Whether the database itself numbers this table's rows."""
    return bool(type(row).__table__.c.id.type.python_type is int)


def _engine(url: str) -> AsyncEngine:
    if not _is_sqlite(url):
        options = {"connect_timeout": CONNECT_TIMEOUT}
        engine = create_async_engine(url, pool_pre_ping=True, connect_args=options)
        event.listen(engine.sync_engine, "connect", _prepare_postgresql)
        return engine
    engine = create_async_engine(url, connect_args={"async_creator_fn": sqlite.connect})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _of_one_moment(engine: AsyncEngine) -> AsyncEngine:
    """What SQLite does by itself; PostgreSQL's default is each statement for itself."""
    return engine.execution_options(isolation_level="REPEATABLE READ")


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_IN_UNIT}'")
    cursor.close()
    connection.commit()


def _begin_sqlite(connection: Any) -> None:
    # Taking the write lock at the start, instead of at the first write, is what keeps two writers
    # from reading the same state and then refusing each other.
    writing = connection.get_execution_options().get("quarterdeck_writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


__all__ = ["Base", "Clock", "Ids", "OutOfScope", "Store"]
