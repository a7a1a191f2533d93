"""What a connection's settings open: Telemetry has addresses and a sign-in of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.connectors.base import Tool

SQL_PATH = "/"
"""Where the SQL endpoint takes queries; no tool of a REST API has that path."""

ONLY_BY_MCP = (
    "Better Stack offers this only through its hosted MCP server: sign in with OAuth instead of an "
    "API token."
)
REST = (
    "Fill in the address of Telemetry (https://telemetry.betterstack.com) in the connection, and a "
    "Telemetry API token unless its token is global."
)
SQL = (
    "Fill in the SQL address, username and password in the connection. Better Stack makes them in "
    "Telemetry, Integrations, Connect ClickHouse HTTP client."
)


def closed(tools: Iterable[Tool[Any, Any, Any]], settings: Any) -> Mapping[str, str]:
    """The tools of Telemetry that are out of reach, by verb, each with what would open it."""
    return {one.verb: needs for one in tools if (needs := _needs(one, settings))}


def _needs(tool: Tool[Any, Any, Any], settings: Any) -> str:
    if tool.area != "telemetry":
        return ""
    if tool.method == "MCP":
        return ONLY_BY_MCP
    if not settings.telemetry_url:
        return REST
    return SQL if tool.path == SQL_PATH and not settings.sql_url else ""
