"""What can be escalated to: the ways in which more people can be called to an incident."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import Api, many
from bot.connectors.better_stack.incidents import IncidentId
from bot.connectors.better_stack.people import severities
from bot.connectors.better_stack.shaping.common import Resource, channels, flat, name_of
from bot.connectors.better_stack.shaping.people import (
    people_of,
    policy_row,
    schedule_row,
    users_of,
)
from bot.connectors.results import Row, Rows


class EscalationOptions(Api):
    @tool(area="incidents", access=Access.READ, method="GET", path="/api/v3/policies")
    async def escalation_options(self, incident_id: IncidentId) -> Rows:
        """To whom an incident can be escalated: policies, schedules, how loudly.

        Look here before escalate_incident. Each row has the escalation_type and the argument that
        names the target, and says who would be woken; the policy in use is marked. A person by
        e-mail address, a team by name, or the whole organization can be called as well.
        """
        incident = flat(await self.resource(f"/api/v3/incidents/{incident_id}"))
        (policies, _), schedules, loud = await asyncio.gather(
            self.resources("/api/v3/policies", self.team),
            self._schedules(),
            severities(self.service),
        )
        current = str(incident.get("escalation_policy_id"))
        told = [row for row in loud if channels(flat(row)) != "none"]
        rows = [_policy(policy, current) for policy in policies]
        return Rows(
            [*rows, *schedules, *(_severity(row) for row in told)],
            title=f"To whom {incident.get('name')} can be escalated",
            link=self.web("incidents", incident_id),
        )

    async def _schedules(self) -> Sequence[Row]:
        body = await self.service.get("/api/v2/on-calls", {**self.team, "page": 1, "per_page": 100})
        users = users_of(body)
        rows = [schedule_row(one, people_of(one, users)) for one in many(body)]
        return [
            _option("Schedule", "schedule_id", row["id"], row["name"], row["on_call"])
            for row in rows
        ]


def _policy(policy: Resource, current: str) -> Row:
    row = policy_row(policy)
    steps = "; ".join(row["steps"]) or "no steps"
    mark = " (in use)" if row["id"] == current else ""
    return _option("Policy", "policy_id", row["id"], f"{row['name']}{mark}", steps)


def _schedule(row: Row) -> Row:
    return _option("Schedule", "schedule_id", row["id"], row["name"], row["on_call"])


def _severity(severity: Resource) -> Row:
    words = channels(flat(severity))
    return _option("(severity)", "", str(severity["id"]), name_of(severity), f"by {words}")


def _option(kind: str, argument: str, target: str, name: str, wakes: str) -> Row:
    return {
        "escalation_type": kind,
        "argument": argument,
        "target": target,
        "name": name,
        "wakes": wakes,
    }
