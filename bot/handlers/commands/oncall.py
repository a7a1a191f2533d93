"""`/ops oncall`: who is on call, without a model."""

from __future__ import annotations

from bot.handlers.commands.command import Command, Typed
from bot.handlers.overviews import overview_soon
from bot.handlers.services import Services
from bot.incidents.overview import Asked
from bot.slack.messages import Message


async def run(services: Services, typed: Typed) -> Message:
    return await overview_soon(services, typed, Asked.ON_CALL)


ONCALL = Command("oncall", "oncall", "Who is on call now, and who is next.", run)
