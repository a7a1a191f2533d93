"""Datadog: logs and the state of monitors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.connectors.base import Access, Area, tool
from bot.connectors.results import Row, Rows
from playground.evaluation.standins.base import (
    Contains,
    End,
    Replayed,
    Start,
    between,
    entries,
    says,
    table,
)


class ReplayedDatadog(Replayed):
    slug = "replayed_datadog"
    title = "Datadog"
    areas = (Area("logs", "Logs"), Area("monitors", "Monitors"))
    reads: ClassVar = {
        "datadog_logs": ("search_logs",),
        "datadog_monitors": ("list_monitors",),
    }

    @tool(area="logs", access=Access.READ, method="POST", path="/api/v2/logs/events/search")
    async def search_logs(
        self,
        contains: Contains = None,
        status: Annotated[
            str | None, Field(description="Only of this status: info, warn, error.")
        ] = None,
        service: Annotated[str | None, Field(description="Only of this service.")] = None,
        start: Start = None,
        end: End = None,
    ) -> Rows:
        """Log lines of applications and of the cluster, with status, service and host."""
        inside = between(start, end)
        rows = [
            _line(one)
            for one in entries(self.recorded("datadog_logs"), "logs")
            if says(contains, *one.values())
            and says(status, one.get("status"))
            and says(service, one.get("service"))
            and inside(one.get("timestamp"))
        ]
        return table(sorted(rows, key=lambda row: str(row["time"])), "Log lines")

    @tool(area="monitors", access=Access.READ, method="GET", path="/api/v1/monitor")
    async def list_monitors(
        self,
        contains: Contains = None,
        state: Annotated[
            str | None, Field(description="Only in this state: OK, Warn, Alert, No Data.")
        ] = None,
    ) -> Rows:
        """The monitors with the state that each is in now, its query and its message."""
        rows = [
            _monitor(one)
            for one in entries(self.recorded("datadog_monitors"), "monitors")
            if says(contains, one.get("name"), one.get("message"), one.get("query"))
            and (not state or state.casefold() == str(one.get("overall_state")).casefold())
        ]
        return table(rows, "Monitors")


def _line(line: Mapping[str, Any]) -> Row:
    return {
        "time": line.get("timestamp"),
        "status": line.get("status"),
        "service": line.get("service"),
        "message": line.get("message"),
        "host": line.get("host"),
        "tags": ", ".join(map(str, line.get("tags") or [])) or None,
    }


def _monitor(monitor: Mapping[str, Any]) -> Row:
    return {
        "name": monitor.get("name"),
        "state": monitor.get("overall_state"),
        "message": monitor.get("message"),
        "query": monitor.get("query"),
    }
