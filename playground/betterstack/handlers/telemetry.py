"""Telemetry over REST: sources with their metrics, dashboards, charts and alerts; applications."""

from dataclasses import replace
from typing import Any, Literal

from playground.betterstack.bodies import UNSET, Body, ChannelFields, Id, Made, Seconds, Text
from playground.betterstack.crud import Family, change, listing, new_dated, plain
from playground.betterstack.envelope import NO_CONTENT, Answer, invalid, one, resource
from playground.betterstack.products import TELEMETRY
from playground.betterstack.query import PAGING
from playground.betterstack.routing import Call, Route, delete, get, patch, post
from playground.betterstack.telemetry import (
    Application,
    Chart,
    ChartAlert,
    Dashboard,
    Source,
    Telemetry,
)

ChartType = Literal[
    "line_chart",
    "bar_chart",
    "pie_chart",
    "number_chart",
    "table_chart",
    "tail_chart",
    "static_text_chart",
]
Plain = Literal[
    "equal",
    "not_equal",
    "higher_than",
    "higher_than_or_equal",
    "lower_than",
    "lower_than_or_equal",
]
Relative = Literal["increases_by", "decreases_by", "changes_by"]
RELATIVE = ("increases_by", "decreases_by", "changes_by")


class Import(Made):
    """A dashboard is made from what another one was exported to."""

    name: Text
    data: dict[str, Any]


class ChangedDashboard(Body):
    name: Text = UNSET


class ChartQuery(Body):
    query_type: Literal["sql_expression", "tail_query", "static_text"]
    sql_query: str | None = UNSET
    where_condition: str | None = UNSET
    static_text: str | None = UNSET
    source_variable: str | None = UNSET


class ChartFields(Body):
    name: str | None = UNSET
    description: str | None = UNSET
    x: Seconds = UNSET
    y: Seconds = UNSET
    w: Id = UNSET
    h: Id = UNSET
    settings: dict[str, Any] = UNSET


class NewChart(ChartFields):
    chart_type: ChartType
    queries: list[ChartQuery]


class ChangedChart(ChartFields):
    chart_type: ChartType = UNSET
    queries: list[ChartQuery] = UNSET


class EscalationTarget(Body):
    team_id: Id = UNSET
    team_name: str = UNSET
    policy_id: Id = UNSET
    policy_name: str = UNSET


class AlertFields(ChannelFields):
    query_period: Seconds = UNSET
    check_period: Seconds = UNSET
    confirmation_period: Seconds = UNSET
    recovery_period: int = UNSET
    aggregation_interval: Seconds = UNSET
    on_missing_data: str = UNSET
    series_names: list[str] = UNSET
    incident_cause: str = UNSET
    incident_per_series: bool = UNSET
    paused: bool = UNSET
    paused_reason: str = UNSET
    escalation_target: EscalationTarget = UNSET


class NewAlert(AlertFields):
    name: Text
    alert_type: Literal["threshold", "relative", "anomaly_rrcf"]
    operator: Plain | Relative
    value: float


class ChangedAlert(AlertFields):
    name: Text = UNSET
    alert_type: Literal["threshold", "relative", "anomaly_rrcf"] = UNSET
    operator: Plain | Relative = UNSET
    value: float = UNSET


SOURCES = Family("/api/v2/sources", "source_id", Source, lambda state: state.telemetry.sources)
APPLICATIONS = Family(
    "/api/v2/applications", "application_id", Application, lambda s: s.telemetry.applications
)
DASHBOARDS = Family(
    "/api/v2/dashboards",
    "dashboard_id",
    Dashboard,
    lambda state: state.telemetry.dashboards,
    forget=lambda state, dashboard: state.telemetry.forget_charts_of(dashboard),
)
CHARTS = f"{DASHBOARDS.item}/charts"
CHART = CHARTS + "/{chart_id}"
ALERTS = f"{CHART}/alerts"
ALERT = ALERTS + "/{alert_id}"


def metrics(call: Call) -> Answer:
    source = SOURCES.find(call)
    found = [m for m in _telemetry(call).metrics.values() if m.source_id == source.id]
    return listing(call, found, resource)


def templates(call: Call) -> Answer:
    return listing(call, list(_telemetry(call).templates.values()), resource)


def import_dashboard(call: Call, body: Import) -> Answer:
    start = new_dated(call, body.team_name)
    return DASHBOARDS.add(call, Dashboard(**start, name=body.name, data=body.data))


def list_charts(call: Call) -> Answer:
    found = _telemetry(call).charts_of(DASHBOARDS.find(call))
    return listing(call, list(found.values()), resource)


def create_chart(call: Call, body: NewChart) -> Answer:
    """Vendor: only a line chart may have several queries."""
    dashboard = DASHBOARDS.find(call)
    if not body.queries:
        raise invalid("queries", "can't be blank")
    if len(body.queries) > 1 and body.chart_type != "line_chart":
        raise invalid("queries", "must be one for this type of chart")
    start = new_dated(call, dashboard.team_name)
    chart = Chart(**start, dashboard_id=dashboard.id, **_values(body))
    _telemetry(call).charts[chart.id] = chart
    return one(plain(call, chart), status=201)


def show_chart(call: Call) -> Answer:
    return one(plain(call, _chart(call)))


def update_chart(call: Call, body: ChangedChart) -> Answer:
    chart = _chart(call)
    change(call, chart, _values(body))
    return one(plain(call, chart))


def remove_chart(call: Call) -> Answer:
    _telemetry(call).forget_chart(_chart(call))
    return NO_CONTENT


def list_alerts(call: Call) -> Answer:
    return listing(call, list(_telemetry(call).alerts_of(_chart(call)).values()), resource)


def create_alert(call: Call, body: NewAlert) -> Answer:
    chart = _chart(call)
    _check_operator(body.alert_type, body.operator)
    start = new_dated(call, chart.team_name)
    alert = ChartAlert(**start, chart_id=chart.id, **_values(body))
    _telemetry(call).alerts[alert.id] = alert
    return one(plain(call, alert), status=201)


def show_alert(call: Call) -> Answer:
    return one(plain(call, _alert(call)))


def update_alert(call: Call, body: ChangedAlert) -> Answer:
    alert = _alert(call)
    values = _values(body)
    _check_operator(
        values.get("alert_type", alert.alert_type), values.get("operator", alert.operator)
    )
    change(call, alert, values)
    return one(plain(call, alert))


def remove_alert(call: Call) -> Answer:
    del _telemetry(call).alerts[_alert(call).id]
    return NO_CONTENT


def _telemetry(call: Call) -> Telemetry:
    return call.state.telemetry


def _chart(call: Call) -> Chart:
    own = _telemetry(call).charts_of(DASHBOARDS.find(call))
    return call.find(own, Chart, "chart_id")


def _alert(call: Call) -> ChartAlert:
    return call.find(_telemetry(call).alerts_of(_chart(call)), ChartAlert, "alert_id")


def _check_operator(alert_type: str, operator: str) -> None:
    if (alert_type == "relative") != (operator in RELATIVE):
        raise invalid("operator", f"does not go with {alert_type}")


def _values(body: Body) -> dict[str, Any]:
    """What was sent, with a query or a target as far as it was sent."""
    return body.given()


def _of(product: str, routes: tuple[Route, ...]) -> tuple[Route, ...]:
    return tuple(replace(route, product=product) for route in routes)


ROUTES = _of(
    TELEMETRY,
    (
        *SOURCES.reads(),
        get(f"{SOURCES.item}/metrics", metrics, PAGING),
        *APPLICATIONS.reads(),
        get(f"{DASHBOARDS.path}/templates", templates, PAGING),
        post(f"{DASHBOARDS.path}/import", Import, import_dashboard),
        *DASHBOARDS.reads(),
        patch(DASHBOARDS.item, ChangedDashboard, DASHBOARDS.update),
        delete(DASHBOARDS.item, DASHBOARDS.remove),
        get(CHARTS, list_charts, PAGING),
        get(CHART, show_chart),
        post(CHARTS, NewChart, create_chart),
        patch(CHART, ChangedChart, update_chart),
        delete(CHART, remove_chart),
        get(ALERTS, list_alerts, PAGING),
        get(ALERT, show_alert),
        post(ALERTS, NewAlert, create_alert),
        patch(ALERT, ChangedAlert, update_alert),
        delete(ALERT, remove_alert),
    ),
)
