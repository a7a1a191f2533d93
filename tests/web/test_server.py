"""Health, and what is not there."""

from __future__ import annotations

from aiohttp.test_utils import TestClient, TestServer

from bot.manifest import EVENTS_PATH
from bot.web.server import web_app


async def test_health_says_whether_it_works_and_why_not() -> None:
    problem = ""

    async def ready() -> str:
        return problem

    async with TestClient(TestServer(web_app(slack=None, ready=ready))) as client:
        assert (await client.get("/healthz")).status == 200
        assert await (await client.get("/readyz")).json() == {"status": "ok"}
        problem = "The database does not answer."
        failing = await client.get("/readyz")
        assert failing.status == 503
        assert await failing.json() == {"status": "failing", "problem": problem}
        assert (await client.get("/healthz")).status == 200, "the process itself lives"


async def test_in_socket_mode_there_is_no_address_for_slack() -> None:
    async def ready() -> str:
        return ""

    async with TestClient(TestServer(web_app(slack=None, ready=ready))) as client:
        assert (await client.post(EVENTS_PATH)).status == 404
