"""What a status page says of its resources: from reports first, from incidents otherwise."""

from datetime import UTC, datetime, timedelta

from playground.betterstack.handlers.availability import Window, day_window
from playground.betterstack.pages import StatusPage, StatusPageResource, StatusReport
from playground.betterstack.records import Incident, Json
from playground.betterstack.state import State

WORST_FIRST = ("downtime", "degraded", "maintenance")
FROM_MONITOR = {"up": "operational", "validating": "degraded", "down": "downtime"}


def status_of(state: State, resource: StatusPageResource, now: datetime) -> str:
    reported = _reported(state, resource, now)
    return reported or _observed(state, resource)


def _reported(state: State, resource: StatusPageResource, now: datetime) -> str | None:
    """The worst a current report says of it."""
    said = {
        affected["status"]
        for report in reports_of(state, resource.status_page_id)
        if _is_current(report, now)
        for affected in report.affected_resources
        if affected["status_page_resource_id"] == str(resource.id)
    }
    return next((status for status in WORST_FIRST if status in said), None)


def _observed(state: State, resource: StatusPageResource) -> str:
    if resource.resource_type == "Monitor" and resource.resource_id in state.monitors:
        seen = state.monitor_status(state.monitors[resource.resource_id])
        return FROM_MONITOR.get(seen, "not_monitored")
    if resource.resource_type == "Heartbeat" and resource.resource_id in state.heartbeats:
        seen = state.heartbeat_status(state.heartbeats[resource.resource_id])
        return FROM_MONITOR.get(seen, "not_monitored")
    return "operational" if resource.resource_type == "ManuallyTrackedItem" else "not_monitored"


def incidents_of(state: State, resource: StatusPageResource) -> list[Incident]:
    if resource.resource_type == "Monitor" and resource.resource_id in state.monitors:
        return state.incidents_of(state.monitors[resource.resource_id])
    if resource.resource_type == "Heartbeat" and resource.resource_id in state.heartbeats:
        return state.incidents_of(state.heartbeats[resource.resource_id])
    return []


def history(state: State, resource: StatusPageResource, days: int, now: datetime) -> list[Json]:
    """A line for each of the last days, oldest first, today included."""
    today = now.astimezone(UTC).date()
    incidents = incidents_of(state, resource)
    windows = (day_window(today - timedelta(days=back)) for back in range(days - 1, -1, -1))
    return [_day(window, incidents, now) for window in windows]


def _day(window: Window, incidents: list[Incident], now: datetime) -> Json:
    lived = Window(window.start, min(window.end, now))
    down = round(sum(lived.overlap(incident) for incident in incidents))
    return {
        "day": window.start.date().isoformat(),
        "status": "downtime" if down else "operational",
        "downtime_duration": down,
        "maintenance_duration": 0,
    }


def availability(days: list[Json], now: datetime) -> float:
    """A share from 0 to 1, unlike a monitor's availability, which is a percentage."""
    today = now.astimezone(UTC)
    elapsed = (today - today.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
    seconds = 86_400 * (len(days) - 1) + elapsed
    down = sum(day["downtime_duration"] for day in days)
    return round(1 - down / seconds, 6) if seconds else 1.0


def reports_of(state: State, page_id: int) -> list[StatusReport]:
    return [report for report in state.reports.values() if report.status_page_id == page_id]


def _is_current(report: StatusReport, now: datetime) -> bool:
    return report.starts_at <= now and (report.ends_at is None or now < report.ends_at)


def report_state(report: StatusReport) -> str:
    said = {affected["status"] for affected in report.affected_resources}
    return next((status for status in WORST_FIRST if status in said), "operational")


def page_state(state: State, page: StatusPage, now: datetime) -> str:
    own = (r for r in state.resources.values() if r.status_page_id == page.id)
    said = {status_of(state, resource, now) for resource in own}
    return next((status for status in WORST_FIRST if status in said), "operational")
