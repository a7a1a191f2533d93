"""`/ops oncall`: who is on call, without a model."""

from __future__ import annotations

from bot.handlers.answers import answer_soon
from bot.handlers.commands.command import Command, Typed
from bot.handlers.services import Services
from bot.incidents.overview import Asked
from bot.slack.messages import Message


async def run(services: Services, typed: Typed) -> Message:
    return await answer_soon(services, typed.visitor.member, Asked.ON_CALL, typed.response_url)


ONCALL = Command("oncall", "oncall", "Who is on call now, and who is next.", run)
