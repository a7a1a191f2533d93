"""The address that services send to: only who knows it gets in, and all that comes is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.incidents.addresses import PATH, WebhookAddresses
from bot.incidents.events import About
from bot.incidents.intake import Intake
from bot.incidents.port import INCIDENT_TRUTH
from bot.store.tables import WebhookAddress
from bot.store.traffic import Traffic
from bot.web.server import web_app
from bot.web.webhooks import MAX_BODY, WebhookEndpoint
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION, on_both_databases
from tests.incidents.watch import PUBLIC, Watch, payload

CREATED = {"event": "created", "data": {"id": "1", "type": "incident", "attributes": {}}}


class Door:
    """The endpoint with a client in front of it."""

    def __init__(self, watch: Watch, client: TestClient[Any, Any]) -> None:
        self.watch = watch
        self.client = client

    async def address(self) -> str:
        shown = await self.watch.addresses.show(self.watch.ana, self.watch.connection)
        return shown.removeprefix(PUBLIC)

    async def send(self, path: str, body: object = CREATED) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.client.post(path, data=data) as answer:
            await answer.read()
            return answer.status


@pytest.fixture
async def door(watch: Watch) -> AsyncIterator[Door]:
    async def ready() -> str:
        return ""

    app = web_app(
        slack=None, ready=ready, webhooks=WebhookEndpoint(watch.addresses, watch.intake, Traffic())
    )
    async with TestClient(TestServer(app)) as client:
        yield Door(watch, client)


@on_both_databases
async def test_an_event_is_saved_with_its_work_before_it_is_answered(door: Door) -> None:
    assert await door.send(await door.address()) == 200
    [event] = await door.watch.events()
    assert (event.about, event.verb, event.external_id) == (About.INCIDENT, "created", "1")
    assert event.payload == CREATED
    assert event.connection_id == door.watch.connection.id
    assert len(await door.watch.jobs(INCIDENT_TRUTH)) == 1


async def test_what_nobody_understands_is_kept_too(door: Door) -> None:
    path = await door.address()
    for body in (b"ping", b"", {"hello": "world"}, b"\xff\x00"):
        assert await door.send(path, body) == 200
    events = await door.watch.events()
    assert {one.about for one in events} == {About.UNKNOWN}
    assert all(one.note and one.handled_at for one in events)
    assert await door.watch.jobs(INCIDENT_TRUTH) == []


async def test_events_of_monitors_and_of_on_call_are_kept(door: Door) -> None:
    path = await door.address()
    for kind, event in (("monitor", "paused"), ("on_call_calendar", "changed")):
        await door.send(path, {"event": event, "data": {"id": "3", "type": kind}})
    kept = {(one.about, one.verb) for one in await door.watch.events()}
    assert kept == {("monitor", "paused"), ("on_call", "changed")}


async def test_only_the_whole_address_lets_anything_in(door: Door) -> None:
    path = await door.address()
    _, _, organisation, address, token = path.split("/")
    for wrong in (
        PATH.format(organisation_id=organisation, address_id=address, token=token[:-1] + "!"),
        PATH.format(organisation_id=organisation, address_id=address, token="x"),
        PATH.format(organisation_id=organisation, address_id="0" * 32, token=token),
        PATH.format(organisation_id=OTHER_ORGANISATION, address_id=address, token=token),
        PATH.format(organisation_id="nobody", address_id=address, token=token),
        f"/hooks/{organisation}/{address}/",
        f"/hooks/{organisation}/{address}",
    ):
        assert await door.send(wrong) == 404
    assert await door.watch.events() == []


async def test_a_replaced_address_lets_nothing_in_any_more(door: Door) -> None:
    old = await door.address()
    watch = door.watch
    new = (await watch.addresses.rotate(watch.ana, watch.connection)).removeprefix(PUBLIC)
    assert new != old
    assert await door.send(old) == 404
    assert await door.send(new) == 200
    assert await door.address() == new, "its owner can look it up again"


async def test_the_database_holds_no_address_in_clear(door: Door) -> None:
    token = (await door.address()).rpartition("/")[2]
    assert len(token) >= 43, "256 bits"
    async with door.watch.store.reading(ORGANISATION) as session:
        row = await session.get_one(WebhookAddress, (await door.address()).split("/")[3])
    assert token not in f"{row.digest} {row.secret!r}"


async def test_an_event_that_is_too_large_is_refused(door: Door) -> None:
    path = await door.address()
    assert await door.send(path, b"x" * (MAX_BODY + 1)) == 413
    assert await door.send(path, b"x" * MAX_BODY) == 200


async def test_what_could_not_be_saved_is_to_be_sent_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await door.address()

    async def fails(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Intake, "_save", fails)
        assert await door.send(path) == 503
    assert await door.send(path) == 200
    assert len(await door.watch.events()) == 1


@on_both_databases
async def test_a_storm_is_saved_in_few_units_of_work(watch: Watch) -> None:
    saved = 0
    writing = watch.store.writing

    def counted(organisation_id: str) -> Any:
        nonlocal saved
        saved += 1
        return writing(organisation_id)

    watch.store.writing = counted  # type: ignore[method-assign]
    told = [watch.happens(number) for number in range(1, 51)]
    bodies = [payload(one, event) for one in told for event in ("created", "resolved")]
    await asyncio.gather(*(watch.webhook(body) for body in [*bodies, *bodies[:10]]))

    assert saved <= 5
    events = await watch.events()
    assert len(events) == 100
    assert sum(one.times for one in events) == 110
    assert len(await watch.jobs(INCIDENT_TRUTH)) == 50


async def test_whoever_hangs_up_does_not_disturb_the_others(watch: Watch) -> None:
    bodies = [payload(watch.happens(number), "created") for number in (1, 2)]
    impatient, patient = (asyncio.create_task(watch.webhook(body)) for body in bodies)
    await asyncio.sleep(0)
    impatient.cancel()
    await patient
    assert {one.external_id for one in await watch.events()} == {"1", "2"}


def test_without_a_public_address_there_is_none_to_give(watch: Watch) -> None:
    assert not WebhookAddresses(watch.store, "").reachable
