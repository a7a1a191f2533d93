"""Short answers that need no agent, sent as durably as everything else."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.scheduling.queue import Claim, JobQueue
from bot.slack.blocks import section
from bot.slack.messages import Message, Place
from bot.slack.sender import CannotPost, Sender

SAY = "say"
"""The kind of job that sends one."""

TELL = "tell"
"""The kind of job that sends one to a person directly."""


WHISPER = "whisper"
"""The kind of job that sends one which only one person sees, where they are."""


@dataclass(frozen=True)
class Say:
    """A line in a thread for a person. In a `verbatim` one, what looks like an address is none."""

    channel: str
    thread_ts: str
    user: str
    text: str
    verbatim: bool = False


async def put_say(queue: JobQueue, session: AsyncSession, organisation_id: str, say: Say) -> None:
    await queue.put(
        session,
        organisation_id=organisation_id,
        kind=SAY,
        subject=json.dumps(asdict(say)),
        lock=f"say:{say.channel}:{say.thread_ts}",
    )


async def put_tell(
    queue: JobQueue, session: AsyncSession, organisation_id: str, user_id: str, text: str
) -> None:
    """Has a person told something in a direct message."""
    await queue.put(
        session,
        organisation_id=organisation_id,
        kind=TELL,
        subject=json.dumps({"user_id": user_id, "text": text}),
        lock=f"tell:{user_id}",
    )


async def put_whisper(
    queue: JobQueue, session: AsyncSession, organisation_id: str, say: Say
) -> None:
    """Has a person told something that nobody else sees."""
    await queue.put(
        session,
        organisation_id=organisation_id,
        kind=WHISPER,
        subject=json.dumps(asdict(say)),
        lock=f"tell:{say.user}",
    )


def whisper_handler(sender: Sender) -> Callable[[Claim], Awaitable[None]]:
    """The handler of `whisper` jobs; where nothing can be whispered, it is a direct message."""

    async def handle(claim: Claim) -> None:
        say = Say(**json.loads(claim.subject))
        place = Place(say.channel, say.thread_ts)
        if not await sender.whisper(place, say.user, say.text):
            await sender.tell(say.user, say.text)

    return handle


def tell_handler(sender: Sender) -> Callable[[Claim], Awaitable[None]]:
    """The handler of `tell` jobs."""

    async def handle(claim: Claim) -> None:
        await sender.tell(**json.loads(claim.subject))

    return handle


def say_handler(sender: Sender) -> Callable[[Claim], Awaitable[None]]:
    """The handler of `say` jobs."""

    async def handle(claim: Claim) -> None:
        say = Say(**json.loads(claim.subject))
        message = Message(say.text, [section(say.text, verbatim=say.verbatim)])
        try:
            await sender.post(Place(say.channel, say.thread_ts), [message])
        except CannotPost:
            await sender.tell(say.user, say.text)

    return handle
