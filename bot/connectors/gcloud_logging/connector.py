"""Google Cloud Logging: the log entries of a project.

Signing in    A service account with the role Logs Viewer, and the scope for reading logs.
Requests      REST v2: entries:list, which is a POST that reads, and monitoredResourceDescriptors.
              entries:list may be called 60 times a minute and project.
Paging        An empty page with a next one means that the search goes on, so a few pages are read.
Order         The API's own is oldest first; here it is newest first.
The fence     The connection's filter is put before every query, each between parentheses. A query
              that could close them is refused (`filters`).

Source: https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError

from bot.connectors.base import Access, Area, Auth, Category, Connector, form_field, tool
from bot.connectors.errors import Invalid
from bot.connectors.gcloud_logging.filters import checked, joined
from bot.connectors.gcloud_logging.shaping import entry_row, resource_row
from bot.connectors.google.forms import (
    GoogleCredentials,
    GoogleSettings,
    project_id,
    service_account_json,
)
from bot.connectors.google.service import google_service
from bot.connectors.http import ServiceClient
from bot.connectors.periods import End, Start, period
from bot.connectors.results import Health, Rows
from bot.connectors.tables import MAX_ROWS, same_keys

ADDRESS = "https://logging.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/logging.read"
ROLE = "Logs Viewer"

MOST_PAGES = 5
"""Pages of one search; the project's quota is 60 a minute."""

DESCRIPTORS_PER_PAGE = 500
MOST_DESCRIPTOR_PAGES = 10


class CloudLoggingCredentials(GoogleCredentials):
    service_account_json: SecretStr = service_account_json(
        f"the role {ROLE} (roles/logging.viewer); data access audit logs need Private Logs Viewer"
    )
    project_id: str = project_id()
    default_filter: str = form_field(
        "Only these logs",
        help='A filter that every query is held inside of, such as resource.type="k8s_container" '
        'AND resource.labels.namespace_name="shop".',
        default="",
        max_length=10_000,
        shape="text",
    )

    @field_validator("default_filter")
    @classmethod
    def _can_be_a_fence(cls, value: str) -> str:
        try:
            return checked(value)
        except Invalid as error:
            raise PydanticCustomError("filter", "{problem}", {"problem": str(error)}) from None


class CloudLogging(Connector):
    slug = "gcloud_logging"
    title = "Google Cloud Logging"
    category = Category.LOGS
    auth = Auth.SERVICE_ACCOUNT
    docs = "https://cloud.google.com/logging/docs/view/logging-query-language"
    areas = (Area("logs", "Logs"),)
    Credentials = CloudLoggingCredentials
    Settings = GoogleSettings

    def about(self) -> str:
        fence = self.credentials.default_filter
        where = f"It reads the project {self.credentials.project_id}."
        return f"{where} Every query is held inside the filter: {fence}" if fence else where

    async def _service(self) -> ServiceClient:
        return await google_service(
            "Cloud Logging",
            ADDRESS,
            scope=SCOPE,
            role=ROLE,
            credentials=self.credentials,
            settings=self.settings,
            link=self.link,
        )

    async def check(self) -> Health:
        """Looks for one entry of the last hour; whether there is one does not matter."""
        now = self.link.clock()
        fence = joined([self.credentials.default_filter], now - timedelta(hours=1), now)
        await (await self._service()).ask("/v2/entries:list", self._body(fence, 1))
        return Health(account=f"project {self.credentials.project_id}")

    def _body(self, text: str, size: int) -> dict[str, Any]:
        return {
            "resourceNames": [f"projects/{self.credentials.project_id}"],
            "filter": text,
            "orderBy": "timestamp desc",
            "pageSize": size,
        }

    @tool(area="logs", access=Access.READ, method="POST", path="/v2/entries:list")
    async def query_logs(
        self,
        filter: Annotated[
            str,
            Field(
                max_length=20_000,
                description="What entries must be like, in the Logging query language. Empty: "
                "all entries of the period.",
            ),
        ] = "",
        start: Start = None,
        end: End = None,
    ) -> Rows:
        """Searches the log entries of a Google Cloud project, newest first; 100 at most.

        Use list_resource_types for the types and labels to filter by. Times are set by start and
        end, not in the filter; without them it is the last 24 hours. Always filter by
        resource.type or logName, which are indexed: a bare word searches everything and is slow.
        A project may be asked 60 times a minute.

        resource.type="cloud_run_revision" AND severity>=ERROR AND labels.service="cart"
        resource.type="k8s_container" AND jsonPayload.message:"timeout" AND NOT labels.env="dev"
        httpRequest.status>=500 AND (httpRequest.requestUrl:"/pay" OR textPayload=~"timed? ?out")

        = is exact, : contains, =~ is a regular expression. AND, OR and NOT are in capitals, texts
        in double quotes. There is no counting or grouping. Times are UTC.
        https://cloud.google.com/logging/docs/view/logging-query-language
        """
        span = period(start, end, self.link.clock())
        text = joined([self.credentials.default_filter, filter], span.start, span.end)
        entries, more = await self._entries(text)
        return Rows(
            same_keys(entry_row(entry) for entry in entries[:MAX_ROWS]),
            title=self._title(f"Log entries, {span.words}"),
            cut=_cut(len(entries), more),
        )

    async def _entries(self, text: str) -> tuple[list[Mapping[str, Any]], bool]:
        """The newest entries, from as many pages as that takes, and whether there may be more."""
        service = await self._service()
        body = self._body(text, MAX_ROWS + 1)
        found: list[Mapping[str, Any]] = []
        for _ in range(MOST_PAGES):
            page = await service.ask("/v2/entries:list", body)
            found += page.get("entries") or ()
            token = page.get("nextPageToken")
            if not token:
                return found, False
            if len(found) > MAX_ROWS:
                break
            body = {**body, "pageToken": token}
        return found, True

    @tool(area="logs", access=Access.READ, method="GET", path="/v2/monitoredResourceDescriptors")
    async def list_resource_types(
        self,
        containing: Annotated[
            str,
            Field(
                max_length=100,
                description="Only those with this text in their type or name: run, k8s, sql.",
            ),
        ] = "",
    ) -> Rows:
        """The types of resources that write logs in Google Cloud, with the labels to filter by.

        Use it before query_logs: a row with resource_type k8s_container and the label pod_name
        means resource.type="k8s_container" AND resource.labels.pod_name="...". It is Google's
        whole list, not only what this project uses; look for a part of a name.
        https://cloud.google.com/logging/docs/api/v2/resource-list
        """
        wanted = containing.lower()
        found = [
            resource_row(one)
            for one in await self._descriptors()
            if wanted in f"{one.get('type')} {one.get('displayName')}".lower()
        ]
        more = len(found) > MAX_ROWS
        return Rows(
            found[:MAX_ROWS],
            title="Resource types",
            cut=f"Only the first {MAX_ROWS} of {len(found)} are listed; look for a part of a name."
            if more
            else "",
        )

    async def _descriptors(self) -> list[Mapping[str, Any]]:
        service = await self._service()
        found: list[Mapping[str, Any]] = []
        token: str | None = None
        for _ in range(MOST_DESCRIPTOR_PAGES):
            query = {"pageSize": DESCRIPTORS_PER_PAGE, "pageToken": token}
            page = await service.get("/v2/monitoredResourceDescriptors", query)
            found += page.get("resourceDescriptors") or ()
            token = page.get("nextPageToken")
            if not token:
                break
        return found

    def _title(self, words: str) -> str:
        fence = self.credentials.default_filter
        inside = f" (held inside this connection's filter: {fence})" if fence else ""
        return f"{words}, project {self.credentials.project_id}{inside}"


def _cut(found: int, more: bool) -> str:
    if found > MAX_ROWS:
        return f"Only the newest {MAX_ROWS} entries are shown; there are more."
    if more:
        return (
            f"The search was stopped after {MOST_PAGES} pages and may have missed older entries. "
            "Ask for a shorter period, or filter by resource.type."
        )
    return ""
