"""Status reports: what customers are told about an outage or maintenance, and its updates.

Nothing at the service tells a repeated report from a second one, and subscribers get an e-mail for
each, so neither is ever sent twice, and nobody is e-mailed unless that was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from bot.connectors.arguments import Moment, NumericId
from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import Api, one
from bot.connectors.better_stack.shaping.common import Resource, flat, name_of
from bot.connectors.better_stack.shaping.pages import (
    affected_words,
    report_row,
    status_page_link,
    update_row,
)
from bot.connectors.better_stack.status_pages import StatusPageId
from bot.connectors.errors import Invalid
from bot.connectors.results import Change, Document, Preview, Rows

ReportId = Annotated[NumericId, Field(description="The report's id, from list_status_reports.")]
Message = Annotated[str, Field(min_length=1, description="What customers read.")]
Notify = Annotated[
    bool, Field(description="Whether subscribers get an e-mail. Only true if asked for.")
]


@with_config(ConfigDict(extra="forbid"))
class Affected(TypedDict):
    """One entry of the page and how it does."""

    status_page_resource_id: Annotated[
        NumericId, Field(description="From list_status_page_resources.")
    ]
    status: Literal["resolved", "degraded", "downtime", "maintenance"]


AffectedList = Annotated[
    list[Affected], Field(min_length=1, description="The entries that it is about.")
]


class StatusReports(Api):
    @tool(
        area="status_pages",
        access=Access.READ,
        method="GET",
        path="/api/v2/status-pages/{page}/status-reports",
    )
    async def list_status_reports(self, status_page_id: StatusPageId) -> Rows:
        """The reports of a status page, past and present: outages and maintenance, with their ids.

        Use it for "what did we tell customers last week?".
        """
        title = f"Reports of status page {status_page_id}"
        return await self.rows(_reports(status_page_id), report_row, title)

    @tool(
        area="status_pages",
        access=Access.READ,
        method="GET",
        path="/api/v2/status-pages/{page}/status-reports/{id}/status-updates",
    )
    async def list_status_updates(self, status_page_id: StatusPageId, report_id: ReportId) -> Rows:
        """The updates of one report of a status page: what customers were told, and when."""
        title = f"Updates of report {report_id}"
        return await self.rows(_updates(status_page_id, report_id), update_row, title)

    @tool(
        area="status_pages",
        access=Access.WRITE,
        method="POST",
        path="/api/v2/status-pages/{page}/status-reports",
        action="publish the report {resource}",
        past="published the report {resource}",
    )
    async def publish_status_report(
        self,
        status_page_id: StatusPageId,
        title: Annotated[str, Field(min_length=1, description="The headline.")],
        message: Message,
        affected: AffectedList,
        report_type: Annotated[
            Literal["manual", "maintenance"],
            Field(description="maintenance for planned work, which needs ends_at."),
        ] = "manual",
        starts_at: Annotated[Moment | None, Field(description="Left out: now.")] = None,
        ends_at: Annotated[Moment | None, Field(description="For maintenance.")] = None,
        notify_subscribers: Notify = False,
    ) -> Document:
        """Publishes a report (outage notice, maintenance announcement) on a status page.

        Customers read it at once. It is never sent twice.
        """
        _check(report_type, ends_at)
        body = {
            "title": title,
            "message": message,
            "report_type": report_type,
            "affected_resources": _sent(affected),
            "notify_subscribers": notify_subscribers,
            **({"starts_at": starts_at} if starts_at else {}),
            **({"ends_at": ends_at} if ends_at else {}),
        }
        made = one(await self.service.post(_reports(status_page_id), body))
        return Document(report_row(made), title=f"Report {title}")

    @publish_status_report.preview
    async def _before_publish_report(
        self,
        status_page_id: str,
        title: str,
        message: str,
        affected: list[Affected],
        report_type: str = "manual",
        starts_at: str | None = None,
        ends_at: str | None = None,
        notify_subscribers: bool = False,
    ) -> Preview:
        _check(report_type, ends_at)
        page = await self.resource(f"/api/v2/status-pages/{status_page_id}")
        found, _ = await self.resources(_reports(status_page_id))
        twin = any(flat(report).get("title") == title for report in found)
        names = await self._names(status_page_id)
        when = [Change(name, "", at) for name, at in (("from", starts_at), ("to", ends_at)) if at]
        return Preview(
            resource=f"{title} on {name_of(page)}",
            state="a report of this title is there" if twin else "no report of this title",
            changes=(
                Change("message", "", message),
                Change("affects", "", affected_words(_sent(affected), names)),
                *when,
                _told(notify_subscribers),
            ),
            link=status_page_link(flat(page)) or "",
            obstacle="a report of this title is there already" if twin else "",
            done=twin,
        )

    @tool(
        area="status_pages",
        access=Access.WRITE,
        method="POST",
        path="/api/v2/status-pages/{page}/status-reports/{id}/status-updates",
        action="publish an update to the report {resource}",
        past="published an update to the report {resource}",
    )
    async def publish_status_update(
        self,
        status_page_id: StatusPageId,
        report_id: ReportId,
        message: Message,
        affected: AffectedList,
        notify_subscribers: Notify = False,
    ) -> Document:
        """Publishes an update to a report of a status page: progress, or that it is resolved."""
        body = {
            "message": message,
            "affected_resources": _sent(affected),
            "notify_subscribers": notify_subscribers,
        }
        made = one(await self.service.post(_updates(status_page_id, report_id), body))
        return Document(update_row(made), title=f"Update to report {report_id}")

    @publish_status_update.preview
    async def _before_publish_update(
        self,
        status_page_id: str,
        report_id: str,
        message: str,
        affected: list[Affected],
        notify_subscribers: bool = False,
    ) -> Preview:
        report = flat(await self.resource(f"{_reports(status_page_id)}/{report_id}"))
        found, _ = await self.resources(_updates(status_page_id, report_id))
        names = await self._names(status_page_id)
        return Preview(
            resource=str(report.get("title")),
            state=f"{len(found)} updates; {affected_words(report.get('affected_resources'))}",
            changes=(
                Change("message", "", message),
                Change(
                    "affects",
                    affected_words(report.get("affected_resources"), names),
                    affected_words(_sent(affected), names),
                ),
                _told(notify_subscribers),
            ),
            done=message in [flat(update).get("message") for update in found],
        )

    async def _names(self, status_page_id: str) -> dict[str, str]:
        found, _ = await self.resources(f"/api/v2/status-pages/{status_page_id}/resources")
        return {str(entry["id"]): name_of(entry) for entry in found}


def _reports(page: str) -> str:
    return f"/api/v2/status-pages/{page}/status-reports"


def _updates(page: str, report: str) -> str:
    return f"{_reports(page)}/{report}/status-updates"


def _sent(affected: Sequence[Any]) -> list[Resource]:
    return [dict(one) for one in affected]


def _told(notify: bool) -> Change:
    return Change("e-mails subscribers", "", "yes" if notify else "no")


def _check(report_type: str, ends_at: str | None) -> None:
    if report_type == "maintenance" and not ends_at:
        raise Invalid("Maintenance needs an end.", fields={"ends_at": "is required"})
