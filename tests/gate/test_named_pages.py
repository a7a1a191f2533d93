"""Pages that a connection names are read through the gate, like everything of that connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.connectors import catalogue
from bot.connectors.base import Access
from bot.connectors.external_api import ExternalApi
from bot.gate.calls import ToolCall, ToolReturn
from bot.store.tables import Connection
from tests.connectors.network import Site, site
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION
from tests.support.harbor import Harbor

READ = "external_api_read_web_page"
KEY = "k3y-of-the-tests"


@pytest.fixture(autouse=True)
def _installed(harbor: Harbor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_built_in", lambda: iter([ExternalApi]))
    catalogue.all_connectors.cache_clear()


@pytest.fixture
async def manual() -> AsyncIterator[Site]:
    """A manual that repeats a key which it cannot have."""

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=f"<h1>API</h1>{KEY} at {request.path}", content_type="text/html")

    async with site(page) as server:
        yield server


async def connected(
    harbor: Harbor, docs_url: str, label: str = "Billing", organisation: str = ORGANISATION
) -> Connection:
    connection = Connection(
        id=harbor.store.ids(),
        organisation_id=organisation,
        connector="external_api",
        label=label,
        settings={"allowed_private_hosts": "127.0.0.1"},
        created_at=harbor.clock(),
    )
    form = {"base_url": "https://api.example.com", "auth": "bearer", "token": KEY}
    connection.credentials = harbor.opener.seal(connection, {**form, "docs_url": docs_url})
    async with harbor.store.writing(organisation) as session:
        session.add(connection)
    return connection


async def offered(harbor: Harbor) -> list[str]:
    return [spec.name for spec in await harbor.gate.offered(harbor.caller())]


async def read(harbor: Harbor, **arguments: Any) -> ToolReturn:
    return await harbor.read(ToolCall("c1", READ, arguments))


async def test_an_agent_reads_the_page_with_the_connections_grant(
    harbor: Harbor, manual: Site
) -> None:
    connection = await connected(harbor, f"{manual.url}/docs")
    await harbor.grant({"api": Access.READ}, connection=connection)
    assert READ in await offered(harbor)
    returned = await read(harbor, page=f"{manual.url}/docs/errors")
    assert "at /docs/errors" in returned.text
    assert KEY not in returned.text


async def test_the_read_is_on_record(harbor: Harbor, manual: Site) -> None:
    connection = await connected(harbor, f"{manual.url}/docs")
    await harbor.grant({"api": Access.READ}, connection=connection)
    await read(harbor)
    [entry] = [one for one in await harbor.record() if one.tool == READ]
    assert (entry.action, entry.outcome, entry.connection_id) == ("read", "done", connection.id)
    where = manual.url.removeprefix("http://")
    assert entry.sentence.startswith(
        "Debugger, asked by Ana, read web page in External API (Billing): "
        f"read the page {where}/docs, "
    )


async def test_without_a_grant_nothing_is_offered_or_sent(harbor: Harbor, manual: Site) -> None:
    connection = await connected(harbor, manual.url)
    assert READ not in await offered(harbor)
    assert (await read(harbor)).failed
    await harbor.grant(
        {"api": Access.READ}, connection=connection, switches={"read_web_page": False}
    )
    assert READ not in await offered(harbor)
    assert (await read(harbor)).failed
    assert manual.requests == []


async def test_where_no_connection_names_a_page_it_is_not_offered(
    harbor: Harbor, manual: Site
) -> None:
    bare = await connected(harbor, "", "Bare")
    await harbor.grant({"api": Access.READ}, connection=bare)
    assert READ not in await offered(harbor)
    assert "external_api_request" in await offered(harbor)
    named = await connected(harbor, manual.url, "Named")
    await harbor.grant({"api": Access.READ}, connection=named)
    assert READ in await offered(harbor)
    assert "names no page" in (await read(harbor, connection="Bare")).text
    assert "at /" in (await read(harbor, connection="Named")).text


async def test_another_organisations_page_is_out_of_reach(harbor: Harbor, manual: Site) -> None:
    theirs = await connected(harbor, manual.url, "Theirs", OTHER_ORGANISATION)
    ours = await connected(harbor, "https://docs.example.com/", "Ours")
    await harbor.grant({"api": Access.READ}, connection=ours)
    for given in ({"page": f"{manual.url}/"}, {"connection": theirs.label}):
        assert (await read(harbor, **given)).failed
    assert manual.requests == []


async def test_that_the_form_was_opened_for_it_is_on_record(harbor: Harbor, manual: Site) -> None:
    connection = await connected(harbor, manual.url)
    await harbor.grant({"api": Access.READ}, connection=connection)
    await offered(harbor)
    described = [one.connection_id for one in await harbor.record() if one.action == "describe"]
    assert described == [connection.id]
