"""Charts of a dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from bot.connectors.arguments import NumericId
from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import changed, one
from bot.connectors.better_stack.shaping.common import Resource, name_of
from bot.connectors.better_stack.shaping.telemetry import chart_row
from bot.connectors.better_stack.telemetry.base import TelemetryApi
from bot.connectors.better_stack.telemetry.dashboards import DASHBOARDS, DashboardId
from bot.connectors.results import Document, Preview, Rows

ChartId = Annotated[NumericId, Field(description="The chart's id, from list_charts.")]
ChartType = Literal[
    "line_chart",
    "bar_chart",
    "pie_chart",
    "number_chart",
    "table_chart",
    "tail_chart",
    "static_text_chart",
]


@with_config(ConfigDict(extra="forbid"))
class Query(TypedDict, total=False):
    """What a chart shows. Its SQL is the service's own: {{source}}, {{time}}, {{start_time}}."""

    query_type: Literal["sql_expression", "tail_query", "static_text"]
    sql_query: Annotated[str, Field(description="For sql_expression.")]
    where_condition: Annotated[str, Field(description="For tail_query, such as level=error.")]
    static_text: str
    source_variable: Annotated[str, Field(description="Usually source.")]


@with_config(ConfigDict(extra="forbid"))
class ChartFields(TypedDict, total=False):
    """What can be set on a chart."""

    name: str
    description: str
    chart_type: ChartType
    x: Annotated[int, Field(ge=0, le=11)]
    y: Annotated[int, Field(ge=0)]
    w: Annotated[int, Field(ge=1, le=12)]
    h: Annotated[int, Field(ge=1)]
    queries: list[Query]


Queries = Annotated[list[Query], Field(min_length=1, description="What it shows.")]
ChartChanges = Annotated[ChartFields, Field(description="Only what shall change, such as name.")]


class Charts(TelemetryApi):
    @tool(area="telemetry", access=Access.READ, method="GET", path=f"{DASHBOARDS}/{{id}}/charts")
    async def list_charts(self, dashboard_id: DashboardId) -> Rows:
        """The charts (panels, graphs) of a dashboard, with their ids and queries."""
        title = f"Charts of dashboard {dashboard_id}"
        return await self.rows(_charts(dashboard_id), chart_row, title, service=self.telemetry)

    @tool(
        area="telemetry",
        access=Access.WRITE,
        method="POST",
        path=f"{DASHBOARDS}/{{id}}/charts",
        action="create the chart {resource}",
        past="created the chart {resource}",
    )
    async def create_chart(
        self,
        dashboard_id: DashboardId,
        name: Annotated[str, Field(min_length=1, description="The chart's title.")],
        chart_type: Annotated[ChartType, Field(description="How it is drawn.")],
        queries: Queries,
        settings: Annotated[
            ChartFields | None, Field(description="Anything else, such as its place and size.")
        ] = None,
    ) -> Document:
        """Creates a chart on a dashboard of Telemetry."""
        body = _new(name, chart_type, queries, settings)
        made = one(await self.telemetry.post(_charts(dashboard_id), body))
        return Document(chart_row(made), title=f"Chart {name}")

    @create_chart.preview
    async def _before_create_chart(
        self,
        dashboard_id: str,
        name: str,
        chart_type: str,
        queries: list[Query],
        settings: ChartFields | None = None,
    ) -> Preview:
        dashboard = await self.resource(f"{DASHBOARDS}/{dashboard_id}", service=self.telemetry)
        found, _ = await self.resources(_charts(dashboard_id), service=self.telemetry)
        exists = any(name_of(chart) == name for chart in found)
        return Preview(
            resource=f"{name} on {name_of(dashboard)}",
            state="a chart of this name is there" if exists else "no chart of this name",
            changes=changed({}, _new(name, chart_type, queries, settings)),
            obstacle="a chart of this name is there already" if exists else "",
            done=exists,
        )

    @tool(
        area="telemetry",
        access=Access.WRITE,
        method="PATCH",
        path=f"{DASHBOARDS}/{{id}}/charts/{{chart}}",
        action="change the chart {resource}",
        past="changed the chart {resource}",
    )
    async def update_chart(
        self, dashboard_id: DashboardId, chart_id: ChartId, changes: ChartChanges
    ) -> Document:
        """Changes a chart: its name, what it shows, how it is drawn, its place."""
        path = f"{_charts(dashboard_id)}/{chart_id}"
        updated = one(await self.telemetry.patch(path, dict(changes)))
        return Document(chart_row(updated), title=f"Chart {name_of(updated)}")

    @update_chart.preview
    async def _before_update_chart(
        self, dashboard_id: str, chart_id: str, changes: ChartChanges
    ) -> Preview:
        live = await self._chart(dashboard_id, chart_id)
        return self.before_update(live, changes, already="it is like that already")

    @tool(
        area="telemetry",
        access=Access.FULL,
        method="DELETE",
        path=f"{DASHBOARDS}/{{id}}/charts/{{chart}}",
        action="delete the chart {resource} for good",
        past="deleted the chart {resource}",
    )
    async def delete_chart(self, dashboard_id: DashboardId, chart_id: ChartId) -> Document:
        """Deletes a chart with its alerts from a dashboard for good."""
        await self.telemetry.delete(f"{_charts(dashboard_id)}/{chart_id}")
        return Document({"id": chart_id, "deleted": True}, title="The chart is deleted")

    @delete_chart.preview
    async def _before_delete_chart(self, dashboard_id: str, chart_id: str) -> Preview:
        path = f"{_charts(dashboard_id)}/{chart_id}"
        return await self.before_delete(path, "chart", service=self.telemetry)

    async def _chart(self, dashboard_id: str, chart_id: str) -> Resource:
        return await self.resource(f"{_charts(dashboard_id)}/{chart_id}", service=self.telemetry)


def _charts(dashboard_id: str) -> str:
    return f"{DASHBOARDS}/{dashboard_id}/charts"


def _new(
    name: str, chart_type: str, queries: list[Query], settings: ChartFields | None
) -> Mapping[str, Any]:
    return {**(settings or {}), "name": name, "chart_type": chart_type, "queries": queries}
