"""Status pages: what customers are told."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from bot.connectors.arguments import NumericId
from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import Api, changed, one
from bot.connectors.better_stack.shaping.common import flat
from bot.connectors.better_stack.shaping.pages import (
    page_resource_row,
    status_page_link,
    status_page_row,
)
from bot.connectors.results import Document, Preview, Rows

StatusPageId = Annotated[NumericId, Field(description="The page's id, from list_status_pages.")]
MarkFor = Literal["any_incident", "no_incident", "incident_matching_metadata"]


@with_config(ConfigDict(extra="forbid"))
class PageFields(TypedDict, total=False):
    """What can be set on a status page."""

    company_name: Annotated[str, Field(description="The name at its top.")]
    company_url: str
    contact_url: str
    subdomain: Annotated[str, Field(description="First part of the page's address.")]
    timezone: str
    published: Annotated[bool, Field(description="Whether the public can see it.")]
    announcement: Annotated[str, Field(description="A banner at its top.")]
    subscribable: Annotated[bool, Field(description="Whether people may subscribe to it.")]
    history: Annotated[int, Field(ge=7, le=365, description="Days of history that it shows.")]


PageChanges = Annotated[PageFields, Field(description="Only what shall change.")]


@with_config(ConfigDict(extra="forbid"))
class PageResourceFields(TypedDict, total=False):
    """What can be set on a resource of a status page."""

    public_name: Annotated[str, Field(description="What customers read.")]
    explanation: Annotated[str, Field(description="A sentence below the name.")]
    widget_type: Literal["plain", "history", "intraday_history", "response_times"]
    status_page_section_id: int
    position: int
    fixed_position: bool
    mark_as_down_for: MarkFor
    mark_as_degraded_for: MarkFor


PageResourceChanges = Annotated[PageResourceFields, Field(description="Only what shall change.")]


class StatusPages(Api):
    @tool(area="status_pages", access=Access.READ, method="GET", path="/api/v2/status-pages")
    async def list_status_pages(self) -> Rows:
        """The public status pages, their overall state, their address and their ids.

        Use it for "what do customers see?", "does the status page show the outage?".
        """
        return await self.rows("/api/v2/status-pages", status_page_row, "Status pages")

    @tool(
        area="status_pages",
        access=Access.READ,
        method="GET",
        path="/api/v2/status-pages/{id}/resources",
    )
    async def list_status_page_resources(self, status_page_id: StatusPageId) -> Rows:
        """What a status page lists: each service's public name, status and availability in percent.

        Status is operational, degraded, downtime, maintenance or not_monitored.
        """
        return await self.rows(
            f"/api/v2/status-pages/{status_page_id}/resources",
            page_resource_row,
            f"Resources of status page {status_page_id}",
        )

    @tool(
        area="status_pages",
        access=Access.WRITE,
        method="POST",
        path="/api/v2/status-pages",
        action="create the status page {resource}",
        past="created the status page {resource}",
    )
    async def create_status_page(
        self,
        company_name: Annotated[str, Field(min_length=1, description="The name at its top.")],
        company_url: Annotated[str, Field(description="The company's website.")],
        subdomain: Annotated[str, Field(description="First part of the page's address.")],
        timezone: Annotated[str, Field(description="Of the times on it, such as Berlin or UTC.")],
        published: Annotated[bool, Field(description="Whether the public can see it.")] = False,
    ) -> Document:
        """Creates a status page for customers. It is not public unless published is true."""
        body = {
            **self.team,
            "company_name": company_name,
            "company_url": company_url,
            "subdomain": subdomain,
            "timezone": timezone,
            "published": published,
        }
        created = one(await self.service.post("/api/v2/status-pages", body))
        return Document(
            status_page_row(created),
            title=f"Status page {company_name}",
            link=status_page_link(flat(created)) or "",
        )

    @create_status_page.preview
    async def _before_create_page(
        self,
        company_name: str,
        company_url: str,
        subdomain: str,
        timezone: str,
        published: bool = False,
    ) -> Preview:
        found, _ = await self.resources("/api/v2/status-pages")
        exists = any(flat(page).get("subdomain") == subdomain for page in found)
        wanted = {
            "company_name": company_name,
            "company_url": company_url,
            "subdomain": subdomain,
            "timezone": timezone,
            "published": published,
        }
        return Preview(
            resource=company_name,
            state="a page with this subdomain exists" if exists else "no page with this subdomain",
            changes=changed({}, wanted),
            obstacle="a page with this subdomain exists already" if exists else "",
            done=exists,
        )

    @tool(
        area="status_pages",
        access=Access.WRITE,
        method="PATCH",
        path="/api/v2/status-pages/{id}",
        action="change the status page {resource}",
        past="changed the status page {resource}",
    )
    async def update_status_page(
        self, status_page_id: StatusPageId, changes: PageChanges
    ) -> Document:
        """Changes a status page itself: its name, address, time zone, whether it is public."""
        path = f"/api/v2/status-pages/{status_page_id}"
        updated = one(await self.service.patch(path, dict(changes)))
        row = status_page_row(updated)
        return Document(row, title=f"Status page {row['company_name']}", link=row["link"] or "")

    @update_status_page.preview
    async def _before_update_page(self, status_page_id: str, changes: PageChanges) -> Preview:
        live = await self.resource(f"/api/v2/status-pages/{status_page_id}")
        link = status_page_link(flat(live)) or ""
        return self.before_update(live, changes, already="it is like that already", link=link)

    @tool(
        area="status_pages",
        access=Access.WRITE,
        method="PATCH",
        path="/api/v2/status-pages/{page}/resources/{id}",
        action="change {resource} on the status page",
        past="changed {resource} on the status page",
    )
    async def update_status_page_resource(
        self,
        status_page_id: StatusPageId,
        resource_id: Annotated[
            NumericId, Field(description="The entry's id, from list_status_page_resources.")
        ],
        changes: PageResourceChanges,
    ) -> Document:
        """Changes one entry of a status page: its public name, explanation, place or rules."""
        path = f"/api/v2/status-pages/{status_page_id}/resources/{resource_id}"
        updated = one(await self.service.patch(path, dict(changes)))
        row = page_resource_row(updated)
        return Document(row, title=f"{row['name']} on status page {status_page_id}")

    @update_status_page_resource.preview
    async def _before_update_page_resource(
        self, status_page_id: str, resource_id: str, changes: PageResourceChanges
    ) -> Preview:
        live = await self.resource(f"/api/v2/status-pages/{status_page_id}/resources/{resource_id}")
        return self.before_update(live, changes, already="it is like that already")
