"""`/ops tools <connection>`: what an MCP server offers, and what of it waits for an owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.connectors.base import Access
from bot.gate.toolsets import MovedOn, accept_tools
from bot.handlers.commands.command import Command, Typed
from bot.handlers.services import Services
from bot.people.refusals import require
from bot.slack.blocks import context, escape, section
from bot.slack.messages import Block, Message
from bot.store import crew
from bot.store.rights import Right
from bot.store.tables import Connection

NEEDS = {
    Access.READ: "reads",
    Access.WRITE: "writes, with approval",
    Access.FULL: "full, with approval",
}
MOST_SHOWN = 40
SHOWN_OF_TEXT = 300


async def run(services: Services, typed: Typed) -> Message:
    label, _, code = typed.rest.partition(" accept ")
    async with services.store.reading(typed.visitor.organisation_id) as session:
        connection = await crew.find_connection(session, label.strip())
        known = [one.label for one in await crew.connections(session) if one.toolset]
    if connection is None or not connection.toolset:
        there = ", ".join(f"`{one}`" for one in known) or "none yet"
        return Message(
            f"Write `/ops tools <connection>` with the label of an MCP server. There are: {there}."
        )
    if code:
        return await _accept(services, typed, connection, code.strip())
    return Message(f"Tools of {connection.label}", _shown(connection, connection.toolset))


async def _accept(services: Services, typed: Typed, connection: Connection, code: str) -> Message:
    """Accepts what was shown with this code; another code is another listing."""
    digest = str((connection.toolset or {})["digest"])
    if len(code) < len(_code(digest)) or not digest.startswith(code):
        return Message(
            f"{connection.label} has listed something else since. "
            f"Look again: `/ops tools {connection.label}`."
        )
    try:
        async with services.store.writing(typed.visitor.organisation_id) as session:
            member = await require(session, typed.visitor.member, Right.SET_ACCESS)
            titles = await accept_tools(session, services.store, member, connection.id, digest)
    except MovedOn:
        return Message(f"{connection.label} changed just now. Look again.")
    return Message(f"Accepted: {', '.join(titles) or 'nothing was waiting'}.")


def _shown(connection: Connection, toolset: Mapping[str, Any]) -> list[Block]:
    changed: Sequence[Mapping[str, Any]] = toolset["changed"]
    blocks = [section(f"*{escape(connection.label)}*: {len(toolset['tools'])} tools")]
    if toolset["tools"]:
        blocks.append(section("\n".join(_line(one) for one in toolset["tools"][:MOST_SHOWN])))
    if changed:
        words = "*New or changed since an owner looked, so off:*"
        blocks.append(section(f":warning: {words}"))
        blocks += [section(_whole(one)) for one in changed[:MOST_SHOWN]]
        accept = f"/ops tools {connection.label} accept {_code(toolset['digest'])}"
        blocks.append(context(f"To accept them as they are here, an owner writes `{accept}`."))
    return blocks


def _line(tool: Mapping[str, Any]) -> str:
    return f"• {escape(tool['title'])} · {NEEDS[Access(tool['access'])]}"


def _whole(tool: Mapping[str, Any]) -> str:
    """All that decides what the tool is taken for."""
    said = " ".join(str(tool["description"]).split())[:SHOWN_OF_TEXT]
    given = ", ".join(tool["schema"].get("properties") or {}) or "nothing"
    return f"{_line(tool)}\n_{escape(said) or 'no description'}_\nTakes: {escape(given)}"


def _code(digest: str) -> str:
    return digest[:8]


TOOLS = Command(
    "tools",
    "tools <connection>",
    "What an MCP server offers, and what of it changed and waits for an owner.",
    run,
)
