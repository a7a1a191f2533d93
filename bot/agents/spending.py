"""What the language models cost an organisation: by agent and model, and against its budget.

Worked out from the saved steps, and from what models wrote into reports and summaries, so that
nothing can be counted twice or forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.agents.messages import Usage
from bot.agents.models.catalogue import Entry, entries, find
from bot.agents.models.choosing import own_models
from bot.people.counters import (
    BUDGET_TOLD,
    count_up,
    month_start,
    reset_in_words,
    resets_at,
)
from bot.store.rights import Right, holders
from bot.store.tables import Agent, Organisation, Prose, ProseKind, Run, Step

WARN_AT = Decimal("0.8")
"""The part of a budget at which the owners are told."""

_ENDLESS = 2**31 - 1


@dataclass(frozen=True)
class Spent:
    """What one agent, or all reports or summaries, used of one model in a month. `cost` is in US
    dollars; None: no price."""

    agent: str
    model: str
    input: int
    output: int
    cost: Decimal | None


class _Sum(NamedTuple):
    """A row of sums, as the database adds them up."""

    agent: str
    model: str
    is_long: int
    input: int
    output: int
    cached: int


@dataclass(frozen=True)
class Notice:
    """Words for the owners, by their Slack ids."""

    user_ids: Sequence[str]
    text: str


async def spent(session: AsyncSession, now: datetime) -> list[Spent]:
    """This month's use, by agent and model."""
    found: dict[tuple[str, str], Spent] = {}
    own = await own_models(session)
    sums = [_Sum(*row) for row in await session.execute(_sums(now))]
    of_prose = [_Sum(*row) for row in await session.execute(_sums_of_prose(now))]
    sums += [one._replace(agent=ProseKind(one.agent).words) for one in of_prose]
    for agent, model, is_long, tokens_in, tokens_out, cached in sums:
        entry = _entry(model, own)
        usage = Usage(input=int(tokens_in), output=int(tokens_out), cached=int(cached))
        cost = entry.price(usage, long_prompt=bool(is_long)) if entry else None
        before = found.get((agent, model), Spent(agent, model, 0, 0, Decimal(0)))
        found[agent, model] = Spent(
            agent,
            model,
            before.input + usage.input,
            before.output + usage.output,
            None if cost is None or before.cost is None else before.cost + cost,
        )
    return sorted(found.values(), key=lambda one: (one.agent, one.model))


def cost_of(steps: Sequence[Step], own: Sequence[Entry] = ()) -> Decimal:
    """US dollars of some steps; models without a known price count nothing.

    Args:
        own: the models of the steps that the catalogue may not know.
    """
    return sum((_price(step, own) or Decimal(0) for step in steps), Decimal(0))


async def cost_of_month(session: AsyncSession, now: datetime) -> Decimal:
    """US dollars so far; models without a known price count nothing."""
    return sum((one.cost or Decimal(0) for one in await spent(session, now)), Decimal(0))


async def out_of_budget(session: AsyncSession, organisation_id: str, now: datetime) -> str:
    """Why no model may be asked any more this month; empty while there is money left."""
    organisation = await session.get_one(Organisation, organisation_id)
    if organisation.budget is None:
        return ""
    if await cost_of_month(session, now) < Decimal(str(organisation.budget)):
        return ""
    return (
        f"This month's budget of ${organisation.budget:,.2f} for language models is used up. It "
        f"starts again on {reset_in_words(now)}; an owner can change it with `/ops budget`."
    )


async def budget_warning(
    session: AsyncSession, organisation_id: str, now: datetime
) -> Notice | None:
    """What the owners are told, once a month, when most of the budget is used."""
    organisation = await session.get_one(Organisation, organisation_id)
    if organisation.budget is None:
        return None
    budget, cost = Decimal(str(organisation.budget)), await cost_of_month(session, now)
    if cost < budget * WARN_AT:
        return None
    if not await count_up(session, organisation_id, BUDGET_TOLD, now, most=1):
        return None
    owners = await holders(session, Right.SET_PLAN)
    text = (
        f"{organisation.name} has used ${cost:,.2f} of this month's ${budget:,.2f} for language "
        f"models. When it is used up, agents stop answering until {reset_in_words(now)}. "
        "`/ops usage` shows what costs most, `/ops budget` changes the amount."
    )
    return Notice([one.user_id for one in owners], text)


def _entry(model: str, own: Sequence[Entry]) -> Entry | None:
    return next((one for one in own if one.id == model), None) or find(model)


def _price(step: Step, own: Sequence[Entry]) -> Decimal | None:
    entry = _entry(step.model, own)
    usage = Usage(input=step.input_tokens, output=step.output_tokens, cached=step.cached_tokens)
    return entry.cost(usage) if entry else None


def _sums(now: datetime) -> Select[str, str, int, int, int, int]:
    """Tokens by agent, model, and whether the prompt was long enough to cost more."""
    return (
        select(
            Agent.name,
            Step.model,
            _is_long(Step.model, Step.input_tokens),
            func.sum(Step.input_tokens),
            func.sum(Step.output_tokens),
            func.sum(Step.cached_tokens),
        )
        .join(Run, Run.id == Step.run_id)
        .join(Agent, Agent.id == Run.agent_id)
        .where(Step.created_at >= month_start(now), Step.created_at < resets_at(now))
        .group_by(Agent.name, Step.model, "is_long")
    )


def _sums_of_prose(now: datetime) -> Select[str, str, int, int, int, int]:
    """The same by what the words are for."""
    return (
        select(
            Prose.kind,
            Prose.model,
            _is_long(Prose.model, Prose.input_tokens),
            func.sum(Prose.input_tokens),
            func.sum(Prose.output_tokens),
            func.sum(Prose.cached_tokens),
        )
        .where(Prose.created_at >= month_start(now), Prose.created_at < resets_at(now))
        .group_by(Prose.kind, Prose.model, "is_long")
    )


def _is_long(
    model: InstrumentedAttribute[str], tokens: InstrumentedAttribute[int]
) -> ColumnElement[int]:
    """Whether a prompt was long enough to cost more."""
    bounds = [
        (model == entry.id, entry.long_prompt.above) for entry in entries() if entry.long_prompt
    ]
    bound = case(*bounds, else_=_ENDLESS) if bounds else literal(_ENDLESS)
    return case((tokens > bound, 1), else_=0).label("is_long")
