"""A caller's mistake is never let through, and every refusal has one of the vendor's shapes."""

import httpx
import pytest

from playground.betterstack.seed_names import CHECKOUT, CHECKOUT_5XX
from playground.betterstack.server import Sandbox

INCIDENTS = "/api/v3/incidents"
COMMENTS = f"/api/v2/incidents/{CHECKOUT_5XX}/comments"
WITH_BODY = {"requester_email": "bo@harbor.example", "summary": "Something"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v2/nothing"),
        ("GET", "/api/v2/incidents"),
        ("GET", "/api/v2/policies"),
        ("GET", "/api/v3/monitors"),
        ("GET", "/api/v2/monitors/"),
        ("PUT", f"/api/v2/monitors/{CHECKOUT}"),
        ("PATCH", f"{INCIDENTS}/{CHECKOUT_5XX}"),
        ("GET", f"{INCIDENTS}/{CHECKOUT_5XX}/acknowledge"),
        ("POST", f"{INCIDENTS}/{CHECKOUT_5XX}/timeline"),
    ],
)
async def test_an_unknown_path_or_method_is_a_404_that_points_at_the_docs(
    api: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await api.request(method, path)
    assert answer.status_code == 404
    assert answer.json()["see_docs"].startswith("https://betterstack.com/docs/")


@pytest.mark.parametrize(
    "query",
    [
        "pages=2",
        "perpage=1",
        "status=open",
        "resolved=false&limit=3",
        "metadata=x",
        "metadata[a]=b",
    ],
)
async def test_an_unknown_query_parameter_is_refused(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.get(f"{INCIDENTS}?{query}")
    assert answer.status_code == 422
    assert answer.json()["invalid_attributes"]


async def test_a_write_takes_no_query_parameters(sandbox: Sandbox, api: httpx.AsyncClient) -> None:
    answer = await api.post(f"{INCIDENTS}/{CHECKOUT_5XX}/acknowledge?acknowledged_by=bo")
    assert answer.status_code == 422
    assert sandbox.state.incidents[CHECKOUT_5XX].status == "Started"


async def test_a_repeated_query_parameter_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.get(f"{INCIDENTS}?resolved=false&resolved=true")
    assert answer.json() == {"errors": {"resolved": ["is given more than once"]}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("from", "2026-03-12T00:00:00Z"),
        ("from", "12.03.2026"),
        ("to", "20260312"),
        ("to", "2026-02-30"),
        ("resolved", "yes"),
        ("resolved", "False"),
        ("acknowledged", "0"),
        ("monitor_id", "checkout"),
        ("heartbeat_id", "-1"),
        ("page", "0"),
        ("page", "two"),
        ("per_page", "0"),
        ("per_page", "-5"),
    ],
)
async def test_a_parameter_of_the_wrong_kind_is_refused_by_name(
    api: httpx.AsyncClient, name: str, value: str
) -> None:
    answer = await api.get(INCIDENTS, params={name: value})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [name]


@pytest.mark.parametrize("value", ["yesterday", "2026-03-12T10:00:00"])
async def test_the_date_of_an_on_call_question_needs_an_offset(
    api: httpx.AsyncClient, value: str
) -> None:
    answer = await api.get("/api/v2/on-calls/default", params={"date": value})
    assert list(answer.json()["errors"]) == ["date"]


async def test_an_unknown_field_is_a_misspelled_attribute(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    before = len(sandbox.state.incidents)
    answer = await api.post(INCIDENTS, json={**WITH_BODY, "sumary": "Typo"})
    assert answer.status_code == 422
    assert answer.json() == {
        "errors": "Sorry, you misspelled some attributes",
        "invalid_attributes": ["sumary"],
    }
    assert len(sandbox.state.incidents) == before


async def test_a_missing_field_is_named(api: httpx.AsyncClient) -> None:
    answer = await api.post(INCIDENTS, json={"summary": "  "})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {
        "requester_email": ["can't be blank"],
        "summary": ["can't be blank"],
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("call", "false"),
        ("call", 0),
        ("team_wait", "60"),
        ("team_wait", -1),
        ("summary", 5),
        ("summary", None),
        ("requester_email", "bo"),
        ("policy_id", "low"),
        ("metadata", ["a"]),
    ],
)
async def test_a_field_of_the_wrong_kind_is_refused_by_name(
    api: httpx.AsyncClient, name: str, value: object
) -> None:
    answer = await api.post(INCIDENTS, json={**WITH_BODY, name: value})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [name]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("not json", "application/json"),
        ('{"content": ', "application/json"),
        ('["content"]', "application/json"),
        ('"content"', "application/json"),
        ('{"content": "x"}', "text/plain"),
        ("content=x", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_is_not_a_json_object_is_a_400(
    sandbox: Sandbox, api: httpx.AsyncClient, content: str, kind: str
) -> None:
    answer = await api.post(COMMENTS, content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert isinstance(answer.json()["errors"], str)
    assert not sandbox.state.comments_of(CHECKOUT_5XX)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_reads_and_removals_take_no_body(
    sandbox: Sandbox, api: httpx.AsyncClient, method: str
) -> None:
    answer = await api.request(method, f"/api/v2/monitors/{CHECKOUT}", json={"paused": True})
    assert answer.status_code == 400
    assert CHECKOUT in sandbox.state.monitors


@pytest.mark.parametrize("key", ["0", "999999999", "abc", "１", "-1"])
async def test_an_identifier_that_is_not_there_is_named_in_the_404(
    api: httpx.AsyncClient, key: str
) -> None:
    answer = await api.get(f"/api/v2/monitors/{key}")
    assert answer.status_code == 404
    assert answer.json() == {"errors": f"Resource type monitor with id = {key} was not found"}


async def test_every_answer_carries_its_own_request_id(api: httpx.AsyncClient) -> None:
    answers = [await api.get("/api/v2/monitors"), await api.get("/api/v2/nothing")]
    identifiers = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(identifiers)) == 2


async def test_answers_say_nothing_of_rate_limits(api: httpx.AsyncClient) -> None:
    names = {name.lower() for name in (await api.get("/api/v2/monitors")).headers}
    assert not {name for name in names if "ratelimit" in name or name == "retry-after"}
