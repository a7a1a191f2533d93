"""Better Stack signed in to over the real pages, and used by the gate like one with a key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.connecting.tickets import Purpose
from bot.connectors import catalogue
from bot.connectors.base import Access
from bot.connectors.better_stack import BetterStack
from bot.gate.calls import Caller, CallerKind
from bot.gate.grants import out_of_reach
from bot.incidents.sources import has_incidents
from bot.store.tables import Connection, ConnectionStatus
from playground.betterstack.auth import TEAM_TOKEN
from playground.betterstack.server import Sandbox
from tests.connecting.oauth.stage import Stage, hidden
from tests.fixtures_store import ORGANISATION
from tests.support.hosted_better_stack import HostedServer, hosted_better_stack
from tests.support.servers_of_others import consent

ANA = Caller(CallerKind.PERSON, ORGANISATION, "ana", "Ana")


@pytest.fixture(scope="module")
def running() -> Iterator[HostedServer]:
    with hosted_better_stack() as made:
        yield made


@pytest.fixture
async def server(
    running: HostedServer, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[HostedServer]:
    monkeypatch.setattr(catalogue, "_installed", lambda: iter([BetterStack]))
    catalogue.all_connectors.cache_clear()
    async with Sandbox(stage.clock) as sandbox:
        running.sandbox = sandbox.url
        yield running


async def connected(stage: Stage, server: HostedServer) -> Connection:
    browser = stage.browser()
    address = await stage.leave(browser, "better_stack", mcp_url=server.url)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["scope"] == "read write"
    assert asked["code_challenge_method"] == "S256"
    assert asked["resource"] == server.url
    callback = urlsplit(asked["redirect_uri"]).path.split("/")[2]
    page = await browser.back(callback, await consent(address))
    assert page.status_code == 200, page.text
    [row] = await stage.saved()
    return row


async def test_the_form_has_both_ways_in(stage: Stage, server: HostedServer) -> None:
    browser = stage.browser()
    form = await stage.open(browser, await stage.link("better_stack"))
    assert "Sign in with Better Stack" in form.text
    assert "API token" in form.text
    assert "access_token" not in form.text


async def test_a_form_without_either_is_marked_at_the_token(
    stage: Stage, server: HostedServer
) -> None:
    browser, link = stage.browser(), await stage.link("better_stack")
    form = await stage.open(browser, link)
    page = await browser.post(f"{link}/form", csrf=hidden(form, "csrf"), action="save")
    assert page.status_code == 422
    assert "is needed, unless you sign in" in page.text


async def test_a_sign_in_reads_what_a_key_reads_and_shows_what_it_does_not_reach(
    stage: Stage, server: HostedServer
) -> None:
    row = await connected(stage, server)
    assert (row.status, row.account) == (ConnectionStatus.CONNECTED, "team Harbor")
    assert has_incidents(row)
    told = await stage.gate.read_from(ANA, row.id, "list_incidents", {"resolved": False})
    assert not told.failed, told.text
    assert "Started" in told.text
    closed = out_of_reach(row)
    assert "API token" in closed["delete_monitor"]
    assert "list_incidents" not in closed


async def test_a_token_that_was_taken_back_is_renewed_and_the_read_repeated(
    stage: Stage, server: HostedServer
) -> None:
    row = await connected(stage, server)
    server.provider.access_tokens.clear()
    told = await stage.gate.read_from(ANA, row.id, "list_monitors", {})
    assert not told.failed, told.text
    assert len(stage.wire.refreshes) == 1


async def test_a_forged_code_is_refused_and_on_record(stage: Stage, server: HostedServer) -> None:
    browser = stage.browser()
    address = await stage.leave(browser, "better_stack", mcp_url=server.url)
    query = await consent(address)
    callback = urlsplit(parse_qs(urlsplit(address).query)["redirect_uri"][0]).path.split("/")[2]
    page = await browser.back(callback, {**query, "code": "forged"})
    assert page.status_code == 409
    assert await stage.saved() == []
    assert any("has a code that its service does not know" in s for s in await stage.sentences())


async def test_a_key_in_place_of_the_sign_in_opens_everything_again(
    stage: Stage, server: HostedServer
) -> None:
    row = await connected(stage, server)
    browser = stage.browser()
    link = await stage.link("better_stack", Purpose.RECONNECT, row.id)
    form = await stage.open(browser, link)
    fields = {"c:api_token": TEAM_TOKEN, "s:base_url": server.sandbox, "action": "save"}
    page = await browser.post(f"{link}/form", csrf=hidden(form, "csrf"), **fields)
    assert page.status_code == 200, page.text
    [now] = await stage.saved()
    assert now.id == row.id
    assert now.toolset is None
    assert "delete_monitor" not in out_of_reach(now)
    assert Access.FULL in BetterStack.tools["delete_monitor"].levels
