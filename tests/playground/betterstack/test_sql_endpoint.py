"""The SQL endpoint really runs what it is asked, over the seeded rows."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from playground.betterstack.auth import TELEMETRY_TOKEN
from playground.betterstack.faults import Fault, Kind
from playground.betterstack.server import Sandbox
from playground.betterstack.warehouse import QUOTE_64, SQL_PASSWORD, SQL_USERNAME

LOGS = "remote(t400_api_gateway_logs)"


@pytest.fixture
async def sql(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=sandbox.url, auth=(SQL_USERNAME, SQL_PASSWORD), trust_env=False
    ) as client:
        yield client


async def ask(client: httpx.AsyncClient, query: str) -> list[dict[str, Any]]:
    response = await client.post("/", params={QUOTE_64: "0"}, content=query)
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


async def test_filters_groups_and_limits_count(sql: httpx.AsyncClient) -> None:
    status = "JSONExtractInt(raw, 'status')"
    found = await ask(
        sql,
        f"SELECT {status} AS status, count() AS n FROM {LOGS} WHERE {status} >= 500 "
        "GROUP BY status ORDER BY n DESC LIMIT 2 FORMAT JSONEachRow",
    )
    assert len(found) == 2
    assert found[0]["n"] >= found[1]["n"] > 0


async def test_time_is_the_sandbox_s_own(sql: httpx.AsyncClient) -> None:
    for minutes, enough in ((5, 19), (20, 79)):
        [row] = await ask(
            sql,
            f"SELECT count() AS n FROM {LOGS} WHERE dt >= now() - INTERVAL {minutes} MINUTE "
            "FORMAT JSONEachRow",
        )
        assert enough <= row["n"] <= enough + 2


async def test_recent_and_older_lines_are_in_two_tables(sql: httpx.AsyncClient) -> None:
    older = "s3Cluster(primary, t400_api_gateway_s3) WHERE _row_type = 1"
    query = f"SELECT (SELECT min(dt) FROM {LOGS}) > (SELECT max(dt) FROM {older}) AS apart"
    assert await ask(sql, f"{query} FORMAT JSONEachRow") == [{"apart": 1}]


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("uniq(series_id)", 9),
        ("countMerge(events_count)", 60 * 13 * 4),
        ("countIf(series_id = 8)", 60),
        ("count(DISTINCT toStartOfHour(dt))", 2),
    ],
)
async def test_the_functions_of_metrics_are_there(
    sql: httpx.AsyncClient, what: str, expected: int
) -> None:
    query = f"SELECT {what} AS n FROM remote(t400_api_gateway_metrics) FORMAT JSONEachRow"
    assert await ask(sql, query) == [{"n": expected}]


async def test_whole_numbers_are_texts_unless_asked_otherwise(sql: httpx.AsyncClient) -> None:
    response = await sql.post("/", content=f"SELECT count() AS n FROM {LOGS} FORMAT JSONEachRow")
    assert json.loads(response.text)["n"].isdigit()


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("SELECT FROM WHERE FORMAT JSONEachRow", 400, "SYNTAX_ERROR"),
        (f"SELECT unicorn FROM {LOGS} FORMAT JSONEachRow", 404, "unicorn"),
        (f"SELECT sleep(3) FROM {LOGS} FORMAT JSONEachRow", 404, "function"),
        ("SELECT 1 FROM remote(t9_none_logs) FORMAT JSONEachRow", 404, "Unknown table"),
        ("SELECT 1 FROM system.users FORMAT JSONEachRow", 403, "privileges"),
        ("DROP TABLE x FORMAT JSONEachRow", 403, "readonly"),
        (f"SELECT 1 FROM {LOGS}", 400, "JSONEachRow"),
    ],
)
async def test_what_is_wrong_is_told_in_the_words_of_clickhouse(
    sql: httpx.AsyncClient, query: str, status: int, words: str
) -> None:
    response = await sql.post("/", content=query)
    assert response.status_code == status
    assert response.text.startswith("Code: ")
    assert words in response.text


async def test_an_unknown_setting_is_refused(sql: httpx.AsyncClient) -> None:
    response = await sql.post("/", params={"max_threads": "9"}, content="SELECT 1")
    assert response.status_code == 400


async def test_it_has_a_sign_in_of_its_own(sandbox: Sandbox) -> None:
    token = {"Authorization": f"Bearer {TELEMETRY_TOKEN}"}
    async with httpx.AsyncClient(base_url=sandbox.url, headers=token, trust_env=False) as client:
        response = await client.post("/", content="SELECT 1 FORMAT JSONEachRow")
    assert response.status_code == 401


async def test_faults_and_the_journal_hold_here_too(
    sql: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault(kind=Kind.ERROR, path="/"))
    assert (await sql.post("/", content="SELECT 1 FORMAT JSONEachRow")).status_code == 500
    assert sandbox.journal.entries[0].body == "SELECT 1 FORMAT JSONEachRow"
