"""The plans and their limits, as data: `plans.toml` beside this file."""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from bot.people.refusals import Refused, note, require
from bot.store.database import Store
from bot.store.rights import Right
from bot.store.tables import Member, Organisation


class Schedules(enum.StrEnum):
    """When reports may come by themselves."""

    NONE = "none"
    HOUR = "hour"
    CRON = "cron"

    @property
    def words(self) -> str:
        return {"none": "none", "hour": "daily at a full hour", "cron": "any time"}[self.value]


class Plan(BaseModel):
    """What an organisation may use. A limit that is None does not exist.

    `reports` and `messages` are for a month; `knowledge_files` and `knowledge_text` (kilobytes)
    for an agent; `email_recipients` for a report.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    agents: int | None = None
    connections: int | None = None
    reports: int | None = None
    messages: int | None = None
    tiers: tuple[str, ...]
    knowledge_files: int | None = None
    knowledge_text: int | None = None
    email_recipients: int | None = None
    schedules: Schedules


@cache
def plans() -> Mapping[str, Plan]:
    """All plans by name, the smallest first."""
    text = files(__package__).joinpath("plans.toml").read_text(encoding="utf-8")
    return {
        name: Plan.model_validate({"name": name, **values})
        for name, values in tomllib.loads(text).items()
    }


async def plan_of(session: AsyncSession, organisation_id: str) -> Plan:
    """The plan of an organisation as it is now: a change counts at once."""
    organisation = await session.get_one(Organisation, organisation_id)
    return plans()[organisation.plan]


async def choose_plan(store: Store, member: Member, wanted: str) -> Plan:
    """Puts a member's organisation on another plan, effective at once. Nothing is deleted."""
    plan = plans().get(wanted.strip().lower())
    if plan is None:
        raise Refused(f"There is no plan “{wanted}”. There are: {', '.join(plans())}.")
    async with store.writing(member.organisation_id) as session:
        owner = await require(session, member, Right.SET_PLAN)
        organisation = await session.get_one(Organisation, member.organisation_id)
        before, organisation.plan = organisation.plan, plan.name
        deed = f"changed the plan from {before} to {plan.name}"
        note(session, owner, deed, at=store.clock(), action="plan")
    return plan


async def choose_budget(store: Store, member: Member, dollars: float | None) -> None:
    """Bounds what the language models of a member's organisation may cost in a month."""
    async with store.writing(member.organisation_id) as session:
        owner = await require(session, member, Right.SET_PLAN)
        organisation = await session.get_one(Organisation, member.organisation_id)
        organisation.budget = dollars
        amount = "none" if dollars is None else f"${dollars:,.2f}"
        deed = f"set the monthly budget to {amount}"
        note(session, owner, deed, at=store.clock(), action="budget")
