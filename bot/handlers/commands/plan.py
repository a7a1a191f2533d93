"""`/ops plan`, `/ops usage`, `/ops budget`: what the organisation may use, and what it has used."""

from __future__ import annotations

import math
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.response import BoltResponse
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.feedback import Ratings, ratings
from bot.agents.models.catalogue import find
from bot.agents.models.fitting import fit
from bot.agents.spending import Spent, spent
from bot.handlers.commands.command import Command, Typed, said
from bot.handlers.locks import locked_button, pressed
from bot.handlers.replies import answer
from bot.handlers.services import Services
from bot.handlers.visitors import visitor_of
from bot.people import plans
from bot.people.counters import MESSAGES, REPORTS, reset_in_words, used
from bot.people.limits import beyond
from bot.people.plans import Plan
from bot.people.refusals import Refused
from bot.slack.blocks import context, escape, section
from bot.slack.messages import Block, Message
from bot.store import crew
from bot.store.rights import Right
from bot.store.tables import Member, Organisation

CHOOSE = "plan_choose"

SHOWN = 30
"""Lines of cost, an agent and model each."""


def register(app: AsyncApp, services: Services) -> None:
    async def chosen(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is None:
            return await ack()
        organisation_id, name = pressed(body)
        if organisation_id != visitor.organisation_id:
            await answer(respond, Message("That is of another organisation. Type `/ops plan`."))
            return await ack()
        try:
            told = await _changed(services, visitor.member, name)
        except Refused as refused:
            await answer(respond, Message(str(refused)))
        else:
            await answer(respond, told, instead=True)
        return await ack()

    app.action(CHOOSE)(chosen)


async def plan(services: Services, typed: Typed) -> Message:
    member = typed.visitor.member
    if typed.rest:
        return await _changed(services, member, typed.rest)
    async with services.store.reading(member.organisation_id) as session:
        now = await plans.plan_of(session, member.organisation_id)
    blocks = [_offer(one, now, member) for one in plans.plans().values()]
    return Message(f"The plan is {now.title}", blocks)


async def usage(services: Services, typed: Typed) -> Message:
    organisation_id = typed.visitor.organisation_id
    now = services.store.clock()
    async with services.store.reading(organisation_id) as session:
        organisation = await session.get_one(Organisation, organisation_id)
        limits = await _limits(session, organisation, services)
        lines = await spent(session, now)
        rated = _rated(await ratings(session, now))
    blocks = [
        section(f"*{escape(organisation.name)}* in {now:%B %Y}\n{limits}{rated}"),
        section(_costs(lines, organisation.budget)),
        context(f"Messages, reports and costs count from zero again on {reset_in_words(now)}."),
    ]
    return Message(f"Usage in {now:%B %Y}", blocks)


async def budget(services: Services, typed: Typed) -> Message:
    word = typed.rest.lower().lstrip("$").replace(",", "")
    if not word:
        async with services.store.reading(typed.visitor.organisation_id) as session:
            held = (await session.get_one(Organisation, typed.visitor.organisation_id)).budget
        return said(
            f"The monthly budget for language models is {_money(held)}. An owner changes it: "
            "`/ops budget 50` (US dollars) or `/ops budget none`."
        )
    dollars = None if word == "none" else _dollars(word)
    await plans.choose_budget(services.store, typed.visitor.member, dollars)
    return said(
        f"The monthly budget for language models is {_money(dollars)} from now on."
        + ("" if dollars is None else " At 80 % owners are told, at 100 % agents stop answering.")
    )


async def _changed(services: Services, member: Member, wanted: str) -> Message:
    chosen = await plans.choose_plan(services.store, member, wanted)
    async with services.store.reading(member.organisation_id) as session:
        over = await beyond(session, member.organisation_id)
        over += await _other_models(session, chosen, member)
    news = f"The plan is *{chosen.title}* from now on. Nothing was deleted."
    return said("\n• ".join([news, *over]))


async def _other_models(session: AsyncSession, chosen: Plan, member: Member) -> list[str]:
    fits = [
        (agent, fit(agent.model, chosen.tiers, chosen.title))
        for agent in await crew.agents_for(session, member.id)
        if agent.model
    ]
    return [f"{escape(agent.name)} uses {one.model} {one.why}." for agent, one in fits if one.why]


def _offer(one: Plan, now: Plan, member: Member) -> Block:
    mark = " · *your plan*" if one.name == now.name else ""
    text = (
        f"*{one.title}*{mark}\n{_most(one.agents)} agents, {_most(one.connections)} connections, "
        f"{_most(one.messages)} messages and {_most(one.reports)} reports a month, "
        f"reports by themselves: {one.schedules.words}, models: {', '.join(one.tiers)}"
    )
    if one.name == now.name:
        return section(text)
    choose = locked_button(
        f"Change to {one.title}",
        CHOOSE,
        member,
        Right.SET_PLAN,
        key=one.name,
        question="It counts at once. Nothing is deleted; what is over cannot be added to.",
    )
    return section(text, accessory=choose)


async def _limits(session: AsyncSession, organisation: Organisation, services: Services) -> str:
    held = await plans.plan_of(session, organisation.id)
    now = services.store.clock()
    counts = (
        ("Messages", await used(session, MESSAGES, now), held.messages),
        ("Reports", await used(session, REPORTS, now), held.reports),
        ("Agents", len(await crew.agents(session)), held.agents),
        ("Connections", len(await crew.connections(session)), held.connections),
    )
    lines = [f"Plan {held.title}: models {', '.join(held.tiers)}"]
    lines += [f"• {what}: {count:,}{_bound(most)}" for what, count, most in counts]
    return "\n".join(lines)


def _rated(found: Ratings) -> str:
    if not found.good and not found.bad:
        return ""
    answers = "answer" if found.good == 1 else "answers"
    return f"\n• {found.good:,} {answers} found good, {found.bad:,} bad"


def _costs(lines: list[Spent], bound: float | None) -> str:
    total = math.fsum(float(one.cost or 0) for one in lines)
    of = "" if bound is None else f" of {_money(bound)}"
    told = [f"Language models: *${total:,.2f}*{of}"]
    told += [_cost(one) for one in sorted(lines, key=lambda one: -(one.cost or 0))[:SHOWN]]
    if len(lines) > SHOWN:
        told.append(f"…and {len(lines) - SHOWN} more")
    return "\n".join(told)


def _cost(one: Spent) -> str:
    known = find(one.model)
    title = known.title if known else one.model
    cost = "no price known" if one.cost is None else f"${one.cost:,.2f}"
    return f"• {escape(one.agent)}, {escape(title)}: {one.input + one.output:,} tokens, {cost}"


def _most(most: int | None) -> str:
    return "unlimited" if most is None else f"{most:,}"


def _bound(most: int | None) -> str:
    return ", without a limit" if most is None else f" of {most:,}"


def _money(dollars: float | None) -> str:
    return "unlimited" if dollars is None else f"${dollars:,.2f}"


def _dollars(word: str) -> float:
    try:
        dollars = float(word)
    except ValueError:
        dollars = math.nan
    if not 0 <= dollars < 1e9:
        raise Refused(f"“{word}” is no amount. Write `/ops budget 50`, or `/ops budget none`.")
    return dollars


PLAN = Command("plan", "plan [explore | operate | scale]", "What the organisation may use.", plan)
USAGE = Command("usage", "usage", "What was used this month, and what it cost.", usage)
BUDGET = Command(
    "budget", "budget [50 | none]", "What language models may cost in a month.", budget
)
