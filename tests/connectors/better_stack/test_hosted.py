"""The same verbs over both sign-ins: an API token, and OAuth by way of the hosted MCP server."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.connectors.addresses import Reach
from bot.connectors.base import Link
from bot.connectors.better_stack import BetterStack
from bot.connectors.better_stack.mcp_names import MCP_NAMES
from bot.connectors.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from bot.connectors.results import Document, Rows
from bot.connectors.toolset import merge
from playground.betterstack.server import Sandbox
from tests.connectors.helpers import NOW, look_ahead, run
from tests.support.hosted_better_stack import HostedServer, hosted_better_stack

SAME: dict[str, dict[str, Any]] = {
    "list_monitors": {},
    "get_monitor": {"monitor_id": "{monitor}"},
    "monitor_availability": {
        "monitor_id": "{monitor}",
        "from_date": "2026-05-12",
        "to_date": "2026-05-13",
    },
    "list_incidents": {"resolved": False},
    "get_incident": {"incident_id": "{incident}"},
    "incident_timeline": {"incident_id": "{incident}"},
    "incident_comments": {"incident_id": "{incident}"},
    "list_log_sources": {},
    "source_query_instructions": {"source": "api-gateway"},
    "search_logs": {"source": "api-gateway", "status": "5xx", "group_by": "status"},
}
"""Verbs that both sign-ins answer alike, with what they are asked."""


@pytest.fixture(scope="module")
def running() -> Iterator[HostedServer]:
    with hosted_better_stack() as made:
        yield made


@pytest.fixture
def server(running: HostedServer, sandbox: Sandbox) -> HostedServer:
    running.sandbox = sandbox.url
    return running


async def token_for(server: HostedServer) -> str:
    """An access token of the server's own, got the way a client does that registers itself."""
    base = server.url.removesuffix("/mcp")
    back = "http://127.0.0.1/back"
    verifier = "v" * 64
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
        made = await client.post(
            "/register",
            json={
                "redirect_uris": [back],
                "token_endpoint_auth_method": "none",
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "scope": "read write",
            },
        )
        client_id = made.json()["client_id"]
        asked = await client.get(
            "/authorize",
            params={
                "client_id": client_id,
                "redirect_uri": back,
                "response_type": "code",
                "code_challenge": challenge,
                "code_challenge_method": "S256",
                "state": "s",
                "scope": "read write",
            },
        )
        code = parse_qs(urlsplit(asked.headers["location"]).query)["code"][0]
        tokens = await client.post(
            "/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": back,
                "client_id": client_id,
                "code_verifier": verifier,
            },
        )
    return str(tokens.json()["access_token"])


def signed_in(kind: type[Any], server: HostedServer, client: httpx.AsyncClient, token: str) -> Any:
    return kind(
        kind.Credentials(access_token=token),
        kind.Settings(mcp_url=server.url, team_id="t400", base_url=server.sandbox),
        Link(client, clock=lambda: NOW, reach=Reach.of(["127.0.0.1"])),
    )


@pytest.fixture
async def hosted(server: HostedServer, client: httpx.AsyncClient) -> Any:
    """A connection that was signed in to and tested, as the store would have it."""
    token = await token_for(server)
    health = await signed_in(BetterStack, server, client, token).check()
    assert health.account == "team Harbor"
    toolset = merge(None, health.tools or (), "better_stack", health.account)
    kind = BetterStack.for_connection({}, toolset)
    return signed_in(kind, server, client, token)


async def ids(stack: Any) -> dict[str, str]:
    monitors = await run(stack, "list_monitors")
    incidents = await run(stack, "list_incidents", resolved=False)
    return {"monitor": monitors.rows[0]["id"], "incident": incidents.rows[0]["id"]}


@pytest.mark.parametrize("verb", sorted(SAME))
async def test_both_sign_ins_answer_alike(stack: Any, hosted: Any, verb: str) -> None:
    known = await ids(stack)
    await run(stack, "comment_on_incident", incident_id=known["incident"], content="Seen.")
    asked = {
        name: value.format(**known) if isinstance(value, str) else value
        for name, value in SAME[verb].items()
    }
    by_token, by_oauth = await run(stack, verb, **asked), await run(hosted, verb, **asked)
    assert type(by_oauth) is type(by_token)
    assert by_oauth.title == by_token.title
    if isinstance(by_token, Rows):
        assert by_token.rows
        assert list(by_oauth.rows) == list(by_token.rows)
    else:
        assert by_oauth.data == by_token.data
        assert by_oauth.text == by_token.text


async def test_an_incident_is_acknowledged_with_the_same_card(
    stack: Any, hosted: Any, sandbox: Sandbox
) -> None:
    found = await run(stack, "list_incidents", acknowledged=False, resolved=False)
    incident = found.rows[0]["id"]
    card = await look_ahead(hosted, "acknowledge_incident", incident_id=incident)
    assert card == await look_ahead(stack, "acknowledge_incident", incident_id=incident)
    await run(hosted, "acknowledge_incident", incident_id=incident, acknowledged_by="Ana")
    assert (await look_ahead(stack, "acknowledge_incident", incident_id=incident)).done
    with pytest.raises(Conflict):
        await run(hosted, "acknowledge_incident", incident_id=incident)
    assert [entry.method for entry in sandbox.journal.writes()] == ["POST", "POST"]


async def test_a_comment_is_written_under_the_name_that_the_server_has_for_it(
    stack: Any, hosted: Any
) -> None:
    incident = (await ids(stack))["incident"]
    await run(hosted, "comment_on_incident", incident_id=incident, content="The disk is full.")
    comments = await run(stack, "incident_comments", incident_id=incident)
    assert "The disk is full." in str(comments.rows)


async def test_what_a_write_answers_in_words_is_passed_on(stack: Any, hosted: Any) -> None:
    incident = (await ids(stack))["incident"]
    done = await run(hosted, "resolve_incident", incident_id=incident)
    assert isinstance(done, Document)
    assert "is resolved" in done.text


async def test_a_read_in_words_is_a_document(hosted: Any) -> None:
    told = await run(hosted, "list_severities")
    assert told.text == "There are two severities: loud and quiet."


async def test_what_the_server_does_not_have_is_unavailable_and_says_what_opens_it(
    hosted: Any,
) -> None:
    closed = type(hosted).out_of_reach(hosted.settings)
    assert "API token" in closed["delete_incident"]
    assert "API token" in closed["list_metadata"]
    assert "blood_group" in closed["create_heartbeat"]
    assert not set(SAME) & set(closed)
    with pytest.raises(NotAllowed):
        await run(hosted, "delete_incident", incident_id="1")


async def test_a_filter_that_the_server_does_not_know_is_refused_and_not_left_out(
    hosted: Any,
) -> None:
    with pytest.raises(Invalid) as refused:
        await run(hosted, "list_incidents", heartbeat_id="7")
    assert "heartbeat_id" in refused.value.fields


async def test_an_incident_that_is_not_there_is_not_found(hosted: Any) -> None:
    with pytest.raises(NotFound):
        await run(hosted, "get_incident", incident_id="99999999")


async def test_a_write_never_goes_by_another_tools_counterpart(hosted: Any) -> None:
    hosted.hosted.acting = BetterStack.tools["list_incidents"]
    with pytest.raises(NotAllowed):
        await hosted.service.post("/api/v3/incidents/1/acknowledge")


async def test_an_ended_sign_in_asks_for_reconnecting(
    server: HostedServer, client: httpx.AsyncClient
) -> None:
    with pytest.raises(NotSignedIn):
        await signed_in(BetterStack, server, client, "no-token").check()


async def test_a_key_brings_back_all_of_its_tools() -> None:
    assert BetterStack.for_connection({}, None) is BetterStack
    assert set(MCP_NAMES) <= set(BetterStack.tools)
