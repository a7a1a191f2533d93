"""The index over the words of the passages, which no model can describe.

SQLite's is a virtual table beside them, kept by triggers; PostgreSQL's is an index on an
expression. Both are made whenever the passages' table is, by a migration as well as by the tests.
The index itself knows no organisations: `bot.store.fulltext` only ever narrows a SELECT of the
passages' model with it, which the store keeps to one.

A migration that makes SQLite copy the passages' table has to make the triggers anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table, event

INDEX = "knowledge_search"
PASSAGES = "knowledge_passages"

_OLD = f"INSERT INTO {INDEX}({INDEX}, rowid, heading, text) VALUES ('delete', old.id, old.heading, old.text)"  # noqa: E501, S608
_NEW = f"INSERT INTO {INDEX}(rowid, heading, text) VALUES (new.id, new.heading, new.text)"  # noqa: S608

_MADE: Mapping[str, Sequence[str]] = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE {INDEX} USING fts5(heading, text, content='{PASSAGES}', "
        "content_rowid='id', tokenize='porter unicode61 remove_diacritics 2')",
        f"CREATE TRIGGER {INDEX}_added AFTER INSERT ON {PASSAGES} BEGIN {_NEW}; END",
        f"CREATE TRIGGER {INDEX}_gone AFTER DELETE ON {PASSAGES} BEGIN {_OLD}; END",
        f"CREATE TRIGGER {INDEX}_changed AFTER UPDATE ON {PASSAGES} BEGIN {_OLD}; {_NEW}; END",
    ),
    "postgresql": (
        f"CREATE INDEX {INDEX} ON {PASSAGES} "
        "USING gin (to_tsvector('english', heading || ' ' || text))",
    ),
}
_DROPPED: Mapping[str, Sequence[str]] = {"sqlite": (f"DROP TABLE IF EXISTS {INDEX}",)}


def described(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the models describe a table or index of the database; for Alembic's comparisons."""
    return not (kind in ("table", "index") and str(name).startswith(INDEX))


@event.listens_for(Table, "after_create")
def _make(target: Table, connection: Connection, **_: object) -> None:
    _run(_MADE, target, connection)


@event.listens_for(Table, "after_drop")
def _drop(target: Table, connection: Connection, **_: object) -> None:
    _run(_DROPPED, target, connection)


def _run(statements: Mapping[str, Sequence[str]], target: Table, connection: Connection) -> None:
    if target.name == PASSAGES:
        for statement in statements.get(connection.dialect.name, ()):
            connection.exec_driver_sql(statement)
