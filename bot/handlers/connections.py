"""What people press about connections: the list's menu, the picker, renaming, removing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.connecting.connections import agents_by_connection
from bot.connecting.oauth.apps import Listed
from bot.connecting.tickets import Purpose
from bot.connectors.catalogue import all_kinds
from bot.connectors.errors import Invalid
from bot.gate.desk import place_of
from bot.gate.grants import Reach
from bot.gate.kinds import kind_or_key_error
from bot.gate.presets import presets_of
from bot.handlers.access import ONLY_OWNERS, Subject, grid
from bot.handlers.connections_coming import MARK, coming
from bot.handlers.connections_coming import view as coming_view
from bot.handlers.connections_news import test_soon
from bot.handlers.connections_views import (
    ADD,
    GRANT,
    MORE,
    NAME,
    PICK,
    REMOVE,
    RENAME,
    SERVICE,
    Overview,
    link_view,
    picker_view,
    remove_view,
    rename_view,
)
from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.people.refusals import Refused
from bot.scheduling.sources import ticked
from bot.scheduling.subscriptions import active
from bot.slack.blocks import escape
from bot.slack.messages import Message, Place
from bot.slack.submitted import selected, text_of
from bot.store import crew
from bot.store.rights import Right, may
from bot.store.tables import Connection, Member


def register(app: AsyncApp, services: Services) -> None:
    async def add(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is not None and await _may(services, visitor):
            to_come = await coming(services, visitor.organisation_id)
            view = picker_view(visitor.channel, to_come)
            await services.client.views_open(trigger_id=body["trigger_id"], view=view)
        return await ack()

    async def picked(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is None:
            return await ack()
        slug = selected(view["state"]["values"], SERVICE)
        service = await _to_come(services, visitor, slug)
        if service is not None:
            return await ack(response_action="update", view=coming_view(service))
        try:
            shown = await link(services, visitor, Purpose.ADD, slug)
        except Refused as refused:
            return await ack(response_action="errors", errors={SERVICE: str(refused)})
        return await ack(response_action="update", view=shown)

    async def more(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is not None and await _may(services, visitor):
            chosen = body["actions"][0].get("selected_option") or {}
            verb, _, connection_id = str(chosen.get("value") or "").partition(":")
            await _chosen(services, visitor, body, verb, connection_id)
        return await ack()

    async def renamed(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is None:
            return await ack()
        wanted = text_of(view["state"]["values"], NAME)
        connection_id = json.loads(view["private_metadata"]).get("connection", "")
        try:
            row = await services.connections.rename(visitor.member, connection_id, wanted)
        except Invalid as error:
            return await ack(
                response_action="errors", errors={NAME: f"It {error.fields['label']}."}
            )
        except Refused as refused:
            return await ack(response_action="errors", errors={NAME: str(refused)})
        await tell(services, visitor, f"It is called *{escape(row.label)}* now.")
        return await ack()

    async def removed(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is not None:
            connection_id = json.loads(view["private_metadata"]).get("connection", "")
            await _remove(services, visitor, connection_id)
        return await ack()

    async def grant(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is None:
            return await ack()
        if not may(visitor.member, Right.SET_ACCESS):
            await tell(services, visitor, ONLY_OWNERS)
            return await ack()
        agent_id, _, connection_id = str(body["actions"][0].get("value") or "").partition(":")
        row = await present(services, visitor, connection_id)
        if row is not None:
            subject = Subject(agent_id, row.id, visitor.channel)
            reading = presets_of(kind_or_key_error(row))[0]
            proposal = Reach(reading.levels, dict.fromkeys(reading.tools, True))
            view = await grid(services, visitor.organisation_id, subject, proposal)
            await services.client.views_open(trigger_id=body["trigger_id"], view=view)
        return await ack()

    app.action(ADD)(add)
    app.action(MORE)(more)
    app.action(GRANT)(grant)
    app.view(PICK)(picked)
    app.view(RENAME)(renamed)
    app.view(REMOVE)(removed)


async def overview(services: Services, organisation_id: str, member: Member) -> Overview:
    """The connections as a person may see them."""
    async with services.store.reading(organisation_id) as session:
        rows = await crew.connections(session)
        if not may(member, Right.EDIT_CONNECTIONS):
            return Overview(rows)
        agents = await agents_by_connection(session, member.id)
        people = {one.id: one.name for one in await _creators(session, rows)}
    return Overview(rows, people, agents, editable=True, now=services.store.clock())


async def link(
    services: Services,
    visitor: Visitor,
    purpose: Purpose,
    slug: str,
    connection_id: str = "",
) -> dict[str, Any]:
    """A modal with a one-time link. Raises Refused."""
    kind, url = await issue(services, visitor, purpose, slug, connection_id)
    return link_view(kind, purpose, url, services.store.clock())


async def issue(
    services: Services,
    visitor: Visitor,
    purpose: Purpose,
    slug: str,
    connection_id: str = "",
) -> tuple[Any, str]:
    """A service's connector and a one-time link to its form. Raises Refused."""
    kind = all_kinds().get(slug)
    if kind is None:
        raise Refused("Choose a service from the list.")
    url = await services.tickets.issue(
        visitor.member,
        purpose,
        slug,
        connection_id=connection_id,
        channel=visitor.channel,
    )
    return kind, url


async def losing_reports(services: Services, row: Connection) -> list[str]:
    """The reports that a connection is read for, in words."""
    async with services.store.reading(row.organisation_id) as session:
        found = [(one, (await ticked(session, one))[0]) for one in await active(session)]
    return [
        f"The {one.report} report of <#{one.channel_id}>"
        for one, sources in found
        if row.id in {source.id for source in sources}
    ]


async def present(services: Services, visitor: Visitor, connection_id: str) -> Connection | None:
    """A connection of the visitor's organisation; where it is gone, the visitor is told."""
    async with services.store.reading(visitor.organisation_id) as session:
        row = await session.get(Connection, connection_id)
    if row is None or row.removed_at is not None:
        await tell(services, visitor, "This connection was removed in the meantime.")
        return None
    return row


async def tell(services: Services, visitor: Visitor, text: str) -> None:
    """Says something to the visitor alone, where they are or directly."""
    user_id = visitor.member.user_id
    if visitor.channel and await services.sender.whisper(Place(visitor.channel), user_id, text):
        return
    await services.sender.tell(user_id, text)


async def whisper(services: Services, visitor: Visitor, message: Message) -> None:
    """The same with a message that is all in its first block."""
    await tell(services, visitor, str(message.blocks[0]["text"]["text"]))


async def opened(
    services: Services, visitor: Visitor, verb: str, row: Connection
) -> dict[str, Any]:
    """The modal of a choice about a connection. Raises Refused."""
    if verb == "rename":
        return rename_view(row, visitor.channel)
    if verb == "remove":
        agents = await services.connections.users_of(visitor.organisation_id, row.id)
        return remove_view(row, agents, await losing_reports(services, row), visitor.channel)
    return await link(services, visitor, Purpose(verb), row.connector, row.id)


async def _chosen(
    services: Services, visitor: Visitor, body: dict[str, Any], verb: str, connection_id: str
) -> None:
    row = await present(services, visitor, connection_id)
    if row is None:
        return
    if verb == "test":
        address = str(body.get("response_url") or "")
        await whisper(services, visitor, await test_soon(services, visitor, row, address))
        return
    try:
        view = await opened(services, visitor, verb, row)
    except Refused as refused:
        await tell(services, visitor, str(refused))
        return
    except ValueError:
        return  # no verb of ours
    await services.client.views_open(trigger_id=body["trigger_id"], view=view)


async def _remove(services: Services, visitor: Visitor, connection_id: str) -> None:
    row = await present(services, visitor, connection_id)
    if row is None:
        return
    place = place_of(row)
    try:
        await services.connections.remove(visitor.member, connection_id)
    except Refused as refused:
        await tell(services, visitor, str(refused))
        return
    await tell(services, visitor, f"*{escape(place)}* is removed, and its credentials with it.")


async def _to_come(services: Services, visitor: Visitor, slug: str) -> Listed | None:
    """The service that was chosen, where it has no connector yet."""
    if not slug.startswith(MARK):
        return None
    found = await coming(services, visitor.organisation_id)
    return next((one for one in found if one.oauth.service == slug.removeprefix(MARK)), None)


async def _may(services: Services, visitor: Visitor) -> bool:
    if may(visitor.member, Right.EDIT_CONNECTIONS):
        return True
    await tell(services, visitor, "Only owners and editors may create or edit connections.")
    return False


async def _creators(session: Any, rows: Sequence[Connection]) -> list[Member]:
    found = [await session.get(Member, one) for one in {row.created_by for row in rows}]
    return [one for one in found if one is not None]
