"""Answers that have to ask a service first: at once where it is quick, else a little later.

Slack waits three seconds for a command. What takes longer becomes a job that answers to the
address that came with the command, which Slack keeps open for half an hour.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import structlog
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.handlers.services import Services
from bot.incidents.overview import Asked, Overview
from bot.incidents.sources import Reads
from bot.scheduling.queue import Claim
from bot.slack.messages import Message
from bot.store.database import Store
from bot.store.rights import is_active
from bot.store.tables import Member

log = structlog.get_logger(__name__)

ANSWER = "answer"
"""The kind of job that answers later."""

AT_ONCE = 1.8
"""Seconds that a command is kept waiting; a second is left for the way back."""

POST_TIMEOUT = 15


async def answer_soon(
    services: Services, member: Member, asked: Asked, response_url: str
) -> Message:
    """What was asked; or that it takes a moment, and then the answer comes by itself."""
    overview = Overview(services.store, services.gate)
    try:
        async with asyncio.timeout(AT_ONCE):
            return await overview.answer(asked, member)
    except TimeoutError:
        pass
    subject = {"member": member.id, "asked": asked, "url": response_url}
    async with services.store.writing(member.organisation_id) as session:
        await services.queue.put(
            session,
            organisation_id=member.organisation_id,
            kind=ANSWER,
            subject=json.dumps(subject),
            lock=f"answer:{member.id}",
        )
    services.wake()
    return Message("The service takes its time; I will show it here as soon as it has answered.")


def answer_handler(store: Store, reads: Reads) -> Callable[[Claim], Awaitable[None]]:
    """The handler of `answer` jobs."""

    async def handle(claim: Claim) -> None:
        wanted = json.loads(claim.subject)
        async with store.reading(claim.organisation_id) as session:
            member = await session.get_one(Member, wanted["member"])
        if not is_active(member):
            return
        message = await Overview(store, reads).answer(Asked(wanted["asked"]), member)
        client = AsyncWebhookClient(wanted["url"], timeout=POST_TIMEOUT)
        answer = await client.send(
            text=message.text, blocks=list(message.blocks), response_type="ephemeral"
        )
        if answer.status_code != 200:
            log.warning("answer.refused", status=answer.status_code, body=answer.body[:200])

    return handle
