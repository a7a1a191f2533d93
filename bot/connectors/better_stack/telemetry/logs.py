"""Logs: searching and counting the lines of one source, and asking in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.connectors.base import Access, tool
from bot.connectors.better_stack.shaping.common import Resource, name_of
from bot.connectors.better_stack.shaping.telemetry import source_row
from bot.connectors.better_stack.telemetry import sql as held_sql
from bot.connectors.better_stack.telemetry.base import TelemetryApi, table_base
from bot.connectors.better_stack.telemetry.lines import line_rows, timed
from bot.connectors.better_stack.telemetry.searching import Search
from bot.connectors.better_stack.telemetry.spans import Span, span
from bot.connectors.errors import Invalid
from bot.connectors.periods import End, Start
from bot.connectors.results import Row, Rows
from bot.connectors.sql.reading import MAX_ROWS

KINDS = ("logs", "spans", "metrics", "s3")
MORE = f"Only the first {MAX_ROWS} are listed; there are more. Narrow it, or count by a field."

Step = Literal["minute", "5 minutes", "15 minutes", "hour", "day"]
STEPS = {"minute": 1, "5 minutes": 5, "15 minutes": 15, "hour": 60, "day": 1440}

SourceName = Annotated[
    str,
    Field(
        min_length=1, max_length=200, description="The source, by name or id (list_log_sources)."
    ),
]


class Logs(TelemetryApi):
    @tool(area="telemetry", access=Access.READ, method="POST", path="/")
    async def search_logs(
        self,
        source: Annotated[
            str | None,
            Field(
                max_length=200,
                description="The source whose logs are searched, by name or id. Left out, the "
                "answer is the list of sources to choose from.",
            ),
        ] = None,
        text: Annotated[
            str,
            Field(
                max_length=300,
                description="Words that the lines must have. 5xx and 4xx mean the HTTP status.",
            ),
        ] = "",
        level: Annotated[
            str, Field(max_length=20, description="Only of this level: error, warn, info.")
        ] = "",
        status: Annotated[
            str,
            Field(pattern=r"^([1-5][0-9][0-9]|[1-5]xx)?$", description="HTTP status: 503 or 5xx."),
        ] = "",
        group_by: Annotated[
            str,
            Field(
                pattern=r"^[A-Za-z0-9_.-]*$",
                description="Count by this field instead of listing lines, such as status.",
            ),
        ] = "",
        count_per: Annotated[
            Step | None, Field(description="Also count for each such step of time, for a chart.")
        ] = None,
        start: Start = None,
        end: End = None,
    ) -> Rows:
        """Searches the logs (log lines, events) of one source, newest first, or counts them.

        Use it for "search the logs for 5xx in the last hour", "errors in the log", "how many
        requests by status". Logs can only be searched source by source.
        """
        if not source:
            return await self._which()
        found = await self.source(source)
        within = span(start, end, self.link.clock())
        search = Search(table_base(found), text, level, status)
        title = f"Logs of {name_of(found)}, {within.words}"
        if not group_by and not count_per:
            rows = await self.read(search.lines, found, within)
            return Rows(line_rows(rows[:MAX_ROWS]), title=title, cut=_cut(rows))
        rows = await self.read(search.counts(group_by, STEPS.get(count_per or "")), found, within)
        by = f" by {group_by}" if group_by else ""
        return Rows(timed(rows[:MAX_ROWS], "time"), title=f"{title}{by}", cut=_cut(rows))

    @tool(area="telemetry", access=Access.READ, method="POST", path="/")
    async def query_source(
        self,
        source: SourceName,
        sql: Annotated[
            str, Field(min_length=1, description="One SELECT in ClickHouse's SQL, of this source.")
        ],
        start: Start = None,
        end: End = None,
    ) -> Rows:
        """Runs one read-only SELECT over a source's logs, spans or metrics, at most 100 rows.

        Call source_query_instructions first: it names the tables, columns and functions. The span
        of time is set by start and end, and holds whatever the query says.
        """
        found = await self.source(source)
        within = span(start, end, self.link.clock())
        rows = await self.read(sql, found, within)
        title = f"{name_of(found)}, {within.words}"
        return Rows(rows[:MAX_ROWS], title=title, cut=_cut(rows))

    async def read(self, sql: str, source: Resource, within: Span) -> list[Row]:
        """The rows of a query over one source. What is wrong with it comes with how to ask.

        Raises:
            Invalid: with the source's query instructions.
        """
        base = table_base(source)
        tables = [f"{base}_{kind}" for kind in KINDS]
        warehouse = self.warehouse_of(source)
        try:
            return await warehouse.rows(await held_sql.held(sql, tables, within))
        except Invalid as error:
            raise Invalid(
                error.message, f"{error.remedy}\n{instructions(source)}".strip()
            ) from None

    async def _which(self) -> Rows:
        rows = [source_row(one) for one in await self.sources()]
        return Rows(
            rows,
            title="Which source? Logs are searched source by source",
            cut="Nothing was searched yet: call search_logs again with one of these as source.",
        )


def instructions(source: Resource) -> str:
    """How a source is asked in SQL."""
    base = table_base(source)
    return f"""How to query {name_of(source)} in ClickHouse's SQL:
Newest lines: FROM remote({base}_logs); older ones: FROM s3Cluster(primary, {base}_s3) WHERE \
_row_type = 1. For a full span join both with UNION ALL inside a subquery.
Spans: remote({base}_spans). Metrics: remote({base}_metrics) with dt, name, series_id, tags, and \
states to be merged: avgMerge(value_avg), countMerge(events_count).
Columns of logs: dt (time, UTC) and raw (the line's JSON as text). Read a field with \
JSONExtractString(raw, 'level'), JSONExtractInt(raw, 'status'), JSONExtractRaw(raw, 'a', 'b').
Times are bounded by start and end already. No FORMAT, SETTINGS or other tables.
SELECT JSONExtractInt(raw, 'status') AS status, count() AS n FROM remote({base}_logs) \
WHERE JSONExtractInt(raw, 'status') >= 500 GROUP BY status ORDER BY n DESC LIMIT 20
SELECT toStartOfInterval(dt, INTERVAL 5 MINUTE) AS time, count() AS n FROM remote({base}_logs) \
WHERE raw ILIKE '%timeout%' GROUP BY time ORDER BY time LIMIT 100"""  # noqa: S608


def _cut(rows: list[Mapping[str, Any]] | list[Row]) -> str:
    return MORE if len(rows) > MAX_ROWS else ""
