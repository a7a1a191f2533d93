"""Where the plan's limits are met: each refusal says which limit, how much, and what helps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.people.counters import MESSAGES, REPORTS, count_up, reset_in_words, used
from bot.people.plans import Plan, Schedules, plan_of
from bot.people.refusals import Refused
from bot.store import crew
from bot.store.tables import Subscription

NAMED = 10
"""How many of the things that could be removed are named."""

ELSE = "An owner can change the plan: `/ops plan`."


class LimitReached(Refused):
    """The organisation's plan does not allow more of something."""


async def count_message(session: AsyncSession, organisation_id: str, now: datetime) -> None:
    """Counts a question that starts a run. Raises LimitReached, and counts nothing, at the limit.

    Counted in the unit of work that the run is saved in, so neither is ever without the other.
    """
    plan = await plan_of(session, organisation_id)
    if not await count_up(session, organisation_id, MESSAGES, now, plan.messages):
        raise LimitReached(_monthly(plan, plan.messages, "messages", now))


async def check_report(session: AsyncSession, organisation_id: str, now: datetime) -> None:
    """Raises LimitReached where no report can be completed any more this month."""
    plan = await plan_of(session, organisation_id)
    if plan.reports is not None and await used(session, REPORTS, now) >= plan.reports:
        raise LimitReached(_monthly(plan, plan.reports, "reports", now))


async def count_report(session: AsyncSession, organisation_id: str, now: datetime) -> None:
    """Counts a report that was completed."""
    await count_up(session, organisation_id, REPORTS, now)


async def check_schedule(session: AsyncSession, organisation_id: str, minute: int) -> None:
    """Raises LimitReached where the plan has no daily reports, or none at such a minute."""
    plan = await plan_of(session, organisation_id)
    if allows(plan, minute):
        return
    if plan.schedules is Schedules.NONE:
        raise LimitReached(f"The plan {plan.title} has no reports that come by themselves. {ELSE}")
    raise LimitReached(
        f"On the plan {plan.title} daily reports come at a full hour, such as 09:00. {ELSE}"
    )


async def room_for_agent(session: AsyncSession, organisation_id: str, member_id: str = "") -> None:
    """Raises LimitReached where no agent can be added. Others' private ones count, unnamed."""
    plan = await plan_of(session, organisation_id)
    names = [agent.name for agent in await crew.agents_for(session, member_id)]
    hidden = len(await crew.agents(session)) - len(names)
    check_room(plan, plan.agents, "agents", names, hidden)


async def room_for_connection(session: AsyncSession, organisation_id: str) -> None:
    """Raises LimitReached where no connection can be added."""
    plan = await plan_of(session, organisation_id)
    labels = [connection.label for connection in await crew.connections(session)]
    check_room(plan, plan.connections, "connections", labels)


def check_room(
    plan: Plan, most: int | None, what: str, names: Sequence[str], hidden: int = 0
) -> None:
    """For limits that do not reset: raises LimitReached naming what could be removed.

    `hidden` are those whose names the one who is told must not know.
    """
    there = len(names) + hidden
    if most is None or there < most:
        return
    unnamed = there - len(names[:NAMED])
    more = f" and {unnamed} more" if unnamed else ""
    raise LimitReached(
        f"The plan {plan.title} has room for {most} {what}, and there are {there}: "
        f"{', '.join(names[:NAMED])}{more}. Remove one that is not needed. {ELSE}"
    )


def _monthly(plan: Plan, most: int | None, what: str, now: datetime) -> str:
    return (
        f"The {most} {what} of {now:%B} are used; so many come with the plan {plan.title}. "
        f"They count from zero again on {reset_in_words(now)}. {ELSE}"
    )


async def beyond(session: AsyncSession, organisation_id: str) -> list[str]:
    """What an organisation has beyond its plan, after it was lowered say, and what that means."""
    plan = await plan_of(session, organisation_id)
    agents, connections = len(await crew.agents(session)), len(await crew.connections(session))
    told = [
        f"{count} {what} stay, {most} are in the plan: none can be added."
        for what, count, most in (
            ("agents", agents, plan.agents),
            ("connections", connections, plan.connections),
        )
        if most is not None and count > most
    ]
    daily = await session.scalars(select(Subscription).where(Subscription.cancelled_at.is_(None)))
    paused = [one for one in daily if not allows(plan, one.minute)]
    told += [f"The daily {one.report} report of <#{one.channel_id}> pauses." for one in paused]
    return told


def allows(plan: Plan, minute: int) -> bool:
    """Whether daily reports at this minute of an hour are in a plan."""
    if plan.schedules is Schedules.HOUR:
        return minute == 0
    return plan.schedules is Schedules.CRON
