"""The alert that fired, as a monitoring service shows it."""

from __future__ import annotations

from typing import ClassVar

from bot.connectors.base import Access, Area, tool
from bot.connectors.results import Row, Rows
from playground.evaluation.scenarios import Scenario
from playground.evaluation.standins.base import Contains, Replayed, says, table

_TELLS_THE_ANSWER = ("failure_mode", "context_sources", "pipeline_name")
"""Endings of fields that are there for the exercise and that no alert has in life."""


class ReplayedAlerts(Replayed):
    slug = "replayed_alerts"
    title = "Alerts"
    areas = (Area("alerts", "Alerts"),)
    reads: ClassVar = {"alert": ("list_alerts",)}

    @tool(area="alerts", access=Access.READ, method="GET", path="/api/v2/alerts")
    async def list_alerts(self, contains: Contains = None) -> Rows:
        """The alerts (alert rules that fired) with severity, labels and what they say."""
        row = alert_row(self.scenario)
        return table([row] if says(contains, *row.values()) else [], "Alerts")


def alert_row(scenario: Scenario) -> Row:
    """The alert as a monitoring service would show it, without what gives its answer away."""
    row: Row = {"title": scenario.title, "state": scenario.alert.get("state")}
    for name, value in [*scenario.labels.items(), *scenario.annotations.items()]:
        if value and not name.endswith(_TELLS_THE_ANSWER):
            row.setdefault(name, value)
    return row
