"""What was recorded beside the services that have a stand-in of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from bot.connectors.base import Access, Area, tool
from bot.connectors.results import Row, Rows
from playground.evaluation.scenarios import Scenario
from playground.evaluation.standins.alerts import ReplayedAlerts
from playground.evaluation.standins.base import Contains, Replayed, entries, says, table
from playground.evaluation.standins.cloudwatch import ReplayedCloudWatch
from playground.evaluation.standins.datadog import ReplayedDatadog
from playground.evaluation.standins.eks import ReplayedEks
from playground.evaluation.standins.rds import ReplayedRds

SERVICES: tuple[type[Replayed], ...] = (
    ReplayedAlerts,
    ReplayedCloudWatch,
    ReplayedDatadog,
    ReplayedEks,
    ReplayedRds,
)


def unknown(scenario: Scenario) -> list[str]:
    """The sources of a scenario that no service of its own reads."""
    known = {source for service in SERVICES for source in service.reads}
    return [name for name in scenario.sources if name not in known]


class ReplayedArchive(Replayed):
    """For telemetry of a kind that no other stand-in knows."""

    slug = "replayed_archive"
    title = "Archive"
    areas = (Area("records", "Records"),)

    @tool(area="records", access=Access.READ, method="GET", path="/records")
    async def list_records(
        self,
        source: Annotated[
            str | None, Field(description="Only of sources with this in their name.")
        ] = None,
        contains: Contains = None,
    ) -> Rows:
        """What else was recorded around the incident: changes, traces, queues; by source."""
        rows = [
            {"source": name, **row}
            for name in unknown(self.scenario)
            if says(source, name)
            for row in _records(self.scenario.sources[name])
            if says(contains, *row.values())
        ]
        return table(rows, "Records")


def _records(document: Any) -> Iterator[Row]:
    for one in entries(document) or ([document] if isinstance(document, dict) else []):
        yield {
            name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
            for name, value in one.items()
        }
