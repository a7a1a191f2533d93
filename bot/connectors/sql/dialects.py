"""The kinds of SQL that the guard knows."""

from __future__ import annotations

import enum


class Dialect(enum.StrEnum):
    """Named as sqlglot names them; MariaDB is read as MySQL, D1 as SQLite."""

    POSTGRES = "postgres"
    MYSQL = "mysql"
    CLICKHOUSE = "clickhouse"
    SQLITE = "sqlite"

    @property
    def label(self) -> str:
        return _TITLES[self]


_TITLES = {
    Dialect.POSTGRES: "PostgreSQL",
    Dialect.MYSQL: "MySQL",
    Dialect.CLICKHOUSE: "ClickHouse",
    Dialect.SQLITE: "SQLite",
}
