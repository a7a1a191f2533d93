"""Cloudflare Workers Logs: what Workers logged, and how their requests ended.

Signing in    An API token in `Authorization: Bearer`, with "Workers Observability" on one account
              (some accounts need its Edit for queries, which changes nothing here).
Addresses     https://api.cloudflare.com/client/v4/accounts/{account}/workers/observability. All
              calls are POST, and read.
Answers       An envelope with `success`, which can be false at HTTP 200. Events carry what the
              author logged; `shaping` says what of it gets out.
Time          Milliseconds since 1970. Logs are kept for 7 days at most (3 on the free plan), and a
              Worker logs only where its configuration says `observability.enabled = true`.
Scope         With a script name every call is filtered by it, and events of others are dropped.

Source: https://developers.cloudflare.com/api/resources/workers/subresources/observability and
https://developers.cloudflare.com/workers/observability/logs/workers-logs/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr

from bot.connectors.base import Access, Area, Auth, Category, Connector, Form, form_field, tool
from bot.connectors.cloudflare_logging.query import (
    MAX_ROWS,
    Calculation,
    Filter,
    Group,
    Kind,
    written_calculations,
    written_filter,
)
from bot.connectors.cloudflare_logging.shaping import (
    calculation_rows,
    event_row,
    script_of,
    time_of,
    without_queries,
)
from bot.connectors.errors import (
    ConnectorError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Unavailable,
)
from bot.connectors.http import Json, ServiceClient
from bot.connectors.periods import End, Period, Start, period
from bot.connectors.results import Health, Row, Rows

API = "https://api.cloudflare.com/client/v4"
KEPT = timedelta(days=7)
SLACK = timedelta(minutes=5)
"""How much further back than `KEPT` is still let through: "7 days ago" takes a moment to arrive."""

SCRIPT_KEY = "$metadata.service"


class CloudflareLoggingCredentials(Form):
    api_token: SecretStr = form_field(
        "API token",
        help="In Cloudflare: My Profile (or the account's page), API Tokens, a custom token with "
        "Account, Workers Observability, Read. If queries are refused, it needs Edit.",
        pattern=r"[!-~]{20,}",
        pattern_help="is one word of at least 20 characters",
        max_length=300,
    )
    account_id: str = form_field(
        "Account id",
        help="In Cloudflare: Workers & Pages shows it; it is also part of the address there.",
        pattern=r"[0-9a-f]{32}",
        pattern_help="has 32 characters of 0-9 and a-f",
    )
    script_name: str = form_field(
        "Script name",
        help="One Worker, by its name. Agents then see the logs of no other.",
        default="",
        pattern=r"[A-Za-z0-9_-]+",
        pattern_help="holds letters, digits, _ and -",
        max_length=200,
    )


class CloudflareLogging(Connector):
    slug = "cloudflare_logging"
    title = "Cloudflare Workers Logs"
    category = Category.LOGS
    auth = Auth.KEY
    docs = "https://developers.cloudflare.com/workers/observability/logs/workers-logs/"
    areas = (Area("logs", "Logs"),)
    Credentials = CloudflareLoggingCredentials
    credentials: CloudflareLoggingCredentials

    @cached_property
    def service(self) -> ServiceClient:
        token = self.credentials.api_token.get_secret_value()
        return ServiceClient(
            service="Cloudflare",
            base_url=API,
            client=self.link.client,
            headers={"Authorization": f"Bearer {token}"},
            explain=_explain,
        )

    @property
    def script(self) -> str:
        return self.credentials.script_name

    @property
    def scope(self) -> str:
        """What is looked at, for titles."""
        return f"Worker {self.script}" if self.script else "all Workers"

    def about(self) -> str:
        return f"Reads the logs of the Worker {self.script} only." if self.script else ""

    async def check(self) -> Health:
        """Asks for one key. When that is refused, asks what is wrong with the token."""
        now = self.link.clock()
        try:
            await self._call("keys", self._within(now - timedelta(hours=1), now), limit=1)
        except (NotSignedIn, NotAllowed, NotFound, Invalid) as error:
            raise await self._why(error) from None
        return Health(account=f"account {self.credentials.account_id}, {self.scope}")

    @tool(
        area="logs",
        access=Access.READ,
        method="POST",
        path="/accounts/{account_id}/workers/observability/telemetry/query",
    )
    async def query_logs(
        self,
        search: Annotated[str, Field(description="Text that an event must hold anywhere.")] = "",
        filters: Annotated[
            list[Filter] | None, Field(description="Conditions on keys, joined by match.")
        ] = None,
        match: Annotated[
            Literal["and", "or"], Field(description="Whether all filters must hold, or one.")
        ] = "and",
        calculate: Annotated[
            list[Calculation] | None,
            Field(description="Numbers to work out instead of listing events."),
        ] = None,
        group_by: Annotated[
            list[Group] | None, Field(description="A row for each value; only with calculate.")
        ] = None,
        start: Start = None,
        end: End = None,
    ) -> Rows:
        """Searches the logs of Cloudflare Workers: errors, requests, outcomes, timings.

        Keys are never guessed: call list_keys, then list_values for what they hold, then this.
        Common ones: $metadata.service (the Worker), $metadata.level, $metadata.message,
        $metadata.error, $metadata.statusCode, $workers.outcome, $workers.wallTimeMs. Examples:
        errors: filters [{"key": "$metadata.level", "operation": "eq", "type": "string",
        "value": "error"}]; by Worker: calculate [{"operator": "count"}], group_by
        [{"key": "$metadata.service", "type": "string"}]; slow ones: calculate [{"operator": "p99",
        "key": "$workers.wallTimeMs"}].

        At most 100 events or groups come back, newest first, of the last 24 hours unless start and
        end say otherwise; logs are kept for 7 days. Count with calculate instead of listing.
        Sampling may hide requests, so counts can be too low.
        https://developers.cloudflare.com/workers/observability/query-builder/
        """
        span = self._span(start, end)
        if group_by and not calculate:
            raise Invalid("Nothing was asked.", fields={"group_by": "goes with calculate"})
        body = self._within(span.start, span.end)
        parameters = {"datasets": [], **self._filters(filters or (), match)}
        if search:
            parameters["needle"] = {"value": search}
        if calculate:
            parameters |= written_calculations(calculate, group_by or ())
        body |= {"queryId": "quarterdeck", "dry": True, "parameters": parameters}
        if calculate:
            body["view"] = "calculations"
            result = await self._call("query", body)
            return self._table(calculation_rows(result.get("calculations") or ()), span)
        body |= {"view": "events", "limit": MAX_ROWS + 1}
        result = await self._call("query", body)
        events = (result.get("events") or {}).get("events") or []
        own = [event for event in events if not self.script or script_of(event) == self.script]
        return self._table([event_row(event) for event in own], span)

    @tool(
        area="logs",
        access=Access.READ,
        method="POST",
        path="/accounts/{account_id}/workers/observability/telemetry/keys",
    )
    async def list_keys(
        self,
        find: Annotated[str, Field(description="Only keys that hold this text.")] = "",
        start: Start = None,
        end: End = None,
    ) -> Rows:
        """The keys (fields, attributes) that events of the Workers' logs have, with their types.

        Call it before query_logs and use keys exactly as they are. Keys that begin with $ are
        Cloudflare's own; others come from what the Worker logged. At most 100 are listed; narrow
        them with find. https://developers.cloudflare.com/workers/observability/query-builder/
        """
        span = self._span(start, end)
        body = self._within(span.start, span.end) | {"datasets": [], "filters": self._fence()}
        if find:
            body["keyNeedle"] = {"value": find}
        found = await self._call("keys", body, limit=MAX_ROWS + 1)
        return self._table(
            [
                {
                    "key": one.get("key"),
                    "type": one.get("type"),
                    "last_seen": time_of(one.get("lastSeenAt")),
                }
                for one in found
            ],
            span,
        )

    @tool(
        area="logs",
        access=Access.READ,
        method="POST",
        path="/accounts/{account_id}/workers/observability/telemetry/values",
    )
    async def list_values(
        self,
        key: Annotated[str, Field(description="A key from list_keys.")],
        type: Annotated[Kind, Field(description="Its type, from list_keys.")] = "string",
        find: Annotated[str, Field(description="Only values that hold this text.")] = "",
        start: Start = None,
        end: End = None,
    ) -> Rows:
        """The values that a key has in the Workers' logs, such as the names of all Workers.

        Call it before filtering query_logs by a value. Examples: key $metadata.service lists the
        Workers, $workers.outcome how requests ended, $metadata.level the levels. At most 100 are
        listed; narrow them with find.
        https://developers.cloudflare.com/workers/observability/query-builder/
        """
        span = self._span(start, end)
        body = self._within(span.start, span.end)
        body |= {"datasets": [], "filters": self._fence(), "key": key, "type": type}
        if find:
            body["needle"] = {"value": find}
        found = await self._call("values", body, limit=MAX_ROWS + 1)
        rows: list[Row] = [{"value": without_queries(one.get("value"))} for one in found]
        return self._table(rows, span)

    def _span(self, start: str | None, end: str | None) -> Period:
        now = self.link.clock()
        span = period(start, end, now)
        if span.start < now - KEPT - SLACK:
            raise Invalid(
                "Cloudflare keeps these logs for 7 days.",
                fields={"start": "must be within the last 7 days"},
            )
        return span

    @staticmethod
    def _within(start: datetime, end: datetime) -> dict[str, Any]:
        return {"timeframe": {"from": _milliseconds(start), "to": _milliseconds(end)}}

    def _fence(self) -> list[dict[str, Any]]:
        """The filter that holds everything inside the connection's Worker, if it has one."""
        if not self.script:
            return []
        return [{"key": SCRIPT_KEY, "operation": "eq", "type": "string", "value": self.script}]

    def _filters(self, filters: Sequence[Filter], match: str) -> dict[str, Any]:
        """The filters with the fence among them, which only holds where all must."""
        if match == "or" and self.script and len(filters) > 1:
            raise Invalid(
                f"This connection reads the Worker {self.script} only, so its filters are joined "
                "by and.",
                "Ask once for each, or use the operation in or regex.",
                fields={"match": "must be and"},
            )
        sent = [written_filter(one) for one in filters]
        combination = match if len(sent) > 1 and not self.script else "and"
        return {"filters": [*self._fence(), *sent], "filterCombination": combination}

    def _table(self, rows: list[Row], span: Period) -> Rows:
        cut = f"There are more than {MAX_ROWS}; narrow the question or count instead."
        return Rows(
            rows[:MAX_ROWS],
            title=f"Logs of {self.scope}, {span.words}",
            cut=cut if len(rows) > MAX_ROWS else "",
        )

    async def _call(self, name: str, body: Mapping[str, Any], limit: int | None = None) -> Any:
        """The `result` of an envelope.

        Raises:
            Invalid: the envelope says at HTTP 200 that there was no success.
        """
        path = f"/accounts/{self.credentials.account_id}/workers/observability/telemetry/{name}"
        sent = {**body, "limit": limit} if limit else dict(body)
        answer = await self.service.post(path, sent)
        if not isinstance(answer, dict) or "success" not in answer:
            raise Unavailable(
                "The answer is not in the format of Cloudflare's API.",
                "Something may stand between us and it; check the network.",
            )
        if not answer["success"]:
            words, _ = _explain(200, answer)
            raise Invalid(f'Cloudflare refused the query. It says: "{words[:300]}".')
        return answer.get("result") or ({} if name == "query" else [])

    async def _why(self, error: ConnectorError) -> ConnectorError:
        """What is wrong when a check is refused: the token, its rights, or the account id.

        Cloudflare answers 403 with "Authentication error" to a good token without the right, too.
        """
        status = await self._token_status()
        if status == "active":
            return NotAllowed(
                "The token is good, but may not read Workers Logs of this account.",
                "Check the account id, and give the token Workers Observability (Read, or Edit if "
                "Read is not enough) on that account.",
            )
        if status:
            return NotSignedIn(f"Cloudflare says that the token is {status}.", "Make a new one.")
        if isinstance(error, NotSignedIn | NotAllowed | Invalid):
            return NotSignedIn(
                "Cloudflare does not accept the token.", "Copy it again, or make a new one."
            )
        return error

    async def _token_status(self) -> str:
        """`active`, `disabled` or `expired`; empty for a token that Cloudflare does not know."""
        account = self.credentials.account_id
        for path in ("/user/tokens/verify", f"/accounts/{account}/tokens/verify"):
            try:
                answer = await self.service.get(path)
            except (NotSignedIn, NotAllowed, NotFound, Invalid):
                continue
            if isinstance(answer, dict) and isinstance(answer.get("result"), dict):
                return str(answer["result"].get("status") or "")
        return ""


def _explain(status: int, body: Json) -> tuple[str, dict[str, str]]:
    """Cloudflare's errors: a list of codes and messages."""
    errors = body.get("errors") if isinstance(body, dict) else None
    if not isinstance(errors, list):
        return "", {}
    said = [str(one.get("message")) for one in errors if isinstance(one, dict)]
    return "; ".join(said), {}


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
