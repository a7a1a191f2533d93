"""Cloudflare D1, against a stand-in of ours: a real SQLite behind the vendor's REST API.

Each request is held against the vendor's document where this machine has it.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import httpx
import pytest

from bot.connectors.cloudflare_d1 import CloudflareD1
from bot.connectors.errors import Invalid, NotAllowed, NotFound, NotSignedIn, TooBig, Unavailable
from bot.connectors.sql.rules import Refused
from tests.connectors.helpers import Service, connect, document, everything_said, rows, run
from tests.connectors.sql.conftest import sqlite_shop
from tests.vendor_documents import check_request, vendor_document

__all__ = ["sqlite_shop"]

ACCOUNT = "0123456789abcdef0123456789abcdef"
DATABASE = "1b2c3d4e-0000-1111-2222-333344445555"
TOKEN = "a-token-of-twenty-letters"
PATH = f"/accounts/{ACCOUNT}/d1/database/{DATABASE}"


def d1(service: Service) -> Any:
    credentials = {"api_token": TOKEN, "account_id": ACCOUNT, "database_id": DATABASE}
    return connect(CloudflareD1, service.client, credentials=credentials)


def stand_in(shop: sqlite3.Connection) -> Service:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        path = request.url.path.removeprefix("/client/v4")
        if request.method == "GET" and path == PATH:
            return enveloped({"uuid": DATABASE, "name": "shop", "num_tables": 2})
        assert (request.method, path) == ("POST", f"{PATH}/raw")
        body = json.loads(request.content)
        try:
            cursor = shop.execute(body["sql"], body.get("params", []))
        except sqlite3.Error as error:
            return failed(400, 7500, f"{error}: SQLITE_ERROR")
        columns = [column[0] for column in cursor.description]
        results = {"columns": columns, "rows": cursor.fetchall()}
        meta = {"changed_db": False, "rows_written": 0}
        return enveloped([{"success": True, "results": results, "meta": meta}])

    return Service(answer)


def enveloped(result: Any) -> httpx.Response:
    body = {"success": True, "result": result, "errors": [], "messages": []}
    return httpx.Response(200, json=body)


def failed(status: int, code: int, message: str) -> httpx.Response:
    body = {"success": False, "result": None, "errors": [{"code": code, "message": message}]}
    return httpx.Response(status, json=body)


@pytest.fixture
def service(sqlite_shop: sqlite3.Connection) -> Service:
    sqlite_shop.execute("create table _cf_KV (key text, value blob)")
    return stand_in(sqlite_shop)


async def test_requests_are_as_documented(service: Service) -> None:
    vendor = vendor_document("cloudflare_d1/cloudflare-d1.openapi.json")
    connection = d1(service)
    await connection.check()
    await run(connection, "list_tables", name_contains="o")
    await run(connection, "describe_table", table="orders")
    await run(connection, "run_query", sql="select 1")
    for request in service.requests:
        path = request.url.path.removeprefix("/client/v4")
        body = json.loads(request.content) if request.content else None
        check_request(vendor, request.method, path, dict(request.url.params), body)


async def test_tables_are_listed_without_d1_s_own(service: Service) -> None:
    result = await run(d1(service), "list_tables")
    assert [(row["table"], row["kind"]) for row in result.rows] == [
        ("customers", "table"),
        ("orders", "table"),
        ("paid_orders", "view"),
    ]
    assert "D1 keeps no row counts" in result.cut


@pytest.mark.parametrize(("part", "count"), [("ORDER", 2), ("_", 1), ("'", 0), ("%", 0)])
async def test_tables_can_be_narrowed(service: Service, part: str, count: int) -> None:
    assert len(await rows(d1(service), "list_tables", name_contains=part)) == count


async def test_a_table_is_described_with_its_keys_and_indexes(service: Service) -> None:
    page = await document(d1(service), "describe_table", table="orders")
    columns = {column["name"]: column for column in page["columns"]}
    assert columns["id"]["key"] == "primary"
    assert columns["customer_id"]["key"] == "references customers(id)"
    assert columns["paid_at"]["nullable"] is True
    assert columns["total"]["type"] == "decimal(10, 2)"
    assert page["primary_key"] == ["id"]
    assert page["foreign_keys"] == [{"columns": ["customer_id"], "references": "customers(id)"}]
    [index] = [index for index in page["indexes"] if index["name"] == "orders_by_customer"]
    assert "customer_id, placed_at desc" in index["definition"]


@pytest.mark.parametrize("table", ["order", "_cf_KV", 'x"); drop table orders; --'])
async def test_a_table_that_is_not_there_is_told(service: Service, table: str) -> None:
    with pytest.raises(NotFound, match="There is no table"):
        await run(d1(service), "describe_table", table=table)


async def test_rows_come_back_with_two_columns_of_one_name(service: Service) -> None:
    sql = "select o.id, c.id from orders o join customers c on c.id = o.customer_id limit 1"
    assert await rows(d1(service), "run_query", sql=sql) == [{"id": 1, "id_2": 1}]


async def test_at_most_100_rows_come_back_and_more_is_said(service: Service) -> None:
    sql = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
    result = await run(d1(service), "run_query", sql=sql)
    assert len(result.rows) == 100
    assert "there are more" in result.cut


async def test_exactly_one_statement_is_sent(service: Service) -> None:
    with pytest.raises(Refused, match="only one statement"):
        await run(d1(service), "run_query", sql="select 1; delete from orders")
    assert service.requests == []
    await run(d1(service), "run_query", sql="select ';' as text;")
    assert json.loads(service.requests[0].content) == {"sql": "SELECT ';' AS text LIMIT 101"}


@pytest.mark.parametrize("meta", [{"changed_db": True}, {"rows_written": 3}])
async def test_an_answer_that_says_that_it_wrote_is_refused(meta: dict[str, Any]) -> None:
    answer = enveloped([{"success": True, "results": {"columns": [], "rows": []}, "meta": meta}])
    with pytest.raises(NotAllowed, match="wrote to the database"):
        await run(d1(Service(answer)), "run_query", sql="select 1")


async def test_the_answer_of_a_batch_is_refused() -> None:
    one = {"success": True, "results": {"columns": ["a"], "rows": []}, "meta": {}}
    with pytest.raises(Unavailable):
        await run(d1(Service(enveloped([one, one]))), "run_query", sql="select 1")


async def test_the_connection_test_says_what_answered(service: Service) -> None:
    assert (await d1(service).check()).account == "database shop, 2 tables"


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (failed(401, 10000, "Authentication error"), NotSignedIn, "does not accept"),
        (failed(400, 6003, "Invalid request headers"), NotSignedIn, "does not accept"),
        (failed(403, 7403, "not valid or not authorized"), NotAllowed, "Account, D1, Read"),
        (failed(404, 7404, "database not found"), NotFound, "no such database"),
        (httpx.Response(200, text="<html>"), Unavailable, "web page"),
        (httpx.Response(200, json={"hello": 1}), Unavailable, "D1 API"),
        (httpx.Response(502, text="bad"), Unavailable, "failed with HTTP status 502"),
        (httpx.ConnectError("x"), Unavailable, "could not be reached"),
    ],
)
async def test_the_connection_test_tells_failures_apart(
    answer: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        await d1(Service(answer)).check()


async def test_the_database_s_words_are_told(service: Service) -> None:
    with pytest.raises(Invalid, match="no such column: nope"):
        await run(d1(service), "run_query", sql="select nope from orders")


async def test_a_query_that_took_too_long_is_told() -> None:
    answer = failed(400, 7500, "D1 DB exceeded its CPU time limit and was reset")
    with pytest.raises(TooBig, match="stopped the query"):
        await run(d1(Service(answer)), "run_query", sql="select 1")


async def test_nothing_says_the_token(service: Service) -> None:
    result = await run(d1(service), "run_query", sql="select 1")
    assert TOKEN not in everything_said(result)
