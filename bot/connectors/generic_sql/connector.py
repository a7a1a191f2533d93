"""Any PostgreSQL, MySQL or MariaDB database, read-only.

Signing in    A connection string: postgres://, postgresql:// or mysql://, which also says the kind
              of database. Its TLS parameters are honoured; a parameter that is not known is
              refused and never dropped.
Reading only  Each query passes the guard (`bot.connectors.sql`), and then runs in a READ ONLY
              transaction with a time limit, on a connection of its own without the right to send
              several statements. A role that was granted nothing but SELECT is the third lock; it
              is for the database's owner to make (docs/sql.md).
Rows          At most 100, fetched as at most 101.
Cancelling    Ends the query at the server too: with PostgreSQL's cancel request, with KILL QUERY.

Sources: https://www.postgresql.org/docs/current/libpq-connect.html,
https://mariadb.com/kb/en/start-transaction/
"""

from __future__ import annotations

from functools import cached_property

from pydantic import SecretStr, field_validator

from bot.connectors.base import (
    Access,
    Area,
    Auth,
    Category,
    Connector,
    Form,
    form_field,
    tool,
)
from bot.connectors.generic_sql.address import parse_address
from bot.connectors.generic_sql.mysql import MySql
from bot.connectors.generic_sql.postgres import Postgres
from bot.connectors.results import Document, Health, Rows
from bot.connectors.sql.dialects import Dialect
from bot.connectors.sql.listing import NamePart, SchemaName, Sql, TableName
from bot.connectors.sql.reading import only_reading
from bot.connectors.sql.shaping import as_rows


class GenericSqlCredentials(Form):
    connection_string: SecretStr = form_field(
        "Connection string",
        help="postgresql://user:password@host:5432/database?sslmode=require, or "
        "mysql://user:password@host:3306/database?ssl-mode=REQUIRED. Use a database user that was "
        "granted SELECT and nothing else.",
        max_length=2000,
    )

    @field_validator("connection_string")
    @classmethod
    def _can_be_read(cls, value: SecretStr) -> SecretStr:
        parse_address(value.get_secret_value())
        return value


class GenericSql(Connector):
    slug = "generic_sql"
    title = "SQL database"
    category = Category.DATABASES
    auth = Auth.KEY
    docs = "https://www.postgresql.org/docs/current/queries.html"
    areas = (Area("tables", "Tables and columns"), Area("queries", "Queries"))
    Credentials = GenericSqlCredentials

    @cached_property
    def database(self) -> Postgres | MySql:
        address = parse_address(self.credentials.connection_string.get_secret_value())
        return Postgres(address) if address.dialect is Dialect.POSTGRES else MySql(address)

    def about(self) -> str:
        address = self.database.address
        kind = "MySQL or MariaDB" if address.dialect is Dialect.MYSQL else address.dialect.label
        return f"This connection is a {kind} database, {address.database}; write its SQL."

    async def check(self) -> Health:
        """Signs in, and looks whether there is anything that may be read."""
        return Health(account=await self.database.whoami())

    @tool(area="tables", access=Access.READ, method="SQL", path="information_schema.tables")
    async def list_tables(
        self, schema_name: SchemaName = None, name_contains: NamePart = None
    ) -> Rows:
        """The tables and views of all schemas, with how many rows they have by estimate.

        Begin here when you do not know the tables. It costs little: nothing is counted. Narrow it
        by schema or by a part of the name where there are many.
        """
        return await self.database.list_tables(schema_name, name_contains)

    @tool(area="tables", access=Access.READ, method="SQL", path="information_schema.columns")
    async def describe_table(self, table: TableName) -> Document:
        """One table's columns with types, its primary key, indexes and foreign keys.

        Look here before you write a query: join by the foreign keys, and filter large tables by
        columns that have an index.
        """
        return await self.database.describe_table(table)

    @tool(area="queries", access=Access.READ, method="SQL", path="SELECT")
    async def run_query(self, sql: Sql) -> Rows:
        """Runs one SELECT in the database's own SQL (PostgreSQL, MySQL or MariaDB), read-only.

        Use list_tables and describe_table first. At most 100 rows come back and a query may run
        for 15 seconds, so let the database count and group:
        SELECT status, count(*), sum(total) FROM shop.orders
        WHERE placed_at >= '2026-05-01' GROUP BY status ORDER BY 2 DESC
        PostgreSQL: SELECT date_trunc('week', placed_at) AS week, count(*) FILTER (WHERE paid)
        FROM shop.orders GROUP BY 1 ORDER BY 1
        MySQL: SELECT date_format(placed_at, '%Y-%m') AS month, sum(total) FROM orders GROUP BY 1

        Traps: select only the columns you need; filter large tables by an indexed column; give
        expressions a name with AS; write values into the query, as there are no parameters. What
        writes, locks, waits or reads files is refused, and so are functions that are not known.
        Manual: https://www.postgresql.org/docs/current/queries.html and
        https://dev.mysql.com/doc/refman/en/select.html
        """
        checked = await only_reading(sql, self.database.address.dialect)
        return as_rows(await self.database.query(checked), "Result")
