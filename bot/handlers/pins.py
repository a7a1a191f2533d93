"""The pins of reports in App Home. Agents are pinned in their menu."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.agents.pins import GONE, Pinned, pin, unpin
from bot.handlers.connections import tell
from bot.handlers.home import show_home
from bot.handlers.home_reports import PIN_REPORT
from bot.handlers.locks import pressed
from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.people.refusals import Refused


def register(app: AsyncApp, services: Services) -> None:
    async def pinned(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is not None:
            try:
                await _pin(services, visitor, body)
            except Refused as refused:
                await tell(services, visitor, str(refused))
        return await ack()

    app.action(PIN_REPORT)(pinned)


async def _pin(services: Services, visitor: Visitor, body: dict[str, Any]) -> None:
    organisation_id, key = pressed(body)
    verb, _, what = key.partition(":")
    kind, _, subject = what.partition(":")
    if organisation_id != visitor.organisation_id or kind not in list(Pinned):
        raise Refused(GONE)
    deed = pin if verb == "pin" else unpin
    await deed(services.store, visitor.member, Pinned(kind), subject)
    await show_home(services, visitor.site, visitor.member.user_id)
