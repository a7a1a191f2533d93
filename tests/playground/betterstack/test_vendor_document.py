"""The sandbox against the OpenAPI document of the vendor's API, where that is at hand.

The document stands outside the repository, beside it. Without it these tests are skipped, and say
so.
"""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from playground.betterstack.handlers import ROUTES as ALL_ROUTES
from playground.betterstack.products import UPTIME
from playground.betterstack.routing import Route
from playground.betterstack.seed_names import CHECKOUT_5XX

ROUTES = [route for route in ALL_ROUTES if route.product == UPTIME]
"""The document is of the Uptime API alone."""

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT.parent / "shared/vendor-specs/better_stack/betterstack-uptime.openapi.json"

pytestmark = pytest.mark.skipif(
    not DOCUMENT.exists(),
    reason="The vendor's OpenAPI document is not beside the repository: nothing was compared.",
)

NOT_OFFERED = {
    ("POST", "/api/v1/source-groups"),
    ("PATCH", "/api/v1/source-groups/{}"),
    ("DELETE", "/api/v1/source-groups/{}"),
}
"""These belong to Telemetry, which is on another host."""

NOT_DOCUMENTED = {("POST", "/api/v2/on-calls/{}/rotation")}
"""In the vendor's pages, but not in the document."""

LEFT_OUT = {("PATCH", "/api/v2/heartbeat-groups/{}"): {"period"}}
"""Fields we refuse although the document has them: a group of heartbeats has no period."""

IDS = {
    "monitor_id": "3001",
    "monitor_group_id": "3101",
    "heartbeat_id": "4001",
    "heartbeat_group_id": "4101",
    "incident_id": "5103",
    "comment_id": "5501",
    "policy_id": "7001",
    "schedule_id": "6001",
    "urgency_id": "7501",
    "status_page_id": "8001",
    "section_id": "8101",
    "resource_id": "8201",
    "status_report_id": "8301",
    "status_update_id": "8401",
    "outgoing_webhook_id": "9001",
}
"""A seeded record for each path parameter."""

MADE_ON_DEMAND = ("policy-groups", "urgency-groups", "status-page-groups")
"""Families of which the seeded day has none."""

Key = tuple[str, str]


def key_of(method: str, path: str) -> Key:
    return method.upper(), re.sub(r"\{\w+\}", "{}", path)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return loaded


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[Key, dict[str, Any]]:
    return {
        key_of(method, path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def offered() -> dict[Key, Route]:
    return {key_of(route.method, route.path): route for route in ROUTES}


def body_of(operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    schema: dict[str, Any] = content.get("application/json", {}).get("schema", {})
    return schema


def success(operation: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    code, response = next((c, r) for c, r in operation["responses"].items() if c != "default")
    schema: dict[str, Any] = (
        response.get("content", {}).get("application/json", {}).get("schema", {})
    )
    return int(code), schema


def complaints(document: dict[str, Any], schema: dict[str, Any], body: object) -> list[str]:
    whole = {**schema, "components": document["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(body)]


def documented_attributes(document: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    """The attribute names of the resource that a schema of one or many describes."""
    data = schema.get("properties", {}).get("data", {})
    one = data.get("items", data)
    reference = one.get("properties", {}).get("attributes", {}).get("$ref", "")
    named = document["components"]["schemas"].get(reference.rpartition("/")[2], {})
    return set(named.get("properties", {}))


def records(body: Any) -> list[dict[str, Any]]:
    data = body.get("data", [])
    return data if isinstance(data, list) else [data]


def test_the_same_operations_are_offered(operations: dict[Key, dict[str, Any]]) -> None:
    assert set(offered()) == (set(operations) - NOT_OFFERED) | NOT_DOCUMENTED
    assert len(offered()) == len(ROUTES)


def test_the_same_query_parameters_are_taken(operations: dict[Key, dict[str, Any]]) -> None:
    for key in set(offered()) - NOT_DOCUMENTED:
        parameters = operations[key].get("parameters", [])
        documented = {p["name"] for p in parameters if p["in"] == "query"}
        assert offered()[key].query == documented, key


def test_the_same_body_fields_are_taken(operations: dict[Key, dict[str, Any]]) -> None:
    for key in set(offered()) - NOT_DOCUMENTED:
        documented = set(body_of(operations[key]).get("properties", {}))
        body = offered()[key].body
        taken = set(body.model_fields) if body else set()
        assert taken == documented - LEFT_OUT.get(key, set()), key


def test_every_field_the_vendor_requires_is_required(
    operations: dict[Key, dict[str, Any]],
) -> None:
    for key in set(offered()) - NOT_DOCUMENTED:
        body = offered()[key].body
        fields = body.model_fields if body else {}
        required = {name for name, field in fields.items() if field.is_required()}
        assert set(body_of(operations[key]).get("required", [])) <= required, key


async def make_what_is_missing(api: httpx.AsyncClient) -> dict[str, str]:
    ids = dict(IDS)
    for family in MADE_ON_DEMAND:
        made = await api.post(f"/api/v2/{family}", json={"name": "Made"})
        ids[family.replace("-", "_").removesuffix("s") + "_id"] = made.json()["data"]["id"]
    return ids


async def test_every_read_answers_in_the_documented_shape_with_every_documented_attribute(
    document: dict[str, Any], operations: dict[Key, dict[str, Any]], api: httpx.AsyncClient
) -> None:
    ids = await make_what_is_missing(api)
    for route in (route for route in ROUTES if route.method == "GET"):
        code, schema = success(operations[key_of(route.method, route.path)])
        answer = await api.get(route.path.format(**ids))
        body = answer.json()
        assert answer.status_code == code, route.path
        assert complaints(document, schema, body) == [], route.path
        for record in records(body):
            lacking = documented_attributes(document, schema) - set(record["attributes"])
            assert lacking == set(), route.path


WRITES: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/api/v2/monitors", {"url": "https://new.harbor.example"}),
    ("PATCH", "/api/v2/monitors/{monitor_id}", {"paused": True}),
    ("DELETE", "/api/v2/monitors/{monitor_id}", {}),
    ("POST", "/api/v2/monitor-groups", {"name": "New"}),
    ("POST", "/api/v2/heartbeats", {"name": "New", "period": 60, "grace": 10}),
    ("PATCH", "/api/v2/heartbeats/{heartbeat_id}", {"grace": 20}),
    ("POST", "/api/v3/incidents", {"requester_email": "bo@harbor.example", "summary": "New"}),
    ("DELETE", "/api/v3/incidents/{incident_id}", {}),
    ("POST", f"/api/v3/incidents/{CHECKOUT_5XX}/acknowledge", {"acknowledged_by": "x"}),
    ("POST", f"/api/v3/incidents/{CHECKOUT_5XX}/resolve", {"resolved_by": "x"}),
    (
        "POST",
        f"/api/v3/incidents/{CHECKOUT_5XX}/escalate",
        {"escalation_type": "Policy", "policy_id": 7002},
    ),
    ("POST", "/api/v2/incidents/{incident_id}/comments", {"content": "New"}),
    ("PATCH", "/api/v2/incidents/{incident_id}/comments/{comment_id}", {"content": "New"}),
    ("POST", "/api/v3/policies", {"name": "New"}),
    ("POST", "/api/v2/on-calls", {"name": "New"}),
    (
        "POST",
        "/api/v2/on-calls/{schedule_id}/events",
        {
            "starts_at": "2026-03-12T10:00:00Z",
            "ends_at": "2026-03-12T11:00:00Z",
            "users": ["ana@harbor.example"],
        },
    ),
    (
        "POST",
        "/api/v2/urgencies",
        {"name": "New", "sms": True, "call": True, "email": True, "push": True},
    ),
    (
        "POST",
        "/api/v2/status-pages",
        {
            "company_name": "New",
            "company_url": "https://new.example",
            "subdomain": "new",
            "timezone": "UTC",
        },
    ),
    (
        "POST",
        "/api/v2/status-pages/{status_page_id}/resources",
        {"resource_type": "Monitor", "resource_id": "3007", "public_name": "New"},
    ),
    (
        "PATCH",
        "/api/v2/status-pages/{status_page_id}/resources/{resource_id}",
        {"public_name": "New"},
    ),
    (
        "POST",
        "/api/v2/status-pages/{status_page_id}/status-reports",
        {
            "title": "New",
            "message": "New",
            "affected_resources": [{"status_page_resource_id": "8201", "status": "degraded"}],
        },
    ),
    (
        "POST",
        "/api/v3/metadata",
        {
            "owner_type": "Monitor",
            "owner_id": "3001",
            "key": "New",
            "values": [{"type": "String", "value": "x"}],
        },
    ),
    (
        "POST",
        "/api/v2/outgoing-webhooks",
        {"url": "https://new.example", "trigger_type": "incident_change"},
    ),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_write_answers_with_the_documented_status_and_shape(
    document: dict[str, Any],
    operations: dict[Key, dict[str, Any]],
    api: httpx.AsyncClient,
    method: str,
    path: str,
    body: dict[str, Any],
) -> None:
    template = path.replace(str(CHECKOUT_5XX), "{incident_id}")
    code, schema = success(operations[key_of(method, template)])
    sent = None if method == "DELETE" else body
    answer = await api.request(method, path.format(**IDS), json=sent)
    assert answer.status_code == code, answer.text
    if code == 204:
        assert answer.content == b""
        return
    assert complaints(document, schema, answer.json()) == []
    for record in records(answer.json()):
        assert documented_attributes(document, schema) <= set(record["attributes"])


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/api/v2/nothing", None, 404),
        ("GET", "/api/v2/monitors/1", None, 404),
        ("GET", "/api/v2/monitors?x=1", None, 422),
        ("POST", "/api/v3/incidents/5103/resolve", {}, 409),
        ("POST", "/api/v3/incidents", {}, 422),
        ("POST", "/api/v3/policies", {"name": "x", "steps": [{"type": "escalation"}]}, 422),
        ("PATCH", "/api/v2/status-pages/8001", {"whitelabeled": True}, 403),
    ],
)
async def test_every_refusal_has_a_documented_shape(
    document: dict[str, Any],
    api: httpx.AsyncClient,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    code: int,
) -> None:
    answer = await api.request(method, path, json=body)
    error = {"$ref": "#/components/schemas/Error"}
    assert answer.status_code == code
    assert "errors" in answer.json()
    assert complaints(document, error, answer.json()) == []
