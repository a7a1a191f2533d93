"""Amazon RDS: the events of database instances, and Performance Insights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

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

EVENTS, INSIGHTS = "aws_rds_events", "aws_performance_insights"


class ReplayedRds(Replayed):
    slug = "replayed_rds"
    title = "RDS"
    areas = (Area("events", "Events"), Area("insights", "Performance Insights"))
    reads: ClassVar = {
        EVENTS: ("list_events",),
        INSIGHTS: (
            "list_top_queries",
            "list_wait_events",
            "get_database_load",
            "list_top_sessions",
        ),
    }

    @tool(area="events", access=Access.READ, method="POST", path="DescribeEvents")
    async def list_events(
        self, contains: Contains = None, start: Start = None, end: End = None
    ) -> Rows:
        """Events of the database instances: failovers, backups, restarts, storage, replicas."""
        inside = between(start, end)
        rows = [
            _event(one)
            for one in entries(self.recorded(EVENTS), "events")
            if says(contains, *one.values()) and inside(one.get("date"))
        ]
        return table(sorted(rows, key=lambda row: str(row["time"])), "Database events")

    @tool(area="insights", access=Access.READ, method="POST", path="GetResourceMetrics")
    async def get_database_load(self, start: Start = None, end: End = None) -> Rows:
        """The database's load over time, in average active sessions."""
        load = self.recorded(INSIGHTS).get("db_load") or {}
        inside = between(start, end)
        pairs = zip(load.get("timestamps") or [], load.get("values") or [], strict=False)
        rows = [
            {"time": at, "database_load": value, "unit": load.get("unit")}
            for at, value in pairs
            if inside(at)
        ]
        return table(rows, "Database load", most=200)

    @tool(area="insights", access=Access.READ, method="POST", path="DescribeDimensionKeys (sql)")
    async def list_top_queries(self, contains: Contains = None) -> Rows:
        """The SQL statements with the greatest load, what each waited for, and how often it ran."""
        rows = [
            _query(one)
            for one in entries({"top_sql": self.recorded(INSIGHTS).get("top_sql") or []})
            if says(contains, one.get("statement"))
        ]
        return table(rows, "Top queries in Performance Insights")

    @tool(area="insights", access=Access.READ, method="POST", path="DescribeDimensionKeys (waits)")
    async def list_wait_events(self, contains: Contains = None) -> Rows:
        """What sessions waited for (wait events): CPU, I/O, locks, the client; by load."""
        rows = [
            {"wait": one.get("name"), "type": one.get("type"), "load": one.get("db_load_avg")}
            for one in entries({"waits": self.recorded(INSIGHTS).get("top_wait_events") or []})
            if says(contains, one.get("name"), one.get("type"))
        ]
        return table(rows, "Wait events in Performance Insights")

    @tool(area="insights", access=Access.READ, method="POST", path="DescribeDimensionKeys (users)")
    async def list_top_sessions(self, contains: Contains = None) -> Rows:
        """The users and hosts that put the most load on the database."""
        rows = [one for one in _sessions(self.recorded(INSIGHTS)) if says(contains, one["name"])]
        return table(rows, "Top users and hosts in Performance Insights")


def _event(event: Mapping[str, Any]) -> Row:
    return {
        "time": event.get("date") or event.get("timestamp"),
        "message": event.get("message"),
        "source": event.get("source_identifier"),
        "categories": ", ".join(map(str, event.get("event_categories") or [])) or None,
    }


def _query(query: Mapping[str, Any]) -> Row:
    waits = [
        f"{one.get('name')} {one.get('db_load_avg')}" for one in entries(query.get("wait_events"))
    ]
    return {
        "statement": query.get("statement"),
        "load": query.get("db_load_avg"),
        "waits": ", ".join(waits) or None,
        "calls_per_second": query.get("calls_per_sec"),
    }


def _sessions(insights: Mapping[str, Any]) -> Iterator[Row]:
    """Users, hosts and whatever else the load was split by."""
    for key, value in insights.items():
        if key.startswith("top_") and key not in ("top_sql", "top_wait_events"):
            kind = key.removeprefix("top_").removesuffix("s")
            for one in entries(value):
                name = one.get("name") or one.get("id")
                yield {"kind": kind, "name": name, "load": one.get("db_load_avg")}
