"""Who is on call, now and later."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from playground.betterstack.seed_names import BO, DATABASE_SCHEDULE, DEFAULT_SCHEDULE
from playground.betterstack.server import Sandbox
from tests.playground.betterstack.conftest import START, HandClock

ON_CALLS = "/api/v2/on-calls"
ANA = "ana@harbor.example"


async def on_call(api: httpx.AsyncClient, schedule: object = "default", **query: str) -> list[str]:
    body = (await api.get(f"{ON_CALLS}/{schedule}", params=query)).json()
    links = body["data"]["relationships"]["on_call_users"]["data"]
    return [link["meta"]["email"] for link in links]


async def test_the_default_schedule_has_no_name_and_bo_is_on_call(api: httpx.AsyncClient) -> None:
    body = (await api.get(f"{ON_CALLS}/default")).json()
    assert body["data"]["id"] == str(DEFAULT_SCHEDULE)
    assert body["data"]["type"] == "on_call_calendar"
    assert body["data"]["attributes"] == {
        "team_name": "Harbor",
        "name": None,
        "default_calendar": True,
    }
    assert body["data"]["relationships"]["on_call_users"]["data"] == [
        {"id": str(BO), "type": "user", "meta": {"email": "bo@harbor.example"}}
    ]


async def test_people_come_with_their_phone_numbers_as_at_the_vendors(
    api: httpx.AsyncClient,
) -> None:
    included = (await api.get(f"{ON_CALLS}/{DEFAULT_SCHEDULE}")).json()["included"]
    assert included == [
        {
            "id": str(BO),
            "type": "user",
            "attributes": {
                "first_name": "Bo",
                "last_name": "Chen",
                "email": "bo@harbor.example",
                "phone_numbers": ["+1 555 010 0001"],
            },
        }
    ]


async def test_every_schedule_is_listed_with_who_is_on_call(api: httpx.AsyncClient) -> None:
    body = (await api.get(ON_CALLS)).json()
    names = {c["id"]: c["attributes"]["name"] for c in body["data"]}
    people = {user["attributes"]["email"] for user in body["included"]}
    assert names == {str(DEFAULT_SCHEDULE): None, str(DATABASE_SCHEDULE): "Database"}
    assert people == {"bo@harbor.example", "chidi@harbor.example"}


async def test_ana_is_next(api: httpx.AsyncClient, clock: HandClock) -> None:
    in_a_week = (START + timedelta(days=5)).isoformat()
    assert await on_call(api, date=in_a_week) == [ANA]
    clock.forward(days=5)
    assert await on_call(api) == [ANA]


async def test_chidi_keeps_the_database(api: httpx.AsyncClient) -> None:
    assert await on_call(api, DATABASE_SCHEDULE) == ["chidi@harbor.example"]


async def test_events_are_a_plain_list_with_numbers_for_identifiers(
    api: httpx.AsyncClient,
) -> None:
    body = (await api.get(f"{ON_CALLS}/default/events")).json()
    assert set(body) == {"events"}
    assert body["events"][0] == {
        "id": 6101,
        "starts_at": "2026-03-09T00:00:00.000Z",
        "ends_at": "2026-03-16T00:00:00.000Z",
        "users": ["bo@harbor.example"],
        "override": False,
    }


async def test_an_override_takes_over_and_gives_back(
    api: httpx.AsyncClient, clock: HandClock
) -> None:
    body = {
        "starts_at": "2026-03-12T09:00:00Z",
        "ends_at": "2026-03-12T11:00:00Z",
        "users": [ANA],
        "override": True,
    }
    answer = await api.post(f"{ON_CALLS}/default/events", json=body)
    during = await on_call(api)
    clock.forward(hours=2)
    assert answer.status_code == 200
    assert isinstance(answer.json()["id"], int)
    assert (during, await on_call(api)) == ([ANA], ["bo@harbor.example"])


@pytest.mark.parametrize(
    "change",
    [
        {"users": []},
        {"users": ["nobody@harbor.example"]},
        {"ends_at": "2026-03-12T09:00:00Z"},
        {"starts_at": "2026-03-11T23:59:00Z"},
        {"starts_at": "2026-03-12"},
        {"starts_at": None},
        {"name": "x"},
    ],
)
async def test_an_event_that_makes_no_sense_is_refused(
    sandbox: Sandbox, api: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    before = len(sandbox.state.calendars[DEFAULT_SCHEDULE].events)
    body = {"starts_at": "2026-03-12T09:00:00Z", "ends_at": "2026-03-12T11:00:00Z", "users": [ANA]}
    answer = await api.post(f"{ON_CALLS}/default/events", json={**body, **change})
    assert answer.status_code == 422
    assert len(sandbox.state.calendars[DEFAULT_SCHEDULE].events) == before


async def test_the_rotation_tells_whose_turn_follows_whose(api: httpx.AsyncClient) -> None:
    assert (await api.get(f"{ON_CALLS}/default/rotation")).json() == {
        "users": ["bo@harbor.example", ANA],
        "rotation_length": 1,
        "rotation_interval": "week",
        "start_rotations_at": "2026-03-09T00:00:00.000Z",
        "end_rotations_at": "2026-05-04T00:00:00.000Z",
    }
    assert (await api.get(f"{ON_CALLS}/{DATABASE_SCHEDULE}/rotation")).status_code == 404


async def test_a_new_rotation_replaces_the_turns_it_covers(api: httpx.AsyncClient) -> None:
    body = {
        "users": ["chidi@harbor.example", ANA],
        "rotation_length": 8,
        "rotation_interval": "hour",
        "start_rotations_at": "2026-03-09T00:00:00Z",
        "end_rotations_at": "2026-05-04T00:00:00Z",
    }
    answer = await api.post(f"{ON_CALLS}/default/rotation", json=body)
    assert answer.status_code == 200
    assert await on_call(api) == ["chidi@harbor.example"]
    assert await on_call(api, date="2026-03-12T16:00:00Z") == [ANA]
    first = (await api.get(f"{ON_CALLS}/default/events")).json()["events"][0]
    assert first["starts_at"] == "2026-03-12T00:00:00.000Z"


async def test_a_schedule_can_be_made_renamed_and_removed_but_not_the_default(
    api: httpx.AsyncClient,
) -> None:
    made = await api.post(ON_CALLS, json={"name": "Night"})
    path = f"{ON_CALLS}/{made.json()['data']['id']}"
    renamed = await api.patch(path, json={"name": "Nights"})
    removed = await api.delete(path)
    default = await api.delete(f"{ON_CALLS}/default")
    codes = [answer.status_code for answer in (made, renamed, removed, default)]
    assert codes == [201, 200, 204, 403]
    assert renamed.json()["data"]["attributes"]["name"] == "Nights"
    assert await on_call(api) == ["bo@harbor.example"]
