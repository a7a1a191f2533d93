"""Tables, columns and rows of ClickHouse's current engine."""

from __future__ import annotations

from typing import Any

import pytest

from bot.connectors.errors import Invalid, NotFound
from bot.connectors.sql.rules import Refused
from tests.connectors.helpers import document, rows, run


async def test_the_connection_test_says_what_answered(clickhouse: Any) -> None:
    assert (await clickhouse.check()).account.startswith("ClickHouse 2")


async def test_tables_are_listed_with_engine_and_rows(clickhouse: Any) -> None:
    found = await rows(clickhouse, "list_tables")
    assert found == [
        {
            "schema": "default",
            "table": "events",
            "kind": "ReplacingMergeTree",
            "rows_estimate": 6,
            "size": found[0]["size"],
            "comment": "",
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ({"name_contains": "EVEN"}, 1),
        ({"name_contains": "'"}, 0),
        ({"schema_name": "default"}, 1),
        ({"schema_name": "other"}, 0),
    ],
)
async def test_tables_can_be_narrowed(
    clickhouse: Any, arguments: dict[str, str], count: int
) -> None:
    assert len(await rows(clickhouse, "list_tables", **arguments)) == count


@pytest.mark.parametrize("table", ["events", "default.events", "`default`.`events`"])
async def test_a_table_is_described_with_its_keys(clickhouse: Any, table: str) -> None:
    page = await document(clickhouse, "describe_table", table=table)
    columns = {column["name"]: column for column in page["columns"]}
    assert columns["user_id"] == {
        "name": "user_id",
        "type": "UInt32",
        "nullable": False,
        "key": "primary, sorting",
    }
    assert page["sorting_key"] == "user_id, ts"
    assert page["primary_key"] == ["ts", "user_id"]


async def test_a_table_that_does_not_exist_is_told_with_a_close_one(clickhouse: Any) -> None:
    with pytest.raises(NotFound, match=r"Close to it: default\.events"):
        await run(clickhouse, "describe_table", table="event")


async def test_rows_come_back(clickhouse: Any) -> None:
    sql = "select kind, count() as n, uniq(user_id) as users from events group by kind order by n"
    found = await rows(clickhouse, "run_query", sql=sql)
    assert found[-1] == {"kind": "view", "n": 3, "users": 2}


async def test_at_most_100_rows_come_back_and_more_is_said(clickhouse: Any) -> None:
    result = await run(clickhouse, "run_query", sql="select number from numbers(1000000000)")
    assert [row["number"] for row in result.rows] == list(range(100))
    assert "there are more" in result.cut
    exact = await run(clickhouse, "run_query", sql="select number from numbers(100)")
    assert exact.cut == ""


async def test_totals_are_said_beside_the_rows(clickhouse: Any) -> None:
    sql = "select kind, count() as n from events group by kind with totals order by kind"
    result = await run(clickhouse, "run_query", sql=sql)
    assert len(result.rows) == 3
    assert result.cut == "Totals: kind , n 6."


async def test_large_numbers_keep_their_digits(clickhouse: Any) -> None:
    [row] = await rows(clickhouse, "run_query", sql="select toUInt64(18446744073709551615) as big")
    assert row == {"big": 18446744073709551615}


async def test_clickhouse_s_words_are_told(clickhouse: Any) -> None:
    with pytest.raises(Invalid, match=r"ClickHouse refused the query\. It says: .*nope"):
        await run(clickhouse, "run_query", sql="select nope from events")
    with pytest.raises(NotFound, match="no such table"):
        await run(clickhouse, "run_query", sql="select 1 from nowhere")


async def test_nothing_is_sent_that_the_guard_refuses(clickhouse: Any) -> None:
    with pytest.raises(Refused, match="functions that only read"):
        await run(clickhouse, "run_query", sql="select * from url('http://x', 'CSV', 'a Int')")
