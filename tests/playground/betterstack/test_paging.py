"""Pages of a list, and the addresses of their neighbours."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

INCIDENTS = "/api/v3/incidents"


async def test_incidents_come_ten_to_a_page_and_newest_first(api: httpx.AsyncClient) -> None:
    body = (await api.get(INCIDENTS)).json()
    started = [incident["attributes"]["started_at"] for incident in body["data"]]
    assert len(started) == 10
    assert started == sorted(started, reverse=True)


async def test_walking_by_page_number_shows_every_incident_once(api: httpx.AsyncClient) -> None:
    seen: list[str] = []
    for page in (1, 2):
        body = (await api.get(INCIDENTS, params={"page": page})).json()
        seen += [incident["id"] for incident in body["data"]]
    assert body["pagination"]["next"] is None
    assert len(seen) == len(set(seen)) == 13


async def test_neighbours_are_announced_on_another_host_than_the_one_called(
    api: httpx.AsyncClient,
) -> None:
    query = {"page": "2", "per_page": "5", "resolved": "true"}
    pagination = (await api.get(INCIDENTS, params=query)).json()["pagination"]
    pages = {name: urlsplit(url) for name, url in pagination.items() if url}
    assert {page.netloc for page in pages.values()} == {"incidents.betterstack.com"}
    assert {page.path for page in pages.values()} == {INCIDENTS}
    numbers = {name: parse_qs(page.query)["page"] for name, page in pages.items()}
    assert numbers == {"first": ["1"], "last": ["3"], "prev": ["1"], "next": ["3"]}
    assert parse_qs(pages["next"].query)["resolved"] == ["true"]


@pytest.mark.parametrize(("path", "most"), [(INCIDENTS, 50), ("/api/v2/monitors", 250)])
async def test_too_large_a_page_is_clamped_in_silence(
    api: httpx.AsyncClient, path: str, most: int
) -> None:
    large = await api.get(path, params={"per_page": most + 1})
    largest = await api.get(path, params={"per_page": most})
    assert large.status_code == 200
    assert large.json()["data"] == largest.json()["data"]


async def test_the_clamp_holds_when_there_are_more_records_than_fit(
    api: httpx.AsyncClient,
) -> None:
    for number in range(45):
        body = {"requester_email": "bo@harbor.example", "summary": f"Incident {number}"}
        assert (await api.post(INCIDENTS, json=body)).status_code == 201
    assert len((await api.get(INCIDENTS, params={"per_page": 1000})).json()["data"]) == 50


async def test_a_page_after_the_last_is_empty_and_points_back(api: httpx.AsyncClient) -> None:
    body = (await api.get("/api/v2/monitors", params={"page": 9})).json()
    assert body["data"] == []
    assert body["pagination"]["next"] is None
    assert body["pagination"]["prev"].endswith("page=1")


async def test_an_empty_list_is_one_empty_page(api: httpx.AsyncClient) -> None:
    pagination = (await api.get("/api/v2/policy-groups")).json()["pagination"]
    assert pagination["first"] == pagination["last"]
    assert pagination["prev"] is pagination["next"] is None


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/incidents/5101/comments",
        "/api/v3/incidents/5101/timeline",
        "/api/v2/on-calls/default/events",
    ],
)
async def test_comments_timelines_and_on_call_events_are_never_paged(
    api: httpx.AsyncClient, path: str
) -> None:
    assert "pagination" not in (await api.get(path)).json()
    assert (await api.get(path, params={"page": 1})).status_code == 422
