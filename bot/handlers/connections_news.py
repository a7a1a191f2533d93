"""What is said of connections when it is known: how a test went, and that one was saved."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from slack_sdk.web.async_client import AsyncWebClient

from bot.connecting.tickets import Purpose
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.gate.door import Gate
from bot.handlers.access_views import fitting
from bot.handlers.answers import Ask, Slow, answer_soon, tell_alone
from bot.handlers.connections_views import line, saved_message
from bot.handlers.services import Services, Visitor
from bot.scheduling.queue import Claim
from bot.slack.blocks import escape, section
from bot.slack.messages import Message
from bot.store import crew
from bot.store.database import Store
from bot.store.rights import Right, is_active, may
from bot.store.tables import Connection, Member

TEST = "connection_test"
"""The kind of job that tests a connection for somebody who waits for the answer."""


async def test_soon(
    services: Services, visitor: Visitor, connection: Connection, response_url: str
) -> Message:
    """How a connection is; or that it takes a moment, and then the answer comes by itself."""
    slow = Slow(
        kind=TEST,
        about=connection.id,
        lock=connection.id,
        wait=f"{escape(place_of(connection))} takes its time; I will say here how it went.",
    )
    ask = how_it_is(services.store, services.gate)
    return await answer_soon(services, visitor.member, slow, ask, response_url)


def how_it_is(store: Store, gate: Gate) -> Ask:
    """Tests a connection, and says how it is."""

    async def ask(member: Member, connection_id: str) -> Message:
        caller = Caller(CallerKind.PERSON, member.organisation_id, member.id, member.name)
        connection = await gate.check(caller, connection_id)
        text = line(connection, store.clock())
        if connection.status_note:
            text += f"\n_{escape(connection.status_note)}_"
        return Message(place_of(connection), [section(text)])

    return ask


def saved_handler(store: Store, client: AsyncWebClient) -> Callable[[Claim], Awaitable[None]]:
    """The handler of `connection_saved` jobs."""

    async def handle(claim: Claim) -> None:
        told = json.loads(claim.subject)
        async with store.reading(claim.organisation_id) as session:
            row = await session.get_one(Connection, told["connection"])
            member = await session.get_one(Member, told["member"])
            crew_of = await crew.agents_for(session, member.id)
            agents = [one for one in crew_of if fitting(one, [row])]
        if row.removed_at is not None or not is_active(member):
            return
        offered = [(one.id, one.name) for one in agents] if may(member, Right.SET_ACCESS) else []
        message = saved_message(row, Purpose(told["purpose"]), offered, store.clock())
        await tell_alone(client, member.user_id, told["channel"], message)

    return handle
