"""Monitors: what is checked, whether it is up, how available and how fast it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from bot.connectors.arguments import Day, NumericId
from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import MAX_ROWS, Api, changed, one
from bot.connectors.better_stack.shaping.common import Resource, flat, name_of
from bot.connectors.better_stack.shaping.watching import (
    availability,
    group_row,
    monitor_document,
    monitor_row,
    response_points,
    response_rows,
)
from bot.connectors.errors import Invalid
from bot.connectors.results import Change, Document, Preview, Row, Rows

MonitorId = Annotated[NumericId, Field(description="The monitor's id, from list_monitors.")]
FromDay = Annotated[Day | None, Field(description="First day (UTC): YYYY-MM-DD.")]
ToDay = Annotated[Day | None, Field(description="Last day (UTC): YYYY-MM-DD.")]
MonitorType = Literal[
    "status",
    "expected_status_code",
    "keyword",
    "keyword_absence",
    "ping",
    "tcp",
    "udp",
    "smtp",
    "pop",
    "imap",
    "dns",
    "playwright",
]
ExpiryDays = Literal[-1, 1, 2, 3, 7, 14, 30, 60]


@with_config(ConfigDict(extra="forbid"))
class MonitorFields(TypedDict, total=False):
    """What can be set on a monitor. Secrets (headers, passwords, scripts) cannot be set here."""

    pronounceable_name: Annotated[str, Field(description="The monitor's name.")]
    url: Annotated[str, Field(description="What is checked: a URL, or a host for ping and such.")]
    monitor_type: Annotated[MonitorType, Field(description="How it is checked; usually status.")]
    check_frequency: Annotated[int, Field(description="Seconds between checks.")]
    request_timeout: Annotated[int, Field(description="Seconds to wait for an answer.")]
    confirmation_period: Annotated[
        int, Field(ge=0, le=86_400, description="Seconds of failure before an incident starts.")
    ]
    recovery_period: Annotated[
        int, Field(description="Seconds of health before an incident is resolved.")
    ]
    team_wait: Annotated[int, Field(description="Seconds until the whole team is alerted.")]
    regions: Annotated[
        list[Literal["us", "eu", "as", "au"]], Field(description="Where it is checked from.")
    ]
    http_method: str
    expected_status_codes: list[int]
    required_keyword: str
    port: str
    verify_ssl: bool
    follow_redirects: bool
    ssl_expiration: Annotated[
        ExpiryDays, Field(description="Days of warning before the certificate ends; -1 for none.")
    ]
    domain_expiration: Annotated[
        ExpiryDays, Field(description="Days of warning before the domain ends; -1 for none.")
    ]
    policy_id: Annotated[
        str, Field(description="Escalation policy, from list_escalation_policies.")
    ]
    monitor_group_id: Annotated[str, Field(description="Its group, from list_monitor_groups.")]
    maintenance_from: Annotated[str, Field(description="HH:MM:SS")]
    maintenance_to: Annotated[str, Field(description="HH:MM:SS")]
    maintenance_timezone: str
    maintenance_days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    call: bool
    sms: bool
    email: bool
    push: bool
    critical_alert: bool


MonitorChanges = Annotated[MonitorFields, Field(description="Only what shall change.")]


class Monitors(Api):
    @tool(area="monitors", access=Access.READ, method="GET", path="/api/v2/monitors")
    async def list_monitors(
        self,
        name: Annotated[
            str | None, Field(description="Only the monitor of exactly this name.")
        ] = None,
        url: Annotated[
            str | None, Field(description="Only those that check exactly this URL.")
        ] = None,
    ) -> Rows:
        """The monitors (checks of websites, APIs, servers) with their status and ids.

        Use it for "is the site up?", "what do we monitor?", "which checks are down or paused?".
        Status is up, down, paused, pending, maintenance or validating. The ids lead to
        get_monitor, monitor_availability and monitor_response_times.
        """
        return await self.rows(
            "/api/v2/monitors",
            self._monitor_row,
            "Monitors",
            {**self.team, "url": url, "pronounceable_name": name},
        )

    @tool(area="monitors", access=Access.READ, method="GET", path="/api/v2/monitors/{id}")
    async def get_monitor(self, monitor_id: MonitorId) -> Document:
        """One monitor with its status and how it is configured: URL, frequency, regions, alerts.

        list_monitors gives the ids. Secrets such as headers and passwords are left out.
        """
        monitor = await self._monitor(monitor_id)
        return self._monitor_document(monitor)

    @tool(area="monitors", access=Access.READ, method="GET", path="/api/v2/monitors/{id}/sla")
    async def monitor_availability(
        self, monitor_id: MonitorId, from_date: FromDay = None, to_date: ToDay = None
    ) -> Document:
        """The availability (uptime, SLA) of a monitor in percent, its downtime and incidents.

        Use it for "what was our uptime last month?", "how long were we down?". Give both days for
        a period; without them the service answers for the whole time it has watched the monitor.
        """
        monitor = await self._monitor(monitor_id)
        found = await self.resource(
            f"/api/v2/monitors/{monitor_id}/sla", {"from": from_date, "to": to_date}
        )
        return Document(
            {"monitor": name_of(monitor), "monitor_id": monitor_id, **availability(found)},
            title=f"Availability of {name_of(monitor)}{period(from_date, to_date)}",
            link=self.web("monitors", monitor_id),
        )

    @tool(
        area="monitors",
        access=Access.READ,
        method="GET",
        path="/api/v2/monitors/{id}/response-times",
    )
    async def monitor_response_times(
        self,
        monitor_id: MonitorId,
        region: Annotated[
            str | None,
            Field(description="One region (us, eu, as, au), to get each check instead of a sum."),
        ] = None,
    ) -> Rows:
        """How fast a monitor answers (response time, latency, slow) in milliseconds, by region.

        Gives average, median and slowest of the last day or so. With a region it gives each check,
        for a chart or to find when it became slow, with the time of name lookup, connection, TLS
        handshake and transfer.
        """
        monitor = await self._monitor(monitor_id)
        found = await self.resource(f"/api/v2/monitors/{monitor_id}/response-times")
        regions = flat(found).get("regions") or []
        link = self.web("monitors", monitor_id)
        title = f"Response times of {name_of(monitor)}"
        if region is None:
            return Rows(response_rows(regions), title=title, link=link)
        points = response_points(_region(regions, region))
        return Rows(
            points[-MAX_ROWS:],
            title=f"{title} from {region}",
            cut=f"Only the last {MAX_ROWS} of {len(points)} checks are listed."
            if len(points) > MAX_ROWS
            else "",
            link=link,
        )

    @tool(
        area="monitors",
        access=Access.WRITE,
        method="POST",
        path="/api/v2/monitors",
        action="create the monitor {resource}",
        past="created the monitor {resource}",
    )
    async def create_monitor(
        self,
        url: Annotated[str, Field(description="What to check: a URL, or a host.")],
        pronounceable_name: Annotated[str, Field(description="The monitor's name.")],
        monitor_type: Annotated[
            MonitorType, Field(description="How to check it; status is: answers with success.")
        ] = "status",
        settings: Annotated[
            MonitorFields | None, Field(description="Anything else to set from the start.")
        ] = None,
    ) -> Document:
        """Creates a monitor that watches a URL or host from now on and alerts people.

        Check list_monitors with the url first. Unless set, the service's own defaults hold, by
        which people are alerted by e-mail.
        """
        body = {**self.team, **_new(url, pronounceable_name, monitor_type, settings)}
        created = one(await self.service.post("/api/v2/monitors", body))
        return self._monitor_document(created)

    @create_monitor.preview
    async def _before_create_monitor(
        self,
        url: str,
        pronounceable_name: str,
        monitor_type: MonitorType = "status",
        settings: MonitorFields | None = None,
    ) -> Preview:
        found, _ = await self.resources("/api/v2/monitors", {**self.team, "url": url})
        names = sorted(name_of(monitor) for monitor in found)
        return Preview(
            resource=pronounceable_name,
            state=f"monitors of this URL: {', '.join(names) or 'none'}",
            changes=changed({}, _new(url, pronounceable_name, monitor_type, settings)),
            done=pronounceable_name in names,
        )

    @tool(
        area="monitors",
        access=Access.WRITE,
        method="PATCH",
        path="/api/v2/monitors/{id}",
        action="change the monitor {resource}",
        past="changed the monitor {resource}",
    )
    async def update_monitor(self, monitor_id: MonitorId, changes: MonitorChanges) -> Document:
        """Changes a monitor's configuration. Give only what shall change; the rest stays as it is.

        To stop or restart its checks use pause_monitor and resume_monitor.
        """
        return await self._set(monitor_id, changes)

    @update_monitor.preview
    async def _before_update_monitor(self, monitor_id: str, changes: MonitorChanges) -> Preview:
        return await self._setting(monitor_id, changes)

    @tool(
        area="monitors",
        access=Access.WRITE,
        method="PATCH",
        path="/api/v2/monitors/{id}",
        action="pause the monitor {resource}",
        past="paused the monitor {resource}",
    )
    async def pause_monitor(self, monitor_id: MonitorId) -> Document:
        """Pauses (mutes, silences, stops) a monitor: no checks, no alerts until it is resumed."""
        return await self._set(monitor_id, {"paused": True})

    @pause_monitor.preview
    async def _before_pause_monitor(self, monitor_id: str) -> Preview:
        return await self._setting(monitor_id, {"paused": True}, "it is paused already")

    @tool(
        area="monitors",
        access=Access.WRITE,
        method="PATCH",
        path="/api/v2/monitors/{id}",
        action="resume the monitor {resource}",
        past="resumed the monitor {resource}",
    )
    async def resume_monitor(self, monitor_id: MonitorId) -> Document:
        """Resumes (unpauses, unmutes, restarts) a paused monitor: it is checked again."""
        return await self._set(monitor_id, {"paused": False})

    @resume_monitor.preview
    async def _before_resume_monitor(self, monitor_id: str) -> Preview:
        return await self._setting(monitor_id, {"paused": False}, "it is not paused")

    @tool(
        area="monitors",
        access=Access.FULL,
        method="DELETE",
        path="/api/v2/monitors/{id}",
        action="delete the monitor {resource} for good",
        past="deleted the monitor {resource}",
    )
    async def delete_monitor(self, monitor_id: MonitorId) -> Document:
        """Deletes a monitor with its history for good. To stop its checks use pause_monitor."""
        await self.service.delete(f"/api/v2/monitors/{monitor_id}")
        return Document({"id": monitor_id, "deleted": True}, title="The monitor is deleted")

    @delete_monitor.preview
    async def _before_delete_monitor(self, monitor_id: str) -> Preview:
        link = self.web("monitors", monitor_id)
        path = f"/api/v2/monitors/{monitor_id}"
        return await self.before_delete(path, "monitor", link)

    @tool(area="monitor_groups", access=Access.READ, method="GET", path="/api/v2/monitor-groups")
    async def list_monitor_groups(self) -> Rows:
        """The groups that monitors are sorted into, with their ids and whether they are paused."""
        return await self.rows("/api/v2/monitor-groups", group_row, "Monitor groups", self.team)

    @tool(
        area="monitor_groups",
        access=Access.READ,
        method="GET",
        path="/api/v2/monitor-groups/{id}/monitors",
    )
    async def list_monitors_of_group(
        self,
        monitor_group_id: Annotated[
            NumericId, Field(description="The group's id, from list_monitor_groups.")
        ],
    ) -> Rows:
        """The monitors of one monitor group, with their status and ids."""
        return await self.rows(
            f"/api/v2/monitor-groups/{monitor_group_id}/monitors",
            self._monitor_row,
            f"Monitors of group {monitor_group_id}",
        )

    @tool(
        area="monitor_groups",
        access=Access.WRITE,
        method="POST",
        path="/api/v2/monitor-groups",
        action="create the monitor group {resource}",
        past="created the monitor group {resource}",
    )
    async def create_monitor_group(
        self,
        name: Annotated[str, Field(min_length=1, description="The group's name.")],
        paused: Annotated[bool, Field(description="Whether its monitors start paused.")] = False,
    ) -> Document:
        """Creates a group to sort monitors into. update_monitor puts a monitor there."""
        body = {**self.team, "name": name, "paused": paused}
        created = one(await self.service.post("/api/v2/monitor-groups", body))
        return Document(group_row(created), title=f"Monitor group {name}")

    @create_monitor_group.preview
    async def _before_create_group(self, name: str, paused: bool = False) -> Preview:
        found, _ = await self.resources("/api/v2/monitor-groups", self.team)
        exists = any(name_of(group) == name for group in found)
        return Preview(
            resource=name,
            state="a group of this name exists" if exists else "no group of this name",
            changes=(Change("monitor group", "", name), *changed({}, {"paused": paused})),
            obstacle="a group of this name exists already" if exists else "",
            done=exists,
        )

    async def _monitor(self, monitor_id: str) -> Resource:
        return await self.resource(f"/api/v2/monitors/{monitor_id}")

    async def _set(self, monitor_id: str, fields: Mapping[str, Any]) -> Document:
        updated = one(await self.service.patch(f"/api/v2/monitors/{monitor_id}", dict(fields)))
        return self._monitor_document(updated)

    async def _setting(
        self, monitor_id: str, fields: Mapping[str, Any], already: str = "it is like that already"
    ) -> Preview:
        monitor = await self._monitor(monitor_id)
        return self.before_update(
            monitor, fields, already=already, link=self.web("monitors", monitor_id)
        )

    def _monitor_row(self, monitor: Resource) -> Row:
        link = self.web("monitors", str(monitor["id"]))
        return {**monitor_row(monitor), "link": link or None}

    def _monitor_document(self, monitor: Resource) -> Document:
        return Document(
            monitor_document(monitor),
            title=f"Monitor {name_of(monitor)}",
            link=self.web("monitors", str(monitor["id"])),
        )


def period(from_date: str | None, to_date: str | None) -> str:
    """The words of a title for a period that may be open at either end."""
    start = f" from {from_date}" if from_date else ""
    end = f" to {to_date}" if to_date else ""
    return f"{start}{end}"


def _region(regions: list[Resource], wanted: str) -> Resource:
    for region in regions:
        if region.get("region") == wanted:
            return region
    known = ", ".join(str(region.get("region")) for region in regions) or "none"
    problem = f"is not checked from; it has {known}"
    raise Invalid("There are no response times of that region.", fields={"region": problem})


def _new(url: str, name: str, kind: str, settings: MonitorFields | None) -> dict[str, Any]:
    return {"url": url, "pronounceable_name": name, "monitor_type": kind, **(settings or {})}
