"""Amazon CloudWatch Logs: log groups, asked with Logs Insights.

Signing in    An access key of an IAM user with logs:StartQuery, GetQueryResults, StopQuery and
              DescribeLogGroups.
Requests      AWS JSON 1.1 over POST, signed (`bot.connectors.aws`). A query is started, then asked
              about until it is complete. It is stopped if we stop waiting, or the run is cancelled.
Times         StartQuery counts in seconds, log groups in milliseconds.
Costs         AWS bills the bytes that a query scans, so each answer says how many.
The fence     With a log group set, every query is sent for that group alone, and what a query can
              do to read elsewhere is refused (`insights`).

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, SecretStr

from bot.connectors.aws.forms import AwsSettings, access_key_id, region, secret_access_key
from bot.connectors.aws.service import AwsService
from bot.connectors.aws_cloudwatch.insights import held_inside
from bot.connectors.aws_cloudwatch.shaping import group_row, log_row, scanned
from bot.connectors.base import (
    Access,
    Area,
    Auth,
    Category,
    Connector,
    Form,
    Link,
    form_field,
    tool,
)
from bot.connectors.errors import ConnectorError, Invalid, Unavailable
from bot.connectors.periods import End, Period, Start, period
from bot.connectors.results import Health, Rows
from bot.connectors.tables import MAX_ROWS, same_keys

WAITS = (0.5, 1.0, *[2.0] * 28)
"""Seconds between two looks at a query; nearly a minute in all."""

STOP_TIME = 3.0
"""Seconds that stopping a query may take: a cancelled run must end."""

LOG_GROUP = r"[A-Za-z0-9_./#-]{1,512}"
Pause = Callable[[float], Awaitable[None]]
UNFINISHED = frozenset({"Scheduled", "Running", "Unknown"})

LogGroups = Annotated[
    list[Annotated[str, Field(pattern=f"^{LOG_GROUP}$")]] | None,
    Field(
        max_length=50,
        description="The log groups to search, from list_log_groups. May be left out only if the "
        "connection is limited to one.",
    ),
]


class CloudWatchCredentials(Form):
    access_key_id: str = access_key_id(
        "logs:StartQuery, logs:GetQueryResults, logs:StopQuery and logs:DescribeLogGroups"
    )
    secret_access_key: SecretStr = secret_access_key()
    region: str = region()
    default_log_group: str = form_field(
        "Only this log group",
        help="If it is set, agents can read this log group and no other.",
        default="",
        pattern=LOG_GROUP,
        pattern_help="is a log group's name, such as /aws/lambda/checkout",
    )


class CloudWatchLogs(Connector):
    slug = "aws_cloudwatch"
    title = "Amazon CloudWatch Logs"
    category = Category.LOGS
    auth = Auth.KEY
    docs = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AnalyzingLogData.html"
    areas = (Area("logs", "Logs"),)
    Credentials = CloudWatchCredentials
    Settings = AwsSettings

    def __init__(
        self,
        credentials: CloudWatchCredentials,
        settings: AwsSettings,
        link: Link,
        pause: Pause = asyncio.sleep,
    ) -> None:
        super().__init__(credentials, settings, link)
        self._pause = pause

    @cached_property
    def service(self) -> AwsService:
        return AwsService(
            title="CloudWatch Logs",
            code="logs",
            target="Logs_20140328",
            protocol="1.1",
            key_id=self.credentials.access_key_id,
            secret=self.credentials.secret_access_key,
            region=self.credentials.region,
            client=self.link.client,
            endpoint=self.settings.endpoint,
        )

    def about(self) -> str:
        group = self.credentials.default_log_group
        where = f"It reads the region {self.credentials.region}."
        return f'{where} It is limited to the log group "{group}".' if group else where

    async def check(self) -> Health:
        """Lists one log group, which costs nothing."""
        answer = await self.service.ask("DescribeLogGroups", self._about_groups("", 1))
        group = self.credentials.default_log_group
        if not group:
            return Health(account=f"CloudWatch Logs in {self.credentials.region}")
        if group not in [one["logGroupName"] for one in answer.get("logGroups", ())]:
            raise Invalid(
                f"There is no log group {group} in {self.credentials.region}.",
                "Correct the log group or the region of the connection.",
            )
        return Health(account=f"log group {group} in {self.credentials.region}")

    @tool(area="logs", access=Access.READ, method="POST", path="Logs_20140328.StartQuery")
    async def query_logs(
        self,
        query: Annotated[
            str,
            Field(min_length=1, max_length=10_000, description="A query in Logs Insights QL."),
        ],
        log_groups: LogGroups = None,
        start: Start = None,
        end: End = None,
    ) -> Rows:
        """Searches and counts log entries in CloudWatch with Logs Insights; 100 rows at most.

        Use list_log_groups first. Times are set by start and end, not in the query; without them
        it is the last 24 hours. AWS bills every gigabyte that is scanned, so keep the period and
        the list of groups short, and count with stats before you read single entries.

        Commands are separated by |:
        fields @timestamp, @message | filter @message like /ERROR/ | sort @timestamp desc | limit 20
        filter status >= 500 | stats count(*) as errors by bin(5m) | sort errors desc
        parse @message "user=* took *ms" as user, ms | stats avg(ms), pct(ms, 99) by user

        Fields of JSON entries are found by themselves (level, http.status); names with other signs
        go into backticks. SOURCE, join, lookup and unmask are not possible here. Times are UTC.
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
        """
        groups = self._groups(log_groups)
        span = period(start, end, self.link.clock())
        answer = await self._run(held_inside(query), groups, span)
        rows = [log_row(one) for one in answer.get("results", ())]
        return Rows(
            same_keys(rows[:MAX_ROWS]),
            title=self._title(f"{', '.join(groups)}, {span.words}", scanned(answer)),
            cut=_cut(answer["status"], len(rows)),
        )

    async def _run(self, query: str, groups: list[str], span: Period) -> dict[str, Any]:
        """The query's answer once it is complete, or what it has found when our time is up."""
        body = {
            "logGroupNames": groups,
            "startTime": int(span.start.timestamp()),
            "endTime": int(span.end.timestamp()),
            "queryString": query,
            "limit": MAX_ROWS + 1,
        }
        query_id = await self._start(body)
        finished = False
        try:
            answer = await self._wait_for(query_id)
            finished = answer["status"] not in UNFINISHED
        finally:
            if not finished:
                await self._stop(query_id)
        return answer

    async def _start(self, body: Mapping[str, Any]) -> str:
        """The id of the started query. Who is cancelled meanwhile waits for it, to stop it."""
        asked = asyncio.ensure_future(self.service.ask("StartQuery", body, once=True))
        try:
            started = await asyncio.shield(asked)
        except asyncio.CancelledError:
            with contextlib.suppress(ConnectorError, TimeoutError):
                async with asyncio.timeout(STOP_TIME):
                    await self._stop(str((await asked)["queryId"]))
            raise
        return str(started["queryId"])

    async def _wait_for(self, query_id: str) -> dict[str, Any]:
        for wait in WAITS:
            await self._pause(wait)
            answer = await self.service.ask("GetQueryResults", {"queryId": query_id})
            if answer.get("status") in ("Failed", "Cancelled", "Timeout"):
                raise Unavailable(
                    f"The query ended without a result: {answer['status'].lower()}.",
                    "Try again, with a shorter period or fewer log groups.",
                )
            if answer.get("status") not in UNFINISHED:
                break
        return answer

    async def _stop(self, query_id: str) -> None:
        """So that nothing goes on scanning, and costing, that nobody waits for."""
        with contextlib.suppress(ConnectorError, TimeoutError):
            async with asyncio.timeout(STOP_TIME):
                await self.service.ask("StopQuery", {"queryId": query_id})

    @tool(area="logs", access=Access.READ, method="POST", path="Logs_20140328.DescribeLogGroups")
    async def list_log_groups(
        self,
        containing: Annotated[
            str,
            Field(
                pattern=f"^({LOG_GROUP})?$",
                description="Only those whose name contains this text; capitals count.",
            ),
        ] = "",
    ) -> Rows:
        """The log groups (where applications and AWS services write their logs); start here.

        Lambda functions log to /aws/lambda/<name>, containers often to /ecs/<name>. Without a text
        to look for, size and retention are shown too. 100 at most.
        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
        """
        found: list[Mapping[str, Any]] = []
        token: str | None = None
        while len(found) <= MAX_ROWS:
            body = self._about_groups(containing, 50)
            page = await self.service.ask(
                "DescribeLogGroups", {**body, **({"nextToken": token} if token else {})}
            )
            found += [one for one in page.get("logGroups", ()) if self._is_inside(one)]
            token = page.get("nextToken")
            if not token:
                break
        more = len(found) > MAX_ROWS
        return Rows(
            [group_row(one) for one in found[:MAX_ROWS]],
            title=self._title("Log groups"),
            cut=f"Only the first {MAX_ROWS} are listed; look for a part of the name."
            if more
            else "",
        )

    def _about_groups(self, containing: str, limit: int) -> dict[str, Any]:
        """The body of DescribeLogGroups. A name and a part of a name exclude each other."""
        if only := self.credentials.default_log_group:
            return {"logGroupNamePrefix": only, "limit": limit}
        return {**({"logGroupNamePattern": containing} if containing else {}), "limit": limit}

    def _is_inside(self, group: Mapping[str, Any]) -> bool:
        return self.credentials.default_log_group in ("", group["logGroupName"])

    def _groups(self, asked: list[str] | None) -> list[str]:
        only = self.credentials.default_log_group
        if only and asked and asked != [only]:
            raise Invalid(
                f'This connection is limited to the log group "{only}".',
                "Leave log_groups out.",
            )
        if not only and not asked:
            raise Invalid(
                "It is not clear where to search.",
                fields={"log_groups": "name at least one, from list_log_groups"},
            )
        return [only] if only else list(asked or ())

    def _title(self, words: str, cost: str = "") -> str:
        only = self.credentials.default_log_group
        fence = f' (limited to the log group "{only}")' if only else ""
        return f"{words} in {self.credentials.region}{cost}{fence}"


def _cut(status: str, found: int) -> str:
    if status in UNFINISHED:
        return (
            "The query was stopped after a minute, so this is only a part. Ask for a shorter "
            "period or fewer log groups."
        )
    return f"Only the first {MAX_ROWS} rows are shown; there are more." if found > MAX_ROWS else ""
