"""What the sandbox remembers of Telemetry and Errors. Same rules as `records`.

Rows of logs are kept the way the SQL endpoint has them: a moment and a line of JSON, by table.
"""

from dataclasses import dataclass, field
from datetime import datetime

from playground.betterstack.records import Channels, Dated, Json, Record

Rows = list[Json]


@dataclass(kw_only=True)
class Source(Dated):
    KIND = "source"

    name: str
    platform: str
    table_name: str
    team_id: int
    token: str
    data_region: str = "germany"
    ingesting_host: str = "in.betterstack.example"
    ingesting_paused: bool = False
    logs_retention: int = 30
    metrics_retention: int = 90
    live_tail_pattern: str | None = None
    source_group_id: int | None = None


@dataclass(kw_only=True)
class SourceMetric(Record):
    KIND = "metric"
    OMIT = frozenset({"team_name", "source_id"})

    source_id: int
    name: str
    type: str
    sql_expression: str
    aggregations: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Application(Dated):
    KIND = "application"

    name: str
    platform: str
    table_name: str
    team_id: int
    token: str
    errors_retention: int = 90
    ingesting_paused: bool = False


@dataclass(kw_only=True)
class Dashboard(Dated):
    KIND = "dashboard"
    OMIT = frozenset({"data"})

    name: str
    data: Json = field(default_factory=dict)


@dataclass(kw_only=True)
class DashboardTemplate(Record):
    KIND = "dashboard_template"
    OMIT = frozenset({"team_name"})

    name: str
    description: str = ""


@dataclass(kw_only=True)
class Chart(Dated):
    KIND = "chart"
    OMIT = frozenset({"team_name", "dashboard_id"})

    dashboard_id: int
    chart_type: str
    name: str | None = None
    description: str | None = None
    x: int = 0
    y: int = 0
    w: int = 6
    h: int = 4
    settings: Json = field(default_factory=dict)
    queries: list[Json] = field(default_factory=list)


@dataclass(kw_only=True)
class ChartAlert(Channels, Dated):
    """Absent channels are on at the vendor's, as for monitors."""

    KIND = "alert"
    OMIT = frozenset({"team_name", "chart_id"})

    chart_id: int
    name: str
    alert_type: str
    operator: str
    value: float
    query_period: int = 300
    check_period: int = 60
    confirmation_period: int = 0
    recovery_period: int = 300
    aggregation_interval: int | None = None
    on_missing_data: str | None = None
    series_names: list[str] | None = None
    incident_cause: str | None = None
    incident_per_series: bool = False
    paused: bool = False
    paused_reason: str | None = None
    escalation_target: Json | None = None


@dataclass(kw_only=True)
class Telemetry:
    sources: dict[int, Source] = field(default_factory=dict)
    metrics: dict[int, SourceMetric] = field(default_factory=dict)
    applications: dict[int, Application] = field(default_factory=dict)
    dashboards: dict[int, Dashboard] = field(default_factory=dict)
    templates: dict[int, DashboardTemplate] = field(default_factory=dict)
    charts: dict[int, Chart] = field(default_factory=dict)
    alerts: dict[int, ChartAlert] = field(default_factory=dict)
    tables: dict[str, Rows] = field(default_factory=dict)

    def charts_of(self, dashboard: Dashboard) -> dict[int, Chart]:
        return {c.id: c for c in self.charts.values() if c.dashboard_id == dashboard.id}

    def alerts_of(self, chart: Chart) -> dict[int, ChartAlert]:
        return {a.id: a for a in self.alerts.values() if a.chart_id == chart.id}

    def forget_chart(self, chart: Chart) -> None:
        for key in self.alerts_of(chart):
            del self.alerts[key]
        del self.charts[chart.id]

    def forget_charts_of(self, dashboard: Dashboard) -> None:
        for chart in self.charts_of(dashboard).values():
            self.forget_chart(chart)


def column(moment: datetime) -> str:
    """A moment the way the SQL endpoint writes it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d}000"
