"""A stand-in for Better Stack's hosted MCP server: made with libraries of others, and with OAuth.

Its tools have the names that the vendor's plugin manifests print, and read and write the sandbox,
so that the same question can be put over both sign-ins.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from playground.betterstack.auth import TEAM_TOKEN, TELEMETRY_TOKEN
from playground.betterstack.warehouse import SQL_PASSWORD, SQL_USERNAME
from tests.support.servers_of_others import listening, served

READS = {"readOnlyHint": True}
SOURCES = "telemetry_list_sources_tool"


@dataclass
class HostedServer:
    """The running stand-in. `sandbox` is the address that its tools ask."""

    url: str
    server: Any
    provider: Any
    sandbox: str = ""

    async def ask(self, method: str, path: str, **values: Any) -> Any:
        """What the sandbox answers, or its refusal as the vendor words it for a model."""
        token = TELEMETRY_TOKEN if "sources" in path or "dashboards" in path else TEAM_TOKEN
        given = {name: value for name, value in values.items() if value is not None}
        async with httpx.AsyncClient(base_url=self.sandbox, trust_env=False) as client:
            answer = await client.request(
                method,
                path,
                params=_plain(given) if method == "GET" else None,
                json=given if method == "POST" else None,
                headers={"Authorization": f"Bearer {token}"},
            )
        if answer.is_error:
            from fastmcp.exceptions import ToolError

            raise ToolError(f"{answer.status_code}: {answer.json()['errors']}")
        return answer.json()

    async def select(self, sql: str) -> str:
        """Rows of SQL, an object a line, as ClickHouse answers."""
        async with httpx.AsyncClient(base_url=self.sandbox, trust_env=False) as client:
            answer = await client.post(
                "/",
                params={"output_format_json_quote_64bit_integers": "0"},
                content=f"{sql} FORMAT JSONEachRow",
                auth=(SQL_USERNAME, SQL_PASSWORD),
            )
        return answer.raise_for_status().text


@contextmanager
def hosted_better_stack() -> Iterator[HostedServer]:
    from fastmcp import FastMCP
    from fastmcp.server.auth.providers.in_memory import InMemoryOAuthProvider
    from mcp.server.auth.settings import ClientRegistrationOptions, RevocationOptions

    listener, port = listening()
    options = ClientRegistrationOptions(
        enabled=True, valid_scopes=["read", "write"], default_scopes=["read", "write"]
    )
    provider = InMemoryOAuthProvider(
        base_url=f"http://127.0.0.1:{port}",
        client_registration_options=options,
        revocation_options=RevocationOptions(enabled=True),
    )
    server: Any = FastMCP("Better Stack", auth=provider)
    made = HostedServer(f"http://127.0.0.1:{port}/mcp", server, provider)
    _monitors(server, made)
    _incidents(server, made)
    _telemetry(server, made)
    with served(server.http_app(), listener):
        yield made


def _monitors(server: Any, made: HostedServer) -> None:
    @server.tool(annotations=READS)  # type: ignore[untyped-decorator]
    async def monitors(page: int = 1, limit: int = 50) -> dict[str, Any]:
        """Monitors."""
        answer = await made.ask("GET", "/api/v2/monitors", page=page, per_page=limit)
        return {"monitors": [_flat(one) for one in answer["data"]]}

    @server.tool(annotations=READS)  # type: ignore[untyped-decorator]
    async def monitor(id: int) -> str:
        """One monitor."""
        return json.dumps(await made.ask("GET", f"/api/v2/monitors/{id}"))

    @server.tool(annotations=READS)  # type: ignore[untyped-decorator]
    async def monitor_availability(
        monitor_id: str, start_date: str | None = None, end_date: str | None = None
    ) -> dict[str, Any]:
        """How much of the time a monitor was up."""
        path = f"/api/v2/monitors/{monitor_id}/sla"
        return _flat((await made.ask("GET", path, **{"from": start_date, "to": end_date}))["data"])

    @server.tool(annotations={"readOnlyHint": False})  # type: ignore[untyped-decorator]
    async def create_heartbeat(name: str, period: int, grace: int, blood_group: str) -> str:
        """Needs something that nobody here knows."""
        return f"{name} {period} {grace} {blood_group}"


def _incidents(server: Any, made: HostedServer) -> None:
    @server.tool(annotations=READS)  # type: ignore[untyped-decorator]
    async def incidents(
        status: str | None = None,
        from_date: str | None = None,
        to_date: str | None = None,
        resolved: bool | None = None,
        acknowledged: bool | None = None,
        monitorId: int | None = None,
    ) -> list[dict[str, Any]]:
        """Incidents."""
        answer = await made.ask(
            "GET",
            "/api/v3/incidents",
            resolved=resolved,
            acknowledged=acknowledged,
            monitor_id=monitorId,
            per_page=50,
            **{"from": from_date, "to": to_date},
        )
        return [_flat(one) for one in answer["data"]]

    @server.tool(annotations=READS)  # type: ignore[untyped-decorator]
    async def incident(id: str) -> dict[str, Any]:
        """One incident."""
        return dict(await made.ask("GET", f"/api/v3/incidents/{id}"))

    @server.tool(annotations=READS)  # type: ignore[untyped-decorator]
    async def incident_timeline(incident_id: int) -> str:
        """Its events."""
        answer = await made.ask("GET", f"/api/v3/incidents/{incident_id}/timeline")
        return json.dumps(answer["data"])

    @server.tool(annotations=READS)  # type: ignore[untyped-decorator]
    async def incident_comments(incident_id: int) -> list[dict[str, Any]]:
        """Its comments."""
        answer = await made.ask("GET", f"/api/v2/incidents/{incident_id}/comments")
        return list(answer["data"])

    @server.tool(annotations=READS)  # type: ignore[untyped-decorator]
    async def severities() -> str:
        """Answers in words for a model."""
        return "There are two severities: loud and quiet."

    @server.tool(annotations={"readOnlyHint": False})  # type: ignore[untyped-decorator]
    async def acknowledge_incident(id: int) -> dict[str, Any]:
        """Acknowledges."""
        return dict(await made.ask("POST", f"/api/v3/incidents/{id}/acknowledge"))

    @server.tool(annotations={"readOnlyHint": False})  # type: ignore[untyped-decorator]
    async def resolve_incident(id: int) -> str:
        """Resolves, and says so in words."""
        await made.ask("POST", f"/api/v3/incidents/{id}/resolve")
        return f"Incident {id} is resolved."

    @server.tool(annotations={"readOnlyHint": False})  # type: ignore[untyped-decorator]
    async def create_incident_comment(incident_id: int, comment: str) -> dict[str, Any]:
        """Comments."""
        path = f"/api/v2/incidents/{incident_id}/comments"
        return _flat((await made.ask("POST", path, content=comment))["data"])


def _telemetry(server: Any, made: HostedServer) -> None:
    @server.tool(name=SOURCES, annotations=READS)  # type: ignore[untyped-decorator]
    async def sources() -> str:
        """Sources."""
        answer = await made.ask("GET", "/api/v2/sources", per_page=50)
        return json.dumps({"sources": [_flat(one) for one in answer["data"]]})

    @server.tool(annotations=READS)  # type: ignore[untyped-decorator]
    async def query(query: str, source_id: int) -> str:
        """Runs SQL over a source."""
        assert source_id
        return await made.select(query)


def _flat(resource: dict[str, Any]) -> dict[str, Any]:
    related = {
        f"{kind}_id": link["data"]["id"]
        for kind, link in resource.get("relationships", {}).items()
        if isinstance(link.get("data"), dict)
    }
    return {"id": resource["id"], **related, **resource["attributes"]}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    words = {True: "true", False: "false"}
    return {name: words.get(v, v) if isinstance(v, bool) else v for name, v in values.items()}
