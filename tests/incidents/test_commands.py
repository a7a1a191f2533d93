"""`/ops incidents`, `/ops oncall` and `/ops connections webhook`, as people type them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import fields
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

from bot.gate.calls import CallerKind
from bot.handlers import answers
from bot.handlers.answers import answer_handler
from bot.handlers.commands import answer
from bot.handlers.overviews import OVERVIEW, seen_now
from bot.handlers.services import Services
from bot.incidents.port import INCIDENT_POLL
from bot.scheduling.queue import Claim
from bot.store.tables import AuditEntry, Channel, JobState, Member, Role
from playground.betterstack.faults import Fault, Kind
from playground.betterstack.seed_names import CHECKOUT
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION, add_member
from tests.incidents.watch import PUBLIC, TEAM, Watch, payload

ROUTE = "incidents route everything to <#C1|incidents>"


class Person:
    """Somebody at the keyboard, with what the house answers them."""

    def __init__(self, watch: Watch, services: Services) -> None:
        self.watch = watch
        self.services = services

    async def types(self, text: str, user: str = "UANA", url: str = "", channel: str = "C1") -> str:
        body = {
            "team_id": TEAM,
            "user_id": user,
            "channel_id": channel,
            "text": text,
            "response_url": url,
        }
        message = await answer(self.services, body)
        assert message is not None
        return json.dumps([message.text, list(message.blocks)], ensure_ascii=False)


class Known:
    """Stands in for what the house knows of people."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    async def member(self, organisation_id: str, _team: str, user_id: str) -> Member:
        async with self.watch.store.reading(organisation_id) as session:
            found = await session.scalars(select(Member).where(Member.user_id == user_id))
            return found.one()


@pytest.fixture
async def person(watch: Watch) -> Person:
    unused: dict[str, Any] = {one.name: None for one in fields(Services)}
    used = {
        "store": watch.store,
        "gate": watch.gate,
        "queue": watch.queue,
        "wake": lambda: None,
        "acquaintance": Known(watch),
        "public_url": PUBLIC,
        "addresses": watch.addresses,
    }
    services = Services(**unused | used)
    bo = await add_member(watch.store, "bo", "Bo", "UTC")
    async with watch.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, bo.id)).role = Role.VIEWER
    return Person(watch, services)


async def test_open_incidents_are_shown_at_once_and_as_the_person(person: Person) -> None:
    watch = person.watch
    assert "Nothing is open in Better Stack (Demo)." in await person.types("incidents")
    watch.happens(1, name="Checkout <5xx>", cause="Status 502", monitor_id=CHECKOUT)
    watch.happens(
        2,
        name="Search is slow",
        status="Acknowledged",
        acknowledged_at=watch.clock(),
        acknowledged_by="Chidi Okoye",
    )
    told = await person.types("incidents", "UBO")
    assert "2 open in Better Stack (Demo)" in told
    assert "/team/t400/incidents/1|Checkout &lt;5xx&gt;>* · not acknowledged" in told
    assert "Status 502" in told
    assert "Search is slow>* · acknowledged by Chidi Okoye" in told
    async with watch.store.reading(ORGANISATION) as session:
        last = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()[-1]
    assert (last.caller_kind, last.caller_id) == (CallerKind.PERSON, "bo")


async def test_who_is_on_call_is_told_with_who_comes_next(person: Person) -> None:
    told = await person.types("oncall")
    assert "*Default schedule*: Bo Chen" in told
    assert "*Database*: Chidi Okoye" in told
    assert "Next: " in told


async def test_a_service_that_fails_is_named(person: Person) -> None:
    person.watch.sandbox.faults.add(Fault(kind=Kind.ERROR, path="/api/v3/incidents", times=9))
    assert "Better Stack (Demo) did not say: " in await person.types("incidents")


class Urls:
    """Where Slack takes later answers."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []

    async def receive(self, request: web.Request) -> web.Response:
        self.got.append(await request.json())
        return web.Response(text="ok")


@pytest.fixture
async def slack() -> AsyncIterator[tuple[Urls, str]]:
    urls, app = Urls(), web.Application()
    app.router.add_post("/later", urls.receive)
    async with TestServer(app) as server:
        yield urls, str(server.make_url("/later"))


async def test_a_slow_service_is_answered_for_later(
    person: Person, slack: tuple[Urls, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    urls, url = slack
    watch = person.watch
    monkeypatch.setattr(answers, "AT_ONCE", 0.05)
    slow = Fault(kind=Kind.SLOW, path="/api/v2/on-calls*", times=9)
    watch.sandbox.faults.add(slow)
    assert "The service takes its time" in await person.types("oncall", url=url)
    [job] = await watch.jobs(OVERVIEW)
    slow.released.set()
    watch.sandbox.faults.clear()
    ask = seen_now(watch.store, watch.gate)
    handle = answer_handler(watch.store, AsyncWebClient(), ask)
    await handle(Claim(job.id, job.organisation_id, job.kind, job.subject, 1, 1))
    [later] = urls.got
    assert later["response_type"] == "ephemeral"
    assert "Bo Chen" in json.dumps(later["blocks"])


# Routes.


async def test_a_route_is_made_listed_used_and_ended(person: Person) -> None:
    watch = person.watch
    assert "No channel gets incidents yet." in await person.types("incidents routes")
    told = watch.happens(1)
    made = await person.types("incidents route team harbor to <#C8|shop>")
    assert "go to <#C8> from now on, as route 1" in made
    assert len(await watch.jobs(INCIDENT_POLL)) == 1, "what is open is looked for at once"
    await watch.work()
    assert (await watch.incident(told)).channel_id == "C8"

    await person.types(ROUTE + " through demo")
    listed = await person.types("incidents routes")
    assert "1. `team harbor` → <#C8>" in listed
    assert "2. `everything` through Demo → <#C1>" in listed
    assert "Route 1 has ended" in await person.types("incidents unroute 1")
    assert "1. `everything`" in await person.types("incidents routes")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("incidents route", "Say which incidents: `team`"),
        ("incidents route &lt;b&gt; x", "I cannot choose incidents by “&lt;b&gt;”"),
        (f"{ROUTE} investigate", "Say who looks into them"),
        (f"{ROUTE} investigate with @nobody", "There is no agent called “nobody”"),
        (f"{ROUTE} through Nowhere", "There are: `Demo`."),
        ("incidents unroute", "Say which by its number"),
        ("incidents unroute 7", "There is no route 7."),
        ("incidents unroute ²", "Say which by its number"),
        ("incidents dance", "Write `/ops incidents"),
    ],
)
async def test_mistakes_are_told_with_what_to_write(person: Person, typed: str, words: str) -> None:
    assert words in await person.types(typed)
    assert "No channel gets incidents yet." in await person.types("incidents routes")


async def test_only_editors_and_owners_make_and_end_routes(person: Person) -> None:
    assert "Only owners and editors may" in await person.types(ROUTE, "UBO")
    await person.types(ROUTE)
    assert "Only owners and editors may" in await person.types("incidents unroute 1", "UBO")
    assert "`everything`" in await person.types("incidents routes", "UBO")


async def test_no_route_leads_into_a_channel_of_another_organisation(person: Person) -> None:
    async with person.watch.store.installation() as session:
        session.add(Channel(team_id=TEAM, channel_id="C1", organisation_id=OTHER_ORGANISATION))
    assert "belongs to another organisation" in await person.types(ROUTE, channel="C2")


# What services told.


async def test_what_was_told_is_shown_and_what_was_not_understood(person: Person) -> None:
    watch = person.watch
    assert "No service has told anything yet." in await person.types("incidents events")
    told = watch.happens(1)
    for _ in range(2):
        await watch.webhook(payload(told, "created"))
    await watch.webhook({"event": "paused", "data": {"id": "3001", "type": "monitor"}})
    await watch.webhook({"surprise": "<!channel>"})
    events = await person.types("incidents events")
    assert "*incident 1 created* · Demo by webhook · 2 times" in events
    assert "*monitor 3001 paused*" in events
    unknown = await person.types("incidents unknown")
    assert "It does not say what it is about." in unknown
    assert "surprise" in unknown
    assert "<!channel>" not in unknown
    assert "monitor 3001" not in unknown


# The address for webhooks.


async def test_a_replaced_address_is_refused_at_once_by_the_endpoint(person: Person) -> None:
    watch = person.watch
    before = (await watch.addresses.show(watch.ana, watch.connection)).split("/")[-3:]
    assert await watch.addresses.connection_of(*before) == watch.connection.id
    await person.types("connections webhook rotate Demo")
    assert await watch.addresses.connection_of(*before) is None


async def test_an_owner_sees_the_address_and_can_replace_it(person: Person) -> None:
    shown = await person.types("connections webhook Demo")
    assert f"{PUBLIC}/hooks/{ORGANISATION}/" in shown
    assert shown == await person.types("connections webhook demo")
    rotated = await person.types("connections webhook rotate Demo")
    assert "The former one is refused from now on." in rotated
    address = rotated.split("```")[1]
    assert address not in shown
    async with person.watch.store.reading(ORGANISATION) as session:
        record = (await session.scalars(select(AuditEntry))).all()
    assert any("replaced the webhook address" in one.sentence for one in record)
    assert address not in " ".join(one.sentence for one in record)


async def test_nobody_else_sees_it(person: Person) -> None:
    refused = await person.types("connections webhook Demo", "UBO")
    assert "Only owners, and whoever added the connection" in refused
    assert "/hooks/" not in refused


async def test_a_connection_that_is_not_there_is_told_with_those_that_are(person: Person) -> None:
    assert "There are: `Demo`." in await person.types("connections webhook Nowhere")


async def test_all_commands_answer_while_everything_is_quiet(person: Person) -> None:
    typed = ("incidents", "incidents events", "incidents unknown", "incidents routes", "oncall")
    assert all(await asyncio.gather(*(person.types(one, "UBO") for one in typed)))
    assert await person.watch.jobs(OVERVIEW, JobState.QUEUED) == []
