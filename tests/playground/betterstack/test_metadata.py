"""Metadata: one request that creates, replaces, merges and removes."""

from typing import Any

import httpx
import pytest

from playground.betterstack.seed_names import BACKUP, CHECKOUT, LABS_MONITOR

METADATA = "/api/v3/metadata"
OWNER = {"owner_type": "Monitor", "owner_id": str(CHECKOUT)}


def text(*values: str) -> list[dict[str, str]]:
    return [{"type": "String", "value": value} for value in values]


async def write(api: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await api.post(METADATA, json={**OWNER, "key": "Area", **body})


async def values(api: httpx.AsyncClient) -> dict[str, Any]:
    listed = (await api.get(METADATA, params=OWNER)).json()["data"]
    return {m["attributes"]["key"]: m["attributes"]["values"] for m in listed}


async def test_metadata_is_listed_by_owner(api: httpx.AsyncClient) -> None:
    everything = (await api.get(METADATA)).json()["data"]
    assert len(everything) == 5
    assert await values(api) == {
        "Service": text("checkout-api"),
        "Owner": [{"type": "User", "email": "bo@harbor.example"}],
    }


async def test_a_new_key_is_made_and_an_old_one_replaced(api: httpx.AsyncClient) -> None:
    made = await write(api, values=text("eu"))
    replaced = await write(api, values=text("us"))
    assert (made.status_code, replaced.status_code) == (201, 200)
    assert made.json()["data"]["id"] == replaced.json()["data"]["id"]
    assert (await values(api))["Area"] == text("us")


async def test_merging_adds_what_is_not_there_yet(api: httpx.AsyncClient) -> None:
    await write(api, values=text("eu", "us"))
    merged = await write(api, values=text("us", "as"), mode="merge")
    assert merged.status_code == 200
    assert (await values(api))["Area"] == text("eu", "us", "as")


async def test_no_values_remove_the_key_and_answer_without_a_body(api: httpx.AsyncClient) -> None:
    await write(api, values=text("eu"))
    removed = await write(api, values=[])
    again = await write(api, values=[])
    assert (removed.status_code, removed.content) == (204, b"")
    assert again.status_code == 204
    assert "Area" not in await values(api)


async def test_metadata_can_point_at_a_person_or_schedule(api: httpx.AsyncClient) -> None:
    sent = [{"type": "Schedule", "item_id": 6002}, {"type": "User", "email": "ana@harbor.example"}]
    answer = await write(api, owner_type="Heartbeat", owner_id=str(BACKUP), values=sent)
    assert answer.json()["data"]["attributes"]["values"] == sent


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"values": [{"type": "String"}]}, 422),
        ({"values": [{"type": "User"}]}, 422),
        ({"values": [{"type": "Shout", "value": "x"}]}, 422),
        ({"mode": "append"}, 422),
        ({"owner_type": "Team"}, 422),
        ({"key": " "}, 422),
        ({"owner_id": "99"}, 404),
        ({"owner_id": str(LABS_MONITOR)}, 404),
        ({"owner_type": "CallRouting"}, 404),
    ],
)
async def test_metadata_that_makes_no_sense_is_refused(
    api: httpx.AsyncClient, change: dict[str, Any], code: int
) -> None:
    before = await values(api)
    assert (await write(api, **{"values": text("eu"), **change})).status_code == code
    assert await values(api) == before
