"""Answers that have to ask a service first: at once where it is quick, else a little later.

Slack waits three seconds for a command or a press. What takes longer becomes a job that answers to
the address that came with it, which Slack keeps open for half an hour.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.handlers.services import Services
from bot.scheduling.queue import Claim
from bot.slack.blocks import section
from bot.slack.messages import Message
from bot.store.database import Store
from bot.store.rights import is_active
from bot.store.tables import Member

log = structlog.get_logger(__name__)

AT_ONCE = 1.8
"""Seconds that Slack is kept waiting; a second is left for the way back."""

POST_TIMEOUT = 15

Ask = Callable[[Member, str], Awaitable[Message]]
"""Answers a member; the second argument is what it is about: a connection's id, say."""


@dataclass(frozen=True)
class Slow:
    """A question that a service may take its time over.

    Args:
        kind: of the job that answers it later.
        about: what the question is about, as `Ask` gets it.
        lock: jobs with the same one come one after another.
        wait: what is said meanwhile.
    """

    kind: str
    about: str
    lock: str
    wait: str


async def answer_soon(
    services: Services, member: Member, slow: Slow, ask: Ask, response_url: str
) -> Message:
    """The answer; or that it takes a moment, and then it comes by itself."""
    try:
        async with asyncio.timeout(AT_ONCE):
            return await ask(member, slow.about)
    except TimeoutError:
        pass
    subject = {"member": member.id, "about": slow.about, "url": response_url}
    async with services.store.writing(member.organisation_id) as session:
        await services.queue.put(
            session,
            organisation_id=member.organisation_id,
            kind=slow.kind,
            subject=json.dumps(subject),
            lock=slow.lock,
        )
    services.wake()
    return Message(slow.wait, [section(slow.wait)])


def answer_handler(
    store: Store, client: AsyncWebClient, ask: Ask
) -> Callable[[Claim], Awaitable[None]]:
    """The handler of the jobs that answer later. What had no address is said in a direct message,
    as is what was asked in App Home."""

    async def handle(claim: Claim) -> None:
        wanted = json.loads(claim.subject)
        async with store.reading(claim.organisation_id) as session:
            member = await session.get_one(Member, wanted["member"])
        if not is_active(member):
            return
        message = await ask(member, wanted["about"])
        if not wanted["url"]:
            await tell_alone(client, member.user_id, "", message)
            return
        answer = await AsyncWebhookClient(wanted["url"], timeout=POST_TIMEOUT).send(
            text=message.text, blocks=list(message.blocks), response_type="ephemeral"
        )
        if answer.status_code != 200:
            log.warning("answer.refused", status=answer.status_code, body=answer.body[:200])

    return handle


async def tell_alone(client: AsyncWebClient, user_id: str, channel: str, message: Message) -> None:
    """Says something to one person alone: in the channel where they were, or else directly."""
    blocks = list(message.blocks)
    try:
        if channel:
            await client.chat_postEphemeral(
                channel=channel, user=user_id, text=message.text, blocks=blocks
            )
            return
    except SlackApiError as error:
        log.info("answer.not_whispered", error=error.response["error"])
    try:
        direct = await client.conversations_open(users=[user_id])
        await client.chat_postMessage(
            channel=direct["channel"]["id"], text=message.text, blocks=blocks
        )
    except SlackApiError as error:
        log.warning("answer.not_told", user=user_id, error=error.response["error"])
