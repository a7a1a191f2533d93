"""A tool whose arguments decide what it needs: the External API, by its HTTP method."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.connectors import catalogue
from bot.connectors.base import Access
from bot.connectors.external_api import ExternalApi
from bot.gate.calls import ToolCall, ToolReturn
from bot.gate.grants import Reach, set_reach
from bot.store.tables import Approval, Connection
from tests.fixtures_store import ORGANISATION
from tests.support.harbor import Harbor

TOOL = "external_api_request"


@pytest.fixture
async def arrived() -> AsyncIterator[tuple[str, list[str]]]:
    """A REST API on loopback, and the requests that reached it."""
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(f"{request.method} {request.path}")
        return web.json_response({"name": "Ana"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", seen
    await runner.cleanup()


@pytest.fixture
async def shop(
    harbor: Harbor, arrived: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> Connection:
    monkeypatch.setattr(catalogue, "_built_in", lambda: iter([ExternalApi]))
    catalogue.all_connectors.cache_clear()
    connection = Connection(
        id=harbor.store.ids(),
        organisation_id=ORGANISATION,
        connector="external_api",
        label="Shop",
        settings={"allowed_private_hosts": "127.0.0.1", "reads": "POST /search"},
        created_at=harbor.clock(),
    )
    credentials = {"base_url": arrived[0], "auth": "bearer", "token": "shop-token-123456"}
    connection.credentials = harbor.opener.seal(connection, credentials)
    async with harbor.store.writing(ORGANISATION) as session:
        session.add(connection)
    return connection


async def handle(harbor: Harbor, method: str, path: str) -> Approval | ToolReturn:
    arguments: dict[str, Any] = {"method": method, "path": path}
    call = ToolCall(f"{method}{path}", TOOL, arguments)
    return await harbor.gate.handle(harbor.caller(), harbor.ana.id, call)


async def grant(harbor: Harbor, shop: Connection, level: Access) -> None:
    async with harbor.store.writing(ORGANISATION) as session:
        await set_reach(session, harbor.debugger.id, shop.id, Reach({"api": level}))


async def test_with_read_a_get_runs_and_its_answer_is_seen(
    harbor: Harbor, shop: Connection, arrived: tuple[str, list[str]]
) -> None:
    await grant(harbor, shop, Access.READ)
    await harbor.ask()
    answer = await handle(harbor, "GET", "/people/1")
    assert isinstance(answer, ToolReturn)
    assert "Ana" in answer.text
    assert arrived[1] == ["GET /people/1"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_with_read_nothing_that_writes_is_sent_or_even_asked_for(
    harbor: Harbor, shop: Connection, arrived: tuple[str, list[str]], method: str
) -> None:
    await grant(harbor, shop, Access.READ)
    await harbor.ask()
    answer = await handle(harbor, method, "/people/1")
    assert isinstance(answer, ToolReturn)
    assert "no access" in answer.text
    assert arrived[1] == []


async def test_with_write_a_post_waits_for_a_person_and_a_delete_is_out_of_reach(
    harbor: Harbor, shop: Connection, arrived: tuple[str, list[str]]
) -> None:
    await grant(harbor, shop, Access.WRITE)
    await harbor.ask()
    assert isinstance(await handle(harbor, "POST", "/people"), Approval)
    assert isinstance(await handle(harbor, "DELETE", "/people/1"), ToolReturn)
    assert arrived[1] == []


async def test_a_pair_that_the_owner_called_a_read_needs_no_person(
    harbor: Harbor, shop: Connection, arrived: tuple[str, list[str]]
) -> None:
    await grant(harbor, shop, Access.READ)
    await harbor.ask()
    assert isinstance(await handle(harbor, "POST", "/search"), ToolReturn)
    assert arrived[1] == ["POST /search"]
