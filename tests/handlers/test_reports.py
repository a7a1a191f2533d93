"""Subscriptions with their sources, and standing approvals, as people see and change them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from bot.handlers.reports import REVOKE, SOURCES
from bot.reports import standing
from bot.scheduling import sources
from bot.store.tables import Connection, Member, Role, Subscription
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk
from tests.support.harbor import CHANNEL


@pytest.fixture(autouse=True)
def _lamps_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "CONNECTORS", {"incidents": ("lamp",)})


async def type_in(desk: Desk, words: str, user: str = "UANA") -> str:
    return await desk.command(user, words, channel=CHANNEL)


async def subscribed(desk: Desk) -> Subscription:
    await type_in(desk, "subscribe daily incidents at 09:00")
    async with desk.harbor.store.reading(ORGANISATION) as session:
        return (await session.scalars(select(Subscription))).one()


def state(*chosen: str) -> dict[str, Any]:
    options = [{"value": one} for one in chosen]
    return {SOURCES: {SOURCES: {"type": "checkboxes", "selected_options": options}}}


async def test_a_new_one_reads_all_that_fit_and_says_so(desk: Desk) -> None:
    await desk.harbor.connect("Pier")
    await desk.harbor.connect("Till", "till")
    one = await subscribed(desk)
    assert len(one.sources or []) == 2
    assert "reads Lamp (Demo) and Lamp (Pier)" in await type_in(desk, "subscriptions")


async def test_ticking_is_kept_said_and_on_record(desk: Desk) -> None:
    await desk.harbor.connect("Pier")
    one = await subscribed(desk)
    await desk.press("UANA", SOURCES, f"{ORGANISATION}:{one.id}")
    [opened] = desk.slack.sent("views_open")
    assert len(opened["view"]["blocks"][0]["element"]["initial_options"]) == 2
    metadata = json.loads(opened["view"]["private_metadata"])
    await desk.submit("UANA", SOURCES, metadata, state(desk.harbor.connection.id))
    assert "reads Lamp (Demo)." in await type_in(desk, "subscriptions")
    assert (
        "Ana had the incidents report of <#C1> read Lamp (Demo), 09:00 UTC."
        in await desk.harbor.sentences()
    )


async def test_a_new_time_keeps_what_was_ticked(desk: Desk) -> None:
    one = await subscribed(desk)
    await desk.harbor.connect("Pier")
    await type_in(desk, "subscribe daily incidents at 10:00")
    shown = await type_in(desk, "subscriptions")
    assert "10:00" in shown
    assert "reads Lamp (Demo)." in shown
    assert one.sources == [desk.harbor.connection.id]


async def test_a_removed_source_is_shown_as_that(desk: Desk) -> None:
    await desk.harbor.connect("Pier")
    await subscribed(desk)
    async with desk.harbor.store.writing(ORGANISATION) as session:
        row = await session.get_one(Connection, desk.harbor.connection.id)
        row.removed_at = desk.harbor.clock()
    assert "reads Lamp (Pier) (Lamp (Demo) was removed)" in await type_in(desk, "subscriptions")


async def test_a_viewer_sees_the_sources_and_may_not_tick(desk: Desk) -> None:
    one = await subscribed(desk)
    await desk.press("UBO", SOURCES, f"{ORGANISATION}:{one.id}")
    assert desk.slack.sent("views_open") == []
    metadata = {"subscription": one.id, "channel": CHANNEL}
    await desk.submit("UBO", SOURCES, metadata, state())
    async with desk.harbor.store.reading(ORGANISATION) as session:
        assert (await session.get_one(Subscription, one.id)).sources == one.sources


async def test_an_owner_allows_tickets_lists_and_revokes_them(desk: Desk) -> None:
    await desk.harbor.connect("Quay", "tracker")
    await subscribed(desk)
    told = await type_in(desk, "tickets allow incidents in Quay project OPS up to 3")
    assert "up to 3 tickets each time in project OPS of Tracker (Quay)" in told
    listed = await type_in(desk, "tickets", "UBO")
    assert "<@UANA> allowed the incidents report of <#C1>" in listed
    [given] = await standing.given(desk.harbor.store, ORGANISATION)
    key = f"{ORGANISATION}:{given.id}"
    await desk.press("UBO", REVOKE, key)
    assert "allowed" in await type_in(desk, "tickets")
    await desk.press("UANA", REVOKE, key)
    assert "No report may open tickets by itself." in await type_in(desk, "tickets")
    record = "\n".join(await desk.harbor.sentences())
    assert "Ana allowed the incidents report of <#C1> to open up to 3 tickets" in record
    assert "Ana revoked the standing approval for the incidents report" in record


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("tickets allow", "Write for example"),
        ("tickets allow incidents in Quay project OPS", "does not get the daily incidents report"),
        ("tickets dance", "Write `/ops tickets"),
    ],
)
async def test_mistakes_are_explained(desk: Desk, words: str, told: str) -> None:
    assert told in await type_in(desk, words)


async def test_an_editor_may_not_allow_tickets(desk: Desk) -> None:
    await desk.harbor.connect("Quay", "tracker")
    await subscribed(desk)
    async with desk.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, "bo")).role = Role.EDITOR
    told = await type_in(desk, "tickets allow incidents in Quay project OPS", "UBO")
    assert "Only owners may let reports open tickets without asking" in told
