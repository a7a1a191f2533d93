"""DynamoDB: against moto's server, and against a stand-in where moto is not like the original.

moto ignores `Limit`, gives no `NextToken`, and answers a bad statement with HTTP status 500. So
paging is tried on a stand-in whose every request is checked against AWS's own model of the API.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.connectors.aws_dynamodb import DynamoDB
from bot.connectors.aws_dynamodb.connector import MOST_PAGES
from bot.connectors.aws_dynamodb.shaping import untagged
from bot.connectors.errors import Invalid, NotFound
from bot.connectors.results import Rows
from tests.connectors.aws.conftest import KEYS, mocked, set_up
from tests.connectors.aws.model import check_call
from tests.connectors.helpers import Service, connect, document, rows, run
from tests.vendor_documents import vendor_document

MODEL = "aws_dynamodb/dynamodb-2012-08-10.service-2.json"
TABLE = {
    "TableName": "orders",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [
        {"AttributeName": "customer", "KeyType": "HASH"},
        {"AttributeName": "placed", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("customer", "placed", "status")
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_status",
            "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
        }
    ],
}


def item(number: int) -> dict[str, Any]:
    return {
        "customer": {"S": f"c-{number % 2}"},
        "placed": {"S": f"2026-05-0{number + 1}"},
        "status": {"S": "open"},
        "total": {"N": "12.5"},
        "lines": {"L": [{"M": {"sku": {"S": "x"}, "qty": {"N": str(number)}}}]},
    }


@pytest.fixture
async def dynamo(aws: str, client: httpx.AsyncClient) -> AsyncIterator[Any]:
    """A connection to moto with one table of four items."""
    connector = connect(DynamoDB, client, credentials=KEYS, settings={"endpoint": aws})
    await set_up(connector, "CreateTable", TABLE)
    for number in range(4):
        await set_up(connector, "PutItem", {"TableName": "orders", "Item": item(number)})
    yield connector
    await set_up(connector, "DeleteTable", {"TableName": "orders"})


def fenced(aws: str, client: httpx.AsyncClient, table: str = "orders") -> Any:
    return connect(
        DynamoDB,
        client,
        credentials={**KEYS, "default_table": table},
        settings={"endpoint": aws},
    )


class TestOnAServer:
    async def test_the_connection_test_names_the_region(self, dynamo: Any) -> None:
        assert (await dynamo.check()).account == "DynamoDB in eu-central-1"

    async def test_tables_are_listed(self, dynamo: Any) -> None:
        assert await rows(dynamo, "list_tables") == [{"table": "orders"}]

    async def test_a_table_comes_with_its_keys_and_indexes(self, dynamo: Any) -> None:
        found = await document(dynamo, "describe_table", table="orders")
        assert found["partition_key"] == "customer (text)"
        assert found["sort_key"] == "placed (text)"
        assert found["indexes"] == [
            {
                "index": "by_status",
                "kind": "global",
                "partition_key": "status (text)",
                "sort_key": None,
                "attributes": "keys and total",
                "items_about": None,
            }
        ]
        assert found["items_about"] == 4
        assert found["billing"] == "pay per request"

    async def test_items_come_without_the_types_of_the_wire(self, dynamo: Any) -> None:
        statement = (
            """SELECT * FROM "orders" WHERE "customer" = 'c-1' AND "placed" = '2026-05-02'"""
        )
        assert await rows(dynamo, "run_partiql", statement=statement) == [
            {
                "customer": "c-1",
                "placed": "2026-05-02",
                "status": "open",
                "total": 12.5,
                "lines": [{"sku": "x", "qty": 1}],
            }
        ]

    async def test_a_table_that_is_not_there_is_told(self, dynamo: Any) -> None:
        with pytest.raises(NotFound, match="in eu-central-1"):
            await run(dynamo, "run_partiql", statement='SELECT * FROM "nothing"')


class TestTheFence:
    async def test_holds_statements(self, dynamo: Any, aws: str, client: httpx.AsyncClient) -> None:
        only = fenced(aws, client)
        found = await run(only, "run_partiql", statement='SELECT * FROM "orders"')
        assert len(found.rows) == 4
        assert 'limited to the table "orders"' in found.title
        with pytest.raises(Invalid, match='limited to the table "orders"'):
            await run(only, "run_partiql", statement='SELECT * FROM "secrets"')

    async def test_holds_descriptions_and_lists(
        self, dynamo: Any, aws: str, client: httpx.AsyncClient
    ) -> None:
        await set_up(dynamo, "CreateTable", {**TABLE, "TableName": "secrets"})
        only = fenced(aws, client)
        assert await rows(only, "list_tables") == [{"table": "orders"}]
        with pytest.raises(Invalid):
            await run(only, "describe_table", table="secrets")
        await set_up(dynamo, "DeleteTable", {"TableName": "secrets"})

    async def test_is_checked_by_the_connection_test(
        self, dynamo: Any, aws: str, client: httpx.AsyncClient
    ) -> None:
        assert (await fenced(aws, client).check()).account == "table orders in eu-central-1"
        with pytest.raises(NotFound):
            await fenced(aws, client, "nothing").check()

    def test_is_part_of_what_models_read(self) -> None:
        connector = mocked(DynamoDB, Service(httpx.Response(200)), default_table="orders")
        assert 'limited to the table "orders"' in connector.about()


def page(count: int, token: str = "", units: float = 0.5) -> httpx.Response:
    body = {
        "Items": [{"n": {"N": str(number)}} for number in range(count)],
        "ConsumedCapacity": {"TableName": "t", "CapacityUnits": units},
        **({"NextToken": token} if token else {}),
    }
    return httpx.Response(200, json=body)


async def select(service: Service, **arguments: Any) -> Rows:
    connector = mocked(DynamoDB, service)
    found = await run(connector, "run_partiql", statement='SELECT * FROM "t"', **arguments)
    assert isinstance(found, Rows)
    return found


class TestPaging:
    async def test_at_most_101_are_looked_at_in_a_page(self) -> None:
        service = Service(page(3))
        assert len((await select(service)).rows) == 3
        assert json.loads(service.requests[0].content)["Limit"] == 101

    async def test_a_full_page_says_that_there_is_more(self) -> None:
        found = await select(Service(page(101)))
        assert len(found.rows) == 100
        assert found.cut == "Only the first 100 items are shown; there are more."

    async def test_exactly_100_are_all_there_are(self) -> None:
        found = await select(Service(page(100)))
        assert len(found.rows) == 100
        assert found.cut == ""

    async def test_an_empty_page_with_a_next_one_is_not_the_end(self) -> None:
        service = Service(page(0, "a"), page(0, "b"), page(2))
        found = await select(service)
        assert len(found.rows) == 2
        assert found.cut == ""
        tokens = [json.loads(one.content).get("NextToken") for one in service.requests]
        assert tokens == [None, "a", "b"]

    async def test_a_scan_without_end_is_stopped_and_told(self) -> None:
        service = Service(page(0, "more"))
        found = await select(service)
        assert len(service.requests) == MOST_PAGES
        assert "some 5000 items were looked at" in found.cut
        assert "describe_table shows the keys" in found.cut

    async def test_what_it_cost_is_told(self) -> None:
        found = await select(Service(page(0, "a", 2.5), page(1, units=1.0)))
        assert "3.5 read units used" in found.title

    async def test_consistent_reading_is_asked_for_only_if_wanted(self) -> None:
        service = Service(page(1))
        await select(service)
        await select(service, consistent=True)
        wanted = [json.loads(one.content).get("ConsistentRead") for one in service.requests]
        assert wanted == [None, True]

    async def test_lists_of_tables_go_on_too(self) -> None:
        names = [f"t{number}" for number in range(120)]
        service = Service(
            httpx.Response(200, json={"TableNames": names[:60], "LastEvaluatedTableName": "t59"}),
            httpx.Response(200, json={"TableNames": names[60:]}),
        )
        found = await run(mocked(DynamoDB, service), "list_tables")
        assert len(found.rows) == 100
        assert "there are more" in found.cut


async def test_every_request_is_one_that_aws_documents() -> None:
    model = vendor_document(MODEL)
    table = {
        "Table": {
            "TableName": "tab",
            "TableStatus": "ACTIVE",
            "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
            "AttributeDefinitions": [],
        }
    }
    tables = httpx.Response(200, json={"TableNames": ["t"], "LastEvaluatedTableName": "tab"})
    last = httpx.Response(200, json={"TableNames": []})
    service = Service(tables, last, httpx.Response(200, json=table), page(1, "token"), page(1))
    connector = mocked(DynamoDB, service)
    await run(connector, "list_tables")
    await run(connector, "describe_table", table="tab")
    await run(connector, "run_partiql", statement='SELECT * FROM "t"', consistent=True)
    asked = [check_call(model, one, json.loads(one.content)) for one in service.requests]
    assert set(asked) == {"ListTables", "DescribeTable", "ExecuteStatement"}
    declared = {tool.path.partition(".")[2] for tool in DynamoDB.tools.values()}
    assert declared == set(asked)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ({"S": "x"}, "x"),
        ({"N": "12"}, 12),
        ({"N": "-12.50"}, -12.5),
        ({"N": "9007199254740993"}, "9007199254740993"),
        ({"N": "0.12345678901234567890"}, "0.12345678901234567890"),
        ({"N": "1E+30"}, 1e30),
        ({"BOOL": False}, False),
        ({"NULL": True}, None),
        ({"B": "aGk="}, "aGk="),
        ({"SS": ["b", "a"]}, ["a", "b"]),
        ({"NS": ["10", "9"]}, [9, 10]),
        ({"L": [{"S": "x"}, {"M": {"y": {"N": "1"}}}]}, ["x", {"y": 1}]),
    ],
)
def test_values_lose_their_tags_but_no_digits(value: dict[str, Any], plain: Any) -> None:
    assert untagged(value) == plain
