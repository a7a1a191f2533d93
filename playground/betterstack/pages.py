"""What the sandbox remembers of status pages. Same rules as `records`."""

from dataclasses import dataclass, field
from datetime import datetime

from playground.betterstack.records import Dated, Json, Record


@dataclass(kw_only=True)
class StatusPage(Dated):
    KIND = "status_page"
    OMIT = frozenset({"team_name", "password"})

    company_name: str
    company_url: str
    subdomain: str
    timezone: str
    organization_id: int = 900
    custom_domain: str | None = None
    contact_url: str | None = None
    logo_url: str | None = None
    dark_logo_url: str | None = None
    logo_remote_url: str | None = None
    dark_logo_remote_url: str | None = None
    published: bool = False
    history: int = 90
    design: str = "v2"
    theme: str = "light"
    layout: str = "vertical"
    whitelabeled: bool = False
    subscribable: bool = False
    hide_from_search_engines: bool = False
    include_all_incidents_in_rss_feed: bool = False
    min_incident_length: int | None = None
    navigation_links: list[Json] = field(default_factory=list)
    custom_css: str | None = None
    custom_javascript: str | None = None
    google_analytics_id: str | None = None
    announcement: str | None = None
    announcement_embed_visible: bool = False
    announcement_embed_link: str | None = None
    announcement_embed_css: str | None = None
    automatic_reports: bool = False
    password_enabled: bool = False
    password: str | None = None
    require_sso: bool = False
    ip_allowlist: list[str] = field(default_factory=list)
    status_page_group_id: int | None = None


@dataclass(kw_only=True)
class StatusPageSection(Record):
    KIND = "status_page_section"
    OMIT = frozenset({"team_name"})

    status_page_id: int
    name: str = ""
    position: int = 0


@dataclass(kw_only=True)
class StatusPageResource(Record):
    KIND = "status_page_resource"
    OMIT = frozenset({"team_name", "status_page_id"})

    status_page_id: int
    resource_type: str
    resource_id: int
    public_name: str
    status_page_section_id: int | None = None
    explanation: str = ""
    widget_type: str = "history"
    history: bool = True
    position: int = 0
    fixed_position: bool = False
    mark_as_down_for: str = "any_incident"
    mark_as_down_metadata_rule: Json | None = None
    mark_as_degraded_for: str = "no_incident"
    mark_as_degraded_metadata_rule: Json | None = None


@dataclass(kw_only=True)
class StatusReport(Record):
    KIND = "status_report"
    OMIT = frozenset({"team_name"})

    status_page_id: int
    title: str
    report_type: str = "manual"
    starts_at: datetime
    ends_at: datetime | None = None
    affected_resources: list[Json] = field(default_factory=list)


@dataclass(kw_only=True)
class StatusUpdate(Record):
    KIND = "status_update"
    OMIT = frozenset({"team_name"})

    status_report_id: int
    message: str
    published_at: datetime
    published_at_timezone: str = "UTC"
    notify_subscribers: bool = False
    affected_resources: list[Json] = field(default_factory=list)
