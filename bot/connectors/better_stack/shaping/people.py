"""Who is on call, and whom a policy tells: schedules, shifts, policies and severities in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.connectors.better_stack.shaping.common import Resource, channels, flat, picked
from bot.connectors.results import Row
from bot.connectors.wording import duration, moment, when


def schedule_row(resource: Resource, people: Sequence[Row]) -> Row:
    row = flat(resource)
    default = bool(row.get("default_calendar"))
    return {
        "id": row["id"],
        "name": row.get("name") or ("Default schedule" if default else f"Schedule {row['id']}"),
        "default": default,
        "on_call": ", ".join(person["name"] for person in people) or "nobody",
        "team": row.get("team_name"),
    }


def people_of(schedule: Resource, users: Mapping[str, Resource]) -> list[Row]:
    """Who is on call in a schedule: name and e-mail address, never a phone number."""
    listed = schedule.get("relationships", {}).get("on_call_users", {}).get("data") or []
    return [_person(one, flat(users.get(str(one["id"]), {}))) for one in listed]


def _person(listed: Resource, user: Row) -> Row:
    email = user.get("email") or listed.get("meta", {}).get("email")
    names = (user.get("first_name"), user.get("last_name"))
    return {"name": " ".join(n for n in names if n) or email or "someone", "email": email}


def users_of(body: Resource) -> dict[str, Resource]:
    return {str(one["id"]): one for one in body.get("included") or [] if one.get("type") == "user"}


def upcoming(events: Iterable[Resource], names: Mapping[str, str], now: datetime) -> list[str]:
    """The shifts that have not ended yet, soonest first, a sentence each: "Ana, from … to …".

    `names` maps e-mail addresses to names.
    """
    ahead = [event for event in events if (moment(event.get("ends_at")) or now) > now]
    return [
        _shift(event, names, now)
        for event in sorted(ahead, key=lambda event: str(event.get("starts_at")))
    ]


def _shift(event: Resource, names: Mapping[str, str], now: datetime) -> str:
    people = ", ".join(names.get(email, email) for email in event.get("users") or []) or "nobody"
    instead = " (in place of the usual one)" if event.get("override") else ""
    start, end = (when(event.get(name), now) for name in ("starts_at", "ends_at"))
    return f"{people}, from {start} to {end}{instead}"


def policy_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "name", "repeat_count"),
        "repeat_delay": duration(row.get("repeat_delay")),
        "steps": [step_words(step) for step in row.get("steps") or []],
        "team": row.get("team_name"),
    }


def step_words(step: Row) -> str:
    """`after 5 min: entire team`; other kinds of steps by the name of their kind."""
    if step.get("type") != "escalation":
        return str(step.get("type")).replace("_", " ")
    members = [member_words(member) for member in step.get("step_members") or []]
    return f"{start_words(step)}: {', '.join(members) or 'nobody'}"


def start_words(step: Row) -> str:
    if step.get("wait_until_time"):
        return f"at {step['wait_until_time']} {step.get('wait_until_timezone') or ''}".strip()
    wait = step.get("wait_before")
    return f"after {duration(wait)}" if wait else "at once"


def member_words(member: Row) -> str:
    kind = str(member.get("type")).replace("_", " ")
    names = ("email", "name", "metadata_key", "id")
    known = next((str(member[name]) for name in names if member.get(name)), "")
    return f"{kind} {known}".strip()


def severity_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "name"),
        "notified_by": channels(row),
        "team": row.get("team_name"),
    }


def shift_row(event: Resource, now: datetime) -> Row:
    ends = moment(event.get("ends_at"))
    return {
        "on_call": ", ".join(event.get("users") or []) or "nobody",
        **picked(event, "starts_at", "ends_at"),
        "over": bool(ends and ends <= now),
        "override": bool(event.get("override")),
    }


def rotation_row(rotation: Resource) -> Row:
    """`rotation_length` counts the units of `rotation_interval`: 2 of week is two weeks."""
    length, unit = rotation.get("rotation_length"), rotation.get("rotation_interval")
    return {
        "people": ", ".join(rotation.get("users") or []),
        "turns_every": f"{length} {unit}" + ("" if length == 1 else "s"),
        "from": rotation.get("start_rotations_at"),
        "until": rotation.get("end_rotations_at"),
    }
