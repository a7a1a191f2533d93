"""Alerts of a chart: when they fire, whom they wake, pausing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from bot.connectors.arguments import NumericId
from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import changed, one
from bot.connectors.better_stack.people import names_on_call, policy_in_words
from bot.connectors.better_stack.shaping.common import CHANNELS, channels, name_of
from bot.connectors.better_stack.shaping.telemetry import alert_row, target_words
from bot.connectors.better_stack.telemetry.base import TelemetryApi
from bot.connectors.better_stack.telemetry.charts import ChartId
from bot.connectors.better_stack.telemetry.dashboards import DASHBOARDS, DashboardId
from bot.connectors.results import Change, Document, Preview, Rows

ALERTS = f"{DASHBOARDS}/{{id}}/charts/{{chart}}/alerts"
AlertId = Annotated[NumericId, Field(description="The alert's id, from list_chart_alerts.")]
AlertType = Literal["threshold", "relative", "anomaly_rrcf"]
Operator = Literal[
    "equal",
    "not_equal",
    "higher_than",
    "higher_than_or_equal",
    "lower_than",
    "lower_than_or_equal",
    "increases_by",
    "decreases_by",
    "changes_by",
]


@with_config(ConfigDict(extra="forbid"))
class Target(TypedDict, total=False):
    """Who is woken: a team, or those whom a policy names."""

    team_name: str
    policy_id: NumericId


@with_config(ConfigDict(extra="forbid"))
class AlertFields(TypedDict, total=False):
    """What can be set on an alert. A channel that was not asked for stays off."""

    name: str
    alert_type: AlertType
    operator: Operator
    value: float
    query_period: Annotated[int, Field(description="Seconds that are looked at.")]
    check_period: Annotated[int, Field(description="Seconds between two checks.")]
    confirmation_period: Annotated[int, Field(description="Seconds until it fires.")]
    recovery_period: Annotated[int, Field(description="Seconds until it is over; -1 for never.")]
    aggregation_interval: int
    incident_cause: Annotated[str, Field(description="What the incident says.")]
    incident_per_series: bool
    escalation_target: Target
    call: bool
    sms: bool
    email: bool
    push: bool
    critical_alert: bool


AlertChanges = Annotated[AlertFields, Field(description="Only what shall change.")]


class ChartAlerts(TelemetryApi):
    @tool(area="telemetry", access=Access.READ, method="GET", path=ALERTS)
    async def list_chart_alerts(self, dashboard_id: DashboardId, chart_id: ChartId) -> Rows:
        """The alerts of a chart: their conditions, whom they wake, whether they are paused."""
        path, title = _alerts(dashboard_id, chart_id), f"Alerts of chart {chart_id}"
        return await self.rows(path, alert_row, title, service=self.telemetry)

    @tool(
        area="telemetry",
        access=Access.WRITE,
        method="POST",
        path=ALERTS,
        action="create the chart alert {resource}",
        past="created the chart alert {resource}",
    )
    async def create_chart_alert(
        self,
        dashboard_id: DashboardId,
        chart_id: ChartId,
        name: Annotated[str, Field(min_length=1, description="The alert's name.")],
        operator: Annotated[Operator, Field(description="How the chart's value is compared.")],
        value: Annotated[float, Field(description="What it is compared with.")],
        alert_type: Annotated[AlertType, Field(description="relative for changes.")] = "threshold",
        settings: Annotated[
            AlertFields | None, Field(description="Anything else, such as periods and channels.")
        ] = None,
    ) -> Document:
        """Creates an alert on a chart, which opens an incident and wakes people when it fires."""
        body = _new(name, operator, value, alert_type, settings)
        made = one(await self.telemetry.post(_alerts(dashboard_id, chart_id), body))
        return Document(alert_row(made), title=f"Alert {name}")

    @create_chart_alert.preview
    async def _before_create_alert(
        self,
        dashboard_id: str,
        chart_id: str,
        name: str,
        operator: str,
        value: float,
        alert_type: str = "threshold",
        settings: AlertFields | None = None,
    ) -> Preview:
        path = _alerts(dashboard_id, chart_id)
        chart = await self.resource(path.removesuffix("/alerts"), service=self.telemetry)
        found, _ = await self.resources(path, service=self.telemetry)
        exists = any(name_of(alert) == name for alert in found)
        body = _new(name, operator, value, alert_type, settings)
        shown = {key: said for key, said in body.items() if key not in _WOKEN}
        return Preview(
            resource=f"{name} on {name_of(chart)}",
            state="an alert of this name is there" if exists else "no alert of this name",
            changes=(Change("alerts", "", await self._woken(body)), *changed({}, shown)),
            obstacle="an alert of this name is there already" if exists else "",
            done=exists,
        )

    @tool(
        area="telemetry",
        access=Access.WRITE,
        method="PATCH",
        path=f"{ALERTS}/{{alert}}",
        action="change the chart alert {resource}",
        past="changed the chart alert {resource}",
    )
    async def update_chart_alert(
        self,
        dashboard_id: DashboardId,
        chart_id: ChartId,
        alert_id: AlertId,
        changes: AlertChanges,
    ) -> Document:
        """Changes a chart's alert: its condition, periods, or whom it wakes."""
        return await self._set_alert(dashboard_id, chart_id, alert_id, changes)

    @update_chart_alert.preview
    async def _before_update_alert(
        self, dashboard_id: str, chart_id: str, alert_id: str, changes: AlertChanges
    ) -> Preview:
        return await self._setting_alert(dashboard_id, chart_id, alert_id, changes)

    @tool(
        area="telemetry",
        access=Access.WRITE,
        method="PATCH",
        path=f"{ALERTS}/{{alert}}",
        action="pause the chart alert {resource}",
        past="paused the chart alert {resource}",
    )
    async def pause_chart_alert(
        self, dashboard_id: DashboardId, chart_id: ChartId, alert_id: AlertId
    ) -> Document:
        """Pauses a chart's alert: it does not fire until it is resumed."""
        return await self._set_alert(dashboard_id, chart_id, alert_id, {"paused": True})

    @pause_chart_alert.preview
    async def _before_pause_alert(self, dashboard_id: str, chart_id: str, alert_id: str) -> Preview:
        return await self._setting_alert(dashboard_id, chart_id, alert_id, {"paused": True})

    @tool(
        area="telemetry",
        access=Access.WRITE,
        method="PATCH",
        path=f"{ALERTS}/{{alert}}",
        action="resume the chart alert {resource}",
        past="resumed the chart alert {resource}",
    )
    async def resume_chart_alert(
        self, dashboard_id: DashboardId, chart_id: ChartId, alert_id: AlertId
    ) -> Document:
        """Resumes a chart's paused alert: it may fire again."""
        return await self._set_alert(dashboard_id, chart_id, alert_id, {"paused": False})

    @resume_chart_alert.preview
    async def _before_resume_alert(
        self, dashboard_id: str, chart_id: str, alert_id: str
    ) -> Preview:
        return await self._setting_alert(dashboard_id, chart_id, alert_id, {"paused": False})

    @tool(
        area="telemetry",
        access=Access.FULL,
        method="DELETE",
        path=f"{ALERTS}/{{alert}}",
        action="delete the chart alert {resource} for good",
        past="deleted the chart alert {resource}",
    )
    async def delete_chart_alert(
        self, dashboard_id: DashboardId, chart_id: ChartId, alert_id: AlertId
    ) -> Document:
        """Deletes a chart's alert for good. To silence it, pause it instead."""
        await self.telemetry.delete(f"{_alerts(dashboard_id, chart_id)}/{alert_id}")
        return Document({"id": alert_id, "deleted": True}, title="The alert is deleted")

    @delete_chart_alert.preview
    async def _before_delete_alert(
        self, dashboard_id: str, chart_id: str, alert_id: str
    ) -> Preview:
        path = f"{_alerts(dashboard_id, chart_id)}/{alert_id}"
        return await self.before_delete(path, "chart alert", service=self.telemetry)

    async def _set_alert(
        self, dashboard_id: str, chart_id: str, alert_id: str, fields: Mapping[str, Any]
    ) -> Document:
        path = f"{_alerts(dashboard_id, chart_id)}/{alert_id}"
        updated = one(await self.telemetry.patch(path, dict(fields)))
        return Document(alert_row(updated), title=f"Alert {name_of(updated)}")

    async def _setting_alert(
        self, dashboard_id: str, chart_id: str, alert_id: str, fields: Mapping[str, Any]
    ) -> Preview:
        path = f"{_alerts(dashboard_id, chart_id)}/{alert_id}"
        live = await self.resource(path, service=self.telemetry)
        return self.before_update(live, fields, already="it is like that already")

    async def _woken(self, body: Mapping[str, Any]) -> str:
        """Who is woken when it fires, and how: as live as the card of an incident."""
        target = body.get("escalation_target") or {}
        if target.get("policy_id"):
            return await policy_in_words(self.service, str(target["policy_id"]))
        if not any(body.get(name) for name in CHANNELS):
            return "nobody (no channel is asked for)"
        who = (
            target_words(target) if target else f"on call now: {await names_on_call(self.service)}"
        )
        return f"{who}, by {channels(body)}"


_WOKEN = (*CHANNELS, "escalation_target")


def _alerts(dashboard_id: str, chart_id: str) -> str:
    return f"{DASHBOARDS}/{dashboard_id}/charts/{chart_id}/alerts"


def _new(
    name: str, operator: str, value: float, alert_type: str, settings: AlertFields | None
) -> dict[str, Any]:
    """Every channel, so that one which was not asked for is off and not the service's default."""
    return {
        **dict.fromkeys(CHANNELS, False),
        **(settings or {}),
        "name": name,
        "alert_type": alert_type,
        "operator": operator,
        "value": value,
    }
