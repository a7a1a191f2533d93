"""`/ops guests`: whether guests, people of other companies and apps are answered in a channel."""

from __future__ import annotations

from bot.handlers.commands.command import Command, Typed, said
from bot.handlers.services import Services
from bot.people.organisations import allow_outsiders
from bot.slack.messages import Message


async def run(services: Services, typed: Typed) -> Message:
    visitor = typed.visitor
    allowed = {"allow": True, "refuse": False}.get(typed.rest.lower())
    if allowed is None:
        now = "allowed" if visitor.site.outsiders_allowed else "refused"
        return said(
            f"Guests, people of other companies and apps are {now} here. An owner changes that "
            "with `/ops guests allow` or `/ops guests refuse`, for this channel alone."
        )
    await allow_outsiders(
        services.store, visitor.member, visitor.team_id, visitor.channel, allowed=allowed
    )
    if not allowed:
        return said("From the next message on only members are answered in this channel.")
    return said(
        "In this channel guests, people of other companies and apps may ask agents from now on. "
        "They see what the agents answer. They cannot approve anything or use commands."
    )


GUESTS = Command(
    "guests", "guests [allow | refuse]", "Whether people from outside may ask in a channel.", run
)
