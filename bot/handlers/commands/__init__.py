"""`/ops` and its subcommands: one module each, found by the first word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.connecting.pasted import pasted_in, warning
from bot.handlers.commands import (
    access,
    agents,
    approvals,
    audit,
    connections,
    forget,
    guests,
    incidents,
    knowledge,
    manual,
    models,
    oauth,
    oncall,
    org,
    plan,
    reports,
    stored_reports,
    team,
    tools,
)
from bot.handlers.commands.command import Command, Typed
from bot.handlers.commands.manual import NAME
from bot.handlers.services import Services
from bot.handlers.visitors import visitor_of
from bot.people.accounts import OF_ORGANISATION
from bot.people.refusals import Refused
from bot.slack.messages import Message

log = structlog.get_logger(__name__)

TOPICS: Mapping[str, Sequence[Command]] = {
    "Agents": (agents.AGENTS, knowledge.KNOWLEDGE, models.MODELS, forget.FORGET_COMMAND),
    "Services": (
        connections.CONNECTIONS,
        oauth.OAUTH,
        tools.TOOLS,
        access.ACCESS,
        approvals.APPROVALS,
    ),
    "Incidents": (incidents.INCIDENTS, oncall.ONCALL),
    "Reports": (
        reports.SUBSCRIBE,
        reports.SUBSCRIPTIONS,
        reports.UNSUBSCRIBE,
        reports.TICKETS,
        stored_reports.REPORTS,
    ),
    "Organisation": (
        team.TEAM,
        org.ORG,
        guests.GUESTS,
        audit.AUDIT,
        plan.PLAN,
        plan.USAGE,
        plan.BUDGET,
    ),
}

COMMANDS: Mapping[str, Command] = {
    command.name: command for commands in TOPICS.values() for command in commands
}


def register(app: AsyncApp, services: Services) -> None:
    async def ops(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        message = await answer(services, body)
        if message is None:
            return await ack()
        return await ack(text=message.text, blocks=list(message.blocks), response_type="ephemeral")

    async def other(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        return await ack(f"I do not know `{body.get('command')}`. Try `{NAME} help`.")

    org.register(app, services)
    plan.register(app, services)
    models.register(app, services)
    forget.register(app, services)
    app.command(NAME)(ops)
    app.command(re.compile(".*"))(other)


async def answer(services: Services, body: dict[str, Any]) -> Message | None:
    """What a command answers privately; None where it opened something instead."""
    visitor = await visitor_of(services, body)
    if visitor is None:
        return Message("This workspace is not connected to Quarterdeck. Install the app again.")
    keys = pasted_in(str(body.get("text") or ""))
    if keys:
        return Message(warning(keys))
    first, _, rest = str(body.get("text") or "").strip().partition(" ")
    command = COMMANDS.get(first.lower())
    why = visitor.member.outsider
    second = rest.strip().partition(" ")[0].lower()
    open_to = command.for_strangers if command is not None and why in OF_ORGANISATION else ()
    if why and second not in open_to:
        return Message(f"Only members of this organisation may do that, and you are {why}.")
    if command is None:
        return help_message(first, rest)
    typed = Typed(
        visitor=visitor,
        rest=rest.strip(),
        trigger_id=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
    )
    try:
        return await command.run(services, typed)
    except Refused as refused:
        return Message(str(refused))


def help_message(first: str, rest: str) -> Message:
    """All commands; one of them in full; or what may have been meant."""
    asked = first.lower()
    if asked in ("", "help") and not rest:
        return manual.overview(TOPICS)
    word = rest.split()[0] if asked == "help" else first
    if word.lower() in COMMANDS:
        return manual.page_of(COMMANDS[word.lower()])
    return manual.not_known(word, list(COMMANDS))
