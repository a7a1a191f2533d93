"""Invented services with made-up tools in different naming styles, and a loop to talk to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jsonschema

from bot.agents.messages import (
    Asked,
    Replied,
    Request,
    Returned,
    ToolCall,
    ToolReturn,
    ToolSpec,
    Turn,
)
from bot.agents.offline import OfflinePlanner
from bot.agents.offline.house import SUGGEST
from bot.connectors.base import Access

CLOSING = ToolSpec(
    SUGGEST,
    "Offers questions that go on from the answer.",
    {
        "type": "object",
        "properties": {
            "follow_ups": {
                "type": "array",
                "minItems": 1,
                "maxItems": 3,
                "items": {
                    "type": "object",
                    "properties": {
                        "label": {"type": "string", "maxLength": 40},
                        "question": {"type": "string", "maxLength": 200},
                    },
                    "required": ["label", "question"],
                    "additionalProperties": False,
                },
            }
        },
        "required": ["follow_ups"],
        "additionalProperties": False,
    },
    Access.READ,
)
"""The house's tool that closes an answer."""

NOW = datetime(2026, 3, 4, 14, 30, tzinfo=UTC)  # a Wednesday
Row = dict[str, Any]
Behaviour = Callable[[Row], "dict[str, Any] | str"]


@dataclass(frozen=True)
class Fake:
    """A tool and what it gives: data, or the text of a write's outcome, or "!" and a failure."""

    spec: ToolSpec
    run: Behaviour


def fake(
    name: str,
    description: str,
    run: Behaviour,
    access: Access = Access.READ,
    required: Sequence[str] = (),
    odd: Mapping[str, dict[str, Any]] | None = None,
    **properties: dict[str, Any],
) -> Fake:
    """`odd` are parameters whose names Python would not have as a keyword ("from")."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {**properties, **(odd or {})},
        "additionalProperties": False,
    }
    if required:
        schema["required"] = list(required)
    return Fake(ToolSpec(name, description, schema, access), run)


def text(description: str = "", **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


def optional(kind: str, description: str = "", **more: Any) -> dict[str, Any]:
    """As pydantic writes `X | None = None`."""
    return {
        "anyOf": [{"type": kind, **more}, {"type": "null"}],
        "default": None,
        "description": description,
    }


def rows(found: Sequence[Row], title: str, cut: str = "", link: str = "") -> dict[str, Any]:
    return {"rows": list(found), "title": title, "cut": cut, "link": link}


def document(data: Row, title: str) -> dict[str, Any]:
    return {"data": data, "title": title, "cut": "", "link": str(data.get("link", ""))}


@dataclass
class Talk:
    """A conversation with the planner; each `ask` runs until its answer."""

    tools: Sequence[Fake]
    planner: OfflinePlanner = field(default_factory=OfflinePlanner)
    turns: list[Turn] = field(default_factory=list)
    timezone: str = "UTC"
    calls: list[ToolCall] = field(default_factory=list)
    steps: int = 0
    spoken: list[str] = field(default_factory=list)
    house: Sequence[ToolSpec] = ()

    async def ask(self, question: str, name: str = "Ada", email: str = "") -> str:
        self.turns.append(Asked(question, name, email=email))
        self.calls, self.steps, self.spoken = [], 0, []
        while True:
            reply = await self._respond()
            self.turns.append(reply)
            if reply.text:
                assert all(call.name == SUGGEST for call in reply.calls)
                return reply.text
            self.calls += reply.calls
            self.turns.append(Returned([self._run(call) for call in reply.calls]))

    @property
    def made(self) -> list[tuple[str, Row]]:
        """The calls of the last question."""
        return [(call.name, call.arguments) for call in self.calls]

    @property
    def suggested(self) -> list[Row]:
        """The follow-ups that the last answer was closed with."""
        reply = self.turns[-1]
        assert isinstance(reply, Replied)
        return [one for call in reply.calls for one in call.arguments["follow_ups"]]

    async def _respond(self) -> Replied:
        self.steps += 1
        assert self.steps <= 8, "it does not come to an end"
        specs = [*(tool.spec for tool in self.tools), *self.house]
        request = Request("Be brief.", list(self.turns), specs, NOW, self.timezone)
        return await self.planner.respond(request, self._hear)

    async def _hear(self, said: str) -> None:
        self.spoken.append(said)

    def _run(self, call: ToolCall) -> ToolReturn:
        tool = next(one for one in self.tools if one.spec.name == call.name)
        jsonschema.validate(call.arguments, tool.spec.schema)
        result = tool.run(call.arguments)
        if isinstance(result, str):
            return ToolReturn(call.id, call.name, result.lstrip("!"), None, result.startswith("!"))
        empty = not (result.get("rows") or result.get("data"))
        said = f"Nothing found: {result['title']}" if empty else str(result)
        return ToolReturn(call.id, call.name, said, result, failed=False)


# An incident service: snake_case with a prefix, ids as strings, flags as filters.

INCIDENTS: list[Row] = [
    {
        "id": "8101",
        "name": "Checkout API",
        "cause": "Status 502",
        "status": "Started",
        "started_at": "2026-03-04T13:58:00Z",
        "acknowledged_at": None,
        "acknowledged_by": None,
        "resolved_at": None,
        "link": "https://pulse.example/i/8101",
    },
    {
        "id": "8099",
        "name": "Search cluster",
        "cause": "Timeout (no response)",
        "status": "Acknowledged",
        "started_at": "2026-03-03T22:10:00Z",
        "acknowledged_at": "2026-03-03T22:14:00Z",
        "acknowledged_by": "Grace Hopper",
        "resolved_at": None,
        "link": "https://pulse.example/i/8099",
    },
    {
        "id": "8077",
        "name": "Billing worker",
        "cause": "Missed heartbeat",
        "status": "Resolved",
        "started_at": "2026-03-01T08:00:00Z",
        "acknowledged_at": "2026-03-01T08:03:00Z",
        "acknowledged_by": "Ada Lovelace",
        "resolved_at": "2026-03-01T08:40:00Z",
        "link": "https://pulse.example/i/8077",
    },
]


def _list_incidents(arguments: Row) -> dict[str, Any]:
    found = INCIDENTS
    for state in ("resolved", "acknowledged"):
        if state in arguments:
            found = [one for one in found if bool(one[f"{state}_at"]) == arguments[state]]
    if "from" in arguments:
        found = [one for one in found if one["started_at"][:10] >= arguments["from"]]
    if "to" in arguments:
        found = [one for one in found if one["started_at"][:10] <= arguments["to"]]
    return rows(found, "Incidents", link="https://pulse.example/incidents")


def _get_incident(arguments: Row) -> dict[str, Any] | str:
    for one in INCIDENTS:
        if one["id"] == arguments["incident_id"]:
            return document({**one, "policy": "Platform", "regions": ["eu", "us"]}, one["name"])
    return "!There is no such incident. Look at the list for its id."


def incidents(outcome: str = "Acknowledged incident Checkout API.") -> list[Fake]:
    an_id = text("The incident's id, from the list.")
    return [
        fake(
            "pulse_list_incidents",
            "Incidents, newest first, with cause and status.\nFilter by state and days.",
            _list_incidents,
            odd={
                "from": optional("string", "First day, YYYY-MM-DD.", format="date"),
                "to": optional("string", "Last day, YYYY-MM-DD.", format="date"),
                "resolved": optional("boolean", "Only resolved ones, or only open ones."),
                "acknowledged": optional("boolean", "Only acknowledged ones, or only others."),
                "monitor_id": optional("integer", "Only those of this monitor."),
            },
        ),
        fake(
            "pulse_get_incident",
            "One incident with everything known about it.",
            _get_incident,
            required=["incident_id"],
            incident_id=an_id,
        ),
        fake(
            "pulse_who_is_on_call",
            "Who is on call now, by schedule.",
            lambda arguments: rows(
                [
                    {
                        "schedule": "Platform",
                        "name": "Grace Hopper",
                        "email": "grace@example.com",
                        "until": "2026-03-05T08:00:00Z",
                    }
                ],
                "On call",
            ),
        ),
        fake(
            "pulse_list_monitors",
            "Monitors with their state.",
            lambda arguments: rows(
                [
                    {"id": 11, "name": "Checkout API", "status": "down", "paused": False},
                    {"id": 12, "name": "Checkout page", "status": "up", "paused": False},
                    {"id": 13, "name": "Status page", "status": "up", "paused": True},
                ],
                "Monitors",
            ),
        ),
        fake(
            "pulse_monitor_availability",
            "A monitor's availability (SLA) over some days.",
            lambda arguments: document({"availability": 99.95, "downtime": "12 min"}, "SLA"),
            required=["monitor_id"],
            monitor_id={"type": "integer", "description": "The monitor."},
            odd={"from": optional("string", "First day, YYYY-MM-DD.", format="date")},
        ),
        fake(
            "pulse_acknowledge_incident",
            "Acknowledges an incident: escalation stops.",
            lambda arguments: outcome,
            Access.WRITE,
            required=["incident_id"],
            incident_id=an_id,
            acknowledged_by=optional("string", "Who acknowledges."),
        ),
        fake(
            "pulse_resolve_incident",
            "Resolves an incident.",
            lambda arguments: f"Resolved incident {arguments['incident_id']}.",
            Access.WRITE,
            required=["incident_id"],
            incident_id=an_id,
        ),
        fake(
            "pulse_create_incident_comment",
            "Writes a comment on an incident.",
            lambda arguments: document({"id": 5, **arguments}, "Comment"),
            Access.WRITE,
            required=["incident_id", "content"],
            incident_id=an_id,
            content=text("Markdown.", minLength=1),
        ),
        fake(
            "pulse_delete_incident",
            "Deletes an incident for good.",
            lambda arguments: "Deleted.",
            Access.FULL,
            required=["incident_id"],
            incident_id=an_id,
        ),
        fake(
            "pulse_update_monitor",
            "Changes a monitor: pause it, resume it, rename it.",
            lambda arguments: f"Changed monitor {arguments['monitor_id']}.",
            Access.WRITE,
            required=["monitor_id"],
            monitor_id={"type": "integer"},
            paused=optional("boolean", "Whether checks are paused."),
            pronounceable_name=optional("string", "Its new name."),
        ),
    ]


# A database: listing, describing, and a query language.

TABLES = [{"table": "orders", "rows": 81_203}, {"table": "customers", "rows": 9_120}]


def database() -> list[Fake]:
    return [
        fake(
            "warehouse_list_tables",
            "Tables of the database with their sizes.",
            lambda arguments: rows(TABLES, "Tables"),
        ),
        fake(
            "warehouse_describe_table",
            "The columns of one table.",
            lambda arguments: rows(
                [
                    {"column": "id", "type": "bigint"},
                    {"column": "total_cents", "type": "integer"},
                    {"column": "created_at", "type": "timestamptz"},
                ],
                f"Columns of {arguments['table']}",
            ),
            required=["table"],
            table=text("The table's name."),
        ),
        fake(
            "warehouse_run_query",
            "Runs one read-only SQL query against the database.",
            lambda arguments: rows([{"count": 81_203}], "Query"),
            required=["sql"],
            sql=text("A SELECT statement."),
        ),
    ]


# A log service: camelCase, a text to search for, a range as date-times.

LINES = [
    {
        "timestamp": f"2026-03-04T14:0{number}:00Z",
        "level": "error",
        "service": "checkout",
        "message": f"upstream timed out after {number} s",
    }
    for number in range(3)
]


def logs() -> list[Fake]:
    return [
        fake(
            "searchLogs",
            "Search log lines by text, newest first.",
            lambda arguments: rows(LINES, "Log lines", cut="older lines were left out"),
            required=["query", "from", "to"],
            query=text("Words to look for in the line."),
            level=optional("string", "", enum=["debug", "info", "warn", "error"]),
            limit=optional("integer", "How many.", minimum=1, maximum=50),
            odd={
                "from": text("Start, ISO 8601.", format="date-time"),
                "to": text("End, ISO 8601.", format="date-time"),
            },
        )
    ]


# Tickets: kebab-case, enums by reference, a required choice.


def tickets() -> list[Fake]:
    schema = {
        "$defs": {"Priority": {"type": "string", "enum": ["low", "medium", "high"]}},
        "type": "object",
        "properties": {
            "title": {"type": "string", "minLength": 3, "maxLength": 200},
            "priority": {"$ref": "#/$defs/Priority"},
            "description": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        },
        "required": ["title", "priority"],
        "additionalProperties": False,
    }
    create = ToolSpec("desk-create-ticket", "Opens a ticket.", schema, Access.WRITE)
    return [
        fake(
            "desk-list-tickets",
            "Tickets by state.",
            lambda arguments: rows(
                [
                    {
                        "key": "OPS-12",
                        "title": "Rotate the certificates",
                        "status": "open",
                        "assignee": "Ada",
                        "url": "https://desk.example/OPS-12",
                    },
                    {
                        "key": "OPS-9",
                        "title": "Clean up the queue",
                        "status": "open",
                        "assignee": None,
                        "url": "https://desk.example/OPS-9",
                    },
                ],
                "Tickets",
            ),
            status=optional("string", "", enum=["open", "closed", "all"]),
            assignee=optional("string", "Whose."),
        ),
        Fake(create, lambda arguments: f"Created ticket OPS-13: {arguments['title']}"),
    ]


# Payments over several sign-ins, one call for each.


def payments(*connections: str) -> list[Fake]:
    connection = {"type": "string", "enum": list(connections or ("eu", "us"))}
    return [
        fake(
            "mint_list_payments",
            "Payments (revenue), newest first.",
            lambda arguments: rows(
                [
                    {"id": "pay_1", "amount": 129.5, "currency": "EUR", "status": "failed"},
                    {"id": "pay_2", "amount": 15, "currency": "EUR", "status": "succeeded"},
                ],
                f"Payments of {arguments['connection']}",
            ),
            required=["connection"],
            connection=connection,
            status=optional("string", "", enum=["succeeded", "failed", "refunded"]),
            created_after=optional("integer", "Unix timestamp in seconds."),
        ),
        fake(
            "mint_refund_payment",
            "Refunds a payment.",
            lambda arguments: "Denied by Grace Hopper.",
            Access.FULL,
            required=["connection", "payment_id"],
            connection=connection,
            payment_id=text("The payment."),
        ),
    ]


def everything() -> list[Fake]:
    return [*incidents(), *database(), *logs(), *tickets(), *payments()]
