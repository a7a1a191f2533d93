"""The journal proves what was sent and what was not."""

import httpx

from playground.betterstack.auth import TEAM_TOKEN
from playground.betterstack.faults import Fault, Kind
from playground.betterstack.seed_names import CHECKOUT_5XX
from playground.betterstack.server import Sandbox

ACKNOWLEDGE = f"/api/v3/incidents/{CHECKOUT_5XX}/acknowledge"


async def test_a_request_is_recorded_with_query_body_and_status(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    await api.get("/api/v3/incidents", params={"resolved": "false", "page": 2})
    await api.post(ACKNOWLEDGE, json={"acknowledged_by": "ana@harbor.example"})
    read, written = sandbox.journal
    assert (read.method, read.path, read.status) == ("GET", "/api/v3/incidents", 200)
    assert (read.query, read.body, read.team) == (
        (("resolved", "false"), ("page", "2")),
        None,
        "Harbor",
    )
    assert (written.path, written.status) == (ACKNOWLEDGE, 200)
    assert written.body == {"acknowledged_by": "ana@harbor.example"}
    assert sandbox.journal.writes() == [written]


async def test_refused_and_unknown_requests_are_recorded_too(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as client:
        await client.post(ACKNOWLEDGE, content=b"\xff{")
        await client.get("/api/v9/nothing")
    assert [(entry.status, entry.team) for entry in sandbox.journal] == [(401, None), (404, None)]
    assert sandbox.journal.entries[0].body == "\ufffd{"


async def test_the_journal_names_the_fault_that_struck(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    sandbox.faults.add(Fault(kind=Kind.THROTTLED))
    await api.get("/api/v2/monitors")
    assert sandbox.journal.entries[0].fault == "throttled"


async def test_requests_can_be_picked_by_method_and_path(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    for path in ("/api/v2/monitors", "/api/v2/heartbeats", "/api/v2/monitors"):
        await api.get(path)
    assert len(sandbox.journal.requests("GET", "/api/v2/monitors")) == 2
    assert len(sandbox.journal.requests(path="/api/v2/heartbeats")) == 1
    assert sandbox.journal.requests("POST") == []
    sandbox.journal.clear()
    assert len(sandbox.journal) == 0


async def test_the_journal_can_be_read_from_another_process_and_never_holds_a_token(
    api: httpx.AsyncClient,
) -> None:
    await api.get("/api/v2/monitors", params={"per_page": 1})
    answer = await api.get("/_sandbox/journal")
    assert answer.json()["requests"] == [
        {
            "at": "2026-03-12T09:30:00.000Z",
            "method": "GET",
            "path": "/api/v2/monitors",
            "query": [["per_page", "1"]],
            "body": None,
            "status": 200,
            "team": "Harbor",
            "fault": None,
        }
    ]
    assert TEAM_TOKEN not in answer.text
