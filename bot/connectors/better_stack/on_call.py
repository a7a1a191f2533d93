"""On-call schedules: who is responsible now, and who comes next."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.connectors.arguments import Identifier, Moment
from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import CUT, MAX_ROWS, Api, many
from bot.connectors.better_stack.people import DEFAULT_SCHEDULE, on_call
from bot.connectors.better_stack.shaping.common import Resource
from bot.connectors.better_stack.shaping.people import (
    people_of,
    rotation_row,
    schedule_row,
    shift_row,
    upcoming,
    users_of,
)
from bot.connectors.results import Document, Row, Rows

MAX_SHIFTS = 10

ScheduleId = Annotated[
    Identifier,
    Field(
        description="The schedule's id, from list_on_call_schedules; leave out for the "
        "team's default schedule."
    ),
]


class OnCall(Api):
    @tool(area="on_call", access=Access.READ, method="GET", path="/api/v2/on-calls")
    async def list_on_call_schedules(self) -> Rows:
        """The on-call schedules (rotas, rotations, calendars) and who is on call in each now.

        Gives the ids for who_is_on_call, which has e-mail addresses and the next shifts.
        """
        body = await self.service.get("/api/v2/on-calls", {**self.team, "page": 1, "per_page": 100})
        users = users_of(body)
        rows = [schedule_row(schedule, people_of(schedule, users)) for schedule in many(body)]
        more = (body.get("pagination") or {}).get("next")
        return Rows(rows, title="On-call schedules", cut=CUT if more else "")

    @tool(area="on_call", access=Access.READ, method="GET", path="/api/v2/on-calls/{id}")
    async def who_is_on_call(
        self,
        schedule_id: ScheduleId = DEFAULT_SCHEDULE,
        date: Annotated[
            Moment | None,
            Field(description="Another day or time (ISO 8601 with zone); leave out for now."),
        ] = None,
    ) -> Document:
        """Who is on call: the responder, the person on duty, with name and e-mail address.

        Use it for "who is on call?", "who is on call tomorrow?", "whom do I call?", "who has
        the pager?", "who is next on the rota?". Also gives the upcoming shifts.
        """
        schedule, people = await on_call(self.service, schedule_id, date)
        events = await self._events(schedule_id)
        names = {str(person["email"]): str(person["name"]) for person in people}
        shifts = upcoming(events, names, self.link.clock())
        row = schedule_row(schedule, people)
        return Document(
            {
                "on_call": row["on_call"],
                "email": ", ".join(str(person["email"]) for person in people),
                "schedule": row["name"],
                **({"at": date} if date else {}),
                "upcoming_shifts": shifts[:MAX_SHIFTS],
            },
            title=f"On call: {row['on_call']}",
            cut=f"Only the next {MAX_SHIFTS} of {len(shifts)} shifts are listed."
            if len(shifts) > MAX_SHIFTS
            else "",
        )

    @tool(area="on_call", access=Access.READ, method="GET", path="/api/v2/on-calls/{id}/events")
    async def list_on_call_shifts(self, schedule_id: ScheduleId = DEFAULT_SCHEDULE) -> Rows:
        """The shifts (events) of an on-call schedule with start, end, people and overrides.

        Use it for "who had the pager last weekend?", "who takes over on Friday?". The next ones
        come first, then those that are over, newest first.
        """
        now = self.link.clock()
        shifts = [shift_row(event, now) for event in await self._events(schedule_id)]
        ahead = sorted((s for s in shifts if not s["over"]), key=lambda s: str(s["starts_at"]))
        past = sorted((s for s in shifts if s["over"]), key=lambda s: str(s["starts_at"]))
        rows = [*ahead, *reversed(past)]
        return Rows(
            rows[:MAX_ROWS], title="On-call shifts", cut=CUT if len(rows) > MAX_ROWS else ""
        )

    @tool(area="on_call", access=Access.READ, method="GET", path="/api/v2/on-calls/{id}/rotation")
    async def get_rotation_plan(self, schedule_id: ScheduleId = DEFAULT_SCHEDULE) -> Document:
        """The rotation behind an on-call schedule: who takes turns, for how long, until when."""
        body = await self.service.get(f"/api/v2/on-calls/{schedule_id}/rotation")
        return Document(rotation_row(body), title="On-call rotation")

    async def on_call_emails(self) -> list[str]:
        _, people = await on_call(self.service)
        return [str(person["email"]) for person in people if person.get("email")]

    async def _events(self, schedule_id: str) -> list[Resource]:
        """The shifts of a schedule. This answer alone has no `data` around it."""
        body = await self.service.get(f"/api/v2/on-calls/{schedule_id}/events")
        events: list[Row] = body.get("events") or []
        return events
