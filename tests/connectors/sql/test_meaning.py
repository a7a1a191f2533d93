"""An honest query means the same after it was taken apart and rendered again.

Each is run as written and as it would be sent, on a real database of its kind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pymysql  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.connectors.sql.dialects import Dialect
from bot.connectors.sql.guard import guarded
from tests.clickhouse import Engine
from tests.connectors.sql.conftest import Shop
from tests.connectors.sql.corpus import Honest, honest

Run = Callable[[str], Sequence[Sequence[Any]]]

TEXTS = st.lists(st.text(alphabet="a'\"\\`n0%_;-/*#\n\tZ😀é", max_size=12), min_size=1, max_size=20)
FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def on_postgres(postgres_shop: Shop) -> Iterator[Run]:
    with psycopg.connect(postgres_shop.owner, autocommit=True) as connection:
        connection.execute("set search_path = shop, public")
        yield lambda sql: connection.execute(sql.encode()).fetchall()


@pytest.fixture(scope="module")
def on_mariadb(mariadb_shop: Shop) -> Iterator[Run]:
    server = mariadb_shop.server
    connection = pymysql.connect(
        host=server.host, port=server.port, user="root", database="shop_test", charset="utf8mb4"
    )

    def run(sql: str) -> Sequence[Sequence[Any]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            rows: Sequence[Sequence[Any]] = cursor.fetchall()
            return rows

    with connection:
        yield run


def _is_the_same(run: Run, sql: str, dialect: Dialect) -> None:
    sent = guarded(sql, dialect, 101)
    assert repr(run(sent)) == repr(run(sql)), sent


@pytest.mark.parametrize("one", list(honest(Dialect.POSTGRES)), ids=str)
def test_on_postgres(one: Honest, on_postgres: Run) -> None:
    _is_the_same(on_postgres, one.sql, one.dialect)


@pytest.mark.parametrize("one", list(honest(Dialect.MYSQL)), ids=str)
def test_on_mariadb(one: Honest, on_mariadb: Run) -> None:
    _is_the_same(on_mariadb, one.sql, one.dialect)


@pytest.mark.parametrize("one", list(honest(Dialect.SQLITE)), ids=str)
def test_on_sqlite(one: Honest, sqlite_shop: sqlite3.Connection) -> None:
    _is_the_same(lambda sql: sqlite_shop.execute(sql).fetchall(), one.sql, one.dialect)


@pytest.mark.parametrize("one", list(honest(Dialect.CLICKHOUSE)), ids=str)
def test_on_clickhouse(one: Honest, clickhouse_engine: Engine) -> None:
    _is_the_same(clickhouse_engine.rows, one.sql, one.dialect)


@FEW
@given(texts=TEXTS)
def test_texts_keep_their_value_on_postgres(texts: list[str], on_postgres: Run) -> None:
    row = on_postgres(guarded(_with_doubled_quotes(texts), Dialect.POSTGRES, 101))[0]
    assert list(row) == texts


@FEW
@given(texts=TEXTS)
def test_texts_keep_their_value_on_sqlite(texts: list[str]) -> None:
    with sqlite3.connect(":memory:") as connection:
        sent = guarded(_with_doubled_quotes(texts), Dialect.SQLITE, 101)
        assert list(connection.execute(sent).fetchone()) == texts


@FEW
@given(texts=TEXTS)
def test_texts_keep_their_value_on_mariadb(texts: list[str], on_mariadb: Run) -> None:
    _texts_are_the_same(on_mariadb, texts, Dialect.MYSQL)


@FEW
@given(texts=TEXTS)
def test_texts_keep_their_value_on_clickhouse(texts: list[str], clickhouse_engine: Engine) -> None:
    _texts_are_the_same(clickhouse_engine.rows, texts, Dialect.CLICKHOUSE)


def _texts_are_the_same(run: Run, texts: list[str], dialect: Dialect) -> None:
    written = ", ".join(
        "'" + text.replace("\\", "\\\\").replace("'", "\\'" if i % 2 else "''") + f"' as c{i}"
        for i, text in enumerate(texts)
    )
    assert list(run(guarded(f"select {written}", dialect, 101))[0]) == texts


def _with_doubled_quotes(texts: list[str]) -> str:
    return "select " + ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
