"""Outgoing webhooks are really posted: on each change, to those who asked, on this machine."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import httpx
import pytest
from aiohttp import web

from playground.betterstack.outgoing import Delivery, Notice
from playground.betterstack.server import Sandbox

INCIDENTS = "/api/v3/incidents"
NEW = {"requester_email": "ana@harbor.example", "summary": "Checkout is slow"}


class Ear:
    """A receiver of webhooks."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.url = ""
        self.status = 200

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append((json.loads(await request.text()), dict(request.headers)))
        return web.Response(status=self.status)

    @property
    def events(self) -> list[str]:
        return [body["event"] for body, _ in self.heard]


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    found = Ear()
    app = web.Application()
    app.router.add_route("*", "/hook", found.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield found
    await runner.cleanup()


async def register(api: httpx.AsyncClient, url: str, trigger: str, **more: Any) -> None:
    body = {"url": url, "trigger_type": trigger, **more}
    assert (await api.post("/api/v2/outgoing-webhooks", json=body)).status_code == 201


async def test_each_deed_of_an_incident_is_told(
    api: httpx.AsyncClient, sandbox: Sandbox, ear: Ear
) -> None:
    await register(api, ear.url, "incident_change")
    made = (await api.post(INCIDENTS, json=NEW)).json()["data"]["id"]
    for deed in ("acknowledge", "resolve", "reopen"):
        assert (await api.post(f"{INCIDENTS}/{made}/{deed}", json={})).status_code == 200
    await api.post(f"/api/v2/incidents/{made}/comments", json={"content": "Looking."})
    await sandbox.outgoing.settled()
    assert Counter(ear.events) == Counter(
        ["created", "acknowledged", "resolved", "reopened", "comment"]
    )
    created = next(body for body, _ in ear.heard if body["event"] == "created")
    assert created["data"]["id"] == made
    assert created["data"]["attributes"]["cause"] == "Checkout is slow"
    comment = next(body for body, _ in ear.heard if body["event"] == "comment")
    assert comment["comment"]["content"] == "Looking."


async def test_what_a_webhook_switched_off_it_does_not_get(
    api: httpx.AsyncClient, sandbox: Sandbox, ear: Ear
) -> None:
    await register(api, ear.url, "incident_change", on_incident_acknowledged=False)
    await api.post(f"{INCIDENTS}/5101/acknowledge", json={})
    await api.post(f"{INCIDENTS}/5101/resolve", json={})
    await sandbox.outgoing.settled()
    assert ear.events == ["resolved"]


async def test_monitors_and_on_call_have_webhooks_of_their_own(
    api: httpx.AsyncClient, sandbox: Sandbox, ear: Ear
) -> None:
    for trigger in ("monitor_change", "on_call_change"):
        await register(api, ear.url, trigger)
    await api.patch("/api/v2/monitors/3003", json={"paused": True})
    await api.patch("/api/v2/monitors/3003", json={"paused": False})
    await api.patch("/api/v2/monitors/3003", json={"check_frequency": 60})
    await api.delete("/api/v2/monitors/3003")
    shift = {
        "starts_at": "2026-03-13T00:00:00Z",
        "ends_at": "2026-03-14T00:00:00Z",
        "users": ["ana@harbor.example"],
    }
    await api.post("/api/v2/on-calls/default/events", json=shift)
    await sandbox.outgoing.settled()
    assert Counter(ear.events) == Counter(
        ["paused", "unpaused", "updated", "deleted", "on_call_changed"]
    )


async def test_its_secrets_come_as_headers(
    api: httpx.AsyncClient, sandbox: Sandbox, ear: Ear
) -> None:
    template = {
        "http_method": "put",
        "auth_username": "harbor",
        "auth_password": "hush",
        "headers_template": [{"name": "X-Secret", "value": "s3"}],
        "body_template": {"event": "$EVENT", "id": "$INCIDENT_ID", "why": "$CAUSE"},
    }
    await register(api, ear.url, "incident_change", custom_webhook_template_attributes=template)
    await api.post(f"{INCIDENTS}/5101/resolve", json={})
    await sandbox.outgoing.settled()
    [(body, headers)] = ear.heard
    assert headers["X-Secret"] == "s3"
    assert headers["Authorization"].startswith("Basic ")
    assert body["id"] == "5101"


async def test_they_come_twice_and_in_any_order_on_purpose(
    api: httpx.AsyncClient, sandbox: Sandbox, ear: Ear
) -> None:
    sandbox.outgoing.delivery = Delivery(duplicates=1.0, shuffle=True, random=Random(3))
    await register(api, ear.url, "incident_change")
    await api.post(f"{INCIDENTS}/5101/resolve", json={})
    await sandbox.outgoing.settled()
    assert ear.events == ["resolved", "resolved"]


async def test_a_callback_hears_of_changes_without_any_http(
    api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    heard: list[Notice] = []
    sandbox.on_change(heard.append)
    await api.post(f"{INCIDENTS}/5101/resolve", json={})
    await api.post(f"{INCIDENTS}/5101/resolve", json={})  # a conflict changes nothing
    assert [(one.trigger, one.event) for one in heard] == [("incident_change", "resolved")]


async def test_a_webhook_elsewhere_is_not_called_and_a_refusal_is_kept(
    api: httpx.AsyncClient, sandbox: Sandbox, ear: Ear
) -> None:
    ear.status = 500
    await register(api, "https://elsewhere.example/hook", "incident_change")
    await register(api, ear.url, "incident_change")
    await api.post(f"{INCIDENTS}/5101/resolve", json={})
    await sandbox.outgoing.settled()
    assert sandbox.outgoing.failed == ["resolved: HTTP 500"]
    assert ear.events == ["resolved"]
