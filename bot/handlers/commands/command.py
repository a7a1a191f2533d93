"""The shape that all subcommands share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace

from bot.handlers.services import Services, Visitor
from bot.slack.blocks import section
from bot.slack.messages import Message
from bot.store.rights import Right, refusal


@dataclass(frozen=True)
class Typed:
    """A subcommand as a person typed it. `trigger_id` opens a modal within three seconds."""

    visitor: Visitor
    rest: str
    trigger_id: str
    response_url: str


Run = Callable[[Services, Typed], Awaitable[Message | None]]


@dataclass(frozen=True)
class Command:
    """A subcommand. `run` answers privately, or returns None when it opened a modal.

    `for_strangers`: the second words that are also for people of the workspace who are not in the
    organisation.
    """

    name: str
    usage: str
    summary: str
    run: Run
    for_strangers: Collection[str] = ()


def said(text: str) -> Message:
    """A few sentences as a message."""
    return Message(text, [section(text)])


async def choose(
    words: Mapping[str, Run], command: Command, services: Services, typed: Typed
) -> Message | None:
    """Goes on with the second word that was typed; for an unknown one, says which there are."""
    word, _, rest = typed.rest.partition(" ")
    run = words.get(word.lower())
    if run is None:
        return said(f"Write `/ops {command.usage}`.")
    return await run(services, replace(typed, rest=rest.strip()))


async def lacks(services: Services, typed: Typed, right: Right) -> Message | None:
    """The refusal for somebody without a right, with who has it; None for who has it."""
    async with services.store.reading(typed.visitor.organisation_id) as session:
        words = await refusal(session, typed.visitor.member, right)
    return said(words) if words else None
