"""A small shop on real PostgreSQL and MariaDB servers, and accounts that may only read it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pymysql  # type: ignore[import-untyped]
import pytest

from tests.clickhouse import Engine, engine
from tests.servers import Server, mariadb, postgres

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Shop:
    """A server with the shop's tables. `owner` may do everything, `reader` may only SELECT."""

    server: Server
    database: str
    owner: str
    reader: str


def script(name: str) -> str:
    return (FOLDER / f"shop_{name}.sql").read_text()


def statements(name: str) -> list[str]:
    return [one for one in script(name).split(";\n") if one.strip()]


@pytest.fixture(scope="session")
def postgres_shop() -> Iterator[Shop]:
    database = f"qd_{uuid4().hex[:12]}"
    role = f"{database}_reader"
    with postgres() as server, _admin(server) as admin:
        admin.execute(f"create database {database}".encode())
        admin.execute(f"create role {role} login password 'reading'".encode())
        owner = server.url("postgresql", database)
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(script("postgres").encode())
            connection.execute(f"grant usage on schema shop to {role}".encode())
            connection.execute(f"grant select on all tables in schema shop to {role}".encode())
        try:
            yield Shop(server, database, owner, server.url("postgresql", database, role, "reading"))
        finally:
            admin.execute(f"drop database {database} with (force)".encode())
            admin.execute(f"drop role {role}".encode())


def _admin(server: Server) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(server.url("postgresql", "postgres"), autocommit=True)


@pytest.fixture(scope="session")
def mariadb_shop() -> Iterator[Shop]:
    with mariadb() as server:
        connection = pymysql.connect(host=server.host, port=server.port, user="root")
        with connection, connection.cursor() as cursor:
            cursor.execute("create database shop_test")
            cursor.execute("create user reader@'%' identified by 'reading'")
            cursor.execute("grant select on shop_test.* to reader@'%'")
            cursor.execute("use shop_test")
            for statement in statements("mysql"):
                cursor.execute(statement)
            connection.commit()
        owner = server.url("mysql", "shop_test")
        yield Shop(
            server, "shop_test", owner, server.url("mysql", "shop_test", "reader", "reading")
        )


@pytest.fixture
def sqlite_shop() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(script("sqlite"))
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def clickhouse_engine() -> Iterator[Engine]:
    with engine() as running:
        yield running
