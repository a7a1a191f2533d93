"""Errors: the applications that report them, what happened lately, and what it groups into.

Applications are listed over REST. No path of the REST API is documented for errors themselves, so
they are read over SQL, from the table that an application's `table_name` leads to. The columns of
that table beyond `dt` and `raw` are not documented either. Resolving and ignoring is offered by the
hosted MCP server alone.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import MAX_ROWS
from bot.connectors.better_stack.reach import ONLY_BY_MCP
from bot.connectors.better_stack.shaping.common import Resource, name_of
from bot.connectors.better_stack.shaping.telemetry import application_row
from bot.connectors.better_stack.telemetry import sql as held_sql
from bot.connectors.better_stack.telemetry.base import TelemetryApi, chosen, table_base
from bot.connectors.better_stack.telemetry.lines import line_rows, timed
from bot.connectors.better_stack.telemetry.logs import MORE
from bot.connectors.better_stack.telemetry.spans import Span, span
from bot.connectors.errors import NotAllowed
from bot.connectors.periods import End, Start
from bot.connectors.results import Document, Preview, Row, Rows

APPLICATIONS = "/api/v2/applications"
Application = Annotated[
    str,
    Field(min_length=1, description="The application, by name or id (list_error_applications)."),
]


class Errors(TelemetryApi):
    @tool(area="telemetry", access=Access.READ, method="GET", path=APPLICATIONS)
    async def list_error_applications(self) -> Rows:
        """The applications that report errors (exceptions, crashes) to Better Stack, with ids."""
        title = "Applications"
        return await self.rows(APPLICATIONS, application_row, title, self.team, service=self.errors)

    @tool(area="telemetry", access=Access.READ, method="POST", path="/")
    async def list_recent_errors(
        self, application: Application, start: Start = None, end: End = None
    ) -> Rows:
        """The errors (exceptions, stack traces) of an application, newest first."""
        found = await self._application(application)
        within = span(start, end, self.link.clock())
        sql = f"SELECT dt, raw FROM remote({_table(found)}) ORDER BY dt DESC"  # noqa: S608 - held
        rows = await self._read_errors(sql, found, within)
        title = f"Errors of {name_of(found)}, {within.words}"
        cut = MORE if len(rows) > MAX_ROWS else ""
        return Rows(line_rows(rows[:MAX_ROWS]), title=title, cut=cut)

    @tool(area="telemetry", access=Access.READ, method="POST", path="/")
    async def list_error_groups(
        self, application: Application, start: Start = None, end: End = None
    ) -> Rows:
        """An application's errors in groups of one type and message: how often, first and last."""
        found = await self._application(application)
        within = span(start, end, self.link.clock())
        sql = (
            "SELECT JSONExtractString(raw, 'type') AS type, "  # noqa: S608
            "JSONExtractString(raw, 'message') AS message, count() AS times, "
            f"min(dt) AS first, max(dt) AS last FROM remote({_table(found)}) "
            "GROUP BY type, message ORDER BY times DESC"
        )
        rows = await self._read_errors(sql, found, within)
        title = f"Error groups of {name_of(found)}, {within.words}"
        cut = MORE if len(rows) > MAX_ROWS else ""
        return Rows(timed(rows[:MAX_ROWS], "first", "last"), title=title, cut=cut)

    @tool(
        area="telemetry",
        access=Access.WRITE,
        method="MCP",
        path="telemetry_update_error_state_tool",
        action="mark the error {resource} as {state}",
        past="marked the error {resource} as {state}",
    )
    async def set_error_state(
        self,
        application: Application,
        error_id: Annotated[str, Field(min_length=1, description="The error's id.")],
        state: Annotated[
            Literal["resolved", "ignored", "unresolved"], Field(description="What it becomes.")
        ],
    ) -> Document:
        """Resolves, ignores or reopens an error (exception) of an application."""
        raise NotAllowed("This sign-in cannot change the state of errors.", ONLY_BY_MCP)

    @set_error_state.preview
    async def _before_set_error_state(self, application: str, error_id: str, state: str) -> Preview:
        raise NotAllowed("This sign-in cannot change the state of errors.", ONLY_BY_MCP)

    async def _application(self, wanted: str) -> Resource:
        found, _ = await self.resources(APPLICATIONS, self.team, service=self.errors)
        return chosen(wanted, found, "application")

    async def _read_errors(self, sql: str, application: Resource, within: Span) -> list[Row]:
        return await self.warehouse.rows(await held_sql.held(sql, [_table(application)], within))


def _table(application: Resource) -> str:
    return f"{table_base(application)}_errors"
