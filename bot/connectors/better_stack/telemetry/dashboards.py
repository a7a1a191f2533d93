"""Dashboards and their templates."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.connectors.arguments import NumericId
from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import one
from bot.connectors.better_stack.shaping.common import name_of
from bot.connectors.better_stack.shaping.telemetry import chart_row, dashboard_row, template_row
from bot.connectors.better_stack.telemetry.base import TelemetryApi
from bot.connectors.results import Change, Document, Preview, Rows

DASHBOARDS = "/api/v2/dashboards"
EMPTY = {
    "refresh_interval": 0,
    "date_range_from": "now-3h",
    "date_range_to": "now",
    "charts": [],
    "sections": [],
}
"""A dashboard is made by importing one; this is what the vendor's manual begins with."""

DashboardId = Annotated[NumericId, Field(description="The dashboard's id, from list_dashboards.")]
Name = Annotated[str, Field(min_length=1, max_length=200, description="Its name.")]


class Dashboards(TelemetryApi):
    @tool(area="telemetry", access=Access.READ, method="GET", path=DASHBOARDS)
    async def list_dashboards(self) -> Rows:
        """The dashboards (boards of charts) of Better Stack Telemetry, with their ids."""
        return await self.rows(
            DASHBOARDS, dashboard_row, "Dashboards", self.team, service=self.telemetry
        )

    @tool(area="telemetry", access=Access.READ, method="GET", path=f"{DASHBOARDS}/{{id}}")
    async def get_dashboard(self, dashboard_id: DashboardId) -> Document:
        """One dashboard of Telemetry with its charts and what they show."""
        path = f"{DASHBOARDS}/{dashboard_id}"
        live = await self.resource(path, service=self.telemetry)
        charts, _ = await self.resources(f"{path}/charts", service=self.telemetry)
        data = {**dashboard_row(live), "charts": [chart_row(chart) for chart in charts]}
        return Document(data, title=f"Dashboard {name_of(live)}")

    @tool(area="telemetry", access=Access.READ, method="GET", path=f"{DASHBOARDS}/templates")
    async def list_dashboard_templates(self) -> Rows:
        """The ready-made templates that a dashboard can be made from."""
        path, title = f"{DASHBOARDS}/templates", "Dashboard templates"
        return await self.rows(path, template_row, title, service=self.telemetry)

    @tool(
        area="telemetry",
        access=Access.WRITE,
        method="POST",
        path=f"{DASHBOARDS}/import",
        action="create the dashboard {resource}",
        past="created the dashboard {resource}",
    )
    async def create_dashboard(self, name: Name) -> Document:
        """Creates an empty dashboard in Telemetry. create_chart puts charts there."""
        body = {**self.team, "name": name, "data": {**EMPTY, "name": name}}
        made = one(await self.telemetry.post(f"{DASHBOARDS}/import", body))
        return Document(dashboard_row(made), title=f"Dashboard {name}")

    @create_dashboard.preview
    async def _before_create_dashboard(self, name: str) -> Preview:
        found, _ = await self.resources(DASHBOARDS, self.team, service=self.telemetry)
        exists = any(name_of(dashboard) == name for dashboard in found)
        return Preview(
            resource=name,
            state="a dashboard of this name exists" if exists else "no dashboard of this name",
            changes=(Change("dashboard", "", name),),
            obstacle="a dashboard of this name exists already" if exists else "",
            done=exists,
        )

    @tool(
        area="telemetry",
        access=Access.WRITE,
        method="PATCH",
        path=f"{DASHBOARDS}/{{id}}",
        action="rename the dashboard {resource}",
        past="renamed the dashboard {resource}",
    )
    async def rename_dashboard(self, dashboard_id: DashboardId, name: Name) -> Document:
        """Renames a dashboard of Telemetry; its charts stay as they are."""
        path = f"{DASHBOARDS}/{dashboard_id}"
        return Document(
            dashboard_row(one(await self.telemetry.patch(path, {"name": name}))),
            title=f"Dashboard {name}",
        )

    @rename_dashboard.preview
    async def _before_rename_dashboard(self, dashboard_id: str, name: str) -> Preview:
        live = await self.resource(f"{DASHBOARDS}/{dashboard_id}", service=self.telemetry)
        return self.before_update(live, {"name": name}, already="it has that name already")

    @tool(
        area="telemetry",
        access=Access.FULL,
        method="DELETE",
        path=f"{DASHBOARDS}/{{id}}",
        action="delete the dashboard {resource} for good",
        past="deleted the dashboard {resource}",
    )
    async def delete_dashboard(self, dashboard_id: DashboardId) -> Document:
        """Deletes a dashboard with its charts and their alerts for good."""
        await self.telemetry.delete(f"{DASHBOARDS}/{dashboard_id}")
        return Document({"id": dashboard_id, "deleted": True}, title="The dashboard is deleted")

    @delete_dashboard.preview
    async def _before_delete_dashboard(self, dashboard_id: str) -> Preview:
        path = f"{DASHBOARDS}/{dashboard_id}"
        return await self.before_delete(path, "dashboard", service=self.telemetry)
