"""Without SQL: a simple SELECT is said to PostgREST; the rest is refused with what opens it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.connectors.errors import (
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooBig,
    Unavailable,
)
from bot.connectors.sql.rules import Refused
from bot.connectors.supabase.postgrest import NeedsSql, to_reading
from tests.connectors.helpers import Service, document, rows, run
from tests.connectors.supabase.conftest import DOCUMENT, supabase


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [
        ("select * from orders", {"select": "*", "limit": "101"}),
        ("select id, Total from orders limit 5", {"select": "id,total", "limit": "5"}),
        (
            'select o.id as number, o."Total Sum" from orders o limit 5 offset 10',
            {"select": 'number:id,"Total Sum"', "limit": "5", "offset": "10"},
        ),
        (
            "select profile->'address'->>'city' as city from customers limit 1",
            {"select": "city:profile->address->>city", "limit": "1"},
        ),
        (
            "select id from orders order by total desc, id asc nulls first limit 1",
            {"select": "id", "order": "total.desc.nullsfirst,id.asc.nullsfirst", "limit": "1"},
        ),
        (
            "select id from orders order by total nulls last fetch first 3 rows only",
            {"select": "id", "order": "total.asc.nullslast", "limit": "3"},
        ),
    ],
)
def test_columns_order_and_bounds(sql: str, parameters: dict[str, str]) -> None:
    assert to_reading(sql, 101).parameters == parameters


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("a = 1", "(a.eq.1)"),
        ("a <> 'x'", '(a.neq."x")'),
        ("a > 1 and b <= -2.5", "(and(a.gt.1,b.lte.-2.5))"),
        ("a < 1 or b >= 2 or c = 3", "(or(a.lt.1,b.gte.2,c.eq.3))"),
        ("a = 1 and (b = 2 or c = 3)", "(and(a.eq.1,or(b.eq.2,c.eq.3)))"),
        ("not (a = 1 or b = 2)", "(not.or(a.eq.1,b.eq.2))"),
        ("not a = 1", "(a.not.eq.1)"),
        ("5 < a", "(a.gt.5)"),
        ("a in ('x', 'y, z')", '(a.in.("x","y, z"))'),
        ("a not in (1, 2)", "(a.not.in.(1,2))"),
        ("a is null", "(a.is.null)"),
        ("a is not null", "(a.not.is.null)"),
        ("not (a is not null)", "(a.is.null)"),
        ("a is not true", "(a.not.is.true)"),
        ("a not like 'x'", '(a.not.like."x")'),
        ("a is true", "(a.is.true)"),
        ("paid", "(paid.is.true)"),
        ("not paid", "(paid.not.is.true)"),
        ("a = true", "(a.eq.true)"),
        ("a like 'x%'", '(a.like."x%")'),
        ("a not ilike '%x'", '(a.not.ilike."%x")'),
        ("a ~ '^x'", '(a.match."^x")'),
        ("a !~* '^x'", '(a.not.imatch."^x")'),
        ("a between 1 and 5", "(and(a.gte.1,a.lte.5))"),
        ("a not between 1 and 5", "(not.and(a.gte.1,a.lte.5))"),
        ("a is distinct from 1", "(a.isdistinct.1)"),
        ("at >= timestamp '2026-05-01 10:00'", '(at.gte."2026-05-01 10:00")'),
        ("at >= '2026-05-01'::date", '(at.gte."2026-05-01")'),
        ("profile->>'city' = 'Berlin'", '(profile->>city.eq."Berlin")'),
        ("a = 'it''s \"x\" \\ (y), z.'", '(a.eq."it\'s \\"x\\" \\\\ (y), z.")'),
    ],
)
def test_conditions(where: str, said: str) -> None:
    assert to_reading(f"select * from t where {where}", 101).parameters["and"] == said


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) from orders",
        "select status, sum(total) from orders group by status",
        "select distinct status from orders",
        "select * from orders join customers on true",
        "select * from orders, customers",
        "select * from (select * from orders) x",
        "with x as (select 1) select * from x",
        "select 1",
        "select * from a union select * from b",
        "values (1)",
        "select upper(name) from customers",
        "select a + 1 from t",
        "select rank() over (order by a) from t",
        "select * from t where a = b",
        "select * from t where a > now() - interval '1 day'",
        "select * from t where a in (select id from u)",
        "select * from t where exists (select 1 from u)",
        "select * from t where a like 'x*'",
        "select * from t where length(a) > 1",
        "select * from t where a between symmetric 5 and 1",
        "select * from t where a like 'x' escape '!'",
        "select * from t where a = any(array[1])",
        "select * from t order by lower(a)",
        "select * from t offset 1 + 1",
        "select * from generate_series(1, 2)",
        "select * from t tablesample system (1)",
        "select profile->'a b' from t",
        'select "a,b" from t',
        "select t.* from t",
        "select * from t having true",
    ],
)
def test_what_needs_sql_is_refused_with_what_would_open_it(sql: str) -> None:
    with pytest.raises((NeedsSql, Refused)) as caught:
        to_reading(sql, 101)
    if isinstance(caught.value, NeedsSql):
        assert "cannot run SQL" in str(caught.value)
        assert "management token" in str(caught.value)


def test_the_guard_stands_in_front() -> None:
    with pytest.raises(Refused):
        to_reading("delete from orders", 101)


async def test_rows_are_read_with_a_get() -> None:
    service = Service(httpx.Response(200, json=[{"id": 1, "status": "paid"}]))
    sql = "select id, status from orders where status = 'paid' limit 5"
    assert await rows(supabase(service), "run_query", sql=sql) == [{"id": 1, "status": "paid"}]
    [request] = service.requests
    assert request.method == "GET"
    assert request.url.path == "/rest/v1/orders"
    assert dict(request.url.params) == {
        "select": "id,status",
        "and": '(status.eq."paid")',
        "limit": "5",
    }
    assert request.headers["apikey"].startswith("ey")


async def test_another_schema_is_named_in_a_header() -> None:
    service = Service(httpx.Response(200, json=[]))
    await run(supabase(service), "run_query", sql="select * from shop.orders")
    assert service.requests[0].headers["Accept-Profile"] == "shop"


async def test_a_name_of_a_table_leads_nowhere_else() -> None:
    service = Service(httpx.Response(200, json=[]))
    await run(supabase(service), "run_query", sql='select * from "../../auth/v1/users?x"')
    assert service.requests[0].url.raw_path.startswith(b"/rest/v1/..%2F..%2Fauth%2Fv1")


async def test_more_than_100_rows_are_said() -> None:
    service = Service(httpx.Response(200, json=[{"id": n} for n in range(101)]))
    result = await run(supabase(service), "run_query", sql="select id from orders")
    assert len(result.rows) == 100
    assert "there are more" in result.cut


async def test_tables_are_listed_and_what_is_not_known_is_said() -> None:
    service = Service(httpx.Response(200, json=DOCUMENT))
    result = await run(supabase(service), "list_tables")
    assert [row["table"] for row in result.rows] == ["customers", "orders"]
    assert "management token" in result.cut
    assert service.requests[0].headers["Accept"] == "application/openapi+json"
    narrowed = await rows(supabase(service), "list_tables", name_contains="ORD")
    assert [row["table"] for row in narrowed] == ["orders"]


async def test_a_table_is_described_with_its_keys() -> None:
    page = await document(
        supabase(Service(httpx.Response(200, json=DOCUMENT))), "describe_table", table="orders"
    )
    assert page["primary_key"] == ["id"]
    assert page["foreign_keys"] == [{"columns": ["customer_id"], "references": "customers(id)"}]
    assert page["columns"][2] == {
        "name": "status",
        "type": "text",
        "nullable": True,
        "default": "open",
    }


async def test_a_table_that_does_not_exist_is_told_with_a_close_one() -> None:
    with pytest.raises(NotFound, match="Close to it: orders"):
        await run(
            supabase(Service(httpx.Response(200, json=DOCUMENT))), "describe_table", table="order"
        )


async def test_the_connection_test_says_that_there_is_no_sql() -> None:
    health = await supabase(Service(httpx.Response(200, json=DOCUMENT))).check()
    assert health.account == "a project with 2 tables and views, without SQL"


def test_the_model_is_told_that_there_is_no_sql() -> None:
    assert "cannot run SQL" in supabase(Service(httpx.Response(200))).about()
    assert supabase(Service(httpx.Response(200)), sql_function="f").about() == (
        "This connection runs SQL."
    )


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"message": "Invalid API key"}, NotSignedIn),
        (401, {"code": "PGRST301", "message": "JWT expired"}, NotSignedIn),
        (403, {"code": "42501", "message": "permission denied for table x"}, NotAllowed),
        (404, {"code": "PGRST205", "message": "Could not find the table"}, NotFound),
        (400, {"code": "42703", "message": "column x does not exist"}, Invalid),
        (400, {"code": "22P02", "message": "invalid input syntax"}, Invalid),
        (500, {"code": "57014", "message": "canceling statement"}, TooBig),
        (540, {}, Unavailable),
        (200, {"not": "rows"}, Unavailable),
    ],
)
async def test_failures_are_told_apart(status: int, body: Any, error: type[Exception]) -> None:
    service = Service(httpx.Response(status, json=body))
    with pytest.raises(error):
        await run(supabase(service), "run_query", sql="select * from t")


async def test_a_host_that_is_something_else_is_told() -> None:
    with pytest.raises(Unavailable, match="description of the project's tables"):
        await supabase(Service(httpx.Response(200, json={"hello": 1}))).check()
