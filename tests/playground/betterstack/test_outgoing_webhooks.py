"""Outgoing webhooks are kept as they were made."""

from typing import Any

import httpx
import pytest

WEBHOOKS = "/api/v2/outgoing-webhooks"
NEW: dict[str, Any] = {
    "name": "Quarterdeck",
    "url": "https://quarterdeck.harbor.example/hooks/a1",
    "trigger_type": "incident_change",
    "on_incident_started": True,
    "custom_webhook_template_attributes": {
        "http_method": "post",
        "headers_template": [{"name": "X-Secret", "value": "s3"}],
    },
}


async def test_the_secrets_of_a_webhook_are_in_the_answer_as_at_the_vendors(
    api: httpx.AsyncClient,
) -> None:
    attributes = (await api.get(f"{WEBHOOKS}/9001")).json()["data"]["attributes"]
    template = attributes["custom_webhook_template_attributes"]
    assert template["auth_password"] == "secret-hook-password"
    assert template["headers_template"][0]["value"] == "secret-hook-header"


async def test_a_webhook_can_be_made_changed_and_removed(api: httpx.AsyncClient) -> None:
    made = await api.post(WEBHOOKS, json=NEW)
    path = f"{WEBHOOKS}/{made.json()['data']['id']}"
    changed = await api.patch(path, json={"on_incident_resolved": True})
    attributes = changed.json()["data"]["attributes"]
    assert made.status_code == 201
    assert {name: attributes[name] for name in NEW} == NEW
    assert attributes["on_incident_resolved"] is True
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_incident_switches_are_misspellings_on_other_webhooks(
    api: httpx.AsyncClient,
) -> None:
    body = {"url": "https://x.example", "trigger_type": "on_call_change"}
    plain = await api.post(WEBHOOKS, json=body)
    switched = await api.post(WEBHOOKS, json={**body, "on_incident_started": True})
    assert plain.status_code == 201
    assert switched.status_code == 422
    assert switched.json() == {
        "errors": "Sorry, you misspelled some attributes",
        "invalid_attributes": ["on_incident_started"],
    }


async def test_what_triggers_a_webhook_cannot_be_changed(api: httpx.AsyncClient) -> None:
    answer = await api.patch(f"{WEBHOOKS}/9001", json={"trigger_type": "monitor_change"})
    assert answer.json()["invalid_attributes"] == ["trigger_type"]


@pytest.mark.parametrize("name", ["url", "trigger_type"])
async def test_a_webhook_needs_an_address_and_a_trigger(api: httpx.AsyncClient, name: str) -> None:
    body = {key: value for key, value in NEW.items() if key != name}
    answer = await api.post(WEBHOOKS, json=body)
    assert answer.json() == {"errors": {name: ["can't be blank"]}}
