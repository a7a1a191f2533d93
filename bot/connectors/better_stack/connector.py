"""Better Stack: uptime checks, incidents, on-call and status pages.

The service watches websites, servers and scheduled jobs, opens an incident when one fails, and
calls whoever is on call. What this connector knows about its REST API:

Signing in    A token in `Authorization: Bearer`. An Uptime token belongs to one team; a global one
              reaches all teams and then needs `team_name`. No token is read-only, so what an agent
              may do is decided by its grants alone.
              Or by OAuth, over its hosted MCP server (`hosted`): tools there carry the same.
Addresses     https://uptime.betterstack.com, since 2026 https://incidents.betterstack.com as well.
              Incidents, policies and metadata are at /api/v3, all else (also an incident's
              comments) at /api/v2.
Answers       JSON:API resources, flattened in `shaping`. Lists come in pages; up to 100 resources
              are gathered (`api`). The address of the next page may name another host, so only its
              number is used.
Telemetry     Other hosts (`telemetry`): REST with a token of its own or a global one, SQL over HTTP
              with a username and password. Both are optional; `reach` says what is closed.
Errors        Not JSON:API, and of several shapes (`problems`).
Writes        There is no key that would make a repeated request harmless, and a repeated incident
              wakes people twice: writes are sent once.
Secrets       Some attributes hold secrets or phone numbers in clear. Only those that are listed in
              `shaping` get out.

Source: https://betterstack.com/docs/uptime/api/getting-started-with-uptime-api/
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import SecretStr, field_validator

from bot.connectors.base import (
    Access,
    Area,
    Auth,
    Category,
    Connector,
    Form,
    Preset,
    form_field,
)
from bot.connectors.better_stack.alerting import Alerting
from bot.connectors.better_stack.api import many
from bot.connectors.better_stack.escalating import EscalationOptions
from bot.connectors.better_stack.heartbeats import Heartbeats
from bot.connectors.better_stack.hosted.connection import Listing
from bot.connectors.better_stack.hosted.routes import closed as hosted_closed
from bot.connectors.better_stack.hosted.way import Hosted
from bot.connectors.better_stack.incidents import Incidents
from bot.connectors.better_stack.metadata import MetadataLabels
from bot.connectors.better_stack.monitors import Monitors
from bot.connectors.better_stack.on_call import OnCall
from bot.connectors.better_stack.policies import Policies
from bot.connectors.better_stack.reach import closed
from bot.connectors.better_stack.status_pages import StatusPages
from bot.connectors.better_stack.status_reports import StatusReports
from bot.connectors.better_stack.telemetry.alerts import ChartAlerts
from bot.connectors.better_stack.telemetry.charts import Charts
from bot.connectors.better_stack.telemetry.dashboards import Dashboards
from bot.connectors.better_stack.telemetry.errors import Errors
from bot.connectors.better_stack.telemetry.sources import Sources
from bot.connectors.errors import ConnectorError, NotSignedIn
from bot.connectors.oauth import Granted, OAuth, Question
from bot.connectors.results import Health

MCP_URL = "https://mcp.betterstack.com"
ADDRESS = r"https://[^\s/?#@]+/?|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?/?"


class BetterStackCredentials(Granted):
    api_token: SecretStr | None = form_field(
        "API token",
        help="In Better Stack: API tokens, then the team's Uptime API token. A global token works "
        "too; name the team below. No kind of token is limited to reading.",
        default=None,
        pattern=r"[!-~]{8,}",
        pattern_help="is one word without spaces, of at least 8 characters",
        max_length=500,
    )
    telemetry_token: SecretStr | None = form_field(
        "Telemetry API token",
        help="Only for Telemetry, and only if the token above is not global: API tokens, "
        "then the team's Telemetry API token.",
        default=None,
        pattern=r"[!-~]{8,}",
        pattern_help="is one word without spaces, of at least 8 characters",
        max_length=500,
    )

    @field_validator("api_token")
    @classmethod
    def _is_no_empty_text(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value():
            raise ValueError("must not be empty")
        return value

    sql_username: str = form_field(
        "SQL username",
        help="Only to read logs: in Telemetry, Integrations, Connect ClickHouse HTTP client.",
        default="",
        max_length=200,
    )
    sql_password: SecretStr | None = form_field(
        "SQL password",
        help="It is shown once, where the SQL username is made.",
        default=None,
        max_length=500,
    )


class BetterStackSettings(Form):
    base_url: str = form_field(
        "Address of the API",
        help="https://incidents.betterstack.com works too.",
        default="https://uptime.betterstack.com",
        pattern=ADDRESS,
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
    telemetry_url: str = form_field(
        "Address of Telemetry",
        help="https://telemetry.betterstack.com, to read logs, dashboards and errors as well.",
        default="",
        pattern=ADDRESS,
        pattern_help="starts with https:// and has nothing after the host",
    )
    errors_url: str = form_field(
        "Address of Errors",
        help="Where applications that report errors are listed.",
        default="https://errors.betterstack.com",
        pattern=ADDRESS,
        pattern_help="starts with https:// and has nothing after the host",
    )
    mcp_url: str = form_field(
        "Address of the hosted MCP server",
        help="Only for signing in instead of a token.",
        default=MCP_URL,
        pattern=r"https?://[^\s/?#@]+(/[^\s?#]*)?",
        pattern_help="is a web address such as https://mcp.betterstack.com",
    )
    sql_url: str = form_field(
        "SQL address",
        help="The host of the team's region, such as https://eu-nbg-2-connect.betterstackdata.com.",
        default="",
        pattern=ADDRESS,
        pattern_help="starts with https:// and has nothing after the host",
    )


class BetterStack(
    Incidents,
    Alerting,
    EscalationOptions,
    OnCall,
    Monitors,
    Heartbeats,
    Policies,
    StatusPages,
    StatusReports,
    MetadataLabels,
    Sources,
    Dashboards,
    Charts,
    ChartAlerts,
    Errors,
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
        Area("telemetry", "Telemetry"),
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
    oauth = OAuth(
        service="better_stack",
        app="better_stack",
        title="Better Stack",
        category=Category.MONITORING,
        resource="{mcp_url}",
        registers=True,
        scopes=("read", "write"),
        client="none",
        questions=(
            Question(name="mcp_url", label="Address of the hosted MCP server", default=MCP_URL),
        ),
    )
    trusts_listing = True

    @classmethod
    def for_connection(
        cls, settings: Mapping[str, Any], toolset: Mapping[str, Any] | None
    ) -> type[Connector]:
        if not toolset or not toolset.get("tools"):
            return cls
        return _signed_in(Listing(str(toolset["digest"]), tuple(toolset["tools"])))

    @classmethod
    def out_of_reach(cls, settings: Any) -> Mapping[str, str]:
        if cls.offered:
            return hosted_closed(cls.tools.values(), cls.offered)
        return closed(cls.tools.values(), settings)

    async def check(self) -> Health:
        """Reads one monitor. Its team is all that the API says about whose token this is."""
        if self.hosted is not None:
            return await self._check_sign_in(self.hosted)
        body = await self.service.get("/api/v2/monitors", {**self.team, "page": 1, "per_page": 1})
        teams = [monitor["attributes"].get("team_name") for monitor in many(body)]
        team = next((team for team in teams if team), None) or self.settings.team_name
        return Health(account=f"team {team}" if team else "a team without monitors yet")

    async def _check_sign_in(self, hosted: Hosted) -> Health:
        """The same over the hosted server, which is also asked what it offers."""
        listed = await hosted.listing()
        hosted.knows(listed)
        try:
            found, _ = await self.resources("/api/v2/monitors", self.team, limit=1)
        except NotSignedIn:
            raise
        except ConnectorError:
            found = []  # the account may not see monitors; it is signed in all the same
        team = next((one["attributes"].get("team_name") for one in found), None)
        account = f"team {team}" if team else "signed in with OAuth"
        return Health(account, tools=listed)


@lru_cache(maxsize=100)
def _signed_in(listing: Listing) -> type[BetterStack]:
    """The connector as a sign-in has it: with what the hosted server offers to it."""
    offered = {str(one["name"]): one for one in listing.tools}
    kind: type[BetterStack] = type("BetterStackSignedIn", (BetterStack,), {"offered": offered})
    return kind
