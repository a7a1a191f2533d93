"""Workers Logs, through a stand-in that holds each request against Cloudflare's documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import httpx
import pytest
from pydantic import ValidationError

from bot.connectors.cloudflare_logging import CloudflareLogging
from bot.connectors.errors import Invalid, NotAllowed, NotFound, NotSignedIn, Unavailable
from tests.connectors.helpers import Answer, connect, rows, run
from tests.connectors.vendor_service import VendorService, flattened
from tests.vendor_documents import vendor_document

ACCOUNT = "0123456789abcdef0123456789abcdef"
TOKEN = "cf-token-that-is-long-enough"
NOW_MS = 1_778_682_060_000
DAY_MS = 86_400_000

# The verification of tokens is not in the assembled document; its page is
# https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify
VERIFY: dict[str, Any] = {"paths": {"": {"get": {}}}, "components": {}}


def logs(
    *answers: httpx.Response | Exception | Answer, **credentials: str
) -> tuple[Any, VendorService]:
    name = "cloudflare_logging/cloudflare-workers-observability.openapi.json"
    documents = {
        "/client/v4/user/tokens/verify": VERIFY,
        f"/client/v4/accounts/{ACCOUNT}/tokens/verify": VERIFY,
        "/client/v4": flattened(vendor_document(name)),
    }
    service = VendorService(documents, *answers)
    given = {"api_token": TOKEN, "account_id": ACCOUNT, **credentials}
    return connect(CloudflareLogging, service.client, credentials=given), service


def good(result: Any) -> httpx.Response:
    return httpx.Response(
        200, json={"success": True, "result": result, "errors": [], "messages": []}
    )


def bad(status: int, code: int, message: str) -> httpx.Response:
    errors = [{"code": code, "message": message}]
    return httpx.Response(status, json={"success": False, "errors": errors, "result": None})


def events(*found: Mapping[str, Any]) -> httpx.Response:
    return good({"events": {"events": list(found), "count": len(found)}})


def event(script: str = "shop", **metadata: Any) -> dict[str, Any]:
    return {
        "dataset": "cloudflare-workers",
        "timestamp": NOW_MS,
        "source": {},
        "$workers": {"scriptName": script, "outcome": "ok", "cpuTimeMs": 3, "wallTimeMs": 41},
        "$metadata": {"service": script, "requestId": "r1", **metadata},
    }


class TestAQuery:
    async def test_asks_for_the_last_day_and_lists_events(self) -> None:
        found = event(level="error", message="boom", statusCode=500, trigger="GET /pay?card=4111")
        connector, service = logs(events(found))
        result = await run(connector, "query_logs", search="boom")
        assert service.bodies == [
            {
                "queryId": "quarterdeck",
                "dry": True,
                "view": "events",
                "limit": 101,
                "timeframe": {"from": NOW_MS - DAY_MS, "to": NOW_MS},
                "parameters": {
                    "datasets": [],
                    "filters": [],
                    "filterCombination": "and",
                    "needle": {"value": "boom"},
                },
            }
        ]
        assert list(result.rows) == [
            {
                "time": "2026-05-13T14:21:00.000Z",
                "script": "shop",
                "level": "error",
                "message": "boom",
                "error": None,
                "outcome": "ok",
                "status": 500,
                "trigger": "GET /pay",
                "cpu_ms": 3,
                "wall_ms": 41,
                "request_id": "r1",
            }
        ]
        assert "all Workers" in result.title

    async def test_takes_filters_of_every_kind(self) -> None:
        connector, service = logs(events())
        filters = [
            {"key": "$metadata.level", "operation": "in", "type": "string", "value": "error,warn"},
            {"key": "$metadata.statusCode", "operation": "gte", "type": "number", "value": 500},
            {"key": "user", "operation": "exists", "type": "string"},
        ]
        await run(connector, "query_logs", filters=filters, match="or")
        assert service.bodies[0]["parameters"]["filters"] == filters
        assert service.bodies[0]["parameters"]["filterCombination"] == "or"
        with pytest.raises(Invalid, match="needs a value"):
            await run(
                connector,
                "query_logs",
                filters=[{"key": "a", "operation": "eq", "type": "string"}],
            )

    async def test_works_out_numbers_by_group(self) -> None:
        def group(script: str) -> list[dict[str, str]]:
            return [{"key": "$metadata.service", "value": script}]

        result = {
            "calculations": [
                {
                    "alias": "count",
                    "aggregates": [
                        {"groups": group("shop"), "value": 9, "count": 9},
                        {"groups": group("mail"), "value": 2, "count": 2},
                    ],
                    "series": [],
                },
                {
                    "alias": "p99 $workers.wallTimeMs",
                    "aggregates": [{"groups": group("shop"), "value": 41.5, "count": 9}],
                    "series": [],
                },
            ]
        }
        connector, service = logs(good(result))
        found = await rows(
            connector,
            "query_logs",
            calculate=[{"operator": "count"}, {"operator": "p99", "key": "$workers.wallTimeMs"}],
            group_by=[{"key": "$metadata.service", "type": "string"}],
        )
        assert found == [
            {"$metadata.service": "shop", "count": 9, "p99 $workers.wallTimeMs": 41.5},
            {"$metadata.service": "mail", "count": 2, "p99 $workers.wallTimeMs": None},
        ]
        sent = service.bodies[0]
        assert sent["view"] == "calculations"
        assert sent["parameters"]["orderBy"] == {"value": "count", "order": "desc"}
        assert sent["parameters"]["groupBys"] == [{"type": "string", "value": "$metadata.service"}]

    async def test_of_groups_or_numbers_that_make_no_sense_is_not_sent(self) -> None:
        connector, service = logs(events())
        for arguments in (
            {"group_by": [{"key": "a", "type": "string"}]},
            {"calculate": [{"operator": "p99"}]},
        ):
            with pytest.raises(Invalid):
                await run(connector, "query_logs", **arguments)
        assert service.requests == []

    async def test_looks_back_seven_days_at_most(self) -> None:
        connector, service = logs(events())
        await run(connector, "query_logs", start="2026-05-06T14:21:00Z")
        assert service.bodies[0]["timeframe"]["from"] == NOW_MS - 7 * DAY_MS
        for verb, more in (("query_logs", {}), ("list_keys", {}), ("list_values", {"key": "a"})):
            with pytest.raises(Invalid, match="within the last 7 days"):
                await run(connector, verb, start="2026-05-06T14:00:00Z", **more)
            with pytest.raises(Invalid, match="before the end"):
                await run(
                    connector,
                    verb,
                    start="2026-05-13T00:00:00Z",
                    end="2026-05-12T00:00:00Z",
                    **more,
                )
        assert len(service.requests) == 1

    async def test_shows_100_events_and_says_that_there_are_more(self) -> None:
        connector, _ = logs(events(*[event() for _ in range(101)]))
        result = await run(connector, "query_logs")
        assert len(result.rows) == 100
        assert "more than 100" in result.cut

    async def test_that_fails_at_http_200_is_told(self) -> None:
        connector, _ = logs(bad(200, 1000, "unknown key foo"))
        with pytest.raises(Invalid, match="unknown key foo"):
            await run(connector, "query_logs")

    async def test_answered_by_something_else_is_told(self) -> None:
        connector, _ = logs(httpx.Response(200, json=[]))
        with pytest.raises(Unavailable, match="not in the format"):
            await run(connector, "query_logs")


class TestAnEvent:
    async def shown(self, found: Mapping[str, Any]) -> dict[str, Any]:
        connector, _ = logs(events(found))
        [row] = await rows(connector, "query_logs")
        return row

    async def test_without_a_message_shows_what_was_logged_without_secrets(self) -> None:
        source = {
            "user": 7,
            "headers": {"authorization": "Bearer abc"},
            "nested": [{"apiKey": "k-1", "set_cookie": "c=1", "fine": "yes"}],
        }
        row = await self.shown({**event(), "source": source})
        assert row["message"] == (
            '{"user": 7, "headers": "[redacted]", "nested": [{"apiKey": "[redacted]", '
            '"set_cookie": "[redacted]", "fine": "yes"}]}'
        )

    async def test_loses_the_queries_of_its_addresses(self) -> None:
        row = await self.shown(
            event(
                message="fetched https://api.example.com/a?token=s3cret#x and went on",
                error='bad "https://u.example/?key=s3cret"',
                url="https://shop.example/?session=s3cret",
            )
        )
        assert row["message"] == "fetched https://api.example.com/a and went on"
        assert "s3cret" not in str(row)

    async def test_never_shows_the_headers_of_its_request(self) -> None:
        found = event(message="hi")
        found["$workers"]["event"] = {
            "request": {"headers": {"cookie": "s3cret"}, "url": "https://x/?s3cret"},
            "response": {"status": 204},
        }
        row = await self.shown(found)
        assert row["status"] == 204
        assert "s3cret" not in str(row)

    async def test_may_be_a_mere_text_or_broken(self) -> None:
        assert (await self.shown({"timestamp": NOW_MS, "source": "hello"}))["message"] == "hello"
        row = await self.shown({"timestamp": "?", "$metadata": None, "$workers": []})
        assert set(row.values()) == {None}


class TestTheFence:
    FENCE: ClassVar[dict[str, str]] = {
        "key": "$metadata.service",
        "operation": "eq",
        "type": "string",
        "value": "shop",
    }

    async def test_holds_every_call_inside_the_script(self) -> None:
        connector, service = logs(events(), events(), good([]), good([]), script_name="shop")
        other = {**self.FENCE, "value": "payroll"}
        await run(connector, "query_logs", filters=[other])
        await run(connector, "query_logs", calculate=[{"operator": "count"}])
        await run(connector, "list_keys")
        await run(connector, "list_values", key="$metadata.service")
        query, counted, keys, values = service.bodies
        assert query["parameters"]["filters"] == [self.FENCE, other]
        assert query["parameters"]["filterCombination"] == "and"
        assert counted["parameters"]["filters"] == [self.FENCE]
        assert keys["filters"] == values["filters"] == [self.FENCE]

    async def test_cannot_be_stepped_over_with_or(self) -> None:
        connector, service = logs(events(), script_name="shop")
        two = [{"key": key, "operation": "exists", "type": "string"} for key in ("a", "b")]
        with pytest.raises(Invalid, match="Worker shop only"):
            await run(connector, "query_logs", filters=two, match="or")
        assert service.requests == []
        await run(connector, "query_logs", filters=two[:1], match="or")
        assert service.bodies[0]["parameters"]["filterCombination"] == "and"

    async def test_drops_what_comes_back_of_others_all_the_same(self) -> None:
        connector, _ = logs(events(event("shop"), event("payroll")), script_name="shop")
        result = await run(connector, "query_logs")
        assert [row["script"] for row in result.rows] == ["shop"]
        assert "Worker shop" in result.title

    def test_is_said(self) -> None:
        assert logs(events(), script_name="shop")[0].about() == (
            "Reads the logs of the Worker shop only."
        )
        assert logs(events())[0].about() == ""


class TestKeysAndValues:
    async def test_are_listed(self) -> None:
        connector, service = logs(
            good([{"key": "$metadata.level", "type": "string", "lastSeenAt": NOW_MS}]),
            good([{"key": "url", "type": "string", "value": "https://a.example/?k=1"}]),
        )
        assert await rows(connector, "list_keys", find="level") == [
            {"key": "$metadata.level", "type": "string", "last_seen": "2026-05-13T14:21:00.000Z"}
        ]
        assert await rows(connector, "list_values", key="url", find="a") == [
            {"value": "https://a.example/"}
        ]
        keys, values = service.bodies
        assert keys["keyNeedle"] == {"value": "level"}
        assert (values["key"], values["type"], values["datasets"]) == ("url", "string", [])
        assert (keys["limit"], values["limit"]) == (101, 101)

    async def test_more_than_100_are_cut(self) -> None:
        many = [{"key": f"k{n}", "type": "string", "lastSeenAt": NOW_MS} for n in range(101)]
        connector, _ = logs(good(many))
        result = await run(connector, "list_keys")
        assert len(result.rows) == 100
        assert result.cut


class TestTheConnection:
    async def test_is_checked_with_one_key(self) -> None:
        connector, service = logs(good([]), script_name="shop")
        assert (await connector.check()).account == f"account {ACCOUNT}, Worker shop"
        assert service.bodies[0]["limit"] == 1

    async def test_tells_a_wrong_token(self) -> None:
        connector, service = logs(
            bad(403, 10000, "Authentication error"), bad(401, 1000, "Invalid API Token")
        )
        with pytest.raises(NotSignedIn, match="does not accept the token"):
            await connector.check()
        assert len(service.requests) == 3

    async def test_tells_a_missing_right(self) -> None:
        connector, _ = logs(bad(403, 10000, "Authentication error"), good({"status": "active"}))
        with pytest.raises(NotAllowed, match="The token is good"):
            await connector.check()

    async def test_knows_tokens_that_belong_to_the_account(self) -> None:
        connector, _ = logs(
            bad(403, 10000, "Authentication error"),
            bad(401, 1000, "Invalid API Token"),
            good({"status": "active"}),
        )
        with pytest.raises(NotAllowed, match="The token is good"):
            await connector.check()

    async def test_tells_a_token_that_has_expired(self) -> None:
        connector, _ = logs(bad(401, 10000, "no"), good({"status": "expired"}))
        with pytest.raises(NotSignedIn, match="expired"):
            await connector.check()

    async def test_tells_a_wrong_account_id(self) -> None:
        connector, _ = logs(bad(404, 7003, "Could not route"), good({"status": "active"}))
        with pytest.raises(NotAllowed, match="Check the account id"):
            await connector.check()
        connector, _ = logs(bad(404, 7003, "Could not route"))
        with pytest.raises(NotFound):
            await connector.check()

    async def test_tells_that_cloudflare_cannot_be_reached(self) -> None:
        connector, _ = logs(httpx.ConnectError("no"))
        with pytest.raises(Unavailable, match=r"api.cloudflare.com"):
            await connector.check()

    @pytest.mark.parametrize(
        ("credentials", "field"),
        [
            ({"api_token": "short"}, "api_token"),
            ({"account_id": "../user"}, "account_id"),
            ({"script_name": "a,b"}, "script_name"),
        ],
    )
    def test_says_at_the_field_what_is_wrong(self, credentials: dict[str, str], field: str) -> None:
        with pytest.raises(ValidationError) as caught:
            logs(events(), **credentials)
        assert [error["loc"] for error in caught.value.errors()] == [(field,)]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("query", {"timeframe": {"from": 1, "to": 2}}),
        ("query", {"queryId": "a", "timeframe": {"from": "2026-05-13", "to": 2}}),
        ("query", {"queryId": "a", "timeframe": {"from": 1, "to": 2}, "limit": 5000}),
        ("values", {"timeframe": {"from": 1, "to": 2}, "key": "a", "type": "string"}),
        ("keys", {"colour": "red"}),
    ],
)
def test_the_stand_in_finds_what_cloudflare_does_not_know(name: str, body: Any) -> None:
    _, service = logs(events())
    url = f"https://a/client/v4/accounts/{ACCOUNT}/workers/observability/telemetry/{name}"
    with pytest.raises(Exception, match=r"required|not of type|maximum|no fields"):
        service._checked(httpx.Request("POST", url, json=body))
