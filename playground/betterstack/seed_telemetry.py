"""Telemetry of the seeded day: what the services wrote while the checkout broke.

The newest half hour of lines is in the table of recent logs, all older ones in the table of
history, as at the vendor's.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from playground.betterstack.records import Json
from playground.betterstack.seed_names import OTHER_TEAM, TEAM
from playground.betterstack.state import State
from playground.betterstack.telemetry import (
    Application,
    Chart,
    ChartAlert,
    Dashboard,
    DashboardTemplate,
    Source,
    SourceMetric,
    column,
)

API_GATEWAY, CHECKOUT_LOGS, WORKER_LOGS, LABS_LOGS = 11001, 11002, 11003, 11901
STOREFRONT_APP = 12001
DASHBOARD, REQUESTS_CHART, ERROR_ALERT = 13001, 13101, 13201
RECENT = timedelta(minutes=30)

PATHS = ("/checkout", "/cart", "/search", "/products/42", "/login")
BROKEN = {0: 503, 3: 502, 7: 500}
"""Which of ten requests to the checkout fail while it is broken, and how."""


def add_telemetry(state: State, now: datetime) -> None:
    _add_sources(state, now)
    _add_metrics(state, now)
    _add_errors(state, now)
    _add_dashboards(state, now)


def _add_sources(state: State, now: datetime) -> None:
    known = (
        (API_GATEWAY, "api-gateway", "api_gateway", TEAM, 400, _gateway(now)),
        (CHECKOUT_LOGS, "checkout", "checkout", TEAM, 400, _checkout(now)),
        (WORKER_LOGS, "payments-worker", "payments_worker", TEAM, 400, _worker(now)),
        (LABS_LOGS, "labs-app", "labs_app", OTHER_TEAM, 401, iter(())),
    )
    for key, name, table, team, team_id, lines in known:
        state.telemetry.sources[key] = Source(
            id=key,
            team_name=team,
            created_at=now - timedelta(days=200),
            updated_at=now - timedelta(days=20),
            name=name,
            platform="open_telemetry",
            table_name=table,
            team_id=team_id,
            token=f"secret-source-token-{key}",
        )
        recent, older = _split(lines, now)
        state.telemetry.tables[f"t{team_id}_{table}_logs"] = recent
        state.telemetry.tables[f"t{team_id}_{table}_s3"] = older


def _split(lines: Iterator[tuple[datetime, Json]], now: datetime) -> tuple[list[Json], list[Json]]:
    recent: list[Json] = []
    older: list[Json] = []
    for at, line in lines:
        row: Json = {"dt": column(at), "raw": json.dumps(line)}
        if now - at < RECENT:
            recent.append(row)
        else:
            older.append({**row, "_row_type": 1})
    return recent, older


def _gateway(now: datetime) -> Iterator[tuple[datetime, Json]]:
    """A request every two minutes for a day, and four a minute in the last hour, of which three in
    ten to the checkout fail."""
    for turn in range(690):
        yield _request(now - timedelta(minutes=1440 - 2 * turn), turn, broken=False)
    for turn in range(240):
        yield _request(now - timedelta(seconds=3590 - 15 * turn), turn, broken=True)


def _request(at: datetime, turn: int, *, broken: bool) -> tuple[datetime, Json]:
    path = PATHS[turn % len(PATHS)]
    status = BROKEN.get(turn // len(PATHS) % 10) if broken and path == "/checkout" else None
    line: Json = {
        "level": "error" if status else "info",
        "message": f"{'POST' if path == '/checkout' else 'GET'} {path} {status or 200}",
        "status": status or 200,
        "method": "POST" if path == "/checkout" else "GET",
        "path": path,
        "duration_ms": 30_000 if status == 503 else 40 + turn % 17,
        "request_id": f"req-{int(at.timestamp())}",
    }
    return at, {**line, "upstream": {"service": "checkout", "error": "timeout"}} if status else line


def _checkout(now: datetime) -> Iterator[tuple[datetime, Json]]:
    yield (
        now - timedelta(minutes=63),
        {"level": "info", "message": "release v1842 is live", "release": "v1842"},
    )
    for turn in range(36):
        level, said = ("error", "connection pool is exhausted") if turn % 2 else ("warn", "slow")
        message = f"{said}: waited {2 + turn % 9} s for a connection to orders-db"
        yield (
            now - timedelta(seconds=3500 - 90 * turn),
            {"level": level, "message": message, "pool": {"size": 10, "waiting": turn}},
        )


def _worker(now: datetime) -> Iterator[tuple[datetime, Json]]:
    for turn in range(48):
        message = f"charged order {9000 + turn}"
        yield (
            now - timedelta(minutes=30 * (48 - turn)),
            {"level": "info", "message": message, "order": 9000 + turn},
        )


def _add_metrics(state: State, now: datetime) -> None:
    state.telemetry.metrics[11501] = SourceMetric(
        id=11501,
        team_name=TEAM,
        source_id=API_GATEWAY,
        name="response_status",
        type="string_low_cardinality",
        sql_expression="JSONExtractString(raw, 'status')",
    )
    state.telemetry.metrics[11502] = SourceMetric(
        id=11502,
        team_name=TEAM,
        source_id=API_GATEWAY,
        name="duration_ms",
        type="float64_delta",
        sql_expression="JSONExtractFloat(raw, 'duration_ms')",
        aggregations=["avg", "max", "p95"],
    )
    state.telemetry.tables["t400_api_gateway_metrics"] = [
        {
            "dt": column(now - timedelta(minutes=minute)),
            "name": name,
            "series_id": series,
            "tags": "{}",
            "value_avg": 50.0 + series,
            "events_count": 4,
        }
        for minute in range(60)
        for name, many in (("response_status", 4), ("duration_ms", 9))
        for series in range(many)
    ]


def _add_errors(state: State, now: datetime) -> None:
    state.telemetry.applications[STOREFRONT_APP] = Application(
        id=STOREFRONT_APP,
        team_name=TEAM,
        created_at=now - timedelta(days=90),
        updated_at=now - timedelta(days=9),
        name="Storefront",
        platform="javascript_errors",
        table_name="storefront",
        team_id=400,
        token="secret-application-token",  # noqa: S106 - made up
    )
    said = (
        ("TypeError", "cart.total is undefined", 12),
        ("CheckoutFailed", "POST /checkout answered 503", 5),
    )
    state.telemetry.tables["t400_storefront_errors"] = [
        {
            "dt": column(now - timedelta(minutes=minutes * turn + 1)),
            "raw": json.dumps({"type": kind, "message": message, "release": "v1842"}),
        }
        for kind, message, minutes in said
        for turn in range(12)
    ]


def _add_dashboards(state: State, now: datetime) -> None:
    dates: Any = {"created_at": now - timedelta(days=60), "updated_at": now - timedelta(days=2)}
    state.telemetry.dashboards[DASHBOARD] = Dashboard(
        id=DASHBOARD, team_name=TEAM, name="API gateway", **dates
    )
    state.telemetry.templates[13501] = DashboardTemplate(
        id=13501, team_name=TEAM, name="Logs overview", description="Lines by level and source"
    )
    state.telemetry.charts[REQUESTS_CHART] = Chart(
        id=REQUESTS_CHART,
        team_name=TEAM,
        dashboard_id=DASHBOARD,
        chart_type="line_chart",
        name="Failed requests",
        queries=[
            {
                "query_type": "sql_expression",
                "sql_query": "SELECT {{time}} AS time, countMerge(events_count) AS value "
                "FROM {{source}} WHERE time BETWEEN {{start_time}} AND {{end_time}} GROUP BY time",
                "source_variable": "source",
            }
        ],
        **dates,
    )
    state.telemetry.alerts[ERROR_ALERT] = ChartAlert(
        id=ERROR_ALERT,
        team_name=TEAM,
        chart_id=REQUESTS_CHART,
        name="Too many failed requests",
        alert_type="threshold",
        operator="higher_than",
        value=20,
        escalation_target={"policy_id": 7001},
        **dates,
    )
