"""Who would be woken: the people of a schedule now, and the steps of an escalation policy."""

from __future__ import annotations

from typing import Any

from bot.connectors.better_stack.api import many, one
from bot.connectors.better_stack.shaping.common import Resource, channels, flat, name_of
from bot.connectors.better_stack.shaping.people import (
    member_words,
    people_of,
    start_words,
    users_of,
)
from bot.connectors.http import ServiceClient
from bot.connectors.results import Row

DEFAULT_SCHEDULE = "default"


async def on_call(
    service: ServiceClient, schedule_id: str = DEFAULT_SCHEDULE, at: str | None = None
) -> tuple[Resource, list[Row]]:
    """A schedule, and who is on call in it now or at another time."""
    body = await service.get(f"/api/v2/on-calls/{schedule_id}", {"date": at})
    schedule = one(body)
    return schedule, people_of(schedule, users_of(body))


async def names_on_call(service: ServiceClient, schedule_id: str = DEFAULT_SCHEDULE) -> str:
    """`Ana Novak (ana@example.com)` for each person on call now."""
    _, people = await on_call(service, schedule_id)
    return ", ".join(_named(person) for person in people) or "nobody"


async def policy_in_words(service: ServiceClient, policy_id: str) -> str:
    """Who a policy tells, after how long and by which channels, step by step."""
    policy = await service.get(f"/api/v3/policies/{policy_id}")
    row = flat(one(policy))
    steps = row.get("steps") or []
    severities = await _severities(service, steps)
    said = [await _step_in_words(service, step, severities) for step in steps]
    repeats = row.get("repeat_count")
    again = f"; then again, up to {repeats} times" if repeats else ""
    return f"policy {row.get('name')}: {'; '.join(said) or 'no steps'}{again}"


async def severities(service: ServiceClient) -> list[Resource]:
    """How loudly people can be told."""
    return many(await service.get("/api/v2/urgencies", {"per_page": 250}))


async def _severities(service: ServiceClient, steps: list[Resource]) -> dict[str, str]:
    if not any(step.get("urgency_id") for step in steps):
        return {}
    loud = await severities(service)
    return {str(found["id"]): f"{name_of(found)} ({channels(flat(found))})" for found in loud}


async def _step_in_words(service: ServiceClient, step: Resource, severities: dict[str, str]) -> str:
    if step.get("type") != "escalation":
        return str(step.get("type")).replace("_", " ")
    members = [await _member_in_words(service, who) for who in step.get("step_members") or []]
    severity = severities.get(str(step.get("urgency_id")), "")
    how = f" by {severity}" if severity else ""
    return f"{start_words(step)}: {', '.join(members) or 'nobody'}{how}"


async def _member_in_words(service: ServiceClient, member: dict[str, Any]) -> str:
    if member.get("type") != "current_on_call":
        return member_words(member)
    people = await names_on_call(service, str(member.get("id") or DEFAULT_SCHEDULE))
    return f"whoever is on call (now {people})"


def _named(person: Row) -> str:
    name, email = person["name"], person["email"]
    return name if not email or name == email else f"{name} ({email})"
