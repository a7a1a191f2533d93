"""What the language models cost an organisation: by agent and model, and against its budget.

Added up from the saved steps, and from what models wrote into reports and summaries, so that
nothing can be counted twice or forgotten. Each has its cost with it, at the prices of its day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.messages import Usage
from bot.agents.models.catalogue import Entry, find
from bot.people.counters import (
    BUDGET_TOLD,
    count_up,
    month_start,
    reset_in_words,
    resets_at,
)
from bot.people.limits import LimitReached, count_message
from bot.store.rights import Right, holders
from bot.store.tables import Agent, Organisation, Prose, ProseKind, Run, Step

WARN_AT = Decimal("0.8")
"""The part of a budget at which the owners are told."""


@dataclass(frozen=True)
class Spent:
    """What one agent, or all reports or summaries, used of one model in a month. `cost` is in US
    dollars; None: no price."""

    agent: str
    model: str
    input: int
    output: int
    cost: Decimal | None


@dataclass(frozen=True)
class Notice:
    """Words for the owners, by their Slack ids."""

    user_ids: Sequence[str]
    text: str


def price_of(model: str, usage: Usage, own: Sequence[Entry] = ()) -> Decimal | None:
    """US dollars of one response, None where its model has no known price.

    Args:
        own: models that the catalogue may not know.
    """
    if not usage.input and not usage.output:
        return Decimal(0)  # it was none of a provider's
    entry = next((one for one in own if one.id == model), None) or find(model)
    return entry.cost(usage) if entry else None


def cost_of(steps: Sequence[Step]) -> Decimal:
    """US dollars of some steps; models without a known price count nothing."""
    return sum((step.cost or Decimal(0) for step in steps), Decimal(0))


async def spent(session: AsyncSession, now: datetime) -> list[Spent]:
    """This month's use, by agent and model."""
    steps = (
        select(Agent.name, Step.model, *_sums(Step))
        .join(Run, Run.id == Step.run_id)
        .join(Agent, Agent.id == Run.agent_id)
        .where(_in_month(Step, now))
        .group_by(Agent.name, Step.model)
    )
    found = [Spent(*row) for row in await session.execute(steps)]
    prose = (
        select(Prose.kind, Prose.model, *_sums(Prose))
        .where(_in_month(Prose, now))
        .group_by(Prose.kind, Prose.model)
    )
    for kind, *sums in await session.execute(prose):
        found.append(Spent(ProseKind(kind).words, *sums))
    return sorted(found, key=lambda one: (one.agent, one.model))


async def cost_of_month(session: AsyncSession, now: datetime) -> Decimal:
    """US dollars so far; models without a known price count nothing."""
    costs = [
        await session.scalar(select(func.sum(table.cost)).where(_in_month(table, now)))
        for table in (Step, Prose)
    ]
    return sum((cost or Decimal(0) for cost in costs), Decimal(0))


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


async def count_question(session: AsyncSession, organisation_id: str, now: datetime) -> str:
    """Counts a person's question. Why it cannot be looked into this month, or nothing."""
    broke = await out_of_budget(session, organisation_id, now)
    if broke:
        return broke
    try:
        await count_message(session, organisation_id, now)
    except LimitReached as reached:
        return str(reached)
    return ""


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


_Priced = type[Step] | type[Prose]
"""What a language model was paid for."""


def _sums(table: _Priced) -> tuple[ColumnElement[Any], ...]:
    """Tokens in, tokens out, and their cost, as `Spent` has them."""
    return tuple(
        func.sum(column) for column in (table.input_tokens, table.output_tokens, table.cost)
    )


def _in_month(table: _Priced, now: datetime) -> ColumnElement[bool]:
    return and_(table.created_at >= month_start(now), table.created_at < resets_at(now))
