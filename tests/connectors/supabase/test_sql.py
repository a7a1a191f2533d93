"""With SQL: through the customer's function, and through the Management API."""

from __future__ import annotations

import contextlib
import json

import httpx
import jsonschema
import psycopg
import pytest

from bot.connectors.errors import ConnectorError, Invalid, NotAllowed, NotFound, NotSignedIn
from bot.connectors.sql.rules import Refused
from bot.connectors.supabase import connector as module
from bot.connectors.supabase.qualify import with_schemas
from tests.connectors.helpers import Service, document, rows, run
from tests.connectors.sql.conftest import Shop
from tests.connectors.supabase.conftest import (
    DOCUMENT,
    REF,
    function_door,
    management_door,
    supabase,
)
from tests.vendor_documents import operation, vendor_document

SQL = "select status, count(*) as n from shop.orders group by 1 order by 1"
ROWS = [{"status": "cancelled", "n": 1}, {"status": "open", "n": 1}, {"status": "paid", "n": 3}]


@pytest.fixture(params=["function", "management"])
def door(request: pytest.FixtureRequest, with_function: Shop) -> tuple[Service, dict[str, str]]:
    if request.param == "function":
        return function_door(with_function), {"sql_function": "quarterdeck_query"}
    return management_door(with_function), {"management_token": "sbp_token"}


Door = tuple[Service, dict[str, str]]


async def test_a_query_is_answered(door: Door) -> None:
    service, credentials = door
    assert await rows(supabase(service, **credentials), "run_query", sql=SQL) == ROWS


async def test_more_than_100_rows_are_said(door: Door) -> None:
    service, credentials = door
    sql = "select g as n from generate_series(1, 5000) as g"
    result = await run(supabase(service, **credentials), "run_query", sql=sql)
    assert [row["n"] for row in result.rows] == list(range(1, 101))
    assert "there are more" in result.cut


async def test_tables_of_all_schemas_are_listed_with_estimates(door: Door) -> None:
    service, credentials = door
    found = {
        row["table"]: row for row in await rows(supabase(service, **credentials), "list_tables")
    }
    assert found["orders"]["schema"] == "shop"
    assert found["orders"]["rows_estimate"] == 5


async def test_a_table_is_described_with_keys_and_indexes(door: Door) -> None:
    service, credentials = door
    page = await document(supabase(service, **credentials), "describe_table", table="shop.orders")
    assert page["primary_key"] == ["id"]
    assert page["foreign_keys"][0]["columns"] == ["customer_id"]
    assert {"orders_by_customer", "orders_pkey"} == {index["name"] for index in page["indexes"]}


async def test_a_missing_table_is_told_with_a_close_one(door: Door) -> None:
    service, credentials = door
    with pytest.raises(NotFound, match=r"Close to it: .*shop\.orders"):
        await run(supabase(service, **credentials), "describe_table", table="shop.order")


async def test_the_database_s_words_are_told(door: Door) -> None:
    service, credentials = door
    with pytest.raises(Invalid, match="nope"):
        await run(supabase(service, **credentials), "run_query", sql="select nope from shop.orders")


async def test_nothing_is_sent_that_the_guard_refuses(door: Door) -> None:
    service, credentials = door
    with pytest.raises(Refused):
        await run(supabase(service, **credentials), "run_query", sql="delete from shop.orders")
    assert service.requests == []


@pytest.mark.parametrize(
    "sql",
    [
        "delete from shop.orders",
        "with x as (delete from shop.orders returning *) select * from x",
        "select 1) one; delete from shop.orders; select (1",
        "select * from shop.orders) as one; drop table shop.orders; --",
        "select set_config('transaction_read_only', 'off', false)",
    ],
)
async def test_without_the_guard_the_function_of_our_page_still_refuses(
    with_function: Shop, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    async def pass_on(sql: str, dialect: object) -> str:
        return sql

    monkeypatch.setattr(module, "only_reading", pass_on)
    connection = supabase(function_door(with_function), sql_function="quarterdeck_query")
    with contextlib.suppress(ConnectorError):
        await run(connection, "run_query", sql=sql)
    with psycopg.connect(with_function.owner) as owner:
        assert owner.execute("select count(*) from shop.orders").fetchone() == (5,)


async def test_requests_to_the_management_api_are_as_documented(with_function: Shop) -> None:
    vendor = vendor_document("supabase/supabase-management.openapi.json")
    service = management_door(with_function)
    connection = supabase(service, management_token="sbp_token")
    await run(connection, "run_query", sql=SQL)
    await run(connection, "list_tables")
    await run(connection, "describe_table", table="shop.orders")
    assert len(service.requests) == 3
    for request in service.requests:
        known = operation(vendor, request.method, request.url.path)
        assert known["operationId"] == "v1-read-only-query"
        schema = known["requestBody"]["content"]["application/json"]["schema"]
        body = json.loads(request.content)
        jsonschema.validate(body, {**schema, "components": vendor["components"]})
        assert set(body) == {"query"}


async def test_the_connection_test_opens_each_door() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/rest/v1/":
            return httpx.Response(200, json=DOCUMENT)
        if request.url.path == f"/v1/projects/{REF}":
            return httpx.Response(200, json={"name": "Shop", "status": "ACTIVE_HEALTHY"})
        return httpx.Response(201, json=[{"one": 1}])

    health = await supabase(Service(answer), management_token="sbp_token").check()
    assert health.account == "project Shop, with SQL"
    health = await supabase(Service(answer), sql_function="quarterdeck_query").check()
    assert health.account == "a project, with SQL through its function"


async def test_a_missing_function_is_told_with_where_to_find_it() -> None:
    missing = httpx.Response(404, json={"code": "PGRST202", "message": "Could not find"})
    service = Service(httpx.Response(200, json=DOCUMENT), missing)
    with pytest.raises(NotFound, match=r"docs/sql\.md"):
        await supabase(service, sql_function="nope").check()


@pytest.mark.parametrize(("status", "error"), [(401, NotSignedIn), (403, NotAllowed)])
async def test_a_bad_token_is_told(status: int, error: type[Exception]) -> None:
    service = Service(httpx.Response(status, json={"message": "no"}))
    with pytest.raises(error):
        await run(supabase(service, management_token="sbp_x"), "run_query", sql="select 1")


@pytest.mark.parametrize(
    ("sql", "qualified"),
    [
        ("SELECT * FROM orders", "SELECT * FROM public.orders"),
        ("SELECT * FROM shop.orders", "SELECT * FROM shop.orders"),
        ("SELECT orders.id FROM orders", "SELECT orders.id FROM public.orders"),
        ("WITH x AS (SELECT 1) SELECT * FROM x", "WITH x AS (SELECT 1) SELECT * FROM x"),
        ("SELECT * FROM pg_class", "SELECT * FROM pg_class"),
        ("SELECT * FROM GENERATE_SERIES(1, 2) AS g", "SELECT * FROM GENERATE_SERIES(1, 2) AS g"),
        (
            "SELECT 1 WHERE EXISTS(SELECT 1 FROM a JOIN b ON TRUE)",
            "SELECT 1 WHERE EXISTS(SELECT 1 FROM public.a JOIN public.b ON TRUE)",
        ),
    ],
)
def test_tables_get_their_schema_for_the_management_api(sql: str, qualified: str) -> None:
    assert with_schemas(sql) == qualified
