"""Reconnecting: what refers to a connection stays, and another account is asked about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.connecting.connections import OtherAccount, Wish
from bot.connecting.tickets import Purpose, Tickets, Unusable
from bot.connectors.errors import Invalid
from bot.connectors.results import Health
from bot.gate.grants import reach_of
from bot.store.tables import Connection, Ticket
from tests.fixtures_store import ORGANISATION
from tests.support.connectors import TOKEN, Lamp
from tests.support.desk import Desk
from tests.support.harbor import ALL, Harbor

GOOD = Wish({"key": TOKEN})


async def ticket(desk: Desk, purpose: Purpose = Purpose.RECONNECT) -> Ticket:
    tickets: Tickets = desk.services.tickets
    harbor = desk.harbor
    url = await tickets.issue(
        harbor.ana, purpose, "lamp", connection_id=harbor.connection.id, channel="C1"
    )
    opening = await tickets.open(ORGANISATION, url.rpartition("/")[2], "")
    return opening.ticket


async def stored(harbor: Harbor) -> Connection:
    async with harbor.store.reading(ORGANISATION) as session:
        return await session.get_one(Connection, harbor.connection.id)


async def account(harbor: Harbor, name: str) -> None:
    async with harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Connection, harbor.connection.id)).account = name


async def test_id_label_and_grants_stay(desk: Desk, harbor: Harbor) -> None:
    await harbor.grant(ALL)
    before = await stored(harbor)
    saved = await desk.services.connections.save(await ticket(desk), GOOD)
    assert (saved.id, saved.label) == (before.id, before.label)
    assert saved.credentials != before.credentials, "sealed anew"
    async with harbor.store.reading(ORGANISATION) as session:
        assert dict((await reach_of(session, harbor.debugger.id))[saved.id].levels) == ALL


async def test_another_account_is_said_and_asked_about(desk: Desk, harbor: Harbor) -> None:
    await account(harbor, "pier master")
    used = await ticket(desk)
    with pytest.raises(OtherAccount) as asked:
        await desk.services.connections.save(used, GOOD)
    assert (asked.value.before, asked.value.now) == ("pier master", "harbor master")
    assert (await stored(harbor)).account == "pier master", "nothing was saved"
    saved = await desk.services.connections.save(used, replace(GOOD, other_account_ok=True))
    assert saved.account == "harbor master"


async def test_a_ticket_saves_once(desk: Desk) -> None:
    used = await ticket(desk)
    await desk.services.connections.save(used, GOOD)
    with pytest.raises(Unusable, match="had been used"):
        await desk.services.connections.save(used, GOOD)


async def test_a_stored_key_cannot_be_sent_to_another_address(
    desk: Desk, harbor: Harbor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else who may edit settings could have the key sent to a server of their own."""
    edit = await ticket(desk, Purpose.EDIT)
    with pytest.raises(Invalid) as refused:
        await desk.services.connections.save(
            edit, Wish(settings={"harbor": "https://evil.example"})
        )
    assert "typed again" in refused.value.fields["harbor"]
    again = await ticket(desk, Purpose.RECONNECT)
    both = replace(GOOD, settings={"harbor": "https://new.example"})
    saved = await desk.services.connections.save(again, both)
    assert saved.settings == {"harbor": "https://new.example"}


async def test_an_account_with_test_data_is_marked_everywhere(
    desk: Desk, harbor: Harbor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(_self: Lamp) -> Health:
        return Health("sandbox", test_mode=True)

    monkeypatch.setattr(Lamp, "check", check)
    await harbor.grant(ALL)
    await desk.services.connections.save(await ticket(desk), GOOD)
    assert all("test data" in one for one in await harbor.gate.places(harbor.caller()))
    from bot.gate.calls import ToolCall

    read = await harbor.gate.handle(
        harbor.caller(), harbor.ana.id, ToolCall("c1", "lamp_list_lamps", {})
    )
    assert "(test data)" in getattr(read, "text", "")


async def test_an_organisation_without_the_connection_saves_nothing(desk: Desk) -> None:
    used = await ticket(desk)
    with pytest.raises(Invalid):
        await desk.services.connections.save(used, Wish({"key": "not a key"}))
