"""Behind the guard, the databases refuse writes themselves; what takes long is ended there."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pymysql  # type: ignore[import-untyped]
import pytest

from bot.connectors.errors import (
    ConnectorError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooBig,
    Unavailable,
)
from bot.connectors.generic_sql import connector as module
from bot.connectors.generic_sql import mysql, postgres, problems
from tests.connectors.generic_sql.conftest import Opener
from tests.connectors.helpers import run
from tests.connectors.sql.conftest import Shop
from tests.servers import free_port

WRITES_OF_POSTGRES = [
    "insert into shop.orders values (9, 1, 'x', 1, now(), null)",
    "update shop.orders set total = 0",
    "delete from shop.orders",
    "truncate shop.orders",
    "drop table shop.orders",
    "create table shop.x as select 1",
    "with x as (delete from shop.orders returning *) select * from x",
    "select * into shop.x from shop.orders",
    "select nextval('shop.numbers')",
    "select set_config('transaction_read_only', 'off', false)",
    "set transaction read write",
    "select 1; delete from shop.orders",
    "select 1; commit; delete from shop.orders",
    "commit",
    "select * from shop.orders for update",
]
WRITES_OF_MARIADB = [
    "insert into orders values (9, 1, 'x', 1, now(), null)",
    "update orders set total = 0",
    "delete from orders",
    "truncate orders",
    "drop table orders",
    "create table x as select 1",
    "replace into orders values (1, 1, 'x', 1, now(), null)",
    "select 1; delete from orders",
    "select 1; commit; delete from orders",
]


@pytest.fixture
def without_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    async def pass_on(sql: str, dialect: object) -> str:
        return sql

    monkeypatch.setattr(module, "only_reading", pass_on)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The servers stop a query after one second."""
    monkeypatch.setattr(problems, "SECONDS", 1)
    monkeypatch.setattr(postgres, "BEGIN", postgres.BEGIN.replace("15s", "1s"))


@pytest.mark.usefixtures("without_guard")
class TestWithoutTheGuard:
    """With an account that may do everything, so that only the transaction stands in the way."""

    @pytest.mark.parametrize("sql", WRITES_OF_POSTGRES)
    async def test_postgres_still_refuses(
        self, opened: Opener, postgres_shop: Shop, sql: str
    ) -> None:
        with psycopg.connect(postgres_shop.owner, autocommit=True) as connection:
            connection.execute("create sequence if not exists shop.numbers")
            before = _contents(connection)
            with pytest.raises(ConnectorError):
                await run(opened(postgres_shop.owner), "run_query", sql=sql)
            assert _contents(connection) == before

    @pytest.mark.parametrize("sql", WRITES_OF_MARIADB)
    async def test_mariadb_still_refuses(
        self, opened: Opener, mariadb_shop: Shop, sql: str
    ) -> None:
        before = _on_mariadb(mariadb_shop, "checksum table shop_test.orders")
        with pytest.raises(ConnectorError):
            await run(opened(mariadb_shop.owner), "run_query", sql=sql)
        assert _on_mariadb(mariadb_shop, "checksum table shop_test.orders") == before
        assert len(_on_mariadb(mariadb_shop, "show tables from shop_test")) == 3

    async def test_a_write_is_refused_as_one_by_mariadb(
        self, opened: Opener, mariadb_shop: Shop
    ) -> None:
        with pytest.raises(NotAllowed, match="the transaction is read-only"):
            await run(opened(mariadb_shop.owner), "run_query", sql="delete from orders")

    async def test_a_write_is_refused_as_one_by_postgres(
        self, opened: Opener, postgres_shop: Shop
    ) -> None:
        sql = "select nextval('shop.numbers')"
        with psycopg.connect(postgres_shop.owner, autocommit=True) as connection:
            connection.execute("create sequence if not exists shop.numbers")
        with pytest.raises(NotAllowed, match="the transaction is read-only"):
            await run(opened(postgres_shop.owner), "run_query", sql=sql)

    async def test_what_old_versions_of_postgres_let_through_is_rolled_back(
        self, opened: Opener, postgres_shop: Shop
    ) -> None:
        """Before version 16, large objects could be written in a read-only transaction."""
        with contextlib.suppress(NotAllowed):
            sql = "select lo_from_bytea(0, 'x')"
            await run(opened(postgres_shop.owner), "run_query", sql=sql)
        with psycopg.connect(postgres_shop.owner) as connection:
            found = connection.execute("select count(*) from pg_largeobject_metadata").fetchall()
        assert found == [(0,)]

    @pytest.mark.usefixtures("impatient")
    async def test_postgres_stops_what_takes_long(
        self, opened: Opener, postgres_shop: Shop
    ) -> None:
        began = time.monotonic()
        with pytest.raises(TooBig, match="was cancelled"):
            await run(opened(postgres_shop.reader), "run_query", sql="select pg_sleep(30)")
        assert time.monotonic() - began < 10
        assert not _running_on_postgres(postgres_shop, "active")

    @pytest.mark.usefixtures("impatient")
    async def test_mariadb_stops_what_takes_long(self, opened: Opener, mariadb_shop: Shop) -> None:
        began = time.monotonic()
        sql = "select sum(a.seq * b.seq) from seq_1_to_100000 a, seq_1_to_1000000 b"
        with pytest.raises(TooBig, match="was cancelled"):
            await run(opened(mariadb_shop.reader), "run_query", sql=sql)
        assert time.monotonic() - began < 10
        assert not _running_on_mariadb(mariadb_shop, "seq_1_to")

    async def test_a_cancelled_call_ends_the_query_on_postgres(
        self, opened: Opener, postgres_shop: Shop
    ) -> None:
        task = asyncio.create_task(
            run(opened(postgres_shop.reader), "run_query", sql="select pg_sleep(30)")
        )
        await _until(lambda: _running_on_postgres(postgres_shop, "active"))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _until(lambda: not _running_on_postgres(postgres_shop, "active"))

    async def test_a_cancelled_call_ends_the_query_on_mariadb(
        self, opened: Opener, mariadb_shop: Shop
    ) -> None:
        sql = "select sum(a.seq * b.seq) from seq_1_to_100000 a, seq_1_to_1000000 b"
        task = asyncio.create_task(run(opened(mariadb_shop.reader), "run_query", sql=sql))
        await _until(lambda: _running_on_mariadb(mariadb_shop, "seq_1_to"))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _until(lambda: not _running_on_mariadb(mariadb_shop, "seq_1_to"))

    async def test_our_own_patience_ends_the_query_on_mariadb_too(
        self, opened: Opener, mariadb_shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mysql, "PATIENCE", 0.5)
        sql = "select sum(a.seq * b.seq) from seq_1_to_100000 a, seq_1_to_1000000 b"
        with pytest.raises(TooBig, match="was cancelled"):
            await run(opened(mariadb_shop.reader), "run_query", sql=sql)
        await _until(lambda: not _running_on_mariadb(mariadb_shop, "seq_1_to"))


async def test_each_call_gives_back_its_connection(
    opened: Opener, postgres_shop: Shop, mariadb_shop: Shop
) -> None:
    for url in (postgres_shop.reader, mariadb_shop.reader):
        await run(opened(url), "run_query", sql="select 1")
        with pytest.raises(Invalid):
            await run(opened(url), "run_query", sql="select nope")
    await _until(lambda: not _running_on_postgres(postgres_shop, "%"))
    await _until(lambda: len(_on_mariadb(mariadb_shop, "show processlist")) == 1)


async def test_texts_mean_the_same_whatever_the_server_s_mode(
    opened: Opener, mariadb_shop: Shop
) -> None:
    """With NO_BACKSLASH_ESCAPES, the server would read another query than the guard did."""
    previous = _on_mariadb(mariadb_shop, "select @@global.sql_mode")[0][0]
    _on_mariadb(mariadb_shop, "set global sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'")
    try:
        result = await run(
            opened(mariadb_shop.reader), "run_query", sql="""select 'a\\' , "b' as text"""
        )
    finally:
        _on_mariadb(mariadb_shop, f"set global sql_mode = '{previous}'")
    assert result.rows[0] == {"text": "a' , \"b"}


class TestTheConnectionTest:
    async def test_says_what_answered(self, on_postgres: Any, on_mariadb: Any) -> None:
        assert (await on_postgres.check()).account.startswith("PostgreSQL 1")
        assert (await on_mariadb.check()).account.startswith("MariaDB 1")

    async def test_warns_of_a_superuser(self, opened: Opener, postgres_shop: Shop) -> None:
        health = await opened(postgres_shop.owner).check()
        assert health.account.endswith("as postgres, a superuser: better use one with SELECT only")

    @pytest.mark.parametrize("scheme", ["postgres", "mysql"])
    async def test_tells_a_wrong_host(self, opened: Opener, scheme: str) -> None:
        with pytest.raises(Unavailable, match=r"could not be reached at 127\.0\.0\.1"):
            await opened(f"{scheme}://a:secret@127.0.0.1:{free_port()}/d").check()

    @pytest.mark.parametrize("scheme", ["postgres", "mysql"])
    async def test_tells_a_host_that_never_answers(
        self, opened: Opener, scheme: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres, "CONNECT_TIMEOUT", 2)
        monkeypatch.setattr(mysql, "CONNECT_TIMEOUT", 1)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            with pytest.raises(Unavailable, match="could not be reached"):
                await opened(f"{scheme}://a:secret@127.0.0.1:{port}/d").check()

    async def test_tells_wrong_credentials(
        self, opened: Opener, postgres_shop: Shop, mariadb_shop: Shop
    ) -> None:
        there = postgres_shop.server
        for url in (
            there.url("postgres", postgres_shop.database, "nobody", "wrong"),
            mariadb_shop.server.url("mysql", "shop_test", "reader", "wrong"),
        ):
            with pytest.raises(NotSignedIn, match="does not accept this connection's user"):
                await opened(url).check()

    async def test_tells_a_wrong_database(
        self, opened: Opener, postgres_shop: Shop, mariadb_shop: Shop
    ) -> None:
        for url in (
            postgres_shop.server.url("postgres", "no_such"),
            mariadb_shop.server.url("mysql", "no_such"),
        ):
            with pytest.raises(NotFound, match="no database of that name"):
                await opened(url).check()

    async def test_tells_missing_rights(self, opened: Opener, postgres_shop: Shop) -> None:
        role = f"{postgres_shop.database}_powerless"
        with psycopg.connect(postgres_shop.owner, autocommit=True) as connection:
            connection.execute(f"create role {role} login password 'x'".encode())
            try:
                url = postgres_shop.server.url("postgres", postgres_shop.database, role, "x")
                with pytest.raises(NotAllowed, match="may not read any table"):
                    await opened(url).check()
            finally:
                connection.execute(f"drop role {role}".encode())

    async def test_a_table_without_rights_is_told(
        self, opened: Opener, postgres_shop: Shop
    ) -> None:
        with psycopg.connect(postgres_shop.owner, autocommit=True) as connection:
            connection.execute("create table shop.salaries (id int)")
            try:
                with pytest.raises(NotAllowed, match=r"permission denied.*GRANT SELECT"):
                    await run(
                        opened(postgres_shop.reader),
                        "run_query",
                        sql="select * from shop.salaries",
                    )
            finally:
                connection.execute("drop table shop.salaries")


class TestTls:
    async def test_is_never_left_out_silently(self, opened: Opener, postgres_shop: Shop) -> None:
        with psycopg.connect(postgres_shop.owner) as connection:
            [[ssl]] = connection.execute("show ssl").fetchall()
        if ssl == "on":
            pytest.skip("NOT CHECKED that require fails: this PostgreSQL offers TLS")
        with pytest.raises(Unavailable, match="does not offer TLS"):
            await opened(f"{postgres_shop.reader}?sslmode=require").check()

    @pytest.mark.parametrize("query", ["", "?ssl-mode=REQUIRED", "?sslmode=require", "?ssl=1"])
    async def test_is_used_with_mariadb(
        self, opened: Opener, mariadb_shop: Shop, query: str
    ) -> None:
        _on_mariadb(mariadb_shop, "alter user reader@'%' require ssl")
        try:
            await opened(mariadb_shop.reader + query).check()
        finally:
            _on_mariadb(mariadb_shop, "alter user reader@'%' require none")

    async def test_with_mariadb_can_be_switched_off(
        self, opened: Opener, mariadb_shop: Shop
    ) -> None:
        _on_mariadb(mariadb_shop, "alter user reader@'%' require ssl")
        try:
            with pytest.raises(NotSignedIn):
                await opened(f"{mariadb_shop.reader}?ssl-mode=DISABLED").check()
        finally:
            _on_mariadb(mariadb_shop, "alter user reader@'%' require none")

    async def test_trusts_only_the_named_authority(
        self, opened: Opener, mariadb_shop: Shop
    ) -> None:
        authority = f"ssl-ca={mariadb_shop.server.folder}/server.pem"
        await opened(f"{mariadb_shop.reader}?ssl-mode=VERIFY_CA&{authority}").check()
        await opened(f"{mariadb_shop.reader}?ssl-mode=VERIFY_IDENTITY&{authority}").check()
        with pytest.raises(Unavailable, match="certificate is not one that"):
            await opened(f"{mariadb_shop.reader}?ssl-mode=VERIFY_CA").check()

    async def test_is_missed_before_the_password_is_sent(self, opened: Opener) -> None:
        """A server without TLS, that writes down what it is sent after its greeting."""
        heard = b""

        async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal heard
            writer.write(_greeting_without_tls())
            heard = await reader.read(1000)
            writer.close()

        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(Unavailable, match="does not offer TLS"):
                await opened(f"mysql://a:secret@127.0.0.1:{port}/d?ssl-mode=REQUIRED").check()
        assert heard == b""


async def test_nothing_of_the_bot_s_own_environment_signs_in(
    opened: Opener, postgres_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c search_path=shop")
    monkeypatch.setenv("PGSSLMODE", "require")
    monkeypatch.setenv("PGPASSWORD", "the bot's own")
    result = await run(
        opened(postgres_shop.reader), "run_query", sql="select current_schemas(false) as path"
    )
    assert result.rows[0] == {"path": ["public"]}


def _contents(connection: psycopg.Connection[Any]) -> list[Any]:
    return [
        connection.execute("select * from shop.orders order by id").fetchall(),
        connection.execute("select last_value, is_called from shop.numbers").fetchall(),
        connection.execute("select count(*) from pg_tables where schemaname = 'shop'").fetchall(),
        connection.execute("select count(*) from pg_largeobject_metadata").fetchall(),
    ]


def _on_mariadb(shop: Shop, sql: str) -> Any:
    server = shop.server
    connection = pymysql.connect(host=server.host, port=server.port, user="root", autocommit=True)
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _running_on_postgres(shop: Shop, state: str) -> list[Any]:
    """What the reader's connections are doing."""
    with psycopg.connect(shop.owner, autocommit=True) as connection:
        return connection.execute(
            "select query from pg_stat_activity where usename = %s and state like %s",
            (f"{shop.database}_reader", state),
        ).fetchall()


def _running_on_mariadb(shop: Shop, part: str) -> list[Any]:
    return [
        one
        for one in _on_mariadb(shop, "show full processlist")
        if part in (one[7] or "") and one[1] == "reader"
    ]


async def _until(true: Callable[[], Any], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(true):
            await asyncio.sleep(0.02)


def _greeting_without_tls() -> bytes:
    """The first packet of MySQL's protocol, with a server that has no capability CLIENT_SSL."""
    payload = (
        b"\x0a8.0.0\x00" + b"\x01\x00\x00\x00" + b"12345678\x00" + b"\xff\xf7" + b"\x21"
        b"\x02\x00" + b"\xff\x81" + b"\x15" + b"\x00" * 10 + b"123456789012\x00"
        b"mysql_native_password\x00"
    )
    return len(payload).to_bytes(3, "little") + b"\x00" + payload
