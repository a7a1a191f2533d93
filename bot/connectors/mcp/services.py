"""MCP servers of known services: connections like those to any server, with their address, their
category and the rights that are asked for filled in."""

from __future__ import annotations

from bot.connectors.base import Category, form_field
from bot.connectors.mcp.server import ADDRESS, ADDRESS_HELP, McpServer, McpSettings
from bot.connectors.oauth import OAuth


class AmplitudeSettings(McpSettings):
    url: str = form_field(
        "Address",
        help="For projects in the EU: https://mcp.eu.amplitude.com/mcp",
        default="https://mcp.amplitude.com/mcp",
        pattern=ADDRESS,
        pattern_help=ADDRESS_HELP,
    )
    category: Category = form_field(
        "Category", help="Decides which types of agents may use it.", default=Category.ANALYTICS
    )


class Amplitude(McpServer):
    """Its server signs people in with their own rights; it is asked for reading alone."""

    slug = "amplitude"
    title = "Amplitude"
    category = Category.ANALYTICS
    docs = "https://amplitude.com/docs/amplitude-ai/amplitude-mcp"
    Settings = AmplitudeSettings
    oauth = OAuth(
        service="amplitude",
        app="amplitude",
        title="Amplitude",
        category=Category.ANALYTICS,
        resource="{url}",
        registers=True,
        scopes=("mcp:read",),
        client="none",
    )


SERVICES: tuple[type[McpServer], ...] = (Amplitude,)
