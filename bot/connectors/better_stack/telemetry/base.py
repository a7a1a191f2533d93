"""What the parts of Telemetry share: their hosts, their tokens, and which source is meant.

Telemetry has hosts of its own, and an Uptime token does not open them. What it refuses is therefore
told as "this token may not", and never as "reconnect": incidents and monitors still work.
"""

from __future__ import annotations

from functools import cached_property

from bot.connectors.better_stack.api import Api
from bot.connectors.better_stack.hosted.connection import token_of
from bot.connectors.better_stack.hosted.way import HostedWarehouse
from bot.connectors.better_stack.problems import explain
from bot.connectors.better_stack.shaping.common import Resource, flat, name_of
from bot.connectors.better_stack.telemetry.warehouse import Warehouse
from bot.connectors.errors import ConnectorError, Invalid, NotAllowed, NotFound
from bot.connectors.http import Json, ServiceClient

SOURCES = "/api/v2/sources"
MOST_SOURCES = 250


class TelemetryApi(Api):
    @cached_property
    def telemetry(self) -> ServiceClient:
        return self._host("Better Stack Telemetry", self.settings.telemetry_url)

    @cached_property
    def errors(self) -> ServiceClient:
        return self._host("Better Stack Errors", self.settings.errors_url)

    @cached_property
    def warehouse(self) -> Warehouse:
        password = self.credentials.sql_password
        if not self.credentials.sql_username or password is None:
            fields = dict.fromkeys(("sql_username", "sql_password"), "is needed to read logs")
            raise Invalid("The connection has no sign-in for SQL.", fields=fields)
        return Warehouse(
            url=self.settings.sql_url,
            username=self.credentials.sql_username,
            password=password.get_secret_value(),
            client=self.link.client,
        )

    def warehouse_of(self, source: Resource) -> Warehouse | HostedWarehouse:
        """Where a source's queries are run."""
        if self.hosted is not None:
            return HostedWarehouse(self.hosted, str(source["id"]))
        return self.warehouse

    def _host(self, name: str, base_url: str) -> ServiceClient:
        if self.hosted is not None:
            return self.hosted_client(self.hosted)
        token = self.credentials.telemetry_token or token_of(self.credentials)
        return ServiceClient(
            service=name,
            base_url=base_url,
            client=self.link.client,
            headers={"Authorization": f"Bearer {token.get_secret_value()}"},
            explain=explain,
            judge=_not_this_token,
        )

    async def sources(self) -> list[Resource]:
        found, _ = await self.resources(
            SOURCES, self.team, limit=MOST_SOURCES, service=self.telemetry
        )
        return found

    async def source(self, wanted: str) -> Resource:
        """The source of that id or name.

        Raises:
            NotFound: naming those that there are.
        """
        return chosen(wanted, await self.sources(), "source")


def chosen(wanted: str, among: list[Resource], kind: str) -> Resource:
    """The one that is meant: by its id, its name, or a part that only one name has."""
    said = _plain(wanted)
    exact = [one for one in among if str(one["id"]) == wanted or _plain(name_of(one)) == said]
    near = [one for one in among if said and said in _plain(name_of(one))]
    for found in (exact, near):
        if len(found) == 1:
            return found[0]
    known = ", ".join(f"{name_of(one)} ({one['id']})" for one in among) or "none"
    raise NotFound(f"It is not clear which {kind} {wanted!r} is.", f"There are: {known}.")


def table_base(resource: Resource) -> str:
    """What the names of a source's tables begin with: `t400_api_gateway`."""
    row = flat(resource)
    name, team = str(row.get("table_name") or ""), f"t{row.get('team_id')}_"
    return name if name.startswith(team) else f"{team}{name}"


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _not_this_token(status: int, body: Json) -> ConnectorError | None:
    if status != 401:
        return None
    return NotAllowed(
        "Better Stack does not accept this connection's token for Telemetry.",
        "Put a Telemetry API token of the team into the connection, or use a global token.",
    )
