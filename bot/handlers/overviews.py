"""What is open, and who is on call, for a command: told without a model."""

from __future__ import annotations

from bot.gate.door import Gate
from bot.handlers.answers import Ask, Slow, answer_soon
from bot.handlers.commands.command import Typed
from bot.handlers.services import Services
from bot.incidents.overview import Asked, Overview
from bot.slack.messages import Message
from bot.store.database import Store
from bot.store.tables import Member

OVERVIEW = "overview"
"""The kind of job that answers such a command later."""

WAIT = "The service takes its time; I will show it here as soon as it has answered."


async def overview_soon(services: Services, typed: Typed, asked: Asked) -> Message:
    """The overview; or that it takes a moment, and then it comes by itself."""
    member = typed.visitor.member
    slow = Slow(OVERVIEW, about=asked, lock=f"{OVERVIEW}:{member.id}", wait=WAIT)
    ask = seen_now(services.store, services.gate)
    return await answer_soon(services, member, slow, ask, typed.response_url)


def seen_now(store: Store, gate: Gate) -> Ask:
    """Asks the services in the member's name."""

    async def ask(member: Member, asked: str) -> Message:
        return await Overview(store, gate).answer(Asked(asked), member)

    return ask
