"""What is said of connections when it is known: how a test went, and that one was saved."""

from __future__ import annotations

import asyncio
import json

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.connecting.tickets import Purpose
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.gate.door import Gate
from bot.handlers.access_views import fitting
from bot.handlers.connections_views import line, saved_message
from bot.handlers.services import Services, Visitor
from bot.scheduling.queue import Claim
from bot.slack.blocks import escape, section
from bot.slack.messages import Message
from bot.store import crew
from bot.store.database import Store
from bot.store.rights import Right, is_active, may
from bot.store.tables import Connection, Member

log = structlog.get_logger(__name__)

TEST = "connection_test"
"""The kind of job that tests a connection for somebody who waits for the answer."""

AT_ONCE = 1.8
"""Seconds that Slack is kept waiting for a test; a second is left for the way back."""

POST_TIMEOUT = 15


async def test_soon(
    services: Services, visitor: Visitor, connection: Connection, response_url: str
) -> Message:
    """How a connection is; or that it takes a moment, and then the answer comes by itself."""
    member = visitor.member
    try:
        async with asyncio.timeout(AT_ONCE):
            return await _tested(services.store, services.gate, member, connection.id)
    except TimeoutError:
        pass
    subject = {"connection": connection.id, "member": member.id, "url": response_url}
    async with services.store.writing(visitor.organisation_id) as session:
        await services.queue.put(
            session,
            organisation_id=visitor.organisation_id,
            kind=TEST,
            subject=json.dumps(subject),
            lock=connection.id,
        )
    services.wake()
    text = f"{escape(place_of(connection))} takes its time; I will say here how it went."
    return Message(text, [section(text)])


class News:
    """The handlers of the jobs that tell people."""

    def __init__(self, store: Store, gate: Gate, client: AsyncWebClient) -> None:
        self._store = store
        self._gate = gate
        self._client = client

    async def test(self, claim: Claim) -> None:
        """The handler of `connection_test` jobs."""
        wanted = json.loads(claim.subject)
        async with self._store.reading(claim.organisation_id) as session:
            member = await session.get_one(Member, wanted["member"])
        if not is_active(member):
            return
        message = await _tested(self._store, self._gate, member, wanted["connection"])
        if not wanted["url"]:
            await self._tell(member.user_id, "", message)
            return
        answer = await AsyncWebhookClient(wanted["url"], timeout=POST_TIMEOUT).send(
            text=message.text, blocks=list(message.blocks), response_type="ephemeral"
        )
        if answer.status_code != 200:
            log.warning("test.answer_refused", status=answer.status_code)

    async def saved(self, claim: Claim) -> None:
        """The handler of `connection_saved` jobs."""
        told = json.loads(claim.subject)
        async with self._store.reading(claim.organisation_id) as session:
            row = await session.get_one(Connection, told["connection"])
            member = await session.get_one(Member, told["member"])
            crew_of = await crew.agents_for(session, member.id)
            agents = [one for one in crew_of if fitting(one, [row])]
        if row.removed_at is not None or not is_active(member):
            return
        offered = [(one.id, one.name) for one in agents] if may(member, Right.SET_ACCESS) else []
        purpose = Purpose(told["purpose"])
        message = saved_message(row, purpose, offered, self._store.clock())
        await self._tell(member.user_id, told["channel"], message)

    async def _tell(self, user_id: str, channel: str, message: Message) -> None:
        """To the person alone: where they were, or in a direct message."""
        blocks = list(message.blocks)
        try:
            if channel:
                await self._client.chat_postEphemeral(
                    channel=channel, user=user_id, text=message.text, blocks=blocks
                )
                return
        except SlackApiError as error:
            log.info("connections.not_whispered", error=error.response["error"])
        try:
            direct = await self._client.conversations_open(users=[user_id])
            await self._client.chat_postMessage(
                channel=direct["channel"]["id"], text=message.text, blocks=blocks
            )
        except SlackApiError as error:
            log.warning("connections.not_told", user=user_id, error=error.response["error"])


async def _tested(store: Store, gate: Gate, member: Member, connection_id: str) -> Message:
    caller = Caller(CallerKind.PERSON, member.organisation_id, member.id, member.name)
    tested = await gate.check(caller, connection_id)
    text = line(tested, store.clock())
    if tested.status_note:
        text += f"\n_{escape(tested.status_note)}_"
    return Message(place_of(tested), [section(text)])
