"""Better Stack: uptime checks, incidents, on-call and status pages.

The service watches websites, servers and scheduled jobs, opens an incident when one fails, and
calls whoever is on call. What this connector knows about its REST API:

Signing in    A token in `Authorization: Bearer`. An Uptime token belongs to one team; a global one
              reaches all teams and then needs `team_name`. No token is read-only, so what an agent
              may do is decided by its grants alone.
Addresses     https://uptime.betterstack.com, since 2026 https://incidents.betterstack.com as well.
              Incidents, policies and metadata are at /api/v3, all else (also an incident's
              comments) at /api/v2.
Answers       JSON:API resources, flattened in `shaping`. Lists come in pages; up to 100 resources
              are gathered (`api`). The address of the next page may name another host, so only its
              number is used.
Errors        Not JSON:API, and of several shapes (`problems`).
Writes        There is no key that would make a repeated request harmless, and a repeated incident
              wakes people twice: writes are sent once.
Secrets       Some attributes hold secrets or phone numbers in clear. Only those that are listed in
              `shaping` get out.

Source: https://betterstack.com/docs/uptime/api/getting-started-with-uptime-api/
"""

from __future__ import annotations

from pydantic import SecretStr

from bot.connectors.base import Access, Area, Auth, Category, Form, Preset, form_field
from bot.connectors.better_stack.alerting import Alerting
from bot.connectors.better_stack.api import many
from bot.connectors.better_stack.heartbeats import Heartbeats
from bot.connectors.better_stack.incidents import Incidents
from bot.connectors.better_stack.metadata import MetadataLabels
from bot.connectors.better_stack.monitors import Monitors
from bot.connectors.better_stack.on_call import OnCall
from bot.connectors.better_stack.policies import Policies
from bot.connectors.better_stack.status_pages import StatusPages
from bot.connectors.results import Health


class BetterStackCredentials(Form):
    api_token: SecretStr = form_field(
        "API token",
        help="In Better Stack: API tokens, then the team's Uptime API token. A global token works "
        "too; name the team below. No kind of token is limited to reading.",
        pattern=r"[!-~]{8,}",
        pattern_help="is one word without spaces, of at least 8 characters",
        max_length=500,
    )


class BetterStackSettings(Form):
    base_url: str = form_field(
        "Address of the API",
        help="https://incidents.betterstack.com works too.",
        default="https://uptime.betterstack.com",
        pattern=r"https://[^\s/?#@]+/?|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?/?",
        pattern_help="starts with https:// and has nothing after the host",
    )
    team_name: str = form_field(
        "Team",
        help="Only with a global token: the team, by its name, that lists are limited to and new "
        "resources belong to.",
        default="",
        max_length=200,
    )
    team_id: str = form_field(
        "Team in web addresses",
        help="What follows /team/ in the address of any page of Better Stack, such as t123456. "
        "Results then link to the page of a monitor or an incident.",
        default="",
        pattern=r"t?[0-9]+",
        pattern_help="is a number, perhaps after a t",
    )
    requester_email: str = form_field(
        "Reporter of new incidents",
        help="The e-mail address in whose name incidents are opened if nobody else is named.",
        default="",
        pattern=r"[^@\s]+@[^@\s]+",
        pattern_help="is an e-mail address",
    )


class BetterStack(
    Incidents, Alerting, OnCall, Monitors, Heartbeats, Policies, StatusPages, MetadataLabels
):
    slug = "better_stack"
    title = "Better Stack"
    category = Category.MONITORING
    auth = Auth.KEY
    docs = "https://betterstack.com/docs/uptime/api/getting-started-with-uptime-api/"
    areas = (
        Area("incidents", "Incidents"),
        Area("on_call", "On-call"),
        Area("monitors", "Monitors"),
        Area("monitor_groups", "Monitor groups"),
        Area("heartbeats", "Heartbeats"),
        Area("escalation_policies", "Escalation policies"),
        Area("status_pages", "Status pages"),
        Area("metadata", "Metadata"),
    )
    presets = (
        Preset(
            "on_call",
            "On-call: read, acknowledge, resolve, comment",
            {"incidents": Access.READ, "on_call": Access.READ, "monitors": Access.READ},
            ("acknowledge_incident", "resolve_incident", "comment_on_incident"),
        ),
    )
    Credentials = BetterStackCredentials
    Settings = BetterStackSettings

    async def check(self) -> Health:
        """Reads one monitor. Its team is all that the API says about whose token this is."""
        body = await self.service.get("/api/v2/monitors", {**self.team, "page": 1, "per_page": 1})
        teams = [monitor["attributes"].get("team_name") for monitor in many(body)]
        team = next((team for team in teams if team), None) or self.settings.team_name
        return Health(account=f"team {team}" if team else "a team without monitors yet")
