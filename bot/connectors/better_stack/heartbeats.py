"""Heartbeats: scheduled jobs that call in, and are missed when they do not.

The address a job calls is a secret (who has it can fake the job), so it is never shown.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from bot.connectors.arguments import NumericId
from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import Api, changed, one
from bot.connectors.better_stack.monitors import FromDay, ToDay, period
from bot.connectors.better_stack.shaping.common import filled, name_of
from bot.connectors.better_stack.shaping.watching import availability, heartbeat_row
from bot.connectors.results import Document, Preview, Rows

HeartbeatId = Annotated[NumericId, Field(description="The heartbeat's id, from list_heartbeats.")]
Period = Annotated[int, Field(ge=30, description="Seconds between two calls of the job.")]
Grace = Annotated[
    int, Field(ge=0, description="Seconds it may be late; about a fifth of the period is usual.")
]


@with_config(ConfigDict(extra="forbid"))
class HeartbeatFields(TypedDict, total=False):
    """What can be set on a heartbeat."""

    name: str
    period: Period
    grace: Grace
    paused: Annotated[bool, Field(description="Whether it is paused: not expected, no alerts.")]
    team_wait: Annotated[int, Field(description="Seconds until the whole team is alerted.")]
    policy_id: Annotated[
        int, Field(description="Escalation policy, from list_escalation_policies.")
    ]
    call: bool
    sms: bool
    email: bool
    push: bool
    critical_alert: bool


HeartbeatChanges = Annotated[HeartbeatFields, Field(description="Only what shall change.")]


class Heartbeats(Api):
    @tool(area="heartbeats", access=Access.READ, method="GET", path="/api/v2/heartbeats")
    async def list_heartbeats(self) -> Rows:
        """The heartbeats: cron jobs, backups, workers and other scheduled jobs that call in.

        Use it for "did the backup run?", "which cron jobs are late or missing?". Status is up,
        down (the job did not call in time), paused or pending. Gives the ids.
        """
        return await self.rows("/api/v2/heartbeats", heartbeat_row, "Heartbeats", self.team)

    @tool(area="heartbeats", access=Access.READ, method="GET", path="/api/v2/heartbeats/{id}")
    async def get_heartbeat(self, heartbeat_id: HeartbeatId) -> Document:
        """One heartbeat (scheduled job) with its status, period, grace time and alerts."""
        heartbeat = await self.resource(f"/api/v2/heartbeats/{heartbeat_id}")
        return Document(filled(heartbeat_row(heartbeat)), title=f"Heartbeat {name_of(heartbeat)}")

    @tool(
        area="heartbeats",
        access=Access.READ,
        method="GET",
        path="/api/v2/heartbeats/{id}/availability",
    )
    async def heartbeat_availability(
        self, heartbeat_id: HeartbeatId, from_date: FromDay = None, to_date: ToDay = None
    ) -> Document:
        """How reliably a scheduled job ran: availability in percent, time missed, incidents."""
        heartbeat = await self.resource(f"/api/v2/heartbeats/{heartbeat_id}")
        found = await self.resource(
            f"/api/v2/heartbeats/{heartbeat_id}/availability", {"from": from_date, "to": to_date}
        )
        return Document(
            {"heartbeat": name_of(heartbeat), "heartbeat_id": heartbeat_id, **availability(found)},
            title=f"Availability of {name_of(heartbeat)}{period(from_date, to_date)}",
        )

    @tool(
        area="heartbeats",
        access=Access.WRITE,
        method="POST",
        path="/api/v2/heartbeats",
        action="create the heartbeat {resource}",
        past="created the heartbeat {resource}",
    )
    async def create_heartbeat(
        self,
        name: Annotated[str, Field(min_length=1, description="The job's name.")],
        period: Period,
        grace: Grace,
        settings: Annotated[
            HeartbeatFields | None, Field(description="Anything else to set from the start.")
        ] = None,
    ) -> Document:
        """Creates a heartbeat for a scheduled job (cron, backup). Its address is a secret.

        A person finds the address that the job must call in Better Stack; it is not shown here.
        """
        body = {**self.team, **_new(name, period, grace, settings)}
        created = one(await self.service.post("/api/v2/heartbeats", body))
        return Document(
            filled(heartbeat_row(created)),
            title=f"Heartbeat {name}",
            cut="The address that the job must call is a secret; see it in Better Stack.",
        )

    @create_heartbeat.preview
    async def _before_create_heartbeat(
        self, name: str, period: int, grace: int, settings: HeartbeatFields | None = None
    ) -> Preview:
        found, _ = await self.resources("/api/v2/heartbeats", self.team)
        exists = any(name_of(heartbeat) == name for heartbeat in found)
        return Preview(
            resource=name,
            state="a heartbeat of this name exists" if exists else "no heartbeat of this name",
            changes=changed({}, _new(name, period, grace, settings)),
            obstacle="a heartbeat of this name exists already" if exists else "",
            done=exists,
        )

    @tool(
        area="heartbeats",
        access=Access.WRITE,
        method="PATCH",
        path="/api/v2/heartbeats/{id}",
        action="change the heartbeat {resource}",
        past="changed the heartbeat {resource}",
    )
    async def update_heartbeat(
        self, heartbeat_id: HeartbeatId, changes: HeartbeatChanges
    ) -> Document:
        """Changes a heartbeat: its name, period, grace, alerts; paused true pauses it.

        Give only what shall change; the rest stays as it is.
        """
        body = dict(changes)
        updated = one(await self.service.patch(f"/api/v2/heartbeats/{heartbeat_id}", body))
        return Document(filled(heartbeat_row(updated)), title=f"Heartbeat {name_of(updated)}")

    @update_heartbeat.preview
    async def _before_update_heartbeat(
        self, heartbeat_id: str, changes: HeartbeatChanges
    ) -> Preview:
        live = await self.resource(f"/api/v2/heartbeats/{heartbeat_id}")
        return self.before_update(live, changes, already="it is like that already")

    @tool(
        area="heartbeats",
        access=Access.FULL,
        method="DELETE",
        path="/api/v2/heartbeats/{id}",
        action="delete the heartbeat {resource} for good",
        past="deleted the heartbeat {resource}",
    )
    async def delete_heartbeat(self, heartbeat_id: HeartbeatId) -> Document:
        """Deletes a heartbeat with its history for good. To silence it, pause it instead."""
        await self.service.delete(f"/api/v2/heartbeats/{heartbeat_id}")
        return Document({"id": heartbeat_id, "deleted": True}, title="The heartbeat is deleted")

    @delete_heartbeat.preview
    async def _before_delete_heartbeat(self, heartbeat_id: str) -> Preview:
        return await self.before_delete(f"/api/v2/heartbeats/{heartbeat_id}", "heartbeat")


def _new(name: str, period: int, grace: int, settings: HeartbeatFields | None) -> dict[str, object]:
    return {**(settings or {}), "name": name, "period": period, "grace": grace}
