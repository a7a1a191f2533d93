"""What the shared HTTP client offers to services that are read by POST and sign each request."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import httpx
import pytest

from bot.connectors.errors import ConnectorError, NotSignedIn, Throttled, Unavailable
from bot.connectors.http import ServiceClient
from tests.connectors.helpers import Service

FINE = httpx.Response(200, json={"ok": True})


def client(service: Service, **options: Any) -> ServiceClient:
    return ServiceClient(
        service="Acme", base_url="https://api.example.com", client=service.client, **options
    )


async def test_a_post_that_only_reads_is_repeated() -> None:
    service = Service(httpx.Response(503), FINE)
    assert await client(service).ask("/query", {"q": 1}) == {"ok": True}
    assert [one.method for one in service.requests] == ["POST", "POST"]


async def test_any_other_post_is_sent_once() -> None:
    service = Service(httpx.Response(503), FINE)
    with pytest.raises(Unavailable):
        await client(service).post("/query", {"q": 1})
    assert len(service.requests) == 1


async def test_a_judge_says_what_an_error_means_and_may_leave_it_to_the_status() -> None:
    def judge(status: int, body: Any) -> ConnectorError | None:
        return NotSignedIn("The key is old.") if body == {"code": "old"} else None

    with pytest.raises(NotSignedIn, match="The key is old"):
        await client(Service(httpx.Response(400, json={"code": "old"})), judge=judge).get("/")
    with pytest.raises(Throttled):
        await client(Service(httpx.Response(429)), judge=judge, attempts=1).get("/")


async def test_a_judge_decides_what_is_tried_again() -> None:
    def judge(status: int, body: Any) -> ConnectorError | None:
        return Throttled("slow down")

    service = Service(httpx.Response(400, json={}), FINE)
    assert await client(service, judge=judge).get("/") == {"ok": True}


async def test_each_attempt_is_signed_anew() -> None:
    class Counter(httpx.Auth):
        count = 0

        def auth_flow(
            self, request: httpx.Request
        ) -> Generator[httpx.Request, httpx.Response, None]:
            Counter.count += 1
            request.headers["X-Signature"] = str(Counter.count)
            yield request

    service = Service(httpx.Response(500), FINE)
    await client(service, auth=Counter()).get("/")
    assert [one.headers["X-Signature"] for one in service.requests] == ["1", "2"]
