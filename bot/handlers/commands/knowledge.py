"""`/ops knowledge`: the library, and what each agent knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from difflib import get_close_matches

from bot.agents.knowledge.library import files_of
from bot.connecting.tickets import Purpose
from bot.handlers.commands.command import Command, Run, Typed, choose, lacks, said
from bot.handlers.knowledge import deleted, library, open_choice, open_upload
from bot.handlers.knowledge_views import link_message
from bot.handlers.services import Services
from bot.slack.blocks import escape
from bot.slack.messages import Message
from bot.store import crew
from bot.store.rights import Right
from bot.store.tables import Agent

OnAgent = Callable[[Services, Typed, Agent], Awaitable[Message | None]]


async def run(services: Services, typed: Typed) -> Message | None:
    return await choose(_WORDS, KNOWLEDGE, services, typed)


def _editing(then: Run) -> Run:
    """A subcommand for those who may change what agents know."""

    async def run_it(services: Services, typed: Typed) -> Message | None:
        return await lacks(services, typed, Right.EDIT_KNOWLEDGE) or await then(services, typed)

    return run_it


async def _list(services: Services, typed: Typed) -> Message:
    page = int(typed.rest) if typed.rest.isdecimal() and len(typed.rest) < 5 else 1
    return await library(services, typed.visitor, page=max(page, 1))


async def _add(services: Services, typed: Typed) -> None:
    await open_upload(services, typed.visitor, typed.trigger_id)


async def _page(services: Services, typed: Typed) -> Message:
    url = await services.tickets.issue(
        typed.visitor.member, Purpose.KNOWLEDGE, "the library", channel=typed.visitor.channel
    )
    return link_message("Add files to the library", url, services.store.clock())


async def _agent(services: Services, typed: Typed, agent: Agent) -> None:
    await open_choice(services, typed.visitor, typed.trigger_id, agent.id)


async def _text(services: Services, typed: Typed, agent: Agent) -> Message:
    url = await services.tickets.issue(
        typed.visitor.member,
        Purpose.TEXT,
        "an agent",
        connection_id=agent.id,
        channel=typed.visitor.channel,
    )
    return link_message(f"Write what {agent.name} always knows", url, services.store.clock())


async def _delete(services: Services, typed: Typed) -> Message:
    wanted = typed.rest.strip('`“”" ').lower()
    async with services.store.reading(typed.visitor.organisation_id) as session:
        names = {one.name.lower(): one for one in await files_of(session)}
    item = names.get(wanted)
    if item is None:
        near = get_close_matches(wanted, list(names), n=1)
        hint = f" Did you mean `{names[near[0]].name}`?" if near else ""
        return said(f"There is no file “{escape(typed.rest[:80])}” in the library.{hint}")
    return await library(
        services, typed.visitor, news=await deleted(services, typed.visitor, item.id)
    )


def _on_agent(then: OnAgent) -> Run:
    async def run_it(services: Services, typed: Typed) -> Message | None:
        handle = crew.handle_of(typed.rest.strip().removeprefix("@"))
        async with services.store.reading(typed.visitor.organisation_id) as session:
            seen = await crew.agents_for(session, typed.visitor.member.id)
        agent = next((one for one in seen if one.handle == handle), None)
        if agent is None:
            there = ", ".join(f"`@{one.handle}`" for one in seen) or "none yet"
            return said(f"Name the agent. There are: {there}.")
        return await then(services, typed, agent)

    return run_it


_WORDS = {
    "": _editing(_list),
    "list": _editing(_list),
    "add": _editing(_add),
    "page": _editing(_page),
    "agent": _editing(_on_agent(_agent)),
    "text": _editing(_on_agent(_text)),
    "delete": _editing(_delete),
}

KNOWLEDGE = Command(
    "knowledge",
    "knowledge [list | add | page | agent @name | text @name | delete <file>]",
    "The files in the library, and what each agent knows.",
    run,
)
