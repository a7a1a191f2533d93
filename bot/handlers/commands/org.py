"""`/ops org`: a person's organisations, and which channels belong to which."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.response import BoltResponse

from bot.handlers.commands.command import Command, Typed, choose, said
from bot.handlers.commands.wording import read_name
from bot.handlers.replies import answer
from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.people import members, organisations
from bot.people.organisations import Membership, memberships, resolve
from bot.people.refusals import Refused
from bot.slack.blocks import button, context, escape, section
from bot.slack.messages import Message
from bot.store.tables import Organisation

SWITCH = "org_switch"

SHOWN = 45

UNKNOWN = "Slack does not say who you are at the moment. Try again in a minute."


def register(app: AsyncApp, services: Services) -> None:
    async def switched(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is not None:
            wanted = str(body["actions"][0].get("value") or "")
            await answer(respond, await _switched(services, visitor, wanted))
        return await ack()

    app.action(SWITCH)(switched)


async def run(services: Services, typed: Typed) -> Message | None:
    return await choose(_WORDS, ORG, services, typed)


async def _list(services: Services, typed: Typed) -> Message:
    visitor = typed.visitor
    mine = await memberships(services.store, visitor.member.user_id)
    if not mine:
        return said(
            "You are in no organisation yet. `/ops team accept` accepts an invitation, "
            "`/ops org create <name>` makes one of your own."
        )
    site = await resolve(services.store, visitor.team_id, "", visitor.member.user_id, direct=True)
    active = site.organisation_id if site else ""
    blocks = [_line(one, active, visitor) for one in mine[:SHOWN]]
    if len(mine) > SHOWN:
        blocks.append(context(f"And {len(mine) - SHOWN} more: `/ops org switch <name>`."))
    return Message(f"You are in {len(mine)} organisations", blocks)


def _line(one: Membership, active: str, visitor: Visitor) -> dict[str, Any]:
    marks = [str(one.member.role)]
    if one.organisation.id == active:
        marks.append("*active*: your direct messages belong to it")
    if visitor.channel and one.organisation.id == visitor.organisation_id:
        marks.append("this place")
    text = f"*{escape(one.organisation.name)}* · {' · '.join(marks)}"
    if one.organisation.id == active:
        return section(text)
    switch = button("Switch", SWITCH, value=one.organisation.id)
    return section(text, accessory=switch)


async def _create(services: Services, typed: Typed) -> Message:
    visitor = typed.visitor
    account = await services.acquaintance.account(visitor.team_id, visitor.member.user_id)
    if account is None:
        return said(UNKNOWN)
    name = read_name(typed.rest)
    await organisations.create(
        services.store, account, visitor.team_id, name, services.default_plan
    )
    return said(
        f"*{escape(name)}* is made, you own it, and your direct messages with me belong to it now. "
        "It is empty: invite people there with `/ops team invite @person`, and give it a channel "
        f"with `/ops org channel {escape(name)}`."
    )


async def _switch(services: Services, typed: Typed) -> Message:
    return await _switched(services, typed.visitor, read_name(typed.rest))


async def _switched(services: Services, visitor: Visitor, wanted: str) -> Message:
    try:
        chosen = await organisations.switch(
            services.store, visitor.team_id, visitor.member.user_id, wanted
        )
    except Refused as refused:
        return said(str(refused))
    return said(f"Your direct messages with me belong to *{escape(chosen.organisation.name)}* now.")


async def _rename(services: Services, typed: Typed) -> Message:
    name = read_name(typed.rest)
    before = await organisations.rename(services.store, typed.visitor.member, name)
    return said(f"*{escape(before)}* is called *{escape(name)}* now.")


async def _channel(services: Services, typed: Typed) -> Message:
    visitor = typed.visitor
    if not typed.rest:
        async with services.store.reading(visitor.organisation_id) as session:
            here = await session.get_one(Organisation, visitor.organisation_id)
        what = "Your direct messages belong" if visitor.channel[:1] in "D" else "This place belongs"
        return said(f"{what} to *{escape(here.name)}*.")
    given = await organisations.give_channel(
        services.store, visitor.member, visitor.team_id, visitor.channel, read_name(typed.rest)
    )
    return said(
        f"This channel belongs to *{escape(given.name)}* from the next message on. Threads and "
        "reports of before stay with the former organisation; its reports here have stopped."
    )


async def _invited_only(services: Services, typed: Typed) -> Message:
    closed = {"on": True, "off": False}.get(typed.rest.lower())
    if closed is None:
        return said("Write `/ops org invited-only on` or `/ops org invited-only off`.")
    out = await organisations.invite_only(services.store, typed.visitor.member, closed=closed)
    if not closed:
        return said("Every full member of this Slack workspace is a viewer here again.")
    people = (
        "1 person who was never invited is" if out == 1 else f"{out} who were never invited are"
    )
    return said(
        f"Only people with an invitation are in from now on; {people} out. "
        "Invite with `/ops team invite @person`."
    )


async def _take_over(services: Services, typed: Typed) -> Message:
    visitor = typed.visitor
    account = await services.acquaintance.account(visitor.team_id, visitor.member.user_id)
    if account is None:
        return said(UNKNOWN)

    async def ask(user_id: str) -> Any:
        return await services.acquaintance.account(visitor.team_id, user_id)

    taken = await members.take_over(
        services.store, ask, account, visitor.team_id, read_name(typed.rest)
    )
    return said(f"You are an owner of *{escape(taken.name)}* now, and that is on record.")


_WORDS = {
    "": _list,
    "list": _list,
    "create": _create,
    "switch": _switch,
    "rename": _rename,
    "channel": _channel,
    "invited-only": _invited_only,
    "takeover": _take_over,
}

ORG = Command(
    "org",
    "org [list | create <name> | switch <name> | rename <name> | channel <name> | "
    "invited-only on|off | takeover]",
    "Your organisations: each has its own people, agents, connections and plan.",
    run,
    for_strangers={"", "list", "create", "switch", "takeover"},
)
