"""Amazon DynamoDB: tables of items, read with PartiQL.

Signing in    An access key of an IAM user. The rights dynamodb:PartiQLSelect, ListTables and
              DescribeTable are enough, and with them alone AWS itself refuses every write.
Requests      AWS JSON 1.0 over POST, signed (`bot.connectors.aws`). Only ExecuteStatement,
              ListTables and DescribeTable are ever sent.
Reading only  A statement is read by the grammar of SELECT and refused if anything else is in it
              (`partiql`).
Paging        `Limit` counts the items that are looked at, not those that match, and a page may be
              empty and still have a next one. So pages are read until there are enough rows, or
              `MOST_PAGES` were read.
The fence     With a default table, every statement must read that table, or one of its indexes.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

from pydantic import Field, SecretStr

from bot.connectors.aws.forms import AwsSettings, access_key_id, region, secret_access_key
from bot.connectors.aws.service import AwsService
from bot.connectors.aws_dynamodb.partiql import Select, read_only
from bot.connectors.aws_dynamodb.shaping import plain, table_document
from bot.connectors.base import Access, Area, Auth, Category, Connector, Form, form_field, tool
from bot.connectors.errors import Invalid
from bot.connectors.results import Document, Health, Row, Rows
from bot.connectors.tables import MAX_ROWS, same_keys

MOST_PAGES = 50
"""Pages of one statement; with `Limit` at 101 some 5,000 items are looked at, at most."""

TABLE_NAME = r"[A-Za-z0-9_.-]{3,255}"
SELECT_ACTION = "dynamodb:PartiQLSelect"


class DynamoDBCredentials(Form):
    access_key_id: str = access_key_id(
        "dynamodb:PartiQLSelect, dynamodb:ListTables and dynamodb:DescribeTable"
    )
    secret_access_key: SecretStr = secret_access_key()
    region: str = region()
    default_table: str = form_field(
        "Only this table",
        help="If it is set, agents can read this table and no other.",
        default="",
        pattern=TABLE_NAME,
        pattern_help="is a table's name: 3 to 255 letters, digits, _, . and -",
    )


class DynamoDB(Connector):
    slug = "aws_dynamodb"
    title = "Amazon DynamoDB"
    category = Category.DATABASES
    auth = Auth.KEY
    docs = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html"
    areas = (Area("tables", "Tables and items"),)
    Credentials = DynamoDBCredentials
    Settings = AwsSettings

    @cached_property
    def service(self) -> AwsService:
        return AwsService(
            title="DynamoDB",
            code="dynamodb",
            target="DynamoDB_20120810",
            protocol="1.0",
            key_id=self.credentials.access_key_id,
            secret=self.credentials.secret_access_key,
            region=self.credentials.region,
            client=self.link.client,
            endpoint=self.settings.endpoint,
        )

    def about(self) -> str:
        table = self.credentials.default_table
        where = f"It reads the region {self.credentials.region}."
        return f'{where} It is limited to the table "{table}".' if table else where

    async def check(self) -> Health:
        """Describes the one table, or lists one: both cost nothing."""
        if table := self.credentials.default_table:
            await self.service.ask("DescribeTable", {"TableName": table})
            return Health(account=f"table {table} in {self.credentials.region}")
        await self.service.ask("ListTables", {"Limit": 1})
        return Health(account=f"DynamoDB in {self.credentials.region}")

    @tool(
        area="tables",
        access=Access.READ,
        method="POST",
        path="DynamoDB_20120810.ExecuteStatement",
    )
    async def run_partiql(
        self,
        statement: Annotated[
            str,
            Field(
                min_length=1,
                max_length=8192,
                description="One PartiQL SELECT on one table, without a semicolon, comments or "
                "placeholders.",
            ),
        ],
        consistent: Annotated[
            bool,
            Field(
                description="Whether to see writes of this very second. It costs twice as much "
                "and does not work on global indexes."
            ),
        ] = False,
    ) -> Rows:
        """Reads items (records, rows) of a DynamoDB table with a PartiQL SELECT; 100 at most.

        Use list_tables and describe_table first: a query is cheap only with = or IN on the
        partition key of the table or of an index. Without it the whole table is scanned, which
        costs read units for every item that is looked at, and this tool stops after about 5,000.
        Select only the attributes that you need.

        Names in double quotes, texts in single quotes ('it''s'):
        SELECT "id", "total" FROM "orders" WHERE "customer" = 'c-17' AND "placed" > '2026-05-01'
        SELECT * FROM "orders"."by_status" WHERE "status" IN ['open', 'held'] ORDER BY "placed" DESC
        SELECT "id" FROM "orders" WHERE "id" = 'o-1' AND contains("tags", 'gift')

        There are =, <>, <, >, BETWEEN, IN, AND, OR, NOT, IS MISSING, IS NULL, begins_with,
        contains, attribute_type and size; paths as in address.city and lines[0]. ORDER BY works
        on keys only, with the partition key in WHERE. There is no LIMIT, COUNT, SUM, GROUP BY or
        JOIN. Only SELECT is possible.
        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.select.html
        """
        select = read_only(statement)
        self._hold_inside(select.table)
        items, looked_at_all, units = await self._items(select, consistent)
        return Rows(
            same_keys(plain(item) for item in items[:MAX_ROWS]),
            title=self._title(f"Items of {select.table}", units),
            cut=_cut(len(items), looked_at_all),
        )

    async def _items(self, select: Select, consistent: bool) -> tuple[list[Row], bool, float]:
        """At least 101 items or all there are, whether it is all, and the read units it cost.

        All parts of a request stay the same from page to page, as its token may be bound to them.
        """
        items: list[Row] = []
        units, token = 0.0, None
        for _ in range(MOST_PAGES):
            body = {
                "Statement": select.text,
                "Limit": MAX_ROWS + 1,
                "ReturnConsumedCapacity": "TOTAL",
                **({"ConsistentRead": True} if consistent else {}),
                **({"NextToken": token} if token else {}),
            }
            page = await self.service.ask("ExecuteStatement", body, action=SELECT_ACTION)
            items += page.get("Items", ())
            units += (page.get("ConsumedCapacity") or {}).get("CapacityUnits", 0.0)
            token = page.get("NextToken")
            if not token or len(items) > MAX_ROWS:
                break
        return items, not token, units

    @tool(area="tables", access=Access.READ, method="POST", path="DynamoDB_20120810.ListTables")
    async def list_tables(self) -> Rows:
        """The names of the DynamoDB tables of the connection's region; start here.

        describe_table then tells a table's keys, without which no query is cheap.
        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html
        """
        if table := self.credentials.default_table:
            return Rows([{"table": table}], title=self._title("Tables"))
        names: list[str] = []
        after: str | None = None
        while len(names) <= MAX_ROWS:
            body = {"Limit": MAX_ROWS, **({"ExclusiveStartTableName": after} if after else {})}
            page = await self.service.ask("ListTables", body)
            names += page.get("TableNames", ())
            after = page.get("LastEvaluatedTableName")
            if not after:
                break
        more = len(names) > MAX_ROWS
        return Rows(
            [{"table": name} for name in names[:MAX_ROWS]],
            title=self._title("Tables"),
            cut=f"Only the first {MAX_ROWS} tables are listed; there are more." if more else "",
        )

    @tool(area="tables", access=Access.READ, method="POST", path="DynamoDB_20120810.DescribeTable")
    async def describe_table(
        self,
        table: Annotated[
            str, Field(pattern=f"^{TABLE_NAME}$", description="The table, from list_tables.")
        ],
    ) -> Document:
        """A DynamoDB table's keys, secondary indexes, size and item count. Free of charge.

        Partition and sort keys come with their types, also those of each index; a query should
        have = or IN on one of these partition keys. Counts and sizes are some six hours old.
        Other attributes are not declared anywhere: read an item to see them.
        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
        """
        self._hold_inside(table)
        answer = await self.service.ask("DescribeTable", {"TableName": table})
        return Document(table_document(answer["Table"]), title=self._title(f"Table {table}"))

    def _hold_inside(self, table: str) -> None:
        """Raises Invalid for a table other than the one that the connection is limited to."""
        only = self.credentials.default_table
        if only and table != only:
            raise Invalid(
                f'This connection is limited to the table "{only}".', f'Read from "{only}".'
            )

    def _title(self, words: str, units: float = 0.0) -> str:
        only = self.credentials.default_table
        cost = f", {units:g} read units used" if units else ""
        return f"{words} in {self.credentials.region}{cost}" + (
            f' (limited to the table "{only}")' if only else ""
        )


def _cut(found: int, looked_at_all: bool) -> str:
    if found > MAX_ROWS:
        return f"Only the first {MAX_ROWS} items are shown; there are more."
    if looked_at_all:
        return ""
    return (
        f"Stopped after some {MOST_PAGES * MAX_ROWS} items were looked at; more may match. With = "
        "on a partition key fewer are looked at; describe_table shows the keys."
    )
