"""The shape that all subcommands share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.handlers.services import Services, Visitor
from bot.slack.messages import Message
from bot.store.tables import Role


@dataclass(frozen=True)
class Typed:
    """A subcommand as a person typed it. `trigger_id` opens a modal within three seconds."""

    visitor: Visitor
    rest: str
    trigger_id: str
    response_url: str


@dataclass(frozen=True)
class Command:
    """A subcommand. `run` answers privately, or returns None when it opened a modal."""

    name: str
    usage: str
    summary: str
    run: Callable[[Services, Typed], Awaitable[Message | None]]


def needs_owner(typed: Typed, deed: str) -> Message | None:
    """The refusal for somebody who is no owner; None for an owner."""
    if typed.visitor.member.role == Role.OWNER:
        return None
    return Message(f"Only owners may {deed}. You are {_article(typed.visitor.member.role)}.")


def _article(role: str) -> str:
    return f"an {role}" if role[0] in "aeio" else f"a {role}"
