"""`/ops` and its subcommands: one module each, found by the first word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
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
from bot.handlers.services import Services
from bot.handlers.visitors import visitor_of
from bot.people.accounts import OF_ORGANISATION
from bot.people.refusals import Refused
from bot.slack.blocks import context, escape, section
from bot.slack.messages import Message

log = structlog.get_logger(__name__)

NAME = "/ops"

COMMANDS: Mapping[str, Command] = {
    command.name: command
    for command in (
        agents.AGENTS,
        connections.CONNECTIONS,
        oauth.OAUTH,
        tools.TOOLS,
        access.ACCESS,
        approvals.APPROVALS,
        reports.SUBSCRIBE,
        reports.SUBSCRIPTIONS,
        reports.UNSUBSCRIBE,
        reports.TICKETS,
        stored_reports.REPORTS,
        incidents.INCIDENTS,
        oncall.ONCALL,
        audit.AUDIT,
        team.TEAM,
        org.ORG,
        guests.GUESTS,
        knowledge.KNOWLEDGE,
        models.MODELS,
        plan.PLAN,
        plan.USAGE,
        plan.BUDGET,
        forget.FORGET_COMMAND,
    )
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
        return help_message(first)
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


def help_message(unknown: str = "") -> Message:
    """All commands with an example each; for a word that is none of them, what was meant."""
    blocks = []
    if unknown and unknown.lower() != "help":
        close = get_close_matches(unknown.lower(), list(COMMANDS), n=1)
        hint = f" Did you mean `{NAME} {close[0]}`?" if close else ""
        blocks.append(section(f"There is no `{NAME} {escape(unknown)}`.{hint}"))
    lines = [f"`{NAME} {command.usage}`\n{command.summary}" for command in COMMANDS.values()]
    blocks.append(section("\n".join(lines)))
    blocks.append(
        context(
            "Ask an agent by its name in a channel that I am in, for example: "
            "*@debugger which incidents are open, and who is on call?*"
        )
    )
    return Message(f"How to use {NAME}", blocks)
