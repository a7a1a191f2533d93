"""`/ops agents`: who can be asked, and the ways to make, change and archive agents."""

from __future__ import annotations

from bot.agents import roster
from bot.handlers import agents_list
from bot.handlers.agents import do, open_new
from bot.handlers.agents_list import archived_message, roll_message
from bot.handlers.agents_roll import roll_of
from bot.handlers.commands.command import Command, Run, Typed, choose, said
from bot.handlers.services import Services
from bot.people.refusals import Refused
from bot.slack.blocks import clip, escape
from bot.slack.messages import Message
from bot.store import crew


async def run(services: Services, typed: Typed) -> Message | None:
    return await choose(_WORDS, AGENTS, services, typed)


async def _list(services: Services, typed: Typed) -> Message:
    member = typed.visitor.member
    async with services.store.reading(member.organisation_id) as session:
        gone = await roster.archived(session, member.id)
    return roll_message(await roll_of(services, member), len(gone))


async def _new(services: Services, typed: Typed) -> None:
    await open_new(services, typed.visitor, typed.trigger_id)


async def _archived(services: Services, typed: Typed) -> Message:
    member = typed.visitor.member
    async with services.store.reading(member.organisation_id) as session:
        return archived_message(await roster.archived(session, member.id), member)


async def _restore(services: Services, typed: Typed) -> Message:
    member, handle = typed.visitor.member, crew.handle_of(typed.rest)
    async with services.store.reading(member.organisation_id) as session:
        gone = await roster.archived(session, member.id)
    found = next((one for one in gone if one.handle == handle), None)
    if found is None:
        names = ", ".join(f"`{one.name}`" for one in gone) or "none"
        raise Refused(f"Name one that is archived: {names}.")
    agent = await roster.restore(services.store, member, found.id)
    return said(f"*{escape(agent.name)}* is back: `@{agent.handle}`.")


def _about_one(verb: str) -> Run:
    """The subcommand for an entry of an agent's menu."""

    async def about(services: Services, typed: Typed) -> None:
        member, handle = typed.visitor.member, crew.handle_of(typed.rest)
        async with services.store.reading(member.organisation_id) as session:
            agents = await crew.agents_for(session, member.id)
        found = next((one for one in agents if one.handle == handle), None)
        if found is None:
            what = f"There is no agent called “{escape(clip(typed.rest, 60))}”." if handle else ""
            names = ", ".join(f"`@{one.handle}`" for one in agents) or "nobody yet"
            raise Refused(f"{what} Name one of these: {names}.".strip())
        await do(services, typed.visitor, verb, found.id, typed.trigger_id)

    return about


_WORDS: dict[str, Run] = {
    "": _list,
    "list": _list,
    "new": _new,
    "edit": _about_one(agents_list.SETTINGS),
    "duplicate": _about_one(agents_list.DUPLICATE),
    "archive": _about_one(agents_list.ARCHIVE),
    "pin": _about_one(agents_list.PIN),
    "unpin": _about_one(agents_list.UNPIN),
    "archived": _archived,
    "restore": _restore,
}

AGENTS = Command(
    "agents",
    "agents [list | new | edit @agent | duplicate @agent | archive @agent | archived | "
    "restore <name> | pin @agent | unpin @agent]",
    "Who can be asked, what each may look into, and how each works.",
    run,
)
