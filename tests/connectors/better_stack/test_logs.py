"""Logs: searched source by source, counted, asked in SQL, and never more than that."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.better_stack.telemetry.lines import field_rows, iso, line_rows
from bot.connectors.better_stack.telemetry.searching import Search
from bot.connectors.better_stack.telemetry.spans import Span
from bot.connectors.better_stack.telemetry.sql import _held, text
from bot.connectors.errors import ConnectorError, Invalid, NotAllowed, NotFound, Unavailable
from playground.betterstack.server import Sandbox
from tests.connectors.better_stack.conftest import mocked
from tests.connectors.helpers import Service, document, everything_said, rows, run

HOUR = {"start": "2026-05-13T13:21:00Z"}
LOGS = "t400_api_gateway_logs"
SPAN = Span("2026-05-13 13:21:00.000", "2026-05-13 14:21:00.000", "")


def held(sql: str) -> str:
    return _held(sql, frozenset([LOGS, "t400_api_gateway_s3"]), SPAN)


async def test_failed_requests_of_the_last_hour_are_found(stack: Any) -> None:
    found = await rows(stack, "search_logs", source="api-gateway", text="5xx", **HOUR)
    assert {row["status"] for row in found} == {500, 502, 503}
    assert all(row["time"] > "2026-05-13T13:21" and row["level"] == "error" for row in found)
    assert found == sorted(found, key=lambda row: row["time"], reverse=True)
    assert found[0]["upstream.service"] == "checkout"


async def test_they_are_counted_by_status_for_a_chart(stack: Any) -> None:
    asked = {"source": "api-gateway", "text": "5xx", "group_by": "status", **HOUR}
    found = await rows(stack, "search_logs", **asked)
    counts = {row["status"]: row["count"] for row in found}
    assert set(counts) == {"500", "502", "503"}
    each = await rows(stack, "search_logs", source="api-gateway", text="5xx", **HOUR)
    assert sum(counts.values()) == len(each)


async def test_and_over_time(stack: Any) -> None:
    asked = {"source": "api-gateway", "status": "5xx", "count_per": "15 minutes", **HOUR}
    found = await rows(stack, "search_logs", **asked)
    assert [row["time"][:16] for row in found][:2] == ["2026-05-13T13:15", "2026-05-13T13:30"]


async def test_older_lines_come_out_of_the_history(stack: Any) -> None:
    asked = {"source": "payments-worker", "text": "charged"}
    found = await rows(stack, "search_logs", **asked)
    assert len(found) == 48


async def test_level_status_and_every_word_narrow_it(stack: Any) -> None:
    asked = {"source": "checkout", "text": "pool exhausted", "level": "error", **HOUR}
    found = await rows(stack, "search_logs", **asked)
    assert found
    assert all("pool is exhausted" in row["message"] for row in found)
    assert await rows(stack, "search_logs", source="checkout", text="pool unicorn") == []
    exact = await rows(stack, "search_logs", source="api-gateway", status="502", **HOUR)
    assert {row["status"] for row in exact} == {502}


async def test_without_a_source_one_is_asked_to_choose(stack: Any, sandbox: Sandbox) -> None:
    result = await run(stack, "search_logs", text="5xx")
    assert {row["name"] for row in result.rows} == {"api-gateway", "checkout", "payments-worker"}
    assert "Nothing was searched yet" in result.cut
    assert [entry.path for entry in sandbox.journal] == ["/api/v2/sources"]


async def test_an_unknown_source_is_told_with_those_that_there_are(stack: Any) -> None:
    with pytest.raises(NotFound, match=r"api-gateway \(11001\)"):
        await run(stack, "search_logs", source="mainframe")


@pytest.mark.parametrize("name", ["11001", "API Gateway", "api_gateway", "gateway"])
async def test_a_source_is_known_by_its_id_its_name_or_a_part_of_it(stack: Any, name: str) -> None:
    assert (await document(stack, "get_log_source", source=name))["name"] == "api-gateway"


async def test_a_source_s_token_stays_back(stack: Any) -> None:
    said = everything_said(await run(stack, "get_log_source", source="checkout"))
    assert "secret" not in said


async def test_fields_come_with_types_and_examples(stack: Any) -> None:
    found = await rows(stack, "list_source_fields", source="api-gateway")
    by_name = {row["field"]: row for row in found}
    assert by_name["status"]["type"] == "int"
    assert by_name["path"]["in_lines"] == "100 of 100"


async def test_a_query_runs_in_the_source_s_own_sql(stack: Any) -> None:
    sql = (
        f"SELECT JSONExtractInt(raw, 'status') AS status, count() AS n FROM remote({LOGS}) "
        "WHERE JSONExtractInt(raw, 'status') >= 500 GROUP BY status ORDER BY n DESC"
    )
    found = await rows(stack, "query_source", source="api-gateway", sql=sql, **HOUR)
    assert {row["status"] for row in found} <= {500, 502, 503}
    assert all(isinstance(row["n"], int) for row in found)


async def test_a_mistake_in_a_query_brings_the_instructions(stack: Any) -> None:
    sql = f"SELECT unicorn FROM remote({LOGS})"
    with pytest.raises(Invalid) as caught:
        await run(stack, "query_source", source="api-gateway", sql=sql)
    assert "unicorn" in str(caught.value)
    assert f"remote({LOGS})" in caught.value.remedy
    result = await run(stack, "source_query_instructions", source="api-gateway")
    assert result.text in caught.value.remedy


async def test_a_mistake_that_the_guard_finds_brings_them_too(stack: Any, sandbox: Sandbox) -> None:
    with pytest.raises(Invalid, match="How to query api-gateway"):
        await run(stack, "query_source", source="api-gateway", sql="DROP TABLE x")
    assert all(entry.path != "/" for entry in sandbox.journal)


async def test_cardinality_counts_series(stack: Any) -> None:
    found = await rows(stack, "metric_cardinality", source="api-gateway", **HOUR)
    assert {row["name"]: row["series"] for row in found} == {
        "duration_ms": 9,
        "response_status": 4,
    }


async def test_errors_are_listed_and_grouped(stack: Any) -> None:
    latest = await rows(stack, "list_recent_errors", application="Storefront")
    assert latest[0]["message"]
    groups = await rows(stack, "list_error_groups", application="storefront")
    assert {row["type"]: row["times"] for row in groups} == {"TypeError": 12, "CheckoutFailed": 12}
    assert groups[0]["last"].endswith("Z")


class TestTheGuard:
    def test_bounds_every_table_in_time_and_the_whole_in_rows(self) -> None:
        sent = held(f"SELECT raw FROM remote({LOGS}) AS l LIMIT 9999")
        assert f"FROM remote({LOGS}) WHERE dt >= toDateTime64('{SPAN.since}', 3, 'UTC')" in sent
        assert sent.endswith("LIMIT 101")

    def test_holds_history_to_the_same_span(self) -> None:
        sent = held("SELECT raw FROM s3Cluster(primary, t400_api_gateway_s3) WHERE _row_type = 1")
        assert "s3Cluster(primary, t400_api_gateway_s3) WHERE dt >=" in sent

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT * FROM remote(t401_labs_app_logs)",
            "SELECT * FROM remote('elsewhere:9000', system.tables)",
            "SELECT * FROM remote(t400_api_gateway_logs, 'user', 'password')",
            "SELECT * FROM s3Cluster(other, t400_api_gateway_s3)",
            "SELECT * FROM s3('https://elsewhere/x')",
            "SELECT * FROM url('https://elsewhere/x')",
            "SELECT * FROM system.query_log",
            "SELECT * FROM source_table_t401_labs_app_logs",
            "SELECT * FROM t400_api_gateway_logs",
            f"SELECT * FROM remote({LOGS}) FORMAT CSV",
            f"SELECT * FROM remote({LOGS}) SETTINGS max_threads = 99",
            f"SELECT sleep(3) FROM remote({LOGS})",
            f"SELECT 1 FROM remote({LOGS}); DROP TABLE x",
            f"INSERT INTO x SELECT * FROM remote({LOGS})",
            f"SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x), x, remote({LOGS})",
        ],
    )
    def test_refuses_whatever_leads_elsewhere(self, sql: str) -> None:
        with pytest.raises(Invalid):
            held(sql)

    @given(st.text(max_size=40))
    def test_keeps_what_is_searched_for_inside_its_text(self, words: str) -> None:
        try:
            sent = held(Search("t400_api_gateway", words).lines)
        except Invalid:
            return  # a text that databases read in different ways
        assert sent.count("remote(") <= 1 + words.lower().count("remote(")
        assert sent.endswith("LIMIT 101")

    @given(st.text(max_size=60))
    def test_writes_texts_that_end_where_they_should(self, value: str) -> None:
        written = text(value)[1:-1]
        assert "'" not in written.replace("\\\\", "").replace("\\'", "")


class TestLines:
    def test_share_their_columns(self) -> None:
        lines = [
            {"dt": "2026-05-13 13:00:00.123000", "raw": json.dumps({"level": "info", "a": 1})},
            {"dt": "2026-05-13 13:00:01", "raw": "no json at all"},
        ]
        first, second = line_rows(lines)
        assert first.keys() == second.keys()
        assert first["time"] == "2026-05-13T13:00:00.123Z"
        assert second["message"] == "no json at all"

    def test_are_cut_where_they_are_long(self) -> None:
        [row] = line_rows([{"dt": "x", "raw": json.dumps({"message": "y" * 9999})}])
        assert len(row["message"]) == 501

    @given(st.lists(st.text(max_size=30), max_size=5))
    def test_of_any_kind_become_rows(self, raws: list[str]) -> None:
        lines = [{"dt": "2026-05-13 13:00:00", "raw": raw} for raw in raws]
        assert len(line_rows(lines)) == len(lines)
        field_rows(lines)

    def test_leave_alone_what_is_no_time(self) -> None:
        assert iso("soon") == "soon"
        assert iso(7) == 7


SOURCES = {
    "data": [
        {"id": "1", "type": "source", "attributes": {"name": "a", "table_name": "a", "team_id": 4}}
    ]
}


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (httpx.Response(401, text="no"), NotAllowed, "SQL username"),
        (httpx.Response(404, text="no"), Unavailable, "region"),
        (httpx.Response(500, text="<html>"), Unavailable, "500"),
        (httpx.Response(200, text="<html>"), Unavailable, "not Better Stack's SQL"),
        (httpx.ConnectError("no"), Unavailable, "could not be reached"),
        (httpx.ReadTimeout("no"), Unavailable, "in time"),
        (httpx.Response(400, text="Code: 47. DB::Exception: Missing x (version 1)"), Invalid, "x"),
    ],
)
async def test_what_the_sql_endpoint_may_answer(
    answer: httpx.Response | Exception, kind: type[ConnectorError], words: str
) -> None:
    service = Service(httpx.Response(200, json=SOURCES), answer)
    connector = mocked(
        service,
        credentials={"sql_username": "u", "sql_password": "p"},
        telemetry_url="https://t.example",
        sql_url="https://sql.example",
    )
    with pytest.raises(kind, match=words):
        await run(connector, "search_logs", source="a")
    assert service.requests[-1].url.host == "sql.example"


async def test_a_connection_without_a_sql_sign_in_says_what_to_fill_in() -> None:
    service = Service(httpx.Response(200, json=SOURCES))
    connector = mocked(service, telemetry_url="https://t.example", sql_url="https://sql.example")
    with pytest.raises(Invalid, match="sql_username"):
        await run(connector, "search_logs", source="a")
