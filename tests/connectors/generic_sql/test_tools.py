"""Tables, columns and rows of real PostgreSQL and MariaDB servers."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from bot.connectors.errors import Invalid, NotFound
from bot.connectors.results import Rows
from bot.connectors.sql.rules import Refused
from tests.connectors.generic_sql.conftest import Opener
from tests.connectors.helpers import document, everything_said, rows, run
from tests.connectors.sql.conftest import Shop


class TestListTables:
    async def test_names_all_with_estimates_and_comments(self, database: Any) -> None:
        found = {row["table"]: row for row in await rows(database, "list_tables")}
        assert set(found) == {"customers", "orders", "paid_orders"}
        assert found["orders"]["rows_estimate"] == 5
        assert found["orders"]["kind"] == "table"
        assert found["paid_orders"]["kind"] == "view"
        assert found["customers"]["comment"] == "Everyone who ever signed up"

    async def test_can_be_narrowed(self, database: Any) -> None:
        found = await rows(database, "list_tables", name_contains="ORDER")
        assert [row["table"] for row in found] == ["orders", "paid_orders"]
        schema = found[0]["schema"]
        assert len(await rows(database, "list_tables", schema_name=schema)) == 3
        assert await rows(database, "list_tables", schema_name="nowhere") == []

    @pytest.mark.parametrize("part", ["_", "%", "'", "o_ders"])
    async def test_takes_a_part_of_a_name_as_it_is(self, database: Any, part: str) -> None:
        found = await rows(database, "list_tables", name_contains=part)
        assert [row["table"] for row in found] == (["paid_orders"] if part == "_" else [])

    async def test_of_all_schemas_says_where_more_are(
        self, opened: Opener, postgres_shop: Shop
    ) -> None:
        with psycopg.connect(postgres_shop.owner, autocommit=True) as connection:
            connection.execute("create schema attic")
            for number in range(101):
                connection.execute(f"create table attic.box_{number:03} (id int)".encode())
            try:
                result = await run(opened(postgres_shop.owner), "list_tables")
                read = await run(opened(postgres_shop.reader), "list_tables")
            finally:
                connection.execute("drop schema attic cascade")
        assert isinstance(result, Rows)
        assert len(result.rows) == 100
        assert "attic (101), shop (3)" in result.cut
        assert read.rows[0]["kind"] == "table, no right to read it"


class TestDescribeTable:
    async def test_shows_columns_keys_indexes_and_foreign_keys(self, database: Any) -> None:
        page = await document(database, "describe_table", table="orders")
        columns = {column["name"]: column for column in page["columns"]}
        assert list(columns)[:4] == ["id", "customer_id", "status", "total"]
        assert columns["id"]["key"] == "primary"
        assert columns["id"]["nullable"] is False
        assert columns["paid_at"]["nullable"] is True
        assert "customers(id)" in columns["customer_id"]["key"]
        assert page["primary_key"] == ["id"]
        assert page["foreign_keys"][0]["columns"] == ["customer_id"]
        assert "orders_by_customer" in {index["name"] for index in page["indexes"]}

    async def test_shows_types_defaults_and_comments(self, database: Any) -> None:
        page = await document(database, "describe_table", table="customers")
        plan = next(column for column in page["columns"] if column["name"] == "plan")
        assert "'free'" in plan["default"]
        assert plan["comment"] == "free or pro"

    async def test_of_postgres_tells_who_refers_to_it(self, on_postgres: Any) -> None:
        page = await document(on_postgres, "describe_table", table='shop."customers"')
        assert sorted(page["referenced_by"]) == ["shop.customers", "shop.orders"]

    async def test_names_close_ones_for_one_that_does_not_exist(self, database: Any) -> None:
        with pytest.raises(NotFound, match=r"There is no table .*ordrs.*Close to it: .*\.orders"):
            await run(database, "describe_table", table="ordrs")

    async def test_asks_which_of_two(self, opened: Opener, postgres_shop: Shop) -> None:
        with psycopg.connect(postgres_shop.owner, autocommit=True) as connection:
            connection.execute("create table public.orders (id int)")
            try:
                with pytest.raises(Invalid, match=r"public\.orders, shop\.orders"):
                    await run(opened(postgres_shop.owner), "describe_table", table="orders")
            finally:
                connection.execute("drop table public.orders")

    @pytest.mark.parametrize("table", ["a.b.c", ".", "x'; drop table orders --", "a\\b"])
    async def test_takes_no_name_for_sql(self, database: Any, table: str) -> None:
        with pytest.raises((Invalid, NotFound)):
            await run(database, "describe_table", table=table)


class TestRunQuery:
    async def test_gives_rows(self, on_postgres: Any, on_mariadb: Any) -> None:
        sql = "select status, count(*) as n, sum(total) as total from {} group by 1 order by 1"
        expected = [
            {"status": "cancelled", "n": 1, "total": 7},
            {"status": "open", "n": 1, "total": 200},
            {"status": "paid", "n": 3, "total": 195.49},
        ]
        assert await rows(on_postgres, "run_query", sql=sql.format("shop.orders")) == expected
        assert await rows(on_mariadb, "run_query", sql=sql.format("orders")) == expected

    async def test_gives_at_most_100_and_says_that_there_are_more(
        self, on_postgres: Any, on_mariadb: Any
    ) -> None:
        numbers = "with recursive n as (select 1 as i union all select i + 1 from n where i < {})"
        for connection in (on_postgres, on_mariadb):
            sql = numbers.format(150) + " select i from n"
            result = await run(connection, "run_query", sql=sql)
            assert [row["i"] for row in result.rows] == list(range(1, 101))
            assert "there are more" in result.cut
            exact = await run(connection, "run_query", sql=numbers.format(100) + " select i from n")
            assert len(exact.rows) == 100
            assert exact.cut == ""

    async def test_never_fetches_all(self, on_postgres: Any) -> None:
        sql = "select generate_series(1, 100000000000) as g"
        result = await run(on_postgres, "run_query", sql=sql)
        assert len(result.rows) == 100

    async def test_stops_at_large_rows(self, database: Any) -> None:
        sql = "with recursive n as (select 1 as i union all select i + 1 from n where i < 90) "
        wide = ", ".join(f"repeat('x', 19000) as c{i}" for i in range(10))
        result = await run(database, "run_query", sql=f"{sql} select i, {wide} from n")
        assert 0 < len(result.rows) < 50
        assert "as they are large" in result.cut

    async def test_cuts_a_long_text_and_says_so(self, database: Any) -> None:
        [row] = await rows(database, "run_query", sql="select repeat('x', 30000) as text")
        assert row["text"].endswith("(30,000 characters, cut here)")

    async def test_shapes_values_of_postgres(self, on_postgres: Any) -> None:
        sql = """
        select 1.10::numeric as price, 12345678901234567890.123::numeric as exact, 1e400::numeric
          as huge, 'NaN'::numeric as nan, 'infinity'::float8 as inf, date '2026-05-13' as day,
          'infinity'::timestamp as forever, timestamptz '2026-05-13 14:21+00' at time zone 'UTC'
          as at, interval '1 day 02:00' as wait, decode('00ff', 'hex') as bytes,
          '{"a": [1, null]}'::jsonb as doc, array[1, 2] as list, array['x', null] as texts,
          '6f9619ff-8b86-d011-b42d-00c04fc964ff'::uuid as id, inet '10.0.0.1' as ip,
          int4range(1, 5) as span, row(1, 'a') as pair, null as nothing, true as yes,
          9223372036854775807 as big, 1 as one, 2 as one
        """
        [row] = await rows(on_postgres, "run_query", sql=sql)
        assert row == {
            "price": 1.1,
            "exact": "12345678901234567890.123",
            "huge": row["huge"],
            "nan": "NaN",
            "inf": "inf",
            "day": "2026-05-13",
            "forever": "infinity",
            "at": "2026-05-13 14:21:00",
            "wait": "1 day 02:00:00",
            "bytes": "0x00ff",
            "doc": {"a": [1, None]},
            "list": [1, 2],
            "texts": ["x", None],
            "id": "6f9619ff-8b86-d011-b42d-00c04fc964ff",
            "ip": "10.0.0.1",
            "span": "[1, 5)",
            "pair": ["1", "a"],
            "nothing": None,
            "yes": True,
            "big": 9223372036854775807,
            "one": 1,
            "one_2": 2,
        }

    async def test_shapes_values_of_mariadb(self, on_mariadb: Any) -> None:
        sql = """
        select 1.10 as price, cast('2026-05-13' as date) as day, cast('2026-05-13 14:21' as
          datetime) as at, cast('26:00:00' as time) as wait, x'00ff' as bytes, null as nothing,
          json_object('a', 1) as doc, 9223372036854775807 as big, 1 as one, 2 as one, 1 = 1 as yes
        """
        [row] = await rows(on_mariadb, "run_query", sql=sql)
        assert row == {
            "price": 1.1,
            "day": "2026-05-13",
            "at": "2026-05-13 14:21:00",
            "wait": "1 day, 2:00:00",
            "bytes": "0x00ff",
            "nothing": None,
            "doc": '{"a": 1}',
            "big": 9223372036854775807,
            "one": 1,
            "one_2": 2,
            "yes": 1,
        }

    async def test_tells_the_database_s_own_words(self, database: Any) -> None:
        with pytest.raises(Invalid, match=r"refused the query\. It says: .*nope"):
            await run(database, "run_query", sql="select nope")

    async def test_sends_nothing_that_the_guard_refuses(self, database: Any) -> None:
        with pytest.raises(Refused, match="only queries are allowed"):
            await run(database, "run_query", sql="delete from orders")

    async def test_takes_a_percent_sign_as_it_is(self, database: Any) -> None:
        [row] = await rows(database, "run_query", sql="select '100%s' as a, 7 % 4 as b")
        assert row == {"a": "100%s", "b": 3}


async def test_nothing_says_the_password(database: Any) -> None:
    for verb, arguments in {
        "list_tables": {},
        "describe_table": {"table": "orders"},
        "run_query": {"sql": "select 1 as one"},
    }.items():
        assert "reading" not in everything_said(await run(database, verb, **arguments))
