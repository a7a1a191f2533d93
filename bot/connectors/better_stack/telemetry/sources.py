"""Sources: where logs and metrics come from, what their lines hold, how they are asked."""

from __future__ import annotations

from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import CUT, MAX_ROWS
from bot.connectors.better_stack.shaping.common import name_of
from bot.connectors.better_stack.shaping.telemetry import metric_row, source_document, source_row
from bot.connectors.better_stack.telemetry.base import SOURCES, table_base
from bot.connectors.better_stack.telemetry.lines import field_rows
from bot.connectors.better_stack.telemetry.logs import Logs, SourceName, instructions
from bot.connectors.better_stack.telemetry.searching import Search
from bot.connectors.better_stack.telemetry.spans import span
from bot.connectors.periods import End, Start
from bot.connectors.results import Document, Rows


class Sources(Logs):
    @tool(area="telemetry", access=Access.READ, method="GET", path=SOURCES)
    async def list_log_sources(self) -> Rows:
        """The sources of logs and metrics (services, hosts, apps that send telemetry), with ids."""
        found = await self.sources()
        rows = [source_row(source) for source in found[:MAX_ROWS]]
        return Rows(rows, title="Sources", cut=CUT if len(found) > MAX_ROWS else "")

    @tool(area="telemetry", access=Access.READ, method="GET", path=f"{SOURCES}/{{id}}")
    async def get_log_source(self, source: SourceName) -> Document:
        """How one source is configured: platform, region, retention, whether it is paused."""
        found = await self.source(source)
        live = await self.resource(f"{SOURCES}/{found['id']}", service=self.telemetry)
        return Document(source_document(live), title=f"Source {name_of(live)}")

    @tool(area="telemetry", access=Access.READ, method="POST", path="/")
    async def list_source_fields(
        self, source: SourceName, start: Start = None, end: End = None
    ) -> Rows:
        """The fields of a source's log lines with their type and an example (its schema)."""
        found = await self.source(source)
        within = span(start, end, self.link.clock())
        lines = await self.read(Search(table_base(found)).lines, found, within)
        rows = field_rows(lines[:MAX_ROWS])
        return Rows(rows[:MAX_ROWS], title=f"Fields of {name_of(found)}")

    @tool(area="telemetry", access=Access.READ, method="GET", path=SOURCES)
    async def source_query_instructions(self, source: SourceName) -> Document:
        """How a source is asked in SQL: its tables, columns, functions and examples."""
        found = await self.source(source)
        title = f"Query instructions of {name_of(found)}"
        return Document({"source": name_of(found)}, title=title, text=instructions(found))

    @tool(area="telemetry", access=Access.READ, method="GET", path=f"{SOURCES}/{{id}}/metrics")
    async def list_source_metrics(self, source: SourceName) -> Rows:
        """The metrics that are made of a source's logs: their name, type and expression."""
        found = await self.source(source)
        path = f"{SOURCES}/{found['id']}/metrics"
        title = f"Metrics of {name_of(found)}"
        return await self.rows(path, metric_row, title, service=self.telemetry)

    @tool(area="telemetry", access=Access.READ, method="POST", path="/")
    async def metric_cardinality(
        self, source: SourceName, start: Start = None, end: End = None
    ) -> Rows:
        """The cardinality of a source's metrics: how many series and data points each has."""
        found = await self.source(source)
        within = span(start, end, self.link.clock())
        sql = (
            "SELECT name, uniq(series_id) AS series, countMerge(events_count) AS points "  # noqa: S608
            f"FROM remote({table_base(found)}_metrics) GROUP BY name ORDER BY series DESC"
        )
        rows = await self.read(sql, found, within)
        title = f"Cardinality of metrics of {name_of(found)}, {within.words}"
        return Rows(rows[:MAX_ROWS], title=title, cut=CUT if len(rows) > MAX_ROWS else "")
