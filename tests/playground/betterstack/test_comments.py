"""Comments on incidents and how they appear in the timeline."""

import httpx
import pytest

from playground.betterstack.seed_names import ANA, CHECKOUT_5XX, PAYMENTS_TIMEOUT, SEARCH_SLOW
from tests.playground.betterstack.conftest import HandClock

COMMENTS = f"/api/v2/incidents/{CHECKOUT_5XX}/comments"


async def test_a_comment_can_be_made_read_changed_and_removed(
    api: httpx.AsyncClient, clock: HandClock
) -> None:
    made = await api.post(COMMENTS, json={"content": "Rolling back **4f2a91c**"})
    path = f"{COMMENTS}/{made.json()['data']['id']}"
    clock.forward(minutes=1)
    changed = await api.patch(path, json={"content": "Rolled back"})
    read = await api.get(path)
    removed = await api.delete(path)
    codes = [answer.status_code for answer in (made, changed, read, removed)]
    attributes = read.json()["data"]["attributes"]
    assert codes == [201, 200, 200, 204]
    assert attributes["content"] == "Rolled back"
    assert attributes["created_at"] < attributes["updated_at"]
    assert (await api.get(path)).status_code == 404
    assert (await api.get(COMMENTS)).json()["data"] == []


async def test_a_comment_made_without_an_address_has_no_user_fields(
    api: httpx.AsyncClient,
) -> None:
    attributes = (await api.post(COMMENTS, json={"content": "x"})).json()["data"]["attributes"]
    assert set(attributes) == {"id", "content", "created_at", "updated_at"}


async def test_a_comment_can_name_a_teammate(api: httpx.AsyncClient) -> None:
    body = {"content": "Yours?", "user_email": "ana@harbor.example"}
    attributes = (await api.post(COMMENTS, json=body)).json()["data"]["attributes"]
    assert (attributes["user_id"], attributes["user_email"]) == (ANA, "ana@harbor.example")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": ""},
        {"content": "x", "user_email": "nobody@harbor.example"},
        {"content": "x", "user": "ana"},
    ],
)
async def test_a_comment_that_says_nothing_or_names_a_stranger_is_refused(
    api: httpx.AsyncClient, body: dict[str, str]
) -> None:
    assert (await api.post(COMMENTS, json=body)).status_code == 422
    assert (await api.get(COMMENTS)).json()["data"] == []


async def test_a_comment_belongs_to_one_incident(api: httpx.AsyncClient) -> None:
    seeded = (await api.get(f"/api/v2/incidents/{PAYMENTS_TIMEOUT}/comments")).json()["data"]
    elsewhere = f"/api/v2/incidents/{SEARCH_SLOW}/comments/{seeded[0]['id']}"
    assert (await api.get(elsewhere)).status_code == 404
    assert (await api.delete(elsewhere)).status_code == 404


async def test_a_comment_stands_in_the_timeline_with_its_author(api: httpx.AsyncClient) -> None:
    items = (await api.get(f"/api/v3/incidents/{PAYMENTS_TIMEOUT}/timeline")).json()["data"]
    comment = next(i["attributes"] for i in items if i["attributes"]["item_type"] == "comment")
    assert {item["type"] for item in items} == {"timeline_item"}
    assert comment["data"]["content"]["text"].startswith("Tidepay")
    assert comment["data"]["content"]["user"] == {"id": ANA, "name": "Ana Marin"}


async def test_the_failing_response_stands_in_the_timeline(api: httpx.AsyncClient) -> None:
    items = (await api.get(f"/api/v3/incidents/{CHECKOUT_5XX}/timeline")).json()["data"]
    response = next(
        i["attributes"] for i in items if i["attributes"]["item_type"] == "response_item"
    )
    assert "bad gateway" in response["data"]["content"]
