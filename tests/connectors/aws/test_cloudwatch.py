"""CloudWatch Logs: against moto's server, and against a stand-in where moto is not enough.

moto's Insights ignores the query, is complete at once and cannot be stopped. So waiting, stopping
and what queries find are tried on a stand-in, whose requests are checked against AWS's own model.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.connectors.aws_cloudwatch import CloudWatchLogs
from bot.connectors.aws_cloudwatch.connector import WAITS
from bot.connectors.aws_cloudwatch.shaping import log_row, scanned
from bot.connectors.errors import Invalid, NotFound, Unavailable
from tests.connectors.aws.conftest import KEYS, mocked, set_up
from tests.connectors.aws.model import check_call
from tests.connectors.helpers import NOW, Service, connect, rows, run
from tests.vendor_documents import vendor_document

MODEL = "aws_cloudwatch/logs-2014-03-28.service-2.json"


async def no_wait(seconds: float) -> None:
    await asyncio.sleep(0)


def hurried(connector: Any) -> Any:
    connector._pause = no_wait
    return connector


@pytest.fixture
async def logs(aws: str, client: httpx.AsyncClient) -> AsyncIterator[Any]:
    """A connection to moto with two log groups, one of which has an entry of this minute."""
    connector = hurried(
        connect(CloudWatchLogs, client, credentials=KEYS, settings={"endpoint": aws})
    )
    for group in ("/app/cart", "/app/cart-payroll"):
        await set_up(connector, "CreateLogGroup", {"logGroupName": group})
        await set_up(connector, "CreateLogStream", {"logGroupName": group, "logStreamName": "main"})
    entry = {"timestamp": int(datetime.now(UTC).timestamp() * 1000), "message": "ERROR no stock"}
    body = {"logGroupName": "/app/cart", "logStreamName": "main", "logEvents": [entry]}
    await set_up(connector, "PutLogEvents", body)
    yield connector
    for group in ("/app/cart", "/app/cart-payroll"):
        await set_up(connector, "DeleteLogGroup", {"logGroupName": group})


class TestOnAServer:
    async def test_the_connection_test_names_the_region(self, logs: Any) -> None:
        assert (await logs.check()).account == "CloudWatch Logs in eu-central-1"

    async def test_log_groups_are_listed(self, logs: Any) -> None:
        found = await rows(logs, "list_log_groups")
        assert [row["log_group"] for row in found] == ["/app/cart", "/app/cart-payroll"]
        assert found[0]["retention"] == "for ever"

    async def test_entries_are_found(self, logs: Any) -> None:
        now = datetime.now(UTC)
        found = await rows(
            logs,
            "query_logs",
            query="fields @timestamp, @message",
            log_groups=["/app/cart"],
            start=(now - timedelta(minutes=5)).isoformat(),
            end=(now + timedelta(minutes=5)).isoformat(),
        )
        assert [row["@message"] for row in found] == ["ERROR no stock"]
        assert "@ptr" not in found[0]

    async def test_a_log_group_that_is_not_there_is_told(self, logs: Any) -> None:
        with pytest.raises(NotFound, match="in eu-central-1"):
            await run(logs, "query_logs", query="limit 5", log_groups=["/nothing"])

    async def test_the_fence_shows_one_group_alone(
        self, logs: Any, aws: str, client: httpx.AsyncClient
    ) -> None:
        only = connect(
            CloudWatchLogs,
            client,
            credentials={**KEYS, "default_log_group": "/app/cart"},
            settings={"endpoint": aws},
        )
        assert (await only.check()).account == "log group /app/cart in eu-central-1"
        assert [row["log_group"] for row in await rows(only, "list_log_groups")] == ["/app/cart"]


class Insights:
    """CloudWatch with a query that takes some looks until it is complete."""

    def __init__(self, *statuses: str, found: int = 1, **answer: Any) -> None:
        self.statuses = list(statuses)
        self.answer = answer
        self.found = found
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.service = Service(self._reply)

    def _reply(self, request: httpx.Request) -> httpx.Response:
        operation = request.headers["X-Amz-Target"].partition(".")[2]
        self.calls.append((operation, json.loads(request.content)))
        match operation:
            case "StartQuery":
                return httpx.Response(200, json={"queryId": "q-1"})
            case "StopQuery":
                return httpx.Response(200, json={"success": True})
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        row = [{"field": "n", "value": "7"}, {"field": "@ptr", "value": "Cg=="}]
        return httpx.Response(
            200, json={"status": status, "results": [row] * self.found, **self.answer}
        )

    def named(self, operation: str) -> list[dict[str, Any]]:
        return [body for name, body in self.calls if name == operation]

    async def query(self, query: str = "limit 5", **arguments: Any) -> Any:
        connector = hurried(mocked(CloudWatchLogs, self.service))
        return await run(
            connector, "query_logs", query=query, **{"log_groups": ["/app"], **arguments}
        )


class TestAQuery:
    async def test_is_about_the_last_24_hours_if_nothing_is_said(self) -> None:
        insights = Insights("Complete")
        found = await insights.query()
        [body] = insights.named("StartQuery")
        assert body["endTime"] == int(NOW.timestamp())
        assert body["startTime"] == body["endTime"] - 24 * 3600
        assert "12 May, 14:21 UTC to today, 14:21 UTC" in found.title

    async def test_asks_for_101_rows_and_shows_100(self) -> None:
        insights = Insights("Complete", found=101)
        found = await insights.query()
        assert insights.named("StartQuery")[0]["limit"] == 101
        assert len(found.rows) == 100
        assert found.cut == "Only the first 100 rows are shown; there are more."

    async def test_is_looked_at_until_it_is_complete(self) -> None:
        insights = Insights("Scheduled", "Running", "Running", "Complete")
        found = await insights.query()
        assert len(insights.named("GetQueryResults")) == 4
        assert found.rows == [{"n": 7}]
        assert found.cut == ""
        assert insights.named("StopQuery") == []

    async def test_is_stopped_when_it_takes_too_long_and_shows_what_there_is(self) -> None:
        insights = Insights("Running")
        found = await insights.query()
        assert len(insights.named("GetQueryResults")) == len(WAITS)
        assert insights.named("StopQuery") == [{"queryId": "q-1"}]
        assert found.rows == [{"n": 7}]
        assert "only a part" in found.cut

    async def test_is_stopped_when_its_run_is_cancelled(self) -> None:
        insights = Insights("Running")
        waiting = asyncio.Event()

        async def for_ever(seconds: float) -> None:
            waiting.set()
            await asyncio.Event().wait()

        connector = mocked(CloudWatchLogs, insights.service)
        connector._pause = for_ever
        task = asyncio.ensure_future(
            run(connector, "query_logs", query="limit 5", log_groups=["/app"])
        )
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert insights.named("StopQuery") == [{"queryId": "q-1"}]

    async def test_is_stopped_when_its_run_is_cancelled_while_it_starts(self) -> None:
        insights, starting, go_on = Insights("Running"), asyncio.Event(), asyncio.Event()

        async def slow(request: httpx.Request) -> httpx.Response:
            starting.set()
            await go_on.wait()
            return insights._reply(request)

        async with httpx.AsyncClient(transport=httpx.MockTransport(slow)) as client:
            connector = connect(CloudWatchLogs, client, credentials=KEYS)
            asking = run(connector, "query_logs", query="limit 5", log_groups=["/app"])
            task = asyncio.ensure_future(asking)
            await starting.wait()
            task.cancel()
            await asyncio.sleep(0)
            go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert [name for name, _ in insights.calls] == ["StartQuery", "StopQuery"]

    @pytest.mark.parametrize("status", ["Failed", "Cancelled", "Timeout"])
    async def test_that_fails_is_told(self, status: str) -> None:
        with pytest.raises(Unavailable, match=f"without a result: {status.lower()}"):
            await Insights(status).query()

    async def test_is_started_once_even_if_the_answer_is_lost(self) -> None:
        service = Service(httpx.ReadTimeout("slow"))
        with pytest.raises(Unavailable):
            await run(
                mocked(CloudWatchLogs, service), "query_logs", query="limit 5", log_groups=["/a"]
            )
        assert len(service.requests) == 1

    async def test_says_what_was_scanned(self) -> None:
        found = await Insights("Complete", statistics={"bytesScanned": 1_234_567_890.0}).query()
        assert "1.23 GB scanned" in found.title

    async def test_needs_a_log_group(self) -> None:
        with pytest.raises(Invalid, match="from list_log_groups"):
            await Insights("Complete").query(log_groups=None)

    async def test_needs_a_period_that_is_not_empty(self) -> None:
        with pytest.raises(Invalid, match="must be before the end"):
            await Insights("Complete").query(start="2026-05-13T15:00:00Z")


class TestTheFence:
    def fenced(self, insights: Insights) -> Any:
        return hurried(mocked(CloudWatchLogs, insights.service, default_log_group="/app/cart"))

    async def test_is_where_queries_go_by_themselves_and_the_answer_says_so(self) -> None:
        insights = Insights("Complete")
        found = await run(self.fenced(insights), "query_logs", query="limit 5")
        assert insights.named("StartQuery")[0]["logGroupNames"] == ["/app/cart"]
        assert 'limited to the log group "/app/cart"' in found.title

    @pytest.mark.parametrize("groups", [["/payroll"], ["/app/cart", "/payroll"]])
    async def test_cannot_be_left(self, groups: list[str]) -> None:
        insights = Insights("Complete")
        with pytest.raises(Invalid, match='limited to the log group "/app/cart"'):
            await run(self.fenced(insights), "query_logs", query="limit 5", log_groups=groups)
        assert insights.calls == []

    async def test_that_names_a_group_which_is_not_there_fails_the_connection_test(self) -> None:
        other = {"logGroups": [{"logGroupName": "/app/cart-payroll"}]}
        connector = mocked(
            CloudWatchLogs, Service(httpx.Response(200, json=other)), default_log_group="/app/cart"
        )
        with pytest.raises(Invalid, match="no log group /app/cart in eu-central-1"):
            await connector.check()

    def test_is_part_of_what_models_read(self) -> None:
        assert "/app/cart" in self.fenced(Insights("Complete")).about()


async def test_lists_of_log_groups_go_on_and_are_cut_at_100() -> None:
    groups = [{"logGroupName": f"/g/{number}"} for number in range(50)]
    service = Service(httpx.Response(200, json={"logGroups": groups, "nextToken": "more"}))
    found = await run(mocked(CloudWatchLogs, service), "list_log_groups", containing="g")
    assert len(found.rows) == 100
    assert "there are more" not in found.title
    assert "Only the first 100" in found.cut
    assert json.loads(service.requests[0].content)["logGroupNamePattern"] == "g"


async def test_every_request_is_one_that_aws_documents() -> None:
    model = vendor_document(MODEL)
    insights = Insights("Running")
    await insights.query()
    groups = Service(httpx.Response(200, json={"logGroups": []}))
    await run(mocked(CloudWatchLogs, groups), "list_log_groups", containing="cart")
    await mocked(CloudWatchLogs, groups).check()
    requests = [*insights.service.requests, *groups.requests]
    asked = {check_call(model, one, json.loads(one.content)) for one in requests}
    assert asked == {"StartQuery", "GetQueryResults", "StopQuery", "DescribeLogGroups"}
    declared = {tool.path.partition(".")[2] for tool in CloudWatchLogs.tools.values()}
    assert declared <= asked


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("-1.5", -1.5),
        ("007", "007"),
        ("1e5", "1e5"),
        ("nan", "nan"),
        ("", ""),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_numbers_are_numbers_and_ids_stay_text(text: str, value: object) -> None:
    assert log_row([{"field": "n", "value": text}]) == {"n": value}
    assert log_row([{"field": "@message", "value": text}]) == {"@message": text}


def test_nothing_scanned_costs_no_words() -> None:
    assert scanned({}) == ""
    assert scanned({"statistics": {"bytesScanned": 999.0}}) == ", 999 bytes scanned"
